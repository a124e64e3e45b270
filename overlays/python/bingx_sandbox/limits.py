"""Rate limits and lock-outs, and how the exchange reports them.

What the exchange documents, and what the sandbox does where the documentation leaves a choice:

- Each request to an endpoint with limits counts, whatever its result, over any stretch of a limit's seconds.
  A request that the limit itself rejects does not count.
- Exceeding a limit locks the caller out of what the limit is for: a UID out of an endpoint (100410), an IP
  address out of an endpoint or of its group (HTTP 429). A lock-out ends at the announced time, however
  often the caller tries meanwhile.
- An IP address that goes on after 429 more than ten times is banned from everything (HTTP 418). Each request
  that it then sends extends the ban.
- Twenty errors with one code, of a UID at an endpoint within 480 seconds, lock it out of that endpoint for
  as long.

This module does no I/O. Times are those of a monotonic clock in seconds.
"""

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from bingx_sandbox.endpoints import Endpoint
from bingx_sandbox.rates import (
    IP_GROUPS,
    LOCK_SECONDS,
    REPEATED_ERRORS,
    TOLERATED_AFTER_LOCK,
    LimitScale,
    Rate,
    SlidingWindow,
)
from bingx_sandbox.responses import banned, endpoint_locked, too_many_errors

LimitName = Literal["uid", "ipEndpoint", "ipGroup", "ban", "equalErrors"]
LIMIT_NAMES: tuple[LimitName, ...] = ("uid", "ipEndpoint", "ipGroup", "ban", "equalErrors")
"""Every limit: of a UID at an endpoint, of an IP address at one and at a group, the ban, repeated errors."""

Key = tuple[LimitName, str, str]
"""A limit's name, the caller it counts (a UID or an IP address), and what it is for."""

_TOO_MANY_REQUESTS = 429


@dataclass(frozen=True)
class Caller:
    """The caller of an endpoint, as limits distinguish callers.

    Attributes:
        peer: The IP address.
        uid: The account; None if the API key belongs to no account.
        endpoint: The endpoint, with its limits.
    """

    peer: str
    uid: str | None
    endpoint: Endpoint


@dataclass(frozen=True)
class LimitDecision:
    """Whether a request is allowed, and how close its caller is to the limit.

    Attributes:
        rejected_by: The limit that rejects the request; None if it is allowed.
        remaining: How many requests remain under the narrowest limit; None if no limit applies.
        ends_at: When the lock-out ends, or for an allowed request when one more is available. A time of the
            limits' own clock, in seconds.
        error_code: In a lock-out for repeated errors, which error it was.
    """

    rejected_by: LimitName | None = None
    remaining: int | None = None
    ends_at: float = 0.0
    error_code: int | None = None


UNLIMITED = LimitDecision()
"""The decision for a request to which no limit applies."""


@dataclass
class _Limit:
    """One limit of one caller."""

    name: LimitName
    window: SlidingWindow
    locked_until: float = 0.0
    rejected: int = 0

    def count(self, now: float, lock_seconds: float) -> LimitDecision | None:
        """Count a request; return the decision if it is rejected."""
        if now >= self.locked_until:
            if self.window.remaining(now) > 0:
                self.window.add(now)
                return None
            # A lock-out shorter than the window must not end before a request is available again.
            self.locked_until = max(now + lock_seconds, self.window.next_free_at(now))
            self.rejected = 0
        self.rejected += 1
        return LimitDecision(self.name, 0, self.locked_until)


