"""What a client remembers from one call to the next."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic

from bingx_spot.core.request import Placement
from bingx_spot.environments import Environment
from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from bingx_spot.limits.rate_limiter import LocalRateLimiter

_log = logging.getLogger("bingx_spot")
#: How long the fallback is used before the primary is tried again, in seconds.
PAUSE = 30.0
_log = logging.getLogger("bingx_spot")
_BASE = 0.1
_LONGEST = 2.0
_TRIES = 100.0
_EARNED = 0.5


class HostSelector:
    """Choose where the next request goes.

    The fallback is for network failures alone: an HTTP answer, whatever it says, is an answer.

    Args:
        environment: The primary's and the fallback's base URL.
        use_fallback: Whether the fallback may be used.
        now: A monotonic clock, in seconds. Tests give their own.
    """

    def __init__(
        self, environment: Environment, *, use_fallback: bool = True, now: Callable[[], float] = monotonic
    ) -> None:
        self._primary = environment.base_url
        self._fallback = environment.fallback_url if use_fallback else None
        self._now = now
        self._primary_again_at = 0.0

    def choose(self) -> str:
        """Return the base URL for the next request."""
        if self._fallback is not None and self._now() < self._primary_again_at:
            return self._fallback
        return self._primary

    def failed(self, base_url: str) -> None:
        """Note that the network failed on the way to this host."""
        if self._fallback is None:
            return
        if base_url == self._primary:
            _log.warning("the primary host cannot be reached; its fallback takes over for %d s", PAUSE)
            self._primary_again_at = self._now() + PAUSE
        else:
            self._primary_again_at = 0.0


class PlacementSelector:
    """Choose the placement for a host.

    The endpoint's page says JSON, public clients send a query string. Where a server answers that
    signature or parameters are missing, nothing was executed; the query string is tried then, once, and
    kept for that host.

    Args:
        fixed: The placement that the user fixed, or None to find out.
    """

    def __init__(self, fixed: Placement | None = None) -> None:
        self._fixed = fixed
        self._found: dict[str, Placement | None] = {}

    def choose(self, base_url: str) -> Placement | None:
        """Return the placement for a host; None for what the contract says."""
        return self._fixed or self._found.get(base_url)

    def move(self, base_url: str, tried: str | None) -> bool:
        """Take note that a host did not see the parameters, and tell whether another place is worth a try.

        Args:
            base_url: The host.
            tried: Where the parameters were.
        """
        if self._fixed is not None:
            return False
        if base_url not in self._found:
            _log.warning("the server sees no parameters in JSON; they go as a query string from now on")
            self._found[base_url] = "query"
            return True
        if tried != self._found[base_url]:
            # Another call has moved them since this one was sent.
            return self._found[base_url] is not None
        # Not there either, so it was no matter of the place: back to the contract, for good.
        self._found[base_url] = None
        return False


def backoff(tries: int, chance: Callable[[], float] | None = None) -> float:
    """Return a pause in seconds: exponential, with full jitter, so that many callers do not march in step.

    Args:
        tries: How many tries there were.
        chance: Gives a number from 0 to 1; None for one at random.
    """
    if chance is None:
        # Imported here: most calls never pause.
        from random import random  # noqa: PLC0415

        chance = random
    return chance() * min(_LONGEST, _BASE * 2.0**tries)


class RetryBudget:
    """Ration the tries that a client makes beyond the first ones of its calls.

    All callers share it: each further try takes one, each success earns half of one back. A sick server
    meets at most a hundred further tries, however many callers there are, and then only as many as it
    has successes to show.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._left = _TRIES
        register_fork_aware(self)

    def begin_anew(self) -> None:
        """Open the lock: after a fork, whoever held it is in the parent process."""
        self._lock = Lock()

    def take(self) -> bool:
        """Take one try, and tell whether there was one."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def earn(self) -> None:
        """Count a success."""
        if self._left == _TRIES:
            return
        with self._lock:
            self._left = min(_TRIES, self._left + _EARNED)


# By identity: it is kept weakly, and two that look alike are not one.
@dataclass(frozen=True, eq=False)
class AccountState:
    """Hold what all clients with one API key have in common.

    Attributes:
        limits: Gives out their permits.
        blocks: Until when the exchange will not listen.
        equal_errors: How near a lock-out is.
    """

    limits: LocalRateLimiter = field(default_factory=LocalRateLimiter)
    blocks: Lockouts = field(default_factory=Lockouts)
    equal_errors: RepeatedErrorGuard = field(default_factory=RepeatedErrorGuard)


@dataclass(frozen=True, slots=True)
class ClientState:
    """Hold what the policies have learnt of one environment; threads and tasks share it.

    Attributes:
        hosts: Which host is reached.
        placing: Where the parameters go.
        blocks: Until when the exchange will not listen.
        equal_errors: How near a lock-out is.
        budget: How many further tries are left.
        account: What the client shares with others that use its API key, held here so that it lives.
    """

    hosts: HostSelector
    placing: PlacementSelector
    blocks: Lockouts = field(default_factory=Lockouts)
    equal_errors: RepeatedErrorGuard = field(default_factory=RepeatedErrorGuard)
    budget: RetryBudget = field(default_factory=RetryBudget)
    account: AccountState = field(default_factory=AccountState)
