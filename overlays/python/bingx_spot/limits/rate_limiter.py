"""Rate limiters: the protocol that `limits=` takes, and the limiter that keeps the documented limits."""

from collections import deque
from collections.abc import Callable
from threading import RLock
from time import monotonic
from typing import Protocol, runtime_checkable

from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.limits.lockouts import Lockouts
from bingx_spot.limits.permit_queue import PermitQueue, Waiter, Wakeup
from bingx_spot.limits.rates import RateOption, rate_after_lockout, rate_limit
from bingx_spot.limits.sliding_window import UNDER_WAY, Permit, SlidingWindow
from bingx_spot.logger import log
from bingx_spot_api.contract import IP_GROUPS, Operation

_SLOWED = (
    "the exchange locked %s at %d per %g s; continuing at %d per %g s after the lock-out. "
    "For a copy-trading account set rate='copy-trading'. Does another program use this key?"
)


class Reservation(Protocol):
    """One request's place in the queue, and then its permit."""

    @property
    def wakeup(self) -> Wakeup | None:
        """Return what is set when asking again early is worth it, or None."""

    def seconds_until_ready(self, longest: float) -> float:
        """Return in how many seconds to ask again; 0 where the request may be sent now.

        Raises:
            DeadlineTooShort: No permit can be granted in the `longest` seconds. The reservation has ended.
        """

    def complete(self, remaining: int | None = None, window: float = 0.0) -> None:
        """Record that the response to the request was received.

        It may say how many requests are `remaining` in the exchange's window, which ends in so many seconds.
        """

    def give_up(self) -> None:
        """Record that the connection of the request was reset: what had not arrived arrives no more."""

    def release(self) -> None:
        """Leave the queue, or return the permit: no request was sent with it."""


@runtime_checkable
class RateLimiter(Protocol):
    """Grants permission to send requests; what `limits=` of a client takes."""

    def reserve(self, operation: Operation, *, bulk: bool) -> Reservation:
        """Return a reservation for one request, which joins a queue at its first `seconds_until_ready`.

        A request of a bulk run goes after single calls.
        """


class Unlimited:
    """Rate limiter, and reservation, that never waits: for a sandbox, or where another program limits."""

    wakeup: Wakeup | None = None

    def reserve(self, operation: Operation, *, bulk: bool) -> Reservation:
        """Return a reservation that is ready at once."""
        return self

    def seconds_until_ready(self, longest: float) -> float:
        """Return 0: the request may be sent now."""
        return 0.0

    def complete(self, remaining: int | None = None, window: float = 0.0) -> None:
        """Record nothing."""

    def give_up(self) -> None:
        """Record nothing."""

    def release(self) -> None:
        """Record nothing."""


class IpLimits:
    """Sliding windows of the IP groups, which all API keys of a process share, and the lock of the queues.

    As a context manager it holds the lock, for microseconds and never while a caller waits. A signal handler
    may enter it while its own thread is inside. Releasing a reservation, which the garbage collector may do
    at any moment for an abandoned call, is deferred until no thread is inside.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self.now = now
        #: The queues that have waiters.
        self.waiting: set[PermitQueue] = set()
        self._windows: dict[str, SlidingWindow] = {}
        self._to_release: deque[tuple[PermitQueue, Waiter]] = deque()
        self._lock = RLock()
        self._depth = 0
        register_fork_aware(self)

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        self._lock.release()
        if self._to_release:
            self._release_deferred()

    def after_fork_in_child(self) -> None:
        """Reset after a fork: waiters belong to the parent process, and its threads may hold the lock."""
        self._lock = RLock()
        self._depth = 0
        self._to_release.clear()
        self.waiting = set()

    def windows_for(self, operation: Operation) -> list[SlidingWindow]:
        """Return the windows of the operation's IP group: the endpoint's own, and the whole group's."""
        group = IP_GROUPS.get(operation.ip_group) if operation.ip_group is not None else None
        if group is None:
            return []
        rates = {} if group.endpoint is None else {operation.operation_id: group.endpoint}
        rates |= {f"group {group.number}, {rate.seconds:g} s": rate for rate in group.group}
        return [self._windows.setdefault(name, SlidingWindow(rate)) for name, rate in rates.items()]

    def release(self, queue: PermitQueue, waiter: Waiter) -> None:
        """Take a waiter out of its queue, or return its unused permit, and grant what that frees."""
        self._to_release.append((queue, waiter))
        self._release_deferred()

    def grant_available(self) -> None:
        """Grant the permits that are free, in every queue."""
        if self.waiting:
            with self:
                now = self.now()
                for queue in self.waiting:
                    queue.grant_available(now)
                self.waiting = {queue for queue in self.waiting if queue}

    def _release_deferred(self) -> None:
        # Where another thread is inside, it does this when it leaves.
        while self._to_release and self._lock.acquire(blocking=False):
            try:
                self._depth += 1
                if self._depth > 1:
                    return
                queue, waiter = self._to_release.popleft()
                queue.release(waiter, self.now())
                self.grant_available()
            finally:
                self._depth -= 1
                self._lock.release()


