"""Keep within the exchange's limits, as the contract states them."""

from collections import deque
from collections.abc import Callable
from threading import RLock
from time import monotonic
from types import TracebackType
from typing import Protocol

from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.limits.permit_queue import PermitQueue, Waiter, Wakeup
from bingx_spot.limits.sliding_window import SlidingWindow
from bingx_spot_api.contract import IP_GROUPS, Operation


class IpLimits:
    """Hold the windows of the IP groups, and let one change be made after the other.

    It is a context manager, held for microseconds and never while anybody waits. A signal's handler may enter
    it while its own thread is in it; to leave a queue, which the garbage collector may do at any moment for a
    call that nobody goes on with, is put off until nobody is.

    Args:
        now: A monotonic clock, in seconds. Tests give their own.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self.now = now
        #: The queues in which somebody is waiting.
        self.waiting: set[PermitQueue] = set()
        self._windows: dict[tuple[str, str | int], SlidingWindow] = {}
        self._leaving: deque[tuple[PermitQueue, Waiter]] = deque()
        self._lock = RLock()
        self._depth = 0
        register_fork_aware(self)

    def __enter__(self) -> None:
        self._lock.acquire()
        self._depth += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._depth -= 1
        self._lock.release()
        if self._leaving:
            self._let_leave()

    def after_fork_in_child(self) -> None:
        """Begin as another process: after a fork, those who wait are the parent's, and so may the lock be."""
        self._lock = RLock()
        self._depth = 0
        self._leaving.clear()
        for turns in self.waiting:
            turns.forget_all()
        self.waiting = set()

    def windows_of(self, operation: Operation) -> list[SlidingWindow]:
        """Return the windows of the operation's IP group: its own, and the one of the whole group."""
        group = IP_GROUPS.get(operation.ip_group) if operation.ip_group is not None else None
        if group is None:
            return []
        own = ("endpoint", operation.operation_id)
        shared = ("group", group.number)
        return [
            self._windows.setdefault(own, SlidingWindow(group.endpoint)),
            self._windows.setdefault(shared, SlidingWindow(group.group)),
        ]

    def leave(self, turns: PermitQueue, turn: Waiter) -> None:
        """Give a place in a queue back, or a permit, and let others have it."""
        self._leaving.append((turns, turn))
        self._let_leave()

    def give_out(self) -> None:
        """Let everybody who waits have what has become free."""
        if self.waiting:
            with self:
                self._give_out(self.now())

    def _let_leave(self) -> None:
        # Where somebody else is inside, that one looks for those who leave afterwards.
        while self._leaving and self._lock.acquire(blocking=False):
            try:
                if self._depth:
                    return
                self._depth += 1
                try:
                    turns, turn = self._leaving.popleft()
                    now = self.now()
                    turns.leave(turn, now)
                    self._give_out(now)
                finally:
                    self._depth -= 1
            finally:
                self._lock.release()

    def _give_out(self, now: float) -> None:
        for turns in self.waiting:
            turns.give_out(now)
        self.waiting = {turns for turns in self.waiting if turns}


class Reservation(Protocol):
    """Be one request's way to a permit, and then the permit."""

    @property
    def wakeup(self) -> Wakeup | None:
        """Return what is sent when it is worth asking again before the time is up, or None for nothing."""
        ...

    def seconds_until_ready(self, longest: float) -> float:
        """Return in how many seconds to ask again; 0 where the request may be sent now.

        Args:
            longest: How long the caller can wait, in seconds.

        Raises:
            TooLate: No permit can come in that time. Nothing is waited for any longer.
        """
        ...

    def complete(self, remain: int | None = None, window: float = 0.0) -> None:
        """Note that the answer to the request is there.

        Args:
            remain: How many requests the exchange says are left, or None where it does not say.
            window: When its window ends, in seconds from now.
        """
        ...

    def release(self) -> None:
        """Give the place in the queue back, or the permit: no request was sent with it."""
        ...


class RateLimiter(Protocol):
    """Give out permits to send; what `limits=` of a client takes."""

    def reserve(self, operation: Operation, *, bulk: bool) -> Reservation:
        """Return a reservation for one request; it has no place in any queue before it is asked to wait.

        Args:
            operation: The endpoint, from the contract.
            bulk: Whether the request belongs to a bulk run, which single calls overtake.
        """
        ...


