"""Remember lock-outs of the exchange, and keep from causing one."""

from collections import Counter, deque
from collections.abc import Callable
from threading import RLock
from time import monotonic

from bingx_spot.fork_safety import register_fork_aware

# "Twenty equal errors within 480 seconds also lock the endpoint"; the margin is for other processes that
# use the same key.
_MAXIMUM_EQUAL_ERRORS = 17
_WINDOW_SECONDS = 480.0
#: The longest lock that the exchange documents, in seconds: the one for equal errors.
LONGEST_LOCK = 480.0
#: The longest ban that is believed, in seconds.
LONGEST_BAN = 3600.0
_ALL = "*"


class Lockouts:
    """Remembers until when the exchange rejects an endpoint, or everything.

    Args:
        now: A monotonic clock, in seconds. Tests pass their own.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._until: dict[str, float] = {}

    def lock(self, operation_id: str | None, seconds: float) -> None:
        """Lock an endpoint, or with None everything, for so many seconds, at most an hour."""
        name = _ALL if operation_id is None else operation_id
        until = self._now() + min(max(seconds, 0.0), LONGEST_BAN)
        self._until[name] = max(until, self._until.get(name, 0.0))

    def seconds_left(self, operation_id: str) -> float:
        """Return for how long the endpoint stays locked, in seconds; 0 where it is not."""
        if not self._until:
            return 0.0
        until = max(self._until.get(operation_id, 0.0), self._until.get(_ALL, 0.0))
        return max(until - self._now(), 0.0)

    def is_banned(self) -> bool:
        """Return whether every endpoint is locked."""
        return self.seconds_left(_ALL) > 0


class RepeatedErrorGuard:
    """Counts equal errors of an endpoint, so that the twentieth never happens.

    A request in flight may return one more such error, so errors and requests in flight together stay below
    the maximum. An endpoint whose last responses were successes is not held back: with the documented rate,
    far fewer requests are in flight.

    Args:
        now: A monotonic clock, in seconds. Tests pass their own.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        # Re-entrant: the garbage collector may close an abandoned call at any moment.
        self._lock = RLock()
        self._errors: dict[tuple[str, str], deque[float]] = {}
        self._in_flight: Counter[str] = Counter()
        self._succeeding: set[str] = set()
        register_fork_aware(self)

    def after_fork_in_child(self) -> None:
        """Forget the parent's requests in flight, and open the lock that it may hold."""
        self._lock = RLock()
        self._in_flight = Counter()

    def acquire(self, operation_id: str, *, known_open: bool) -> bool:
        """Count a request as in flight, and return True, unless its error could be one too many.

        Args:
            operation_id: The endpoint.
            known_open: Whether a query has just found the order open, so that "not open" is not expected.
        """
        with self._lock:
            if not known_open and not self._has_room(operation_id):
                return False
            self._in_flight[operation_id] += 1
            return True

    def release(self, operation_id: str) -> None:
        """Count a request as in flight no longer."""
        with self._lock:
            self._in_flight[operation_id] -= 1

    def record(self, operation_id: str, code: int | str) -> None:
        """Count an error with this code."""
        with self._lock:
            self._succeeding.discard(operation_id)
            times = self._errors.setdefault((operation_id, str(code)), deque(maxlen=_MAXIMUM_EQUAL_ERRORS))
            times.append(self._now())

    def record_success(self, operation_id: str) -> None:
        """Note a success of the endpoint."""
        with self._lock:
            self._succeeding.add(operation_id)

    def seconds_left(self, operation_id: str) -> float:
        """Return for how long one more error of the endpoint is too many, in seconds; 0 where it is not."""
        with self._lock:
            full = [each[0] for each in self._times(operation_id) if len(each) == _MAXIMUM_EQUAL_ERRORS]
        return max([0.0, *(first + _WINDOW_SECONDS - self._now() for first in full)])

    def _has_room(self, operation_id: str) -> bool:
        since = self._now() - _WINDOW_SECONDS
        most = max((sum(at > since for at in times) for times in self._times(operation_id)), default=0)
        if most == 0 and operation_id in self._succeeding:
            return True
        return most + self._in_flight[operation_id] < _MAXIMUM_EQUAL_ERRORS

    def _times(self, operation_id: str) -> list[deque[float]]:
        return [times for (name, _), times in self._errors.items() if name == operation_id]
