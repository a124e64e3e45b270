"""Rate limiters: the protocol that `limits=` takes, and the limiter that keeps the documented limits."""

import logging
from collections.abc import Callable
from time import monotonic
from typing import Protocol, runtime_checkable

from bingx_spot.limits.ip_limits import IpLimits
from bingx_spot.limits.lockouts import Lockouts
from bingx_spot.limits.permit_queue import PermitQueue, Waiter, Wakeup
from bingx_spot.limits.rates import RateOption, rate_after_lockout, rate_limit
from bingx_spot.limits.sliding_window import SlidingWindow
from bingx_spot_api.contract import Operation

_log = logging.getLogger("bingx_spot")


class Reservation(Protocol):
    """One request's place in the queue, and then its permit."""

    @property
    def wakeup(self) -> Wakeup | None:
        """Return what is set when asking again early is worth it, or None."""
        ...

    def seconds_until_ready(self, longest: float) -> float:
        """Return in how many seconds to ask again; 0 where the request may be sent now.

        Args:
            longest: How long the caller can wait, in seconds.

        Raises:
            DeadlineTooShort: No permit can be granted in that time. The reservation has ended.
        """
        ...

    def complete(self, remaining: int | None = None, window: float = 0.0) -> None:
        """Record that the response to the request was received.

        Args:
            remaining: How many requests the exchange says are left, or None where it does not say.
            window: When the exchange's window ends, in seconds from now.
        """
        ...

    def release(self) -> None:
        """Leave the queue, or return the permit: no request was sent with it."""
        ...


@runtime_checkable
class RateLimiter(Protocol):
    """Grants permission to send requests; what `limits=` of a client takes."""

    def reserve(self, operation: Operation, *, bulk: bool) -> Reservation:
        """Return a reservation for one request; it joins a queue when `seconds_until_ready` is first called.

        Args:
            operation: The operation, from the contract.
            bulk: Whether the request belongs to a bulk run; single calls go first.
        """
        ...


class Unlimited:
    """Rate limiter that never waits: for a sandbox without limits, or where another program limits."""

    def reserve(self, operation: Operation, *, bulk: bool) -> Reservation:
        """Return a reservation that is ready at once."""
        return _READY


class _Ready:
    wakeup: Wakeup | None = None

    def seconds_until_ready(self, longest: float) -> float:
        return 0.0

    def complete(self, remaining: int | None = None, window: float = 0.0) -> None:
        pass

    def release(self) -> None:
        pass


_READY = _Ready()


class LocalRateLimiter:
    """Rate limiter for one account in one process: first come, first served, within the documented limits.

    One object serves all threads and tasks. Each operation has its limit per account, and its IP group has
    two: one for the endpoint and one that all the group's endpoints share.

    Args:
        now: A monotonic clock, in seconds. Tests pass their own.
        ip_limits: Limits per IP address, shared with other API keys; None for new ones.
        lockouts: The account's lock-outs. An operation that the exchange locks without rate limit headers
            continues at a slower rate, for as long as this object lives.
    """

    def __init__(
        self,
        now: Callable[[], float] = monotonic,
        ip_limits: IpLimits | None = None,
        lockouts: Lockouts | None = None,
    ) -> None:
        self.ip_limits = IpLimits(now) if ip_limits is None else ip_limits
        self._lockouts = lockouts
        self._rates: set[RateOption] = set()
        self._slowed_until: dict[str, float] = {}
        self._queues: dict[str, tuple[Operation, PermitQueue]] = {}
        self._on_queue: Callable[[Operation, PermitQueue], None] | None = None

    def reserve(self, operation: Operation, *, bulk: bool = False) -> "LocalReservation":
        """Return a reservation for one request.

        Args:
            operation: The operation, from the contract.
            bulk: Whether the request belongs to a bulk run; single calls go first.
        """
        return LocalReservation(self, operation, bulk=bulk)

    def queue_for(self, operation: Operation) -> PermitQueue:
        """Return the queue of an operation."""
        known = self._queues.get(operation.operation_id)
        if known is None:
            with self.ip_limits:
                known = self._queues.get(operation.operation_id) or self._create(operation)
        return known[1]

    def on_each_queue(self, callback: Callable[[Operation, PermitQueue], None]) -> None:
        """Call a function with every queue, existing and future, under the lock.

        Args:
            callback: Takes the operation and its queue.
        """
        with self.ip_limits:
            self._on_queue = callback
            for operation, queue in self._queues.values():
                callback(operation, queue)

    def use_rate(self, rate: RateOption) -> None:
        """Keep to the option `rate` of a client. Of clients with one API key, the slowest rate wins."""
        if rate in self._rates:
            return
        with self.ip_limits:
            self._rates.add(rate)
            for operation, queue in self._queues.values():
                limit = rate_limit(operation, rate)
                if limit is not None:
                    queue.slow_to(limit)

    def slow_after_lockout(self, operation: Operation) -> None:
        """Slow an operation down, once per lock-out, if the exchange has locked it at the present rate."""
        if self._lockouts is None or operation.uid_limit is None:
            return
        locked_for = self._lockouts.seconds_left(operation.operation_id)
        if locked_for == 0 or self._lockouts.is_banned():
            return
        queue, name = self.queue_for(operation), operation.operation_id
        with self.ip_limits:
            now, before = self.ip_limits.now(), queue.own_rate
            if before is None or now < self._slowed_until.get(name, 0.0):
                return
            self._slowed_until[name] = now + locked_for
            queue.slow_to(rate_after_lockout(operation, before))
            after = queue.own_rate
        if after is not None and after != before:
            _log.warning(
                "the exchange locked %s at %d per %g s; continuing at %d per %g s after the lock-out. "
                "For a copy-trading account set rate='copy-trading'. Does another program use this key?",
                name,
                *before,
                *after,
            )

    def _create(self, operation: Operation) -> tuple[Operation, PermitQueue]:
        windows = self.ip_limits.windows_for(operation)
        if operation.uid_limit is not None:
            windows.insert(0, SlidingWindow(operation.uid_limit))
        queue = PermitQueue(windows)
        for rate in self._rates:
            limit = rate_limit(operation, rate)
            if limit is not None:
                queue.slow_to(limit)
        self._queues[operation.operation_id] = (operation, queue)
        if self._on_queue is not None:
            self._on_queue(operation, queue)
        return operation, queue


class LocalReservation(Waiter):
    """A reservation of `LocalRateLimiter`; `Reservation` describes its methods."""

    __slots__ = ("_ip_limits", "_limiter", "_operation", "_queue")

    def __init__(self, limiter: LocalRateLimiter, operation: Operation, *, bulk: bool) -> None:
        super().__init__(bulk=bulk)
        self._limiter = limiter
        self._operation = operation
        self._queue = limiter.queue_for(operation)
        self._ip_limits = limiter.ip_limits

    def seconds_until_ready(self, longest: float) -> float:
        """Return in how many seconds to ask again; 0 where the request may be sent now."""
        queue, ip_limits = self._queue, self._ip_limits
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
        now = self._ip_limits.now()
        self.permit.mark_arrived(now)
        if remaining is None:
            self._limiter.slow_after_lockout(self._operation)
        else:
            with self._ip_limits:
                self._queue.apply_server_hint(remaining, now + window, now)
        self._ip_limits.grant_available()
        self._notify()

    def release(self) -> None:
        """Leave the queue, or return the unused permit."""
        self._ip_limits.release(self._queue, self)
        self._notify()

    def _notify(self) -> None:
        remote = self._queue.remote
        if remote is not None:
            remote.dirty = True
            remote.notify()
