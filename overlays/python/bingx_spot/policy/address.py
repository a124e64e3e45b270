"""What all API keys of one machine share: the limits of its address, and the order in which things change."""

from collections import deque
from collections.abc import Callable
from threading import RLock
from time import monotonic
from types import TracebackType

from bingx_spot.forks import note_heir
from bingx_spot.policy.turns import Turn, Turns
from bingx_spot.policy.windows import Window
from bingx_spot_api.contract import IP_GROUPS, Operation


class Address:
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
        self.waiting: set[Turns] = set()
        self._windows: dict[tuple[str, str | int], Window] = {}
        self._leaving: deque[tuple[Turns, Turn]] = deque()
        self._lock = RLock()
        self._depth = 0
        note_heir(self)

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

    def begin_anew(self) -> None:
        """Begin as another process: after a fork, those who wait are the parent's, and so may the lock be."""
        self._lock = RLock()
        self._depth = 0
        self._leaving.clear()
        for turns in self.waiting:
            turns.forget_all()
        self.waiting = set()

    def windows_of(self, operation: Operation) -> list[Window]:
        """Return the windows of the operation's IP group: its own, and the one of the whole group."""
        group = IP_GROUPS.get(operation.ip_group) if operation.ip_group is not None else None
        if group is None:
            return []
        own = ("endpoint", operation.operation_id)
        shared = ("group", group.number)
        return [
            self._windows.setdefault(own, Window(group.endpoint)),
            self._windows.setdefault(shared, Window(group.group)),
        ]

    def leave(self, turns: Turns, turn: Turn) -> None:
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
