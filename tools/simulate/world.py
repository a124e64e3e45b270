"""Virtual time and the truth: which order had which state when, and by whose act."""

from bisect import bisect_right
from collections.abc import Callable
from heapq import heappop, heappush

from tools.simulate.timing import BEGIN_MS, CLIENT_ORDER_ID_FOUND_FOR

OPEN = frozenset({"NEW", "PENDING", "PARTIALLY_FILLED"})
CANCELED, FILLED = "CANCELED", "FILLED"
FAILED = frozenset({"FAILED", "EXPIRED", "REJECTED"})
#: By whose act a state began.
OURS, OTHERS = "ours", "others"
ORIGINAL, PART = "126", "50"


class Order:
    """An order and everything that ever happened to it.

    Args:
        order_id: The exchange's id.
        client_id: The id that the user gave, or nothing.
        placed: When it was placed, in seconds of virtual time; mostly before the call, so below zero.
        found: When the write path and the read path begin to find it.
    """

    __slots__ = ("_since", "_states", "client_id", "found", "order_id", "placed")

    def __init__(self, order_id: int, client_id: str, placed: float, found: tuple[float, float]) -> None:
        self.order_id = order_id
        self.client_id = client_id
        self.placed = placed
        self.found = found
        self._since = [placed]
        self._states = [("PENDING", "0", OTHERS)]

    def place(self, now: float, found: tuple[float, float]) -> None:
        """Place an order that was only planned; from `found` on the two paths find it."""
        self.placed = self._since[0] = now
        self.found = found

    @property
    def status(self) -> str:
        """Return the status now."""
        return self._states[-1][0]

    @property
    def executed(self) -> str:
        """Return the executed quantity now."""
        return self._states[-1][1]

    @property
    def by(self) -> str:
        """Return by whose act the status now began."""
        return self._states[-1][2]

    @property
    def is_open(self) -> bool:
        """Tell whether it can still be filled or cancelled."""
        return self._states[-1][0] in OPEN

    def change(self, now: float, status: str, by: str = OTHERS) -> bool:
        """Give an open order a new status, and tell whether it was open."""
        if not self.is_open:
            return False
        executed = {FILLED: ORIGINAL, "PARTIALLY_FILLED": PART}.get(status, self.executed)
        self._since.append(now)
        self._states.append((status, executed, by))
        return True

    def at(self, moment: float) -> tuple[str, str]:
        """Return status and executed quantity at a moment since it was placed."""
        status, executed, _ = self._states[max(bisect_right(self._since, moment) - 1, 0)]
        return status, executed

    def was_open_within(self, begin: float, end: float) -> bool:
        """Tell whether it was open at some moment between two."""
        if self.placed > end:
            return False
        return any(
            state[0] in OPEN
            and since <= end
            and (index + 1 == len(self._since) or self._since[index + 1] >= begin)
            for index, (since, state) in enumerate(zip(self._since, self._states, strict=True))
        )

    def found_by_client_id(self, now: float) -> bool:
        """Tell whether its client order id is still looked up."""
        return now <= self.placed + CLIENT_ORDER_ID_FOUND_FOR


class World:
    """Virtual time, what is going to happen, and a log of what has happened.

    Attributes:
        now: The time, in seconds; a call begins at 0.
        log: Moments and texts, for the timeline of one call; None where it is not read.
        ahead: By how much the exchange's clock is ahead of true time, in seconds.
    """

    __slots__ = ("_events", "_number", "ahead", "log", "now")

    def __init__(self, *, logged: bool = False) -> None:
        self.now = 0.0
        self.log: list[tuple[float, str]] | None = [] if logged else None
        self.ahead = 0.0
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._number = 0

    def clock_ms(self) -> int:
        """Return the exchange's time, in Unix milliseconds."""
        return BEGIN_MS + round((self.now + self.ahead) * 1000)

    def plan(self, moment: float, act: Callable[[], None]) -> None:
        """Let something happen at a moment, which may not lie in the past."""
        self._number += 1
        heappush(self._events, (moment, self._number, act))

    def advance(self, moment: float) -> None:
        """Let time pass until a moment, and happen what was planned until then."""
        events = self._events
        while events and events[0][0] <= moment:
            self.now = max(events[0][0], self.now)
            heappop(events)[2]()
        self.now = max(self.now, moment)

    def run_out(self) -> None:
        """Let everything happen that was planned: the world as it will be for ever."""
        while self._events:
            self.advance(self._events[0][0])

    def note(self, text: str) -> None:
        """Write into the log, where there is one; ask `log` first where the text is dear."""
        if self.log is not None:
            self.log.append((self.now, text))