class Unlimited:
    """Let every request go at once: for a sandbox without limits, or where something else limits."""

    def reserve(self, operation: Operation, *, bulk: bool) -> Reservation:  # noqa: ARG002 - the protocol has them
        """Return a reservation that never waits."""
        return _FREE


class _Free:
    """Never wait."""

    wakeup: Wakeup | None = None

    def seconds_until_ready(self, longest: float) -> float:  # noqa: ARG002
        return 0.0

    def complete(self, remain: int | None = None, window: float = 0.0) -> None:
        pass

    def release(self) -> None:
        pass


_FREE = _Free()


class LocalRateLimiter:
    """Give out permits: first come, first served, never more than the contract allows.

    One object serves all threads and tasks. Each endpoint has its limit per UID, and its IP group has two:
    one for the endpoint and one that all the group's endpoints share.

    Args:
        now: A monotonic clock, in seconds. Tests give their own.
        address: What is shared with other API keys, or None for nothing.
    """

    def __init__(self, now: Callable[[], float] = monotonic, address: IpLimits | None = None) -> None:
        self.address = IpLimits(now) if address is None else address
        self._turns: dict[str, tuple[Operation, PermitQueue]] = {}
        self._on_queue: Callable[[Operation, PermitQueue], None] | None = None

    def reserve(self, operation: Operation, *, bulk: bool = False) -> "LocalReservation":
        """Return a reservation for one request.

        Args:
            operation: The endpoint, from the contract.
            bulk: Whether the request belongs to a bulk run, which single calls overtake.
        """
        return LocalReservation(self.turns_of(operation), self.address, bulk=bulk)

    def turns_of(self, operation: Operation) -> PermitQueue:
        """Return the queue of an endpoint."""
        made = self._turns.get(operation.operation_id)
        if made is None:
            with self.address:
                made = self._turns.get(operation.operation_id) or self._made(operation)
        return made[1]

    def on_every_queue(self, act: Callable[[Operation, PermitQueue], None]) -> None:
        """Let something be done with every queue that there is and that will be, under the lock.

        Args:
            act: Is given the endpoint and its queue.
        """
        with self.address:
            self._on_queue = act
            for operation, turns in self._turns.values():
                act(operation, turns)

    def _made(self, operation: Operation) -> tuple[Operation, PermitQueue]:
        windows = self.address.windows_of(operation)
        if operation.uid_limit is not None:
            windows.insert(0, SlidingWindow(operation.uid_limit))
        turns = PermitQueue(windows)
        self._turns[operation.operation_id] = (operation, turns)
        if self._on_queue is not None:
            self._on_queue(operation, turns)
        return operation, turns


class LocalReservation(Waiter):
    """Be one request's way to a permit of `LocalRateLimiter`; `Reservation` says what its methods do."""

    __slots__ = ("_address", "_turns")

    def __init__(self, turns: PermitQueue, address: IpLimits, *, bulk: bool) -> None:
        super().__init__(bulk=bulk)
        self._turns = turns
        self._address = address

    def seconds_until_ready(self, longest: float) -> float:
        """Return in how many seconds to ask again; 0 where the request may be sent now."""
        turns, address = self._turns, self._address
        with address:
            now = address.now()
            # Before anything is looked at: whoever brings an answer looks first at the permit, then here.
            address.waiting.add(turns)
            try:
                pause = turns.wait(self, now, now + longest)
            finally:
                if not turns:
                    address.waiting.discard(turns)
        if pause > 0:
            self._nudge()
        return pause

    def complete(self, remain: int | None = None, window: float = 0.0) -> None:
        """Note that the answer to the request is there."""
        if self.permit is None:
            return
        now = self._address.now()
        self.permit.arrived(now)
        if remain is not None:
            with self._address:
                self._turns.told(remain, now + window, now)
        self._address.give_out()
        self._nudge()

    def release(self) -> None:
        """Give the place in the queue back, or the permit."""
        self._address.leave(self._turns, self)
        self._nudge()

    def _nudge(self) -> None:
        elsewhere = self._turns.elsewhere
        if elsewhere is not None:
            elsewhere.news = True
            elsewhere.ring()
