"""One endpoint's limit as a process shares it: what to report to the store, and how to apply its answer."""

from dataclasses import dataclass
from itertools import count
from math import inf

from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from bingx_spot.limits.permit_queue import PermitQueue, RemoteSource
from bingx_spot.limits.rates import slower
from bingx_spot.limits.sliding_window import MARGIN
from bingx_spot.shared_limits.store import Allocation, ProcessReport, ServerHint
from bingx_spot_api.contract import Rate

# Lock-outs that differ by less, in seconds, are the same one: each process knows it by its own clock.
_SAME_LOCKOUT = 1.0
#: How often a process reports while it waits for a permit, or holds one, though the store names a later time,
#: in seconds. So it soon notices a state that has gone back, and declares again what that has lost.
POLL_SECONDS = 0.1
#: How often a process that waits for nothing reports that it is alive, in seconds, and so learns its share
#: before the store fails; and how often where the store does not answer.
ALIVE_SECONDS = 1.0
UNANSWERED_SECONDS = 10.0
#: How long a request that was sent before may be on its way, beyond one window, where the store is
#: unreachable or has lost its state. In that time nothing is granted.
SETTLE_SECONDS = 0.25
# The name of a permit that the parent process had granted itself before a fork.
_OF_PARENT = "parent"


@dataclass(eq=False, kw_only=True)
class SharedLimit(RemoteSource):
    """Connects an endpoint's queue with the store.

    Its methods are called under the lock of the account's `IpLimits`. Times are in seconds.
    """

    operation_id: str
    queue: PermitQueue
    lockouts: Lockouts
    repeated_errors: RepeatedErrorGuard
    # The limit's in the store.
    name: str
    # How many processes share the limit, as the store last said; 0 where that is not known.
    members: int = 0
    # When to contact the store again; never, where no caller waits and no permit is counted.
    due: float = inf
    # The last report, and the last that was answered: their numbers, and when they were made.
    _reported: tuple[int, float] = (0, 0.0)
    _answered: tuple[int, float] = (0, 0.0)
    # Kept until a report with it was answered.
    _reported_hint: tuple[int, float] | None = None
    # How long nothing is granted, and then only shares, because the state had gone back.
    _held_until: float = 0.0
    _shares_until: float = 0.0
    _was_local: bool = False
    # Until when this machine's IP limits allow no request.
    _blocked_until: float = 0.0

    def __post_init__(self) -> None:
        self._names, self._numbers = count(), count(1)
        self.queue.remote = self
        # The account's. Its limit is that of all processes.
        self.window = self.queue.windows[0]

    @property
    def own_rate(self) -> Rate:
        """Return the limit per account, as this process keeps it."""
        assert self.queue.own_rate is not None  # only an endpoint with a limit per account is shared
        return self.queue.own_rate

    def is_due(self, now: float) -> bool:
        """Return whether there is something to report, or a permit to ask for."""
        return self.dirty or self.due <= now

    def is_silent(self, now: float) -> bool:
        """Return whether a report is due although there is nothing to say: that this process is alive."""
        is_answered = self._answered == self._reported
        return now - self._reported[1] >= (ALIVE_SECONDS if is_answered else UNANSWERED_SECONDS)

    def report(self, process: str, members: int, now: float) -> ProcessReport:
        """Return the report of this process, which shares the limit with so many members, for the store."""
        self.dirty = False
        single, bulk = self._names_of_waiters(process, now)
        locked_for = self.lockouts.seconds_left(self.operation_id)
        self._reported = (next(self._numbers), now)
        errors = self.repeated_errors.ages(self.operation_id)
        hint = self._reported_hint = self.server_hint
        hinted: ServerHint = {}
        if hint is not None and hint[1] > now:
            hinted = {"remaining": hint[0], "expires_in": (hint[1] - now) * 1000}
        return {
            "process": process,
            "number": self._reported[0],
            "answered": self._answered[0],
            "age": (now - self._answered[1]) * 1000,
            "hold": self._hold(members, now) * 1000,
            "requests": self.own_rate.requests,
            "window": self.own_rate.seconds * 1000,
            "margin": MARGIN * 1000,
            "single": single,
            "bulk": bulk,
            "permits": self._counted_permits(process, now),
            "errors": {name: age * 1000 for name, age in errors.items()},
            "server_hint": hinted,
            "locked_for": locked_for * 1000 if locked_for > _SAME_LOCKOUT else 0.0,
            "members": members,
            "was_local": self._was_local,
        }

    def is_too_late(self, now: float) -> bool:
        """Return whether the answer to the last report is of no use any more, as after a SIGSTOP.

        Others may have had to do without the store, so the next report asks for shares.
        """
        too_late = now - self._reported[1] > self.window.limit.seconds + SETTLE_SECONDS
        self._was_local = self._was_local or too_late
        return too_late

    def apply(self, allocation: Allocation, now: float) -> None:
        """Grant what the store has granted in answer to the last report, and adopt what it knows."""
        self._answered = self._reported
        if self.server_hint is self._reported_hint:
            self.server_hint = None
        self._held_until = now + allocation["held_for"] / 1000
        self._shares_until = now + allocation["shares_for"] / 1000
        self._was_local = False
        rate = Rate(allocation["requests"], allocation["window"] / 1000)
        self.window.set_limit(slower(rate, self.own_rate))
        errors = {name: age / 1000 for name, age in allocation["errors"].items()}
        self.repeated_errors.learn(self.operation_id, errors, allocation["in_flight"])
        waiters = {waiter.name: waiter for waiter in self.queue}
        for name in allocation["granted"]:
            if name in waiters:
                # The store counts it from its answer, which came after the report and before now.
                self.queue.grant(waiters[name], self._reported[1])
            else:
                # Its caller has left. The next report does not name it, which frees it for others.
                self.dirty = True
        self.next_free_at = max(now + max(allocation["wait"], 0.0) / 1000, self._blocked_until)
        self.due = self.next_free_at if self.queue else inf
        if allocation["members"] > 1 and (self.queue or self.window.counted(now)):
            self.due = min(self.due, now + POLL_SECONDS)
        locked_for = allocation["locked_for"] / 1000
        if locked_for > self.lockouts.seconds_left(self.operation_id) + _SAME_LOCKOUT:
            self.lockouts.lock(self.operation_id, locked_for)
        self.queue.reject_late_waiters(now)

    def switch_to_local(self, members: int) -> None:
        """Let the queue grant this process's share among so many members: the store is unreachable.

        Where their number is not known, after a start without the store, that is one permit in a window.
        """
        self._was_local = True
        self._draw_from(None, max(members, 1))
        if members == 0:
            self.window.share_among(self.own_rate.requests)

    def switch_to_store(self) -> None:
        """Let permits come from the store again, and report at once what was sent without it."""
        self.dirty = True
        self._draw_from(self, 1)

    def _draw_from(self, source: RemoteSource | None, processes: int) -> None:
        self.queue.remote = source
        self.window.share_among(processes)
        self.repeated_errors.share_among(processes)
        for waiter in self.queue:
            waiter.wakeup.set()

    def after_fork_in_child(self, now: float) -> None:
        """Reset after a fork: the permits belong to the parent process, which reports them."""
        for permit in self.window.counted(now):
            permit.name = permit.name or _OF_PARENT
        self._reported = self._answered = (0, 0.0)

    def _hold(self, members: int, now: float) -> float:
        """Return for how long nothing may be granted, if the state has gone back."""
        if members == 1 or self._was_local:
            # Nobody else was granted more than a share.
            return 0.0
        if now < self._shares_until:
            # The state was lost before, and again.
            return max(self._held_until - now, 0.0)
        return self.window.limit.seconds + SETTLE_SECONDS

    def _names_of_waiters(self, process: str, now: float) -> tuple[list[str], list[str]]:
        """Return the names of the waiters that could be served, as far as this machine's IP limits allow."""
        names: tuple[list[str], list[str]] = ([], [])
        free_at = [window.next_free_at(now) for window in self.queue.windows[1:]]
        self._blocked_until = max(free_at, default=now)
        if self._blocked_until > now:
            return names
        for waiter in self.queue:
            waiter.name = waiter.name or f"{process}:{next(self._names)}"
            if len(names[waiter.bulk]) < self.own_rate.requests:
                names[waiter.bulk].append(waiter.name)
        return names

    def _counted_permits(self, process: str, now: float) -> dict[str, float]:
        """Return for how long permits have been counted, in milliseconds, by name."""
        # Including those that the store granted: it may have lost its state.
        counted = self.window.counted(now)
        for permit in counted:
            permit.name = permit.name or f"{process}:{next(self._names)}"
        own = (permit for permit in counted if permit.name.startswith(f"{process}:"))
        return {permit.name: (now - permit.since) * 1000 for permit in own}
