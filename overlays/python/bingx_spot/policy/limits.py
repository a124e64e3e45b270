"""Keep within the exchange's limits, as the contract states them."""

from collections.abc import Callable
from time import monotonic
from typing import Protocol

from bingx_spot.policy.address import Address
from bingx_spot.policy.signal import Signal
from bingx_spot.policy.turns import Turn, Turns
from bingx_spot.policy.windows import Window
from bingx_spot_api.contract import Operation


class Ticket(Protocol):
    """Be one request's way to a permit, and then the permit."""

    @property
    def signal(self) -> Signal | None:
        """Return what is sent when it is worth asking again before the time is up, or None for nothing."""
        ...

    def wait(self, longest: float) -> float:
        """Return in how many seconds to ask again; 0 where the request may be sent now.

        Args:
            longest: How long the caller can wait, in seconds.

        Raises:
            TooLate: No permit can come in that time. Nothing is waited for any longer.
        """
        ...

    def answered(self, remain: int | None = None, window: float = 0.0) -> None:
        """Note that the answer to the request is there.

        Args:
            remain: How many requests the exchange says are left, or None where it does not say.
            window: When its window ends, in seconds from now.
        """
        ...

    def give_back(self) -> None:
        """Give the place in the queue back, or the permit: no request was sent with it."""
        ...


class Permits(Protocol):
    """Give out permits to send; what `limits=` of a client takes."""

    def ticket(self, operation: Operation, *, bulk: bool) -> Ticket:
        """Return a ticket for one request; it has no place in any queue before it is asked to wait.

        Args:
            operation: The endpoint, from the contract.
            bulk: Whether the request belongs to a bulk run, which single calls overtake.
        """
        ...


class Unlimited:
    """Let every request go at once: for a sandbox without limits, or where something else limits."""

    def ticket(self, operation: Operation, *, bulk: bool) -> Ticket:  # noqa: ARG002 - the protocol has them
        """Return a ticket that never waits."""
        return _FREE


class _Free:
    """Never wait."""

    signal: Signal | None = None

    def wait(self, longest: float) -> float:  # noqa: ARG002
        return 0.0

    def answered(self, remain: int | None = None, window: float = 0.0) -> None:
        pass

    def give_back(self) -> None:
        pass


_FREE = _Free()


class Limits:
    """Give out permits: first come, first served, never more than the contract allows.

    One object serves all threads and tasks. Each endpoint has its limit per UID, and its IP group has two:
    one for the endpoint and one that all the group's endpoints share.

    Args:
        now: A monotonic clock, in seconds. Tests give their own.
        address: What is shared with other API keys, or None for nothing.
    """

    def __init__(self, now: Callable[[], float] = monotonic, address: Address | None = None) -> None:
        self.address = Address(now) if address is None else address
        self._turns: dict[str, tuple[Operation, Turns]] = {}
        self._on_queue: Callable[[Operation, Turns], None] | None = None

    def ticket(self, operation: Operation, *, bulk: bool = False) -> "LimitsTicket":
        """Return a ticket for one request.

        Args:
            operation: The endpoint, from the contract.
            bulk: Whether the request belongs to a bulk run, which single calls overtake.
        """
        return LimitsTicket(self.turns_of(operation), self.address, bulk=bulk)

    def turns_of(self, operation: Operation) -> Turns:
        """Return the queue of an endpoint."""
        made = self._turns.get(operation.operation_id)
        if made is None:
            with self.address:
                made = self._turns.get(operation.operation_id) or self._made(operation)
        return made[1]

    def on_every_queue(self, act: Callable[[Operation, Turns], None]) -> None:
        """Let something be done with every queue that there is and that will be, under the lock.

        Args:
            act: Is given the endpoint and its queue.
        """
        with self.address:
            self._on_queue = act
            for operation, turns in self._turns.values():
                act(operation, turns)

    def _made(self, operation: Operation) -> tuple[Operation, Turns]:
        windows = self.address.windows_of(operation)
        if operation.uid_limit is not None:
            windows.insert(0, Window(operation.uid_limit))
        turns = Turns(windows)
        self._turns[operation.operation_id] = (operation, turns)
        if self._on_queue is not None:
            self._on_queue(operation, turns)
        return operation, turns


class LimitsTicket(Turn):
    """Be one request's way to a permit of `Limits`; `Ticket` says what its methods do."""

    __slots__ = ("_address", "_turns")

    def __init__(self, turns: Turns, address: Address, *, bulk: bool) -> None:
        super().__init__(bulk=bulk)
        self._turns = turns
        self._address = address

    def wait(self, longest: float) -> float:
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

    def answered(self, remain: int | None = None, window: float = 0.0) -> None:
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

    def give_back(self) -> None:
        """Give the place in the queue back, or the permit."""
        self._address.leave(self._turns, self)
        self._nudge()

    def _nudge(self) -> None:
        elsewhere = self._turns.elsewhere
        if elsewhere is not None:
            elsewhere.news = True
            elsewhere.ring()
