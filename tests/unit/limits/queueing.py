"""Simulated callers that want permits, on a clock that jumps from event to event."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from bingx_spot.limits.permit_queue import DeadlineTooShort
from bingx_spot.limits.rate_limiter import LocalRateLimiter, LocalReservation
from bingx_spot_api.contract import Operation

#: More events than any simulation has.
MAX_EVENTS = 20_000


@dataclass
class Caller:
    """A caller that wants one permit, and what became of it.

    Args:
        at: When it calls, in seconds from the start.
        bulk: Whether the call belongs to a bulk run.
        patience: How long the caller can wait.
        leaves: After how long the call is cancelled, or None.
        request_takes: How long the request takes to arrive, in seconds.
        response_takes: How long the response takes, or None where none arrives.
        unsent: Whether nothing is sent in the end, and the permit is released.
        late: How much later than it should the caller wakes.
    """

    at: float
    bulk: bool = False
    patience: float = 1000.0
    leaves: float | None = None
    request_takes: float = 0.0
    response_takes: float | None = 0.0
    unsent: bool = False
    late: float = 0.0
    granted: float | None = None
    arrived: float | None = None
    rejected: float | None = None
    left: float | None = None

    @property
    def ended(self) -> float:
        """Return when the caller stopped waiting."""
        moments = (self.granted, self.rejected, self.left)
        return next(moment for moment in moments if moment is not None)


@dataclass
class Simulation:
    """Runs callers of one operation.

    Args:
        operation: What they call.
        start: When it starts, in seconds.
    """

    operation: Operation
    start: float = 1000.0
    now: float = 0.0
    order: list[Caller] = field(default_factory=list)
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _numbers: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.now = self.start
        self.limits = LocalRateLimiter(lambda: self.now)

    def schedule(self, when: float, event: Callable[[], None]) -> None:
        """Run an event at a time."""
        heappush(self._events, (max(when, self.now), next(self._numbers), event))

    def run(self, callers: list[Caller]) -> None:
        """Run until no event is left."""
        for caller in callers:
            self.schedule(self.start + caller.at, _Call(self, caller))
        for _ in range(MAX_EVENTS):
            if not self._events:
                return
            self.now, _, event = heappop(self._events)
            event()
        raise AssertionError("the simulation does not end")


class _Call:
    def __init__(self, simulation: Simulation, caller: Caller) -> None:
        self.simulation, self.caller = simulation, caller
        self.reservation: LocalReservation = simulation.limits.reserve(simulation.operation, bulk=caller.bulk)
        self.deadline = simulation.start + caller.at + caller.patience
        self.wakes = 0
        if caller.leaves is not None:
            simulation.schedule(simulation.start + caller.at + caller.leaves, self.leave)

    def __call__(self) -> None:
        simulation, caller = self.simulation, self.caller
        if caller.left is not None:
            return
        try:
            pause = self.reservation.seconds_until_ready(self.deadline - simulation.now)
        except DeadlineTooShort:
            caller.rejected = simulation.now
            return
        if pause > 0:
            self.wakes += 1
            number = self.wakes
            simulation.schedule(simulation.now + pause + caller.late, lambda: self.wake(number))
            self.reservation.wakeup.subscribe(
                lambda: simulation.schedule(simulation.now + caller.late, lambda: self.wake(number))
            )
            return
        caller.granted = simulation.now
        simulation.order.append(caller)
        if caller.unsent:
            self.reservation.release()
        else:
            simulation.schedule(simulation.now + caller.request_takes, self.arrive)

    def wake(self, number: int) -> None:
        if number == self.wakes:
            self.wakes += 1
            self()

    def leave(self) -> None:
        if self.caller.granted is None and self.caller.rejected is None:
            self.caller.left = self.simulation.now
            self.reservation.release()

    def arrive(self) -> None:
        self.caller.arrived = self.simulation.now
        if self.caller.response_takes is not None:
            done = self.simulation.now + self.caller.response_takes
            self.simulation.schedule(done, self.reservation.complete)


def fullest_window(times: list[float], seconds: float) -> int:
    """Return how many times the fullest window of that length holds; it begins with one of them."""
    return max((sum(start <= when < start + seconds for when in times) for start in times), default=0)
