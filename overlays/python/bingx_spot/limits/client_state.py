"""What a client remembers from one call to the next: hosts, times, placement, retry budget, lock-outs."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import RLock
from time import monotonic

from bingx_spot.environments import Environment, Placement
from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from bingx_spot.logger import log

#: How long the fallback host is used before the primary is tried again, in seconds.
FAILOVER_SECONDS = 30.0
_FIRST_PAUSE = 0.1
_LONGEST_PAUSE = 2.0
_RETRY_BUDGET = 100.0
_REFUND = 0.5
# Of so many measurements, the slowest tenth is left out: the first call and a lost packet are not what is
# usual. Of less than a few, none is.
_REMEMBERED = 32
_LEFT_OUT = 10
_FEW = 4
# Two slow ones of the last three are a host that has become slow.
_LAST = 3
# The bound is this many times what is usual, and some more for one lost packet: Linux sends it again after
# 200 ms and a round trip.
_FACTOR = 3.0
_LOST_PACKET = 0.25
# Before anything is known, and at the least, in seconds. A handshake takes work, and a look-up servers of
# its own.
_UNKNOWN_ANSWER = 0.5
_UNKNOWN_OPENING = 1.0
_LEAST_OPENING = 0.5
# Each further attempt of a call waits so many times longer, so that a host which is merely slow gets its
# answer through.
_GROWTH = 3.0


class UsualTime:
    """What something usually takes, in seconds. Threads may share it."""

    def __init__(self, unknown: float, least: float = 0.0) -> None:
        self._least = least
        self._recent: tuple[float, ...] = ()
        #: How long to wait for it: `unknown` until something is known, and never less than `least`.
        self.bound = unknown
        #: What it takes, as far as is known, and else 0.
        self.usual = 0.0

    @property
    def is_measured(self) -> bool:
        """Return whether it has been measured."""
        return bool(self._recent)

    def note(self, seconds: float) -> None:
        """Remember what it took, in seconds."""
        # Each is one assignment, so that no lock is needed: that a measurement gets lost does no harm.
        self._recent = latest = (*self._recent, seconds)[-_REMEMBERED:]
        last = sorted(latest[-_LAST:])
        left_out = -(-len(latest) // _LEFT_OUT) if len(latest) >= _FEW else 0
        self.usual = max(sorted(latest)[-1 - left_out], last[len(last) // 2])
        self.bound = max(_LOST_PACKET + _FACTOR * self.usual, self._least)


@dataclass(frozen=True, slots=True)
class HostTimes:
    """What one host usually takes."""

    # To open a connection: name look-up, TCP, TLS.
    opening: UsualTime = field(default_factory=lambda: UsualTime(_UNKNOWN_OPENING, _LEAST_OPENING))
    # To answer a request of one operation that was written.
    answer: UsualTime = field(default_factory=lambda: UsualTime(_UNKNOWN_ANSWER))


class UsualTimes:
    """What the hosts usually take. Threads may share it."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, str], HostTimes] = {}

    def of(self, host: str, operation_id: str) -> HostTimes:
        """Return the times of a host, by its base URL; of answers, those to one operation.

        An exchange whose cancels are quick may take its time over queries. Of an operation without an answer,
        as much is known as of the slowest other one: the line is the same.
        """
        times = self._known.get((host, operation_id))
        if times is not None and times.answer.is_measured:
            return times
        others = [each for (other, _), each in list(self._known.items()) if other == host]
        if times is None:
            times = HostTimes(others[0].opening) if others else HostTimes()
            self._known[host, operation_id] = times
        if measured := [each.answer for each in others if each.answer.is_measured]:
            slowest = max(measured, key=lambda answer: answer.bound)
            times.answer.bound, times.answer.usual = slowest.bound, slowest.usual
        return times


@dataclass(slots=True)
class Patience:
    """How long each step of one request may take, in seconds; the engine notes in `times` what it took.

    `writing` is until when it must have begun to write the request, which has a permit.
    """

    opening: float = float("inf")
    answer: float = float("inf")
    times: HostTimes = field(default_factory=HostTimes)
    writing: float = float("inf")

    @classmethod
    def of(
        cls, times: HostTimes, unopened: int, silent: float, least: float = 0.0, writing: float = float("inf")
    ) -> "Patience":
        """Return the patience with a host, after so many attempts without a connection or an answer.

        An attempt over an old connection counts half in `silent`. An answer has `least` seconds.
        """
        answer = times.answer.bound * _GROWTH**silent
        return cls(times.opening.bound * _GROWTH**unopened, max(answer, least), times, writing)


class HostSelector:
    """Selects the next request's host: the primary, or for a while after a network failure the fallback."""

    def __init__(
        self, environment: Environment, *, use_fallback: bool = True, now: Callable[[], float] = monotonic
    ) -> None:
        self._primary = environment.base_url
        self._fallback = environment.fallback_url if use_fallback else None
        self._now = now
        self._primary_failed_until = 0.0
        self._warn_after = 0.0

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
            now = self._now()
            # Where the fallback fails too, each request goes to the other host.
            if now >= self._warn_after:
                hosts = (url.partition("://")[2] for url in (self._primary, self._fallback))
                log.warning("no answer from %s; trying %s", *hosts)
            self._primary_failed_until = self._warn_after = now + FAILOVER_SECONDS


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
            log.warning("the server sees no parameters in JSON; sending them as a query string from now on")
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
        # A signal handler may make a call while its own thread is inside.
        self._lock = RLock()
        self._left = _RETRY_BUDGET
        register_fork_aware(self)

    def after_fork_in_child(self) -> None:
        """Open the lock, which a thread of the parent process may hold."""
        self._lock = RLock()

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
    times: UsualTimes = field(default_factory=UsualTimes)
    # Held so that it lives.
    account: AccountState = field(default_factory=AccountState)
