"""The thread that shares an account's limits with other processes through a store."""

import secrets
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from math import inf
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from weakref import finalize, ref

from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.limits.client_state import AccountState
from bingx_spot.limits.permit_queue import PermitQueue
from bingx_spot.logger import log
from bingx_spot.shared_limits.store import Store, StoreError, check_allocation
from bingx_spot.shared_limits.sync import ALIVE_SECONDS, SETTLE_SECONDS, SharedLimit
from bingx_spot_api.contract import Operation

_UNAVAILABLE = "shared rate limiter unavailable (%s); falling back to this process's share of the limit"
#: How soon to contact a store again that has failed, in seconds, and how soon once it is done without.
RETRY_SECONDS = 0.1
PROBE_SECONDS = 1.0


@dataclass
class StoreHealth:
    """Tracks whether the store can be used.

    A store that does not answer once may only be slow, and other processes may still get permits from it. So
    nothing is granted for the length of a window: by then it answers again, or all processes use their
    shares. A process that shares the limit with no other switches at once.
    """

    # How many processes share one of the limits at most, as the store last said; 0 where that is not known.
    members: int = 0
    # Whether permits come from this process's own share.
    is_local: bool = False
    # When the store failed for the first time since it last answered.
    failing_since: float | None = None

    def mark_failed(self, now: float, window: float) -> bool:
        """Record that the store failed; return whether to switch, after this window, to the local share."""
        if self.failing_since is None:
            self.failing_since = now
        has_settled = self.members == 1 or now >= self.failing_since + window + SETTLE_SECONDS
        switches = has_settled and not self.is_local
        self.is_local = self.is_local or has_settled
        return switches

    def mark_ok(self, members: int) -> bool:
        """Record that the store answered and named so many members; return whether to switch back to it."""
        was_local = self.is_local
        self.members, self.is_local, self.failing_since = members, False, None
        return was_local


class SharedLimits:
    """Lets an account's permits come from a store, while it can be used.

    One thread contacts the store, for blocking and asyncio callers alike. It starts with the first call that
    needs it, and ends with the last client. `name_of` returns the name of an endpoint's limit in the store.
    """

    def __init__(self, account: AccountState, store: Store, name_of: Callable[[str], str]) -> None:
        self._lockouts, self._repeated_errors = account.lockouts, account.repeated_errors
        self._ip_limits = account.limits.ip_limits
        self._store = store
        self._name_of = name_of
        self._limits: list[SharedLimit] = []
        self._health = StoreHealth()
        self._thread = _StoreThread(self)
        self._process = secrets.token_hex(6)
        account.limits.on_each_queue(self._add)
        finalize(self, self._thread.stop)
        finalize(self, store.close)
        register_fork_aware(self)

    def after_fork_in_child(self) -> None:
        """Reset after a fork: the thread and the permits belong to the parent process."""
        self._process = secrets.token_hex(6)
        self._thread.after_fork_in_child()
        for limit in self._limits:
            limit.after_fork_in_child(self._ip_limits.now())

    def flush(self) -> None:
        """Report to the store what is new, before the process ends."""
        if self._health.failing_since is None:
            self.exchange_due()

    def exchange_due(self) -> float:
        """Contact the store wherever it is due, and return in how many seconds to do so again, or `inf`."""
        for limit in list(self._limits):
            now = self._ip_limits.now()
            is_due = limit.is_due(now)
            reason = self._exchange(limit) if is_due or limit.is_silent(now) else ""
            # A store that fails matters only when a caller needs it.
            if reason and is_due:
                self._on_failure(limit, reason)
        now = self._ip_limits.now()
        if any(limit.is_due(now) for limit in self._limits):
            return 0.0
        return min([limit.due for limit in self._limits], default=inf) - now

    def _add(self, operation: Operation, queue: PermitQueue) -> None:
        if operation.uid_limit is None:
            return
        limit = SharedLimit(
            operation_id=operation.operation_id,
            queue=queue,
            lockouts=self._lockouts,
            repeated_errors=self._repeated_errors,
            name=self._name_of(operation.operation_id),
            notify=self._thread.wake,
        )
        self._limits.append(limit)
        if self._health.is_local:
            limit.switch_to_local(self._health.members)

    def _exchange(self, limit: SharedLimit) -> str:
        """Report to the store and apply its answer, or return why that failed."""
        try:
            with self._ip_limits:
                report = limit.report(self._process, self._health.members, self._ip_limits.now())
            allocation = check_allocation(self._store.exchange(limit.name, report), report)
            with self._ip_limits:
                if limit.is_too_late(self._ip_limits.now()):
                    # Others may have begun meanwhile.
                    self._health.members = limit.members = max(self._health.members, 2)
                    return "the answer came too late"
                limit.members = allocation["members"]
                switches = self._health.mark_ok(max(each.members for each in self._limits))
                for each in self._limits if switches else ():
                    each.switch_to_store()
                limit.apply(allocation, self._ip_limits.now())
        except BaseException as error:  # nothing that a store or its client library does may stop the thread
            return error.reason if isinstance(error, StoreError) else type(error).__name__
        if switches:
            log.warning("shared rate limiter available again")
        return ""

    def _on_failure(self, limit: SharedLimit, reason: str) -> None:
        with self._ip_limits:
            now = self._ip_limits.now()
            switches = self._health.mark_failed(now, max(each.window.limit.seconds for each in self._limits))
            for each in self._limits if switches else ():
                each.switch_to_local(self._health.members)
            limit.due = now + (PROBE_SECONDS if self._health.is_local else RETRY_SECONDS)
        if switches:
            log.warning(_UNAVAILABLE, reason)
            self._ip_limits.grant_available()


class _StoreThread:
    """Runs `exchange_due` of shared limits whenever it is woken or due; starts when first woken.

    Queues hold this object and not the limits, so that limits without a client can be collected.
    """

    def __init__(self, shared_limits: SharedLimits) -> None:
        self._shared_limits = ref(shared_limits)
        self._stopped = False
        self.after_fork_in_child()

    def after_fork_in_child(self) -> None:
        self._start_lock = Lock()
        # A queue, which a signal handler may put to while its own thread does; an Event has a lock.
        self._wakeups = SimpleQueue[None]()
        self._thread: Thread | None = None

    def wake(self) -> None:
        self._wakeups.put(None)
        # One that has died is replaced. Where another caller has the lock, it does that.
        if not self._is_alive() and self._start_lock.acquire(blocking=False):
            try:
                # Where none can start, as at the end of a program, callers wait in vain, as without a permit.
                with suppress(RuntimeError):
                    if not self._is_alive():
                        # A daemon, so that a program which does not close its client can end.
                        self._thread = Thread(target=self._run, name="bingx-spot limits", daemon=True)
                        self._thread.start()
            finally:
                self._start_lock.release()

    def stop(self) -> None:
        self._stopped = True
        self._wakeups.put(None)

    def _is_alive(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def _run(self) -> None:
        wakeups, pause = self._wakeups, 0.0
        while not self._stopped:
            with suppress(Empty):
                wakeups.get(timeout=max(min(pause, ALIVE_SECONDS), 0.0))
                while True:
                    wakeups.get_nowait()
            shared_limits = self._shared_limits()
            if shared_limits is None:
                return
            pause = shared_limits.exchange_due()
            # Not held while waiting, so that it can be collected.
            del shared_limits
