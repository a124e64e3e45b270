"""The documented rate limits, and the sliding window that counts requests against one.

The sandbox does not read the contract, so the numbers are repeated here and at the endpoints; a test
compares them with `spec/openapi.yaml`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rate:
    """A number of requests in any stretch of so many seconds."""

    requests: int
    seconds: float


@dataclass(frozen=True)
class IpGroup:
    """The rates of one IP address for a group of endpoints.

    Attributes:
        endpoint: The rate of each endpoint of the group by itself.
        group: The rate of all endpoints of the group together.
    """

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


class SlidingWindow:
    """Counts requests within any stretch of a rate's seconds, which is the strictest reading of a rate.

    A window that restarts each second would let twice the rate through at its edges.

    Args:
        rate: How many requests are allowed in how many seconds.
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
