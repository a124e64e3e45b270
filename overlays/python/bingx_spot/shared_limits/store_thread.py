"""Share an API key's limits with other processes, through a store."""

import logging
import secrets
from collections.abc import Callable
from contextlib import suppress
from math import inf
from threading import Event, Lock, Thread
from weakref import finalize, ref

from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.limits.client_state import AccountState
from bingx_spot.limits.permit_queue import PermitQueue
from bingx_spot.shared_limits.allocation import Allocation
from bingx_spot.shared_limits.protocol import Store, StoreError
from bingx_spot.shared_limits.sync import Phase, SharedLimit, StoreHealth
from bingx_spot_api.contract import Operation

_log = logging.getLogger("bingx_spot")

# How often a process that waits for nothing says that it is there, in seconds.
_HEARTBEAT = 10.0


class SharedLimits:
    """Let an account's permits come from a store, as long as it can be had.

    One thread asks it, for callers that block and for those that await alike: so a store that is slow holds
    up no event loop, a question is asked once however many wait for the answer, and one client library does.
    The thread begins with the first call that has news for it, and ends with the last client.

    Args:
        account: The API key's.
        store: What is shared.
        name_of: Gives an endpoint's limit its name in the store.
    """

    def __init__(self, account: AccountState, store: Store, name_of: Callable[[str], str]) -> None:
        self._blocks = account.lockouts
        self._address = account.limits.address
        self._store = store
        self._name_of = name_of
        self._limits: list[SharedLimit] = []
        self._outage = StoreHealth(0.0)
        self._bell = _Bell(self)
        self._process = secrets.token_hex(6)
        account.limits.on_every_queue(self._adopt)
        finalize(self, _end, store, self._bell)
        register_fork_aware(self)

    def after_fork_in_child(self) -> None:
        """Begin as another process: after a fork, the thread and what was asked for are the parent's."""
        self._process = secrets.token_hex(6)
        self._bell.after_fork_in_child()
        for limit in self._limits:
            limit.after_fork_in_child()

    def flush(self) -> None:
        """Tell the store what is new, before the process ends."""
        if self._outage.phase is Phase.STORE:
            self.ask()

    def ask(self) -> float:
        """Ask the store wherever it is time, and return when to ask again, in seconds; inf for some day."""
        for limit in list(self._limits):
            if limit.is_due(self._address.now()):
                self._exchange(limit)
        now = self._address.now()
        if any(limit.is_due(now) for limit in self._limits):
            return 0.0
        return min([limit.due - now for limit in self._limits if limit.due is not None], default=inf)

    def greet(self) -> None:
        """Let the store know that this process is there, though it waits for nothing."""
        for limit in list(self._limits):
            # Whether it can be had is of no concern before somebody wants something of it.
            with self._address:
                report = limit.report(self._process, self._outage.members, self._address.now())
            with suppress(StoreError):
                verdict = self._store.exchange(limit.name, report)
                self._heard(limit, verdict)

    def _adopt(self, operation: Operation, turns: PermitQueue) -> None:
        if operation.uid_limit is None:
            return
        name = self._name_of(operation.operation_id)
        limit = SharedLimit(operation, turns, self._blocks, name, self._bell.ring)
        self._limits.append(limit)
        self._outage.window = max(self._outage.window, operation.uid_limit.seconds)
        if self._outage.phase is Phase.HERE:
            limit.go_on_alone(self._outage.members)

    def _exchange(self, limit: SharedLimit) -> None:
        with self._address:
            report = limit.report(self._process, self._outage.members, self._address.now())
        try:
            verdict = self._store.exchange(limit.name, report)
        except StoreError as problem:
            self._failed(limit, problem.reason)
        except Exception as problem:  # noqa: BLE001 - whatever a library does, callers must not wait for it
            self._failed(limit, f"it failed with {type(problem).__name__}")
        else:
            self._heard(limit, verdict)

    def _failed(self, limit: SharedLimit, reason: str) -> None:
        with self._address:
            now = self._address.now()
            alone = self._outage.failed(now)
            if alone:
                for each in self._limits:
                    each.go_on_alone(self._outage.members)
            limit.due = now + self._outage.again_in()
        if alone:
            _log.warning(
                "the shared limit cannot be had: %s; this process goes on with a share of it", reason
            )
            self._address.give_out()

    def _heard(self, limit: SharedLimit, verdict: Allocation) -> None:
        with self._address:
            now = self._address.now()
            back = self._outage.heard(verdict["members"])
            if back:
                for each in self._limits:
                    each.come_back()
            limit.take_in(verdict, now)
        if back:
            _log.warning("the shared limit is back")


class _Bell:
    """Wake the thread that asks the store, and start it when it is needed for the first time.

    Callers hold the bell and nothing else, so that what nobody uses can go.
    """

    def __init__(self, shared_limits: SharedLimits) -> None:
        self._shared_limits = ref(shared_limits)
        self.after_fork_in_child()

    def after_fork_in_child(self) -> None:
        self._lock = Lock()
        self._event = Event()
        self._started = False
        self._ended = False

    def ring(self) -> None:
        # It is never let go: whoever gets it starts the thread.
        if not self._started and self._lock.acquire(blocking=False):
            self._started = True
            # A daemon, so that a program which does not close its client can end.
            Thread(target=self._keep, name="bingx-spot limits", daemon=True).start()
        self._event.set()

    def end(self) -> None:
        self._ended = True
        self._event.set()

    def _keep(self) -> None:
        """Ask the store again and again, until nobody shares anything any longer."""
        event, pause = self._event, 0.0
        while not self._ended:
            rung = event.wait(min(pause, _HEARTBEAT))
            event.clear()
            shared = self._shared_limits()
            if shared is None:
                return
            if pause == inf and not rung:
                shared.greet()
            pause = shared.ask()
            # Not held while waiting: whatever nobody uses is to go.
            del shared


def _end(store: Store, bell: _Bell) -> None:
    bell.end()
    store.close()
