"""Remember until when the exchange will not listen, and keep from being locked out."""

from collections import Counter, deque
from collections.abc import Callable
from threading import RLock
from time import monotonic

from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.limits.permit_queue import Wakeup

#: The longest that a block is believed, in seconds.
LONGEST_BLOCK = 3600.0

# "Twenty equal errors within 480 seconds also lock the endpoint"; the margin is for other processes
# that use the same key.
_EQUAL_ERRORS = 17
_SECONDS = 480.0
#: How long somebody who waits for answers on their way may be overtaken, in seconds.
PATIENCE = 0.25
# When to look again where somebody will say that it is worth it, in seconds.
_LATER = 1.0
_EVERYTHING = "*"


class Lockouts:
    """Remember which endpoints, or all, are closed until when.

    Args:
        now: A monotonic clock, in seconds. Tests give their own.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._until: dict[str, float] = {}

    def close(self, operation_id: str | None, seconds: float) -> None:
        """Close an endpoint, or everything, for so long.

        Args:
            operation_id: The endpoint; None for everything.
            seconds: How long, at most an hour.
        """
        name = _EVERYTHING if operation_id is None else operation_id
        until = self._now() + min(max(seconds, 0.0), LONGEST_BLOCK)
        self._until[name] = max(until, self._until.get(name, 0.0))

    def left(self, operation_id: str) -> float:
        """Return how long the endpoint stays closed, in seconds; 0 where it is open."""
        if not self._until:
            return 0.0
        until = max(self._until.get(operation_id, 0.0), self._until.get(_EVERYTHING, 0.0))
        return max(until - self._now(), 0.0)

    def all_closed(self) -> bool:
        """Tell whether every endpoint is closed, as under a ban."""
        return self.left(_EVERYTHING) > 0


class QueuePlace:
    """Be one caller's place in the line of those who wait for answers that are on their way.

    Attributes:
        signal: Is sent when it is worth looking again, a new one for each look; None outside the line.
        again: When to look again at the latest, in seconds.
        since: Since when the caller has stood in line, in seconds.
    """

    # Of the class until somebody stands in line, which hardly any call does.
    wakeup: Wakeup | None = None
    again: float = PATIENCE
    since: float = 0.0


class RepeatedErrorGuard:
    """Count equal errors of an endpoint, so that the twentieth never happens.

    A request on its way may bring one more, so only so many go at a time; others wait in line. To hand the
    turn over costs as much as a call, so whoever sends one request after another keeps it, until others have
    waited for `PATIENCE`: then they go first.

    Args:
        now: A monotonic clock, in seconds. Tests give their own.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        # The garbage collector may end an abandoned call, which steps out of its line, at any moment.
        self._lock = RLock()
        self._seen: dict[tuple[str, str], deque[float]] = {}
        self._in_flight: Counter[str] = Counter()
        self._lines: dict[str, list[QueuePlace]] = {}
        register_fork_aware(self)

    def begin_anew(self) -> None:
        """Begin as another process: who was in flight or in line is the parent's, as the lock may be."""
        self._lock = RLock()
        self._in_flight = Counter()
        self._lines = {}

    def calm(self, operation_id: str) -> bool:
        """Tell, without waiting for anybody, whether nothing speaks against a request; `enter` decides.

        Args:
            operation_id: The endpoint.
        """
        return not self._seen and not self._lines and self._in_flight[operation_id] < _EQUAL_ERRORS

    def enter(self, operation_id: str, *, vouched: bool, place: QueuePlace | None = None) -> bool:
        """Count a request as one more error that may come, and tell whether it may go.

        Args:
            operation_id: The endpoint.
            vouched: Whether it is known that its answer will not be such an error.
            place: The caller's place in line, if it has one.
        """
        with self._lock:
            may_go = vouched or self.calm(operation_id) or self._may_go(operation_id, place)
            self._in_flight[operation_id] += may_go
            return may_go

    def leave(self, operation_id: str) -> None:
        """Note that the answer to a request that has entered is there, or will never be."""
        with self._lock:
            self._in_flight[operation_id] -= 1
            if self._lines:
                self._wake_first(operation_id)

    def lines_up(self, operation_id: str, place: QueuePlace) -> bool:
        """Tell whether a request has to wait for answers on their way; its caller stands in line then.

        Args:
            operation_id: The endpoint.
            place: The caller's.
        """
        with self._lock:
            if self._left(operation_id) > 0 or self._may_go(operation_id, place):
                return False
            line = self._lines.setdefault(operation_id, [])
            if place in line:
                place.again = _LATER
            else:
                line.append(place)
                place.since = self._now()
            place.wakeup = Wakeup()
            return True

    def step_out(self, operation_id: str, place: QueuePlace) -> None:
        """Give a place in line up, if it is one, and let the next one have it."""
        if place.wakeup is None:
            return
        with self._lock:
            line = self._lines.get(operation_id)
            if line is None or place not in line:
                return
            line.remove(place)
            self._wake_first(operation_id)
            if not line:
                del self._lines[operation_id]

    def count(self, operation_id: str, code: int | str) -> None:
        """Count an error with this code."""
        with self._lock:
            times = self._seen.setdefault((operation_id, str(code)), deque(maxlen=_EQUAL_ERRORS))
            times.append(self._now())

    def left(self, operation_id: str) -> float:
        """Return how long to keep from another error of the endpoint, in seconds; 0 where one may happen.

        Args:
            operation_id: The endpoint.
        """
        with self._lock:
            return self._left(operation_id)

    def _wake_first(self, operation_id: str) -> None:
        # Only one: whoever has looked goes, or steps out of the line, and either wakes the next.
        line = self._lines.get(operation_id)
        if line and (self._is_old(line[0]) or self._in_flight[operation_id] < _EQUAL_ERRORS - 1):
            signal = line[0].wakeup
            if signal is not None:
                signal.set()

    def _is_old(self, place: QueuePlace) -> bool:
        return self._now() - place.since >= PATIENCE

    def _left(self, operation_id: str) -> float:
        now = self._now()
        full = [times[0] + _SECONDS - now for times in self._own(operation_id) if len(times) == _EQUAL_ERRORS]
        return max([0.0, *full])

    def _may_go(self, operation_id: str, place: QueuePlace | None) -> bool:
        now = self._now()
        lately = [sum(at + _SECONDS > now for at in times) for times in self._own(operation_id)]
        to_come = self._in_flight[operation_id] + self._before(operation_id, place)
        return max(lately, default=0) + to_come < _EQUAL_ERRORS

    def _own(self, operation_id: str) -> list[deque[float]]:
        return [times for (name, _), times in self._seen.items() if name == operation_id]

    def _before(self, operation_id: str, place: QueuePlace | None) -> int:
        """Return how many in line go before this one."""
        line = self._lines.get(operation_id)
        if not line:
            return 0
        if place in line:
            return line.index(place)
        return len(line) if self._is_old(line[0]) else 0
