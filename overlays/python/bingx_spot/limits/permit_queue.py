"""FIFO queue of permit requests for one endpoint. Callers sleep outside, in threads or tasks, and poll it.

Every poll grants what has become free, in order, to other callers too. So a caller that is held up delays
only itself.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain

from bingx_spot.limits.rates import slower
from bingx_spot.limits.sliding_window import MARGIN, TAKEN_WITHIN, UNDER_WAY, Permit, SlidingWindow
from bingx_spot_api.contract import Rate

# Not 0, which means granted; shorter than any timer can measure.
_SHORTEST = 1e-6


class Wakeup:
    """One-shot event that wakes one waiting caller, a thread or a task, from any thread."""

    def __init__(self) -> None:
        self.is_set = False
        self._wake: Callable[[], object] | None = None

    def set(self) -> None:
        """Wake the caller, or make its next `subscribe` wake it at once."""
        # First the flag, then the callback; `subscribe` does it the other way round, so no wake-up is missed.
        self.is_set = True
        wake = self._wake
        if wake is not None:
            with suppress(RuntimeError):  # from an event loop that is closed; no task waits there
                wake()

    def subscribe(self, wake: Callable[[], object]) -> None:
        """Call `wake` when this is set, at once if it is; from any thread, and perhaps twice."""
        self._wake = wake
        if self.is_set:
            wake()


class DeadlineTooShort(Exception):
    """A permit can be granted in so many seconds only, after the deadline; the caller has left the queue."""

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Waiter:
    """One caller's position in the queue."""

    def __init__(self, *, bulk: bool) -> None:
        self.bulk = bulk
        self.permit: Permit | None = None
        # Set when polling again before `wakes_at` is worth it.
        self.wakeup = Wakeup()
        self.wakes_at = 0.0
        self.deadline = 0.0
        # The permit's in a shared store.
        self.name = ""


@dataclass(slots=True)
class RemoteSource:
    """State of a queue whose permits come from a store that processes share."""

    # Called, without any lock, when a caller waits, or a permit was used or released.
    notify: Callable[[], None]
    # Whether there are changes that the store has not received.
    dirty: bool = False
    # When the next permit can be granted, as far as is known.
    next_free_at: float = 0.0
    # What the exchange said: how many requests are left, and until when.
    server_hint: tuple[int, float] | None = None