class Limits:
    """Allows or rejects requests, as strictly as a scale says, by a monotonic clock in seconds."""

    def __init__(self, scale: LimitScale, now: Callable[[], float] = time.monotonic) -> None:
        self._lock = threading.Lock()
        self._now = now
        self.replace(scale)

    def replace(self, scale: LimitScale) -> None:
        """Apply another scale, and forget every request and lock-out."""
        with self._lock:
            self._scale = scale
            self._limits: dict[Key, _Limit] = {}
            self._bans: dict[str, float] = {}
            self._errors: dict[tuple[str, str, int], SlidingWindow] = {}
            self._error_locks: dict[tuple[str, str], LimitDecision] = {}

    def clear(self) -> None:
        """Forget every request, every error and every lock-out."""
        self.replace(self._scale)

    def check(self, caller: Caller | None) -> LimitDecision:
        """Count a request and decide whether it is allowed."""
        if self._scale.factor is None or caller is None:
            return UNLIMITED
        with self._lock:
            now = self._now()
            if now < self._bans.get(caller.peer, now):
                return self._ban(caller.peer, now)
            return self._count(caller, now)

    def add_error(self, caller: Caller | None, code: int) -> None:
        """Count an error that a UID got as answer; too many with one code lock the endpoint."""
        if self._scale.factor is None or caller is None or caller.uid is None:
            return
        with self._lock:
            now = self._now()
            # Not scaled: a client that guards against twenty errors does not know about the scale.
            key = (caller.uid, caller.endpoint.name, code)
            window = self._errors.setdefault(key, SlidingWindow(REPEATED_ERRORS))
            if window.remaining(now) > 0:
                window.add(now)
            if window.remaining(now) == 0:
                until = now + self._lock_seconds(REPEATED_ERRORS.seconds)
                lock = LimitDecision("equalErrors", 0, until, code)
                self._error_locks[caller.uid, caller.endpoint.name] = lock
                window.clear()

    def enforce(self, decision: LimitDecision, now: int) -> None:
        """Reject a request that is not allowed, at a time in Unix milliseconds.

        Raises:
            Rejection: It is not allowed: 100410, with HTTP 429 or 418 for limits of the IP address.
        """
        unblock = now + self.milliseconds_until(decision.ends_at)
        match decision.rejected_by:
            case "uid":
                raise endpoint_locked(unblock)
            case "ipEndpoint" | "ipGroup":
                raise endpoint_locked(unblock, status=_TOO_MANY_REQUESTS)
            case "ban":
                raise banned()
            case "equalErrors":
                raise too_many_errors(decision.error_code, REPEATED_ERRORS, unblock)

    def headers(self, decision: LimitDecision, now: int) -> dict[str, str]:
        """Return the headers with the remaining requests and the time when one more is available."""
        if decision.remaining is None:
            return {}
        return {
            "x-ratelimit-requests-remain": str(decision.remaining),
            "x-ratelimit-requests-expire": str(now + self.milliseconds_until(decision.ends_at)),
        }

    def milliseconds_until(self, time: float) -> int:
        """Return the distance to a time, rounded up so that a client that waits for it is not too early.

        Both this value and the clock that it is added to drop fractions of a millisecond.
        """
        return max(0, int((time - self._now()) * 1000) + 2)

    def to_dict(self, clock: int) -> dict[str, object]:
        """Return the scale, what is counted and who is locked out, at a time in Unix milliseconds."""
        return {**self._scale.to_dict(), "counted": self.counted(), "lockedOut": self.lock_outs(clock)}

    def counted(self) -> list[dict[str, object]]:
        """Return what is counted: each limit, its caller, its rate, and what remains of it."""
        with self._lock:
            now = self._now()
            windows = {key: limit.window for key, limit in self._limits.items()}
            windows |= {
                ("equalErrors", uid, f"{code} from {endpoint}"): window
                for (uid, endpoint, code), window in self._errors.items()
            }
            return [
                {**_key_to_dict(key), "requests": window.rate.requests, "seconds": window.rate.seconds}
                | {"remain": window.remaining(now)}
                for key, window in windows.items()
            ]

    def lock_outs(self, clock: int) -> list[dict[str, object]]:
        """Return current lock-outs, with their ends relative to a clock in milliseconds."""
        with self._lock:
            now = self._now()
            ends = {key: limit.locked_until for key, limit in self._limits.items()}
            ends |= {("equalErrors", *whose): lock.ends_at for whose, lock in self._error_locks.items()}
            ends |= {("ban", peer, "everything"): until for peer, until in self._bans.items()}
            return [
                {**_key_to_dict(key), "until": clock + self.milliseconds_until(end)}
                for key, end in ends.items()
                if now < end
            ]

    def _ban(self, peer: str, now: float) -> LimitDecision:
        self._bans[peer] = now + self._lock_seconds(LOCK_SECONDS)
        return LimitDecision("ban", 0, self._bans[peer])

    def _count(self, caller: Caller, now: float) -> LimitDecision:
        decision = UNLIMITED
        # The address's limits first: a request that they reject does not count for the UID.
        for key, rate in self._limits_of(caller):
            limit = self._limits.setdefault(key, _Limit(key[0], SlidingWindow(self._scale.apply(rate))))
            rejection = limit.count(now, self._lock_seconds(LOCK_SECONDS))
            if rejection is not None:
                ban = limit.name != "uid" and limit.rejected > 1 + TOLERATED_AFTER_LOCK
                return self._ban(caller.peer, now) if ban else rejection
            decision = LimitDecision(None, limit.window.remaining(now), limit.window.next_free_at(now))
        # The headers describe the last limit, the UID's, which is the narrowest.
        lock = self._error_locks.get((caller.uid or "", caller.endpoint.name))
        return lock if lock is not None and now < lock.ends_at else decision

    def _limits_of(self, caller: Caller) -> Iterator[tuple[Key, Rate]]:
        endpoint = caller.endpoint
        if endpoint.ip_group is not None:
            group = IP_GROUPS[endpoint.ip_group]
            yield ("ipGroup", caller.peer, f"group {endpoint.ip_group}"), group.group
            yield ("ipEndpoint", caller.peer, endpoint.name), group.endpoint
        leader_rate = endpoint.copy_trading_rate if self._scale.copy_trading else None
        rate = leader_rate or endpoint.uid_rate
        if rate is not None and caller.uid is not None:
            yield ("uid", caller.uid, endpoint.name), rate

    def _lock_seconds(self, documented: float) -> float:
        return documented if self._scale.lock_seconds is None else self._scale.lock_seconds


def _key_to_dict(key: Key) -> dict[str, object]:
    name, whose, what = key
    return {"limit": name, "of": whose, "for": what}