class LocalRateLimiter:
    """Rate limiter for one account in one process: first come, first served, within the documented limits.

    One object serves all threads and tasks. Each operation has its limit per account, and its IP group has
    two, which other API keys may share: one for the endpoint and one for all the group's endpoints. An
    operation that the exchange locks without rate limit headers continues at a slower rate.
    """

    def __init__(
        self,
        now: Callable[[], float] = monotonic,
        ip_limits: IpLimits | None = None,
        lockouts: Lockouts | None = None,
    ) -> None:
        self.ip_limits = IpLimits(now) if ip_limits is None else ip_limits
        self._lockouts = Lockouts(now) if lockouts is None else lockouts
        self._rates: set[RateOption] = set()
        self._slowed_until: dict[str, float] = {}
        self._queues: dict[str, tuple[Operation, PermitQueue]] = {}
        self._on_queue: Callable[[Operation, PermitQueue], object] = lambda *_: None
        register_fork_aware(self)

    def after_fork_in_child(self) -> None:
        """Reset after a fork: waiters, and requests in flight, belong to the parent process."""
        for _, queue in self._queues.values():
            queue.after_fork_in_child(self.ip_limits.now())

    def reserve(self, operation: Operation, *, bulk: bool = False) -> "LocalReservation":
        """Return a reservation for one request; `RateLimiter.reserve` describes it."""
        return LocalReservation(self, operation, bulk=bulk)

    def queue_for(self, operation: Operation) -> PermitQueue:
        """Return the queue of an operation."""
        known = self._queues.get(operation.operation_id)
        if known is None:
            with self.ip_limits:
                known = self._queues.get(operation.operation_id) or self._create(operation)
        return known[1]

    def on_each_queue(self, callback: Callable[[Operation, PermitQueue], None]) -> None:
        """Call a function with every operation and its queue, existing and future, under the lock."""
        with self.ip_limits:
            self._on_queue = callback
            for operation, queue in self._queues.values():
                callback(operation, queue)

    def use_rate(self, rate: RateOption) -> None:
        """Keep to the option `rate` of a client. Of clients with one API key, the slowest rate wins."""
        with self.ip_limits:
            self._rates.add(rate)
            for operation, queue in self._queues.values():
                queue.slow_to(rate_limit(operation, rate))

    def slow_after_lockout(self, operation: Operation) -> None:
        """Slow an operation down, once per lock-out, if the exchange has locked it at the present rate."""
        name = operation.operation_id
        locked_for = self._lockouts.seconds_left(name)
        if operation.uid_limit is None or locked_for == 0 or self._lockouts.is_banned():
            return
        queue = self.queue_for(operation)
        with self.ip_limits:
            now, before = self.ip_limits.now(), queue.own_rate
            if before is None or now < self._slowed_until.get(name, 0.0):
                return
            self._slowed_until[name] = now + locked_for
            after = rate_after_lockout(operation, before)
            queue.slow_to(after)
        if after != before:
            log.warning(_SLOWED, name, *before, *after)

    def _create(self, operation: Operation) -> tuple[Operation, PermitQueue]:
        own = [] if operation.uid_limit is None else [SlidingWindow(operation.uid_limit)]
        queue = PermitQueue(own + self.ip_limits.windows_for(operation))
        for rate in self._rates:
            queue.slow_to(rate_limit(operation, rate))
        self._queues[operation.operation_id] = (operation, queue)
        self._on_queue(operation, queue)
        return operation, queue


class LocalReservation(Waiter):
    """A reservation of `LocalRateLimiter`; `Reservation` describes its methods."""

    def __init__(self, limiter: LocalRateLimiter, operation: Operation, *, bulk: bool) -> None:
        super().__init__(bulk=bulk)
        self._limiter = limiter
        self._operation = operation
        self._queue = limiter.queue_for(operation)

    def seconds_until_ready(self, longest: float) -> float:
        """Return in how many seconds to ask again; 0 where the request may be sent now."""
        queue, ip_limits = self._queue, self._limiter.ip_limits
        with ip_limits:
            now = ip_limits.now()
            # First of all: a thread that completes a request looks at its permit first, then at `waiting`.
            ip_limits.waiting.add(queue)
            try:
                pause = queue.poll(self, now, now + longest)
            finally:
                if not queue:
                    ip_limits.waiting.discard(queue)
        if pause > 0:
            self._notify()
        return pause

    def complete(self, remaining: int | None = None, window: float = 0.0) -> None:
        """Record that the response to the request was received."""
        if self.permit is None:
            return
        ip_limits = self._limiter.ip_limits
        now = ip_limits.now()
        if remaining is None:
            self._limiter.slow_after_lockout(self._operation)
        else:
            with ip_limits:
                self._queue.apply_server_hint(remaining, now + window, now)
        self._count(self.permit, now)

    def give_up(self) -> None:
        """Record that the connection was reset: what had not arrived arrives no more."""
        if self.permit is not None:
            self._count(self.permit, self._limiter.ip_limits.now() + UNDER_WAY)

    def release(self) -> None:
        """Leave the queue, or return the unused permit."""
        self._limiter.ip_limits.release(self._queue, self)
        self._notify()

    def _count(self, permit: Permit, since: float) -> None:
        permit.mark_arrived(since)
        self._limiter.ip_limits.grant_available()
        self._notify()

    def _notify(self) -> None:
        remote = self._queue.remote
        if remote is not None:
            remote.dirty = True
            remote.notify()