class PermitQueue:
    """Queue for the permits of one endpoint: first come, first served, single calls before bulk runs."""

    def __init__(self, windows: Sequence[SlidingWindow]) -> None:
        # The narrowest first: the account's. Other queues may count in some of them too.
        self.windows = windows
        # The limit per account as this process keeps it, which may be faster than the shared one.
        self.own_rate: Rate | None = windows[0].limit if windows else None
        # Where permits come from if this queue does not grant them itself.
        self.remote: RemoteSource | None = None
        # Single calls, and bulk runs. Dictionaries keep their order, and removing from the middle is cheap.
        self._lines: tuple[dict[Waiter, None], dict[Waiter, None]] = ({}, {})

    def __len__(self) -> int:
        return len(self._lines[0]) + len(self._lines[1])

    def __iter__(self) -> Iterator[Waiter]:
        # Over a copy: a signal handler may change the queue meanwhile.
        return iter([*chain(*self._lines)])

    def poll(self, waiter: Waiter, now: float, deadline: float) -> float:
        """Return in how many seconds to poll again; 0 where the permit is granted.

        The first poll appends the waiter to the queue. `DeadlineTooShort` says that it has left it.
        """
        if waiter.permit is not None:
            if now <= waiter.permit.since - MARGIN + TAKEN_WITHIN:
                return 0.0
            self.release(waiter, now)
            waiter.name = ""
        line = self._lines[waiter.bulk]
        if waiter not in line:
            waiter.deadline = deadline
            line[waiter] = None
            if self._lines[1] and not waiter.bulk:
                self.reject_late_waiters(now)
        self.grant_available(now)
        return 0.0 if waiter.permit is not None else self._seconds_to_sleep(waiter, now, deadline)

    def after_fork_in_child(self, now: float) -> None:
        """Remove all waiters, and wait for no response: their callers do not exist in this process."""
        for line in self._lines:
            line.clear()
        for permit in chain(*(window.counted(now) for window in self.windows)):
            permit.mark_arrived(now + UNDER_WAY)

    def release(self, waiter: Waiter, now: float) -> None:
        """Leave the queue, or return an unused permit, and grant what that frees."""
        self._lines[waiter.bulk].pop(waiter, None)
        permit, waiter.permit = waiter.permit, None
        if permit is not None:
            for window in self.windows:
                window.remove(permit)
        self.grant_available(now)

    def grant_available(self, now: float) -> None:
        """Grant the permits that are free, and make the next caller wake when its permit is."""
        while self.remote is None and (waiter := next(chain(*self._lines), None)) is not None:
            at = self.next_free_at(now, bulk=waiter.bulk)
            if at > now:
                if waiter.wakes_at > at:
                    waiter.wakes_at = at
                    waiter.wakeup.set()
                return
            self.grant(waiter, now)

    def grant(self, waiter: Waiter, now: float) -> None:
        """Grant a waiter its permit, at any position in the queue, and wake its caller."""
        self._lines[waiter.bulk].pop(waiter, None)
        permit = waiter.permit = Permit(now, waiter.name)
        for window in self.windows:
            window.add(permit)
        waiter.wakeup.set()

    def apply_server_hint(self, remaining: int, until: float, now: float) -> None:
        """Apply what the exchange says is left; `SlidingWindow.apply_server_hint` describes the arguments."""
        if not self.windows:
            return
        # Of the account's window: the others belong to the IP address, which serves several keys.
        # A later end is that of a lock-out or of the IP address's window, or a clock is wrong.
        until = min(until, now + self.windows[0].limit.seconds)
        if self.remote is not None:
            self.remote.server_hint = (remaining, until)
        # Here too: the store may fail before it has received it.
        if self.windows[0].apply_server_hint(remaining, until, now):
            self.reject_late_waiters(now)

    def slow_to(self, rate: Rate | None) -> None:
        """Keep to a slower rate per account from now on; a faster one, or None, changes nothing."""
        if rate is None or self.own_rate is None or slower(rate, self.own_rate) == self.own_rate:
            return
        self.own_rate = rate
        self.windows[0].set_limit(slower(rate, self.windows[0].limit))
        if self.remote is not None:
            self.remote.dirty = True

    def reject_late_waiters(self, now: float) -> None:
        """Wake the callers whose permits can no longer be granted in time, so that they fail at once."""
        for ahead, waiter in enumerate(self):
            if self._earliest_possible(now, ahead) > waiter.deadline:
                waiter.wakeup.set()

    def next_free_at(self, now: float, *, bulk: bool) -> float:
        """Return when the next permit can be granted, as things stand."""
        return max([window.next_free_at(now, bulk=bulk) for window in self.windows], default=now)

    def _earliest_possible(self, now: float, ahead: int) -> float:
        local = max([window.earliest_possible(now, ahead + 1) for window in self.windows], default=now)
        return local if self.remote is None else max(local, self.remote.next_free_at)

    def _seconds_to_sleep(self, waiter: Waiter, now: float, deadline: float) -> float:
        waiters = list(self)
        ahead = waiters.index(waiter) if waiter in waiters else len(waiters)
        # Callers behind the first poll at the earliest possible time, so that a first caller that is held up
        # does not hold them up.
        earliest = self._earliest_possible(now, ahead)
        at = earliest if ahead else max(self.next_free_at(now, bulk=waiter.bulk), earliest)
        if earliest > deadline or now >= deadline:
            self.release(waiter, now)
            raise DeadlineTooShort((earliest if earliest > deadline else at) - now)
        waiter.wakeup = Wakeup()
        waiter.wakes_at = min(at, deadline) if self.remote is None else deadline
        return max(waiter.wakes_at - now, _SHORTEST)
