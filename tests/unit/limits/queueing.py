"""Play callers who want permits, on a clock that jumps from event to event."""

from collections.abc import Callable
from dataclasses import dataclass, field
from heapq import heappop, heappush
from itertools import count

from bingx_spot.limits.permit_queue import DeadlineTooShort
from bingx_spot.limits.rate_limiter import LocalRateLimiter, LocalReservation
from bingx_spot_api.contract import Operation

#: More events than any play has.
ENDLESS = 20_000


@dataclass
class Caller:
    """Want one permit, and tell what became of it.

    Args:
        comes: When, in seconds from the beginning.
        bulk: Whether the call belongs to a bulk run.
        patience: How long the caller can wait.
        leaves: After how long the caller is cancelled, or None.
        there: How long the request takes to arrive, in seconds.
        back: How long the answer takes from there, or None where none comes.
        unsent: Whether nothing is sent in the end, and the permit given back.
        late: How much later than it should the caller wakes.
    """

    comes: float
    bulk: bool = False
    patience: float = 1000.0
    leaves: float | None = None
    there: float = 0.0
    back: float | None = 0.0
    unsent: bool = False
    late: float = 0.0
    permitted: float | None = None
    arrived: float | None = None
    too_late: float | None = None
    left: float | None = None

    @property
    def gone(self) -> float:
        """Return when the caller stopped waiting."""
        moments = (self.permitted, self.too_late, self.left)
        return next(moment for moment in moments if moment is not None)


@dataclass
class Play:
    """Let callers come, wait, send and leave.

    Args:
        operation: What they ask for.
        begin: When it begins, in seconds.
    """

    operation: Operation
    begin: float = 1000.0
    now: float = 0.0
    order: list[Caller] = field(default_factory=list)
    _events: list[tuple[float, int, Callable[[], None]]] = field(default_factory=list)
    _number: "count[int]" = field(default_factory=count)

    def __post_init__(self) -> None:
        self.now = self.begin
        self.limits = LocalRateLimiter(lambda: self.now)

    def at(self, when: float, event: Callable[[], None]) -> None:
        """Let something happen."""
        heappush(self._events, (max(when, self.now), next(self._number), event))

    def run(self, callers: list[Caller]) -> None:
        """Play until nothing more happens."""
        for caller in callers:
            self.at(self.begin + caller.comes, _Coming(self, caller))
        for _ in range(ENDLESS):
            if not self._events:
                return
            self.now, _, event = heappop(self._events)
            event()
        raise AssertionError("the play does not end")


class _Coming:
    """Follow one caller."""

    def __init__(self, play: Play, caller: Caller) -> None:
        self.play, self.caller = play, caller
        self.reservation: LocalReservation = play.limits.reserve(play.operation, bulk=caller.bulk)
        self.deadline = play.begin + caller.comes + caller.patience
        self.wakes = 0
        if caller.leaves is not None:
            play.at(play.begin + caller.comes + caller.leaves, self.leave)

    def __call__(self) -> None:
        """Ask for the permit, and come again when told to."""
        play, caller = self.play, self.caller
        if caller.left is not None:
            return
        try:
            pause = self.reservation.seconds_until_ready(self.deadline - play.now)
        except DeadlineTooShort:
            caller.too_late = play.now
            return
        if pause > 0:
            self.wakes += 1
            number = self.wakes
            play.at(play.now + pause + caller.late, lambda: self.wake(number))
            self.reservation.wakeup.subscribe(
                lambda: play.at(play.now + caller.late, lambda: self.wake(number))
            )
            return
        caller.permitted = play.now
        play.order.append(caller)
        if caller.unsent:
            self.reservation.release()
        else:
            play.at(play.now + caller.there, self.arrive)

    def wake(self, number: int) -> None:
        if number == self.wakes:
            self.wakes += 1
            self()

    def leave(self) -> None:
        if self.caller.permitted is None and self.caller.too_late is None:
            self.caller.left = self.play.now
            self.reservation.release()

    def arrive(self) -> None:
        self.caller.arrived = self.play.now
        if self.caller.back is not None:
            self.play.at(self.play.now + self.caller.back, self.reservation.complete)


def fullest(times: list[float], seconds: float) -> int:
    """Count what the fullest window of that length holds; it begins with some request."""
    return max((sum(begin <= when < begin + seconds for when in times) for begin in times), default=0)
