"""What a client remembers from one call to the next: hosts, times, placement, retry budget, lock-outs."""

import logging
import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from bingx_spot.environments import Environment, Placement
from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from bingx_spot.limits.patience import HostTimes
from bingx_spot.limits.rate_limiter import LocalRateLimiter

_log = logging.getLogger("bingx_spot")

#: How long the fallback host is used before the primary is tried again, in seconds.
FAILOVER_SECONDS = 30.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_RETRY_BUDGET = 100.0
_REFUND = 0.5


class HostSelector:
    """Selects the next request's host: the primary, or for a while after a network failure the fallback."""

    def __init__(
        self, environment: Environment, *, use_fallback: bool = True, now: Callable[[], float] = monotonic
    ) -> None:
        self._primary = environment.base_url
        self._fallback = environment.fallback_url if use_fallback else None
        self._now = now
        self._primary_failed_until = 0.0

    def get(self) -> str:
        """Return the base URL for the next request."""
        if self._fallback is not None and self._now() < self._primary_failed_until:
            return self._fallback
        return self._primary

    def mark_failed(self, base_url: str) -> None:
        """Remember that the network failed on the way to this host; an HTTP response is no such failure."""
        if base_url != self._primary:
            self._primary_failed_until = 0.0
        elif self._fallback is not None:
            _log.warning("primary host unreachable; using the fallback for %d s", FAILOVER_SECONDS)
            self._primary_failed_until = self._now() + FAILOVER_SECONDS


class PlacementSelector:
    """Selects where the parameters go, for each host.

    Where a server says that the signature or a parameter is missing, nothing was executed: the query string,
    which public clients send, is tried once, and kept for that host; unless the caller has fixed a placement.
    """

    def __init__(self, fixed: Placement | None = None) -> None:
        self._fixed = fixed
        self._learned: dict[str, Placement | None] = {}

    def get(self, base_url: str) -> Placement | None:
        """Return the placement for a host; None for the contract's."""
        return self._fixed or self._learned.get(base_url)

    def fall_back(self, base_url: str, tried: str | None) -> bool:
        """Note that a host did not see the parameters; return whether another placement is worth a try."""
        if self._fixed is not None:
            return False
        if base_url not in self._learned:
            _log.warning("the server sees no parameters in JSON; sending them as a query string from now on")
            self._learned[base_url] = "query"
            return True
        if tried != self._learned[base_url]:
            # Another call has changed the placement since this request was sent.
            return self._learned[base_url] is not None
        # Not seen there either, so the placement is not the cause: back to the contract's, for good.
        self._learned[base_url] = None
        return False


def backoff(retries: int, chance: Callable[[], float] = random.random) -> float:
    """Return a pause after so many retries, in seconds: exponential, with full jitter."""
    return chance() * min(_LONGEST_PAUSE, _FIRST_PAUSE * 2.0**retries)


class RetryBudget:
    """Rations a client's retries: a server that fails gets 100, then half as many as it has successes."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._left = _RETRY_BUDGET
        register_fork_aware(self)

    def after_fork_in_child(self) -> None:
        """Open the lock, which a thread of the parent process may hold."""
        self._lock = Lock()

    def can_spend(self) -> bool:
        """Return whether a retry is left."""
        return self._left >= 1

    def spend(self) -> None:
        """Spend one retry."""
        with self._lock:
            self._left = max(0.0, self._left - 1)

    def refund(self) -> None:
        """Count a success."""
        with self._lock:
            self._left = min(_RETRY_BUDGET, self._left + _REFUND)


# By identity: it is kept in a weak dictionary, and two that look alike are not one.
@dataclass(frozen=True, eq=False)
class AccountState:
    """What all clients of a process with one API key share."""

    limits: LocalRateLimiter = field(default_factory=LocalRateLimiter)
    lockouts: Lockouts = field(default_factory=Lockouts)
    repeated_errors: RepeatedErrorGuard = field(default_factory=RepeatedErrorGuard)


@dataclass(frozen=True, slots=True)
class ClientState:
    """What a client has learnt of one environment; threads and tasks share it."""

    hosts: HostSelector
    placement: PlacementSelector
    lockouts: Lockouts = field(default_factory=Lockouts)
    repeated_errors: RepeatedErrorGuard = field(default_factory=RepeatedErrorGuard)
    retry_budget: RetryBudget = field(default_factory=RetryBudget)
    # What each host usually takes, by base URL.
    times: defaultdict[str, HostTimes] = field(default_factory=lambda: defaultdict(HostTimes))
    # Held so that it lives.
    account: AccountState = field(default_factory=AccountState)
