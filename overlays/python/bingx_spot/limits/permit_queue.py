"""Keep the order in which the calls of one endpoint get their permits: a queue that nobody waits in.

Whoever waits sleeps elsewhere, in a thread or in a task, and comes back to ask. Whoever comes gives out
what has become free, in order, to others too, so that one caller that is held up holds up nobody else.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from bingx_spot.limits.sliding_window import Permit, SlidingWindow

# Not 0, which stands for a permit; less than any timer can tell apart.
_SHORTEST = 1e-6


class Wakeup:
    """Tell one waiting caller, from any thread, that it is worth looking again.

    It knows neither threads nor event loops: whoever waits says how it is woken.
    """

    __slots__ = ("_sent", "_wake")

    def __init__(self) -> None:
        self._sent = False
        self._wake: Callable[[], object] | None = None

    @property
    def is_set(self) -> bool:
        """Tell whether it was sent."""
        return self._sent

    def set(self) -> None:
        """Wake the caller, or let its next `subscribe` return at once."""
        # First the flag, then the look for a caller; `subscribe` does it the other way round, so none is missed.
        self._sent = True
        wake = self._wake
        if wake is not None:
            with suppress(RuntimeError):  # what an event loop says that has ended; nobody waits there
                wake()

    def subscribe(self, wake: Callable[[], object]) -> None:
        """Let `wake` be called when the signal is sent, at once if that has happened.

        Args:
            wake: Wakes the caller; it may come from another thread, and twice.
        """
        self._wake = wake
        if self._sent:
            wake()


class DeadlineTooShort(Exception):
    """Say that no permit can come in time, and that none is waited for any longer.

    Args:
        seconds: In how many seconds one could come.
    """

    def __init__(self, seconds: float) -> None:
        super().__init__(seconds)
        self.seconds = seconds


class Waiter:
    """Be one call's place in the queue.

    Attributes:
        bulk: Whether the call belongs to a bulk run.
        permit: Its permit, once it has one.
        signal: Sent when it is worth asking again before the time is up.
        wakes_at: When its caller asks again unless the signal is sent.
        deadline: When its caller gives up.
        name: What it is called where processes share a limit; empty elsewhere.
    """

    __slots__ = ("bulk", "deadline", "name", "permit", "wakes_at", "wakeup")

    def __init__(self, *, bulk: bool) -> None:
        self.bulk = bulk
        self.permit: Permit | None = None
        self.wakeup = Wakeup()
        self.wakes_at = 0.0
        self.deadline = 0.0
        self.name = ""


@dataclass(slots=True)
class RemoteSource:
    """Say that permits come from elsewhere, from a store that processes share, and hold the news for it.

    Attributes:
        ring: Called, without any lock, when there is news: a caller waits, a permit came back or was used.
        news: Whether there is some that was not told yet.
        next: When the next permit can come, as far as is known, in seconds.
        returned: The names of permits with which nothing was sent.
        told: What the exchange said: how many requests are left, and until when.
    """

    ring: Callable[[], None]
    news: bool = False
    next: float = 0.0
    returned: list[str] = field(default_factory=list)
    told: tuple[int, float] | None = None


class PermitQueue:
    """Give out the permits of one endpoint: first come, first served, single calls before bulk runs.

    Args:
        windows: The limits that hold for the endpoint; others may count in some of them too.
    """

    def __init__(self, windows: Sequence[SlidingWindow]) -> None:
        self.windows = windows
        #: Where the permits come from if none are given out here.
        self.elsewhere: RemoteSource | None = None
        # Dictionaries keep their order, and a place in the middle can be given back at once.
        self._single: dict[Waiter, None] = {}
        self._bulk: dict[Waiter, None] = {}

    def __len__(self) -> int:
        return len(self._single) + len(self._bulk)

    def __iter__(self) -> Iterator[Waiter]:
        yield from self._single
        yield from self._bulk

    def wait(self, turn: Waiter, now: float, deadline: float) -> float:
        """Return in how many seconds to ask again; 0 where the turn has its permit.

        Args:
            turn: Whose turn it is; the first time it gets its place.
            now: The time, in seconds.
            deadline: When the caller's time is up.

        Raises:
            DeadlineTooShort: The permit cannot come before the deadline. The turn has lost its place.
        """
        if turn.permit is not None:
            return 0.0
        queue = self._bulk if turn.bulk else self._single
        if turn not in queue:
            if self._is_free_for(turn, now):
                self._give(turn, now)
                return 0.0
            self._check(now, deadline, self._ahead(turn))
            turn.deadline = deadline
            queue[turn] = None
            if self._bulk and not turn.bulk:
                self.turn_away(now)
        self.give_out(now)
        if turn.permit is not None:
            return 0.0
        return self._sleep(turn, now, deadline)

    def forget_all(self) -> None:
        """Take everybody out of the queue: their callers will not come back."""
        self._single.clear()
        self._bulk.clear()

    def leave(self, turn: Waiter, now: float) -> None:
        """Give a place back, or a permit with which nothing was sent, and let the next one have it."""
        (self._bulk if turn.bulk else self._single).pop(turn, None)
        permit, turn.permit = turn.permit, None
        if permit is not None:
            for window in self.windows:
                window.put_back(permit)
            if self.elsewhere is not None and permit.name:
                self.elsewhere.returned.append(permit.name)
        self.give_out(now)

    def give_out(self, now: float) -> None:
        """Give out what has become free, and see to it that the next caller wakes when its permit comes."""
        while self.elsewhere is None and (turn := self._first()) is not None:
            at = self.next(now, bulk=turn.bulk)
            if at > now:
                if turn.wakes_at > at:
                    turn.wakes_at = at
                    turn.wakeup.set()
                return
            self.give(turn, now)

    def give(self, turn: Waiter, now: float) -> None:
        """Give a turn its permit, whoever else waits, and wake its caller."""
        (self._bulk if turn.bulk else self._single).pop(turn, None)
        self._give(turn, now)
        turn.wakeup.set()

    def told(self, remain: int, until: float, now: float) -> None:
        """Take over what the exchange says of the permits left; `SlidingWindow.told` says when it is believed."""
        # The first window is the narrowest; the others are a machine's, which serves several keys.
        if self.elsewhere is not None:
            self.elsewhere.told = (remain, until)
        elif self.windows and self.windows[0].told(remain, until, now):
            self.turn_away(now)

    def turn_away(self, now: float) -> None:
        """Wake those whose permits cannot come in time any longer, so that they learn it at once."""
        # All at once: a signal's handler may change the queue meanwhile.
        for ahead, turn in enumerate([*self._single, *self._bulk]):
            if self._soonest(now, ahead) > turn.deadline:
                turn.wakeup.set()

    def next(self, now: float, *, bulk: bool) -> float:
        """Return when the next permit may be given, as things stand."""
        return max([window.next(now, bulk=bulk) for window in self.windows], default=now)

    def _is_free_for(self, turn: Waiter, now: float) -> bool:
        if self._single or (turn.bulk and self._bulk) or self.elsewhere is not None:
            return False
        return self.next(now, bulk=turn.bulk) <= now

    def _give(self, turn: Waiter, now: float) -> None:
        permit = turn.permit = Permit(now, turn.name)
        for window in self.windows:
            window.take(permit)

    def _first(self) -> Waiter | None:
        return next(iter(self), None)

    def _ahead(self, turn: Waiter) -> int:
        """Return how many permits come before this turn's."""
        queue = self._bulk if turn.bulk else self._single
        own = list(queue).index(turn) if turn in queue else len(queue)
        return own + (len(self._single) if turn.bulk else 0)

    def _soonest(self, now: float, ahead: int) -> float:
        own = max([window.soonest(now, ahead + 1) for window in self.windows], default=now)
        return own if self.elsewhere is None else max(own, self.elsewhere.next)

    def _check(self, now: float, deadline: float, ahead: int) -> None:
        soonest = self._soonest(now, ahead)
        if soonest > deadline:
            raise DeadlineTooShort(soonest - now)

    def _sleep(self, turn: Waiter, now: float, deadline: float) -> float:
        ahead = self._ahead(turn)
        # Behind the first, everybody comes back when it could be their turn: should the first one's caller be
        # held up, they are not.
        soonest = self._soonest(now, ahead)
        at = soonest if ahead else max(self.next(now, bulk=turn.bulk), soonest)
        if soonest > deadline or now >= deadline:
            self.leave(turn, now)
            raise DeadlineTooShort(at - now)
        turn.wakeup = Wakeup()
        turn.wakes_at = min(at, deadline) if self.elsewhere is None else deadline
        return max(turn.wakes_at - now, _SHORTEST)
