"""One endpoint's limit as a process shares it: what to tell the store, and what to make of its answer."""

from collections.abc import Callable
from enum import Enum
from itertools import count

from bingx_spot.limits.lockouts import Lockouts
from bingx_spot.limits.permit_queue import PermitQueue, RemoteSource
from bingx_spot.limits.sliding_window import MARGIN, Permit, share
from bingx_spot.shared_limits.allocation import Allocation, ProcessReport
from bingx_spot_api.contract import Operation, Rate

# A block that differs by less, in seconds, is the same one: each knows it by its own clock.
_SAME_BLOCK = 1.0


class SharedLimit:
    """Be what stands between an endpoint's queue and the store.

    Its methods are called under the lock of the address.

    Args:
        operation: The endpoint; it has a limit per UID.
        turns: Its queue.
        blocks: Until when the exchange will not listen.
        name: What the limit is called in the store.
        ring: Wakes whoever asks the store; called without any lock.
    """

    def __init__(
        self, operation: Operation, turns: PermitQueue, blocks: Lockouts, name: str, ring: Callable[[], None]
    ) -> None:
        assert operation.uid_limit is not None, "others are not shared"  # noqa: S101 - a mistake of ours
        self.name = name
        self.rate: Rate = operation.uid_limit
        #: When to ask the store again, in seconds; None where nobody waits for anything.
        self.due: float | None = None
        self._operation_id = operation.operation_id
        self._turns = turns
        self._blocks = blocks
        self._elsewhere = turns.elsewhere = RemoteSource(ring)
        self._numbers = count()
        self._sent_back: list[str] = []
        self._was_away = False
        self._held_up_until = 0.0

    def is_due(self, now: float) -> bool:
        """Tell whether there is something to tell the store, or somebody to ask it for."""
        return self._elsewhere.news or (self.due is not None and self.due <= now)

    def report(self, process: str, members: int, now: float) -> ProcessReport:
        """Return what the store is to be told.

        Args:
            process: This process's name.
            members: How many share the limit, as far as is known.
            now: The time, in seconds.
        """
        self._elsewhere.news = False
        single, bulk = self._waiting(process, now)
        self._sent_back, self._elsewhere.returned = self._sent_back + self._elsewhere.returned, []
        told, self._elsewhere.told = self._elsewhere.told, None
        return {
            "process": process,
            "requests": self.rate.requests,
            "window": self.rate.seconds * 1000,
            "margin": MARGIN * 1000,
            "single": single,
            "bulk": bulk,
            "counts": dict.fromkeys(self._sent_back, 0.0) | self._counts(process, now),
            "told": [] if told is None else [told[0], (told[1] - now) * 1000],
            "closed": self._closed() * 1000,
            "known": members,
            "away": self._was_away,
        }

    def take_in(self, verdict: Allocation, now: float) -> None:
        """Hand out what the store has given.

        Args:
            verdict: Its answer to the last report.
            now: The time, in seconds.
        """
        self._sent_back.clear()
        self._was_away = False
        waiting = {turn.name: turn for turn in self._turns}
        for name in verdict["granted"]:
            if name in waiting:
                self._turns.give(waiting[name], now)
            else:
                self._elsewhere.returned.append(name)
        self._elsewhere.next = max(now + max(verdict["wait"], 0.0) / 1000, self._held_up_until)
        self.due = self._elsewhere.next if len(self._turns) > 0 else None
        self._elsewhere.news = self._elsewhere.news or bool(self._elsewhere.returned)
        if verdict["closed"] / 1000 > self._blocks.seconds_left(self._operation_id) + _SAME_BLOCK:
            self._blocks.lock(self._operation_id, verdict["closed"] / 1000)
        self._turns.turn_away(now)

    def go_on_alone(self, members: int) -> None:
        """Let the queue give out this process's share, for the store is gone.

        Args:
            members: How many share the limit, as far as is known.
        """
        self._was_away = True
        self._turns.elsewhere = None
        self._turns.windows[0].rate = share(self.rate, members)
        self._wake_all()

    def come_back(self) -> None:
        """Let permits come from the store again, and let it know at once what was sent without it."""
        self._elsewhere.news = True
        self._turns.elsewhere = self._elsewhere
        self._turns.windows[0].rate = self.rate
        self._wake_all()

    def after_fork_in_child(self) -> None:
        """Forget who waits: after a fork they are the parent's, and so is what they asked for."""
        self._turns.forget_all()
        self._sent_back.clear()
        self._elsewhere.returned.clear()

    def _waiting(self, process: str, now: float) -> tuple[list[str], list[str]]:
        """Return the names of those who wait and could be served, as far as this machine's limits go."""
        names: tuple[list[str], list[str]] = ([], [])
        self._held_up_until = max([window.next(now) for window in self._turns.windows[1:]], default=now)
        if self._held_up_until > now:
            return names
        for turn in self._turns:
            turn.name = turn.name or f"{process}:{next(self._numbers)}"
            if len(names[turn.bulk]) < self.rate.requests:
                names[turn.bulk].append(turn.name)
        return names

    def _counts(self, process: str, now: float) -> dict[str, float]:
        """Return for how long permits are counted yet, in milliseconds."""
        counts: dict[str, float] = {}
        for permit in self._turns.windows[0].held(now):
            # Those too that the store gave itself: it may have lost what it knew.
            counts[self._named(permit, process)] = (permit.since + self.rate.seconds - now) * 1000
        return counts

    def _named(self, permit: Permit, process: str) -> str:
        permit.name = permit.name or f"{process}:{next(self._numbers)}"
        return permit.name

    def _closed(self) -> float:
        left = self._blocks.seconds_left(self._operation_id)
        return left if left > _SAME_BLOCK else 0.0

    def _wake_all(self) -> None:
        for turn in self._turns:
            turn.wakeup.set()


#: How long a store may be out of reach before others are taken to go without it too, a window apart. In that
#: time, nothing is sent: whatever the store gave out to others before it went is counted no longer then.
PAUSE = 0.25
#: How soon to ask again in that time, in seconds.
SOON = 0.1
#: How often to look whether it is back, in seconds.
PROBE = 1.0


class Phase(Enum):
    """Say where permits come from."""

    STORE = "the store"
    NOBODY = "nobody, until it is certain that the store is gone"
    HERE = "this process's own share"


class StoreHealth:
    """Follow whether a store can be had.

    A store that does not answer once may just be slow, and others may still get permits from it. So nothing
    is given out for the length of a window: by then it answers again, or all go without it, each with its
    share.
    A process that shares the limit with nobody goes on at once.

    Args:
        window: The longest window of the limits, in seconds.
    """

    def __init__(self, window: float) -> None:
        self.window = window
        #: How many processes share the limits, as was last heard; 0 where that is not known.
        self.members = 0
        self.phase = Phase.STORE
        self._since = 0.0

    def failed(self, now: float) -> bool:
        """Note that the store could not be had, and tell whether that begins the going on without it."""
        if self.phase is Phase.STORE:
            self.phase, self._since = Phase.NOBODY, now
        over = self.members == 1 or now >= self._since + self.window + PAUSE
        if self.phase is Phase.NOBODY and over:
            self.phase = Phase.HERE
            return True
        return False

    def heard(self, members: int) -> bool:
        """Note that the store has answered, and tell whether that ends the going on without it.

        Args:
            members: How many processes share the limits, by the store's word.
        """
        was, self.phase, self.members = self.phase, Phase.STORE, members
        return was is Phase.HERE

    def again_in(self) -> float:
        """Return in how many seconds to ask a store again that has failed."""
        return PROBE if self.phase is Phase.HERE else SOON
