"""Limits per IP address, which all API keys of a process share."""

from collections import deque
from collections.abc import Callable
from threading import RLock
from time import monotonic
from types import TracebackType

from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.limits.permit_queue import PermitQueue, Waiter
from bingx_spot.limits.sliding_window import SlidingWindow
from bingx_spot_api.contract import IP_GROUPS, Operation


class IpLimits:
    """Sliding windows of the IP groups, and the lock under which queues change.

    As a context manager it holds the lock, for microseconds and never while a caller waits. A signal handler
    may enter it while its own thread is inside. Releasing a reservation, which the garbage collector may do
    at any moment for an abandoned call, is deferred until no thread is inside.

    Args:
        now: A monotonic clock, in seconds. Tests pass their own.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self.now = now
        #: The queues that have waiters.
        self.waiting: set[PermitQueue] = set()
        self._windows: dict[tuple[str, str | int], SlidingWindow] = {}
        self._to_release: deque[tuple[PermitQueue, Waiter]] = deque()
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
        if self._to_release:
            self._release_deferred()

    def after_fork_in_child(self) -> None:
        """Reset after a fork: waiters belong to the parent process, and its threads may hold the lock."""
        self._lock = RLock()
        self._depth = 0
        self._to_release.clear()
        for queue in self.waiting:
            queue.clear()
        self.waiting = set()

    def windows_for(self, operation: Operation) -> list[SlidingWindow]:
        """Return the windows of the operation's IP group: the endpoint's own, and the whole group's."""
        group = IP_GROUPS.get(operation.ip_group) if operation.ip_group is not None else None
        if group is None:
            return []
        endpoint = ("endpoint", operation.operation_id)
        shared = ("group", group.number)
        return [
            self._windows.setdefault(endpoint, SlidingWindow(group.endpoint)),
            self._windows.setdefault(shared, SlidingWindow(group.group)),
        ]

    def release(self, queue: PermitQueue, waiter: Waiter) -> None:
        """Take a waiter out of its queue, or return its unused permit, and grant what that frees."""
        self._to_release.append((queue, waiter))
        self._release_deferred()

    def grant_available(self) -> None:
        """Grant the permits that are free, in every queue."""
        if self.waiting:
            with self:
                self._grant_available(self.now())

    def _release_deferred(self) -> None:
        # Where another thread is inside, it does this when it leaves.
        while self._to_release and self._lock.acquire(blocking=False):
            try:
                if self._depth:
                    return
                self._depth += 1
                try:
                    queue, waiter = self._to_release.popleft()
                    now = self.now()
                    queue.release(waiter, now)
                    self._grant_available(now)
                finally:
                    self._depth -= 1
            finally:
                self._lock.release()

    def _grant_available(self, now: float) -> None:
        for queue in self.waiting:
            queue.grant_available(now)
        self.waiting = {queue for queue in self.waiting if queue}
