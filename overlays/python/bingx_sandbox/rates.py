"""The documented rate limits, how strictly they are enforced, and the sliding window that counts requests.

The sandbox does not read the contract, so the numbers are repeated here and at the endpoints; a test
compares them with `spec/openapi.yaml`.
"""

import math
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from bingx_sandbox.errors import SandboxError
from bingx_sandbox.settings import boolean, load_object, number


@dataclass(frozen=True)
class Rate:
    """A number of requests in any stretch of so many seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True)
class IpGroup:
    """The rates of one IP address for a group of endpoints: for each of them, and for all together."""

    endpoint: Rate
    group: Rate


IP_GROUPS: Mapping[int, IpGroup] = {
    2: IpGroup(endpoint=Rate(300, 10), group=Rate(2000, 10)),
    3: IpGroup(endpoint=Rate(300, 10), group=Rate(2000, 10)),
}
"""The IP groups by their numbers; "IP group 3" is a number, not a rate."""

REPEATED_ERRORS = Rate(20, 480)
"""This many errors of one code, of one UID at one endpoint, lock that endpoint."""

LOCK_SECONDS = 300.0
"""How long a caller is locked out after exceeding a limit: "up to five minutes", here always five."""

TOLERATED_AFTER_LOCK = 10
"""How many further requests a locked IP address may send before it is banned.

The exchange says that going on after 429 leads to 418, but not after how many requests. Requests that were
already in flight when the lock began should not lead to a ban.
"""

DOCUMENTED = "documented"
OFF = "off"

_FACTOR = number(least=0.01, most=1000.0)
_LOCK_SECONDS = number(most=3600.0)
_FACTOR_TEXT = re.compile(r"x?(\d{1,4}(?:\.\d{1,4})?)", re.ASCII)
_LIMITS_RULE = f"must be {DOCUMENTED}, {OFF}, or a factor from 0.01 to 1000 such as 10 or x10"
_EXAMPLE = '{"limits": "x10", "lockSeconds": 5}'


@dataclass(frozen=True)
class LimitScale:
    """How strictly limits are enforced.

    Attributes:
        factor: The factor by which the documented numbers of requests are multiplied; None disables all
            limits, the one on repeated errors included.
        lock_seconds: How long a lock-out lasts; None for the documented times.
        copy_trading: Whether the accounts are copy-trading leaders, who have lower rates.
    """

    factor: float | None = 1.0
    lock_seconds: float | None = None
    copy_trading: bool = False

    def apply(self, rate: Rate) -> Rate:
        """Return the scaled rate, with at least one request."""
        return Rate(max(1, math.floor(rate.requests * (self.factor or 1.0))), rate.seconds)

    def to_dict(self) -> dict[str, object]:
        """Return it as JSON, as `read_scale` takes it."""
        limits = OFF if self.factor is None else DOCUMENTED if self.factor == 1 else self.factor
        return {"limits": limits, "lockSeconds": self.lock_seconds, "copyTrading": self.copy_trading}


DOCUMENTED_SCALE = LimitScale()
"""As strict as the exchange documents it."""


def read_scale(
    limits: object = DOCUMENTED, lock_seconds: object = None, copy_trading: object = False
) -> LimitScale:
    """Check a scale, as given by JSON or an option.

    Args:
        limits: `documented`, `off`, or a factor: a number or its digits, with or without an `x` before them.
        lock_seconds: How long a lock-out lasts; None for the documented times.
        copy_trading: Whether the accounts are copy-trading leaders.

    Raises:
        SandboxError: An argument is wrong; the error names it.
    """
    seconds = None if lock_seconds is None else float(_LOCK_SECONDS.check("lockSeconds", lock_seconds))
    leader: bool = boolean(False).check("copyTrading", copy_trading)
    return LimitScale(None if limits == OFF else _factor(limits), seconds, leader)


def load_scale(text: bytes) -> LimitScale:
    """Load a scale from JSON: an object of `limits`, `lockSeconds` and `copyTrading`, each of them optional.

    Raises:
        SandboxError: The text is not such an object, or one of its members is wrong.
    """
    given = load_object(text, ("limits", "lockSeconds", "copyTrading"), _EXAMPLE)
    return read_scale(
        given.get("limits", DOCUMENTED), given.get("lockSeconds"), given.get("copyTrading", False)
    )


class SlidingWindow:
    """Counts requests within any stretch of a rate's seconds, which is the strictest reading of a rate.

    A window that restarts each second would let twice the rate through at its edges.
    """

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._times: deque[float] = deque()

    def remaining(self, now: float) -> int:
        """Return how many requests are still allowed, at a time in seconds."""
        while self._times and now - self._times[0] >= self.rate.seconds:
            self._times.popleft()
        return self.rate.requests - len(self._times)

    def add(self, now: float) -> None:
        """Count a request."""
        self._times.append(now)

    def clear(self) -> None:
        """Forget all requests."""
        self._times.clear()

    def next_free_at(self, now: float) -> float:
        """Return when the oldest counted request stops counting; now if none is counted."""
        return self._times[0] + self.rate.seconds if self._times else now


def _factor(limits: object) -> float:
    if limits == DOCUMENTED:
        return 1.0
    match = _FACTOR_TEXT.fullmatch(limits) if isinstance(limits, str) else None
    factor = float(match[1]) if match else limits
    if not _FACTOR.allows(factor):
        raise SandboxError(_LIMITS_RULE, field="limits")
    return float(str(factor))
