"""Remember lock-outs of the exchange, and keep from causing one."""

import random
from collections import Counter
from collections.abc import Callable
from secrets import token_hex
from threading import RLock
from time import monotonic

from bingx_spot.fork_safety import register_fork_aware

# "Twenty equal errors within 480 seconds also lock the endpoint"; the margin is for processes that use the
# same key without a shared store, or whose store is unreachable.
_MAXIMUM_EQUAL_ERRORS = 17
_WINDOW_SECONDS = 480.0
# An exchange that fails itself, as when it is busy, is tried ever more seldom after so many equal errors. A
# single call has 12 in ten seconds. One more than above is allowed, which is alone in flight.
_FREE_FAILURES = 12
_MAXIMUM_FAILURES = 18
# How long it has failed at least, in seconds, to begin with.
_SHORTEST_OUTAGE = 2.0
# By how much longer than another process one waits at most, so that they do not try together.
_SPREAD = 0.5
# Before the rest of its name, an error of which the exchange itself is the cause.
_FAILURE = "!"
# How many errors of an endpoint are kept, the youngest: a server could invent codes.
_MAXIMUM_KEPT = 200
#: The longest lock that the exchange documents, in seconds: the one for equal errors.
LONGEST_LOCK = 480.0
#: The longest ban that is believed, in seconds.
LONGEST_BAN = 3600.0
_ALL = "*"
# Equal ones, in order: when each happened, and whether it was a failure.
_Errors = list[tuple[float, bool]]


class Lockouts:
    """Remembers until when the exchange rejects an endpoint, or everything."""

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
        return self._until.get(_ALL, 0.0) > self._now()


class RepeatedErrorGuard:
    """Counts equal errors of an endpoint, so that the twentieth never happens.

    A request in flight may return one more such error, so both together stay below the maximum. An endpoint
    whose last responses were successes is not held back: with the documented rate, far fewer are in flight.

    "Not open" says nothing of the next order; "busy" does. After several failures of the exchange itself, one
    request is tried at a time, and before each the time that it has failed grows by one factor: by that with
    which the attempts that are left last for the whole window.

    Errors and requests of other processes count too, as the shared store knows them. While it is unreachable,
    each process assumes that all the others meet as many errors as it does itself.
    """

    def __init__(
        self, now: Callable[[], float] = monotonic, chance: Callable[[], float] = random.random
    ) -> None:
        self._now, self._chance = now, chance
        # Re-entrant: the garbage collector may close an abandoned call at any moment.
        self._lock = RLock()
        # By endpoint, when each error happened. Its name is its code and a word that no other error has.
        self._errors: dict[str, dict[str, float]] = {}
        self._in_flight: Counter[str] = Counter()
        self._in_flight_elsewhere: Counter[str] = Counter()
        self._succeeding: set[str] = set()
        self._processes, self._alone_since = 1, 0.0
        self._patience = 1 + _SPREAD * chance()
        register_fork_aware(self)

    def after_fork_in_child(self) -> None:
        """Forget the parent's requests in flight, and open the lock that it may hold."""
        self._lock = RLock()
        self._in_flight = Counter()
        self._patience = 1 + _SPREAD * self._chance()

    def acquire(self, operation_id: str, *, known_open: bool) -> bool:
        """Count a request as in flight, and return True, unless its error could be one too many.

        With `known_open` a query has just found the order open, so that only failures are expected.
        """
        with self._lock:
            if not self._has_room(operation_id, failures_only=known_open):
                return False
            self._in_flight[operation_id] += 1
            return True

    def release(self, operation_id: str) -> None:
        """Count a request as in flight no longer."""
        with self._lock:
            self._in_flight[operation_id] -= 1

    def record(self, operation_id: str, code: int | str, *, is_failure: bool = False) -> None:
        """Count an error with this code; it is a failure where the exchange itself is the cause."""
        with self._lock:
            self._succeeding.discard(operation_id)
            name = f"{code}:{_FAILURE if is_failure else ''}{token_hex(6)}"
            self._add(operation_id, name, self._now())

    def record_success(self, operation_id: str) -> None:
        """Note a success of the endpoint."""
        with self._lock:
            self._succeeding.add(operation_id)

    def seconds_left(self, operation_id: str, *, known_open: bool = False) -> float:
        """Return for how long one more error of the endpoint is too many, in seconds; 0 where it is not."""
        if not self._errors.get(operation_id):
            return 0.0
        with self._lock:
            recent = self._recent(operation_id, failures_only=known_open)
            return max(0.0, max(map(self._held_until, recent), default=0.0) - self._now())

    def ages(self, operation_id: str) -> dict[str, float]:
        """Return how old the endpoint's errors are, in seconds, by name, for other processes."""
        with self._lock:
            now = self._now()
            errors = self._errors.get(operation_id, {})
            return {name: now - at for name, at in errors.items() if now - at < _WINDOW_SECONDS}

    def learn(self, operation_id: str, ages: dict[str, float], in_flight: int) -> None:
        """Count errors of other processes, by name, and as many requests of theirs in flight."""
        with self._lock:
            self._in_flight_elsewhere[operation_id] = in_flight
            for name, age in ages.items():
                self._add(operation_id, name, self._now() - age)

    def share_among(self, processes: int) -> None:
        """Count each error from now on so many times: as many processes know nothing of each other."""
        # However many there are, one request of each is possible.
        processes = min(processes, _MAXIMUM_EQUAL_ERRORS)
        with self._lock:
            # No process could say any more that they are answered.
            self._in_flight_elsewhere.clear()
            if processes != self._processes:
                self._processes, self._alone_since = processes, self._now()

    def _add(self, operation_id: str, name: str, at: float) -> None:
        errors = self._errors.setdefault(operation_id, {})
        errors.setdefault(name, at)
        if len(errors) > _MAXIMUM_KEPT:
            del errors[min(errors, key=errors.__getitem__)]

    def _has_room(self, operation_id: str, *, failures_only: bool) -> bool:
        recent = self._recent(operation_id, failures_only=failures_only)
        succeeding = operation_id in self._succeeding
        if not recent and (succeeding or failures_only):
            return True
        most = max(map(self._weight, recent), default=0)
        own = self._in_flight[operation_id]
        if any(map(self._is_failing, recent)):
            # Another thread may have met the last failure while this one waited for its permit.
            if any(self._held_until(errors) > self._now() for errors in recent):
                return False
            if own == 0 or not succeeding:
                return own == 0 and most + self._processes <= _MAXIMUM_FAILURES
        in_flight = own * self._processes + self._in_flight_elsewhere[operation_id]
        return most + in_flight + self._processes <= _MAXIMUM_EQUAL_ERRORS

    def _recent(self, operation_id: str, *, failures_only: bool) -> list[_Errors]:
        """Return the errors that still count, in order, in one list for each code."""
        recent: dict[str, _Errors] = {}
        if errors := self._errors.get(operation_id):
            now = self._now()
            for name, at in sorted(errors.items(), key=lambda error: error[1]):
                if at + _WINDOW_SECONDS > now:
                    code, _, word = name.partition(":")
                    recent.setdefault(code, []).append((at, word.startswith(_FAILURE)))
        return [errors for errors in recent.values() if errors[-1][1] or not failures_only]

    def _weight(self, errors: _Errors) -> int:
        return sum(self._processes if at > self._alone_since else 1 for at, _ in errors)

    def _is_failing(self, errors: _Errors) -> bool:
        failures = [error for error in errors if error[1]]
        return errors[-1][1] and self._weight(failures) >= _FREE_FAILURES

    def _held_until(self, errors: _Errors) -> float:
        """Return when one more of these equal errors may happen."""
        weight, (first, _), (last, _) = self._weight(errors), errors[0], errors[-1]
        if self._is_failing(errors):
            left, failed_for = _MAXIMUM_FAILURES - weight, max(last - first, _SHORTEST_OUTAGE)
            factor: float = (_WINDOW_SECONDS / failed_for) ** (1 / (max(left // self._processes, 0) + 1))
            pause = (first + failed_for * factor - last) * self._patience
            return min(last + pause, first + _WINDOW_SECONDS)
        until = 0.0
        for error in errors:
            if weight + self._processes <= _MAXIMUM_EQUAL_ERRORS:
                break
            weight, until = weight - self._weight([error]), error[0] + _WINDOW_SECONDS
        return until
