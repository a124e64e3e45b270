"""What the calls of a client have in common, and the deadline of one call."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bingx_spot.core.clock import Clock
from bingx_spot.core.request import RequestSigner
from bingx_spot.environments import Environment
from bingx_spot.limits.client_state import ClientState
from bingx_spot.limits.rate_limiter import RateLimiter

#: With less time than this before the deadline, in seconds, nothing more is sent.
SHORTEST_ATTEMPT = 0.02


@dataclass(frozen=True, slots=True)
class CallContext:
    """What the calls of a client have in common.

    Attributes:
        environment: The hosts.
        signer: Stamps and signs requests.
        clock: The exchange's time.
        limits: The rate limiter.
        state: What earlier calls have learnt.
        timeout: How long a call may take, in seconds.
        now: A monotonic clock, in seconds.
        bulk: Whether the calls belong to a bulk run, which single calls overtake in the queue for permits.
    """

    environment: Environment
    signer: RequestSigner
    clock: Clock
    limits: RateLimiter
    state: ClientState
    timeout: float
    now: Callable[[], float] = time.monotonic
    bulk: bool = False


@dataclass(frozen=True, slots=True)
class Deadline:
    """The moment at which a call ends.

    Attributes:
        at: The moment, on the monotonic clock, in seconds.
        now: The monotonic clock.
    """

    at: float
    now: Callable[[], float]

    def seconds_left(self) -> float:
        """Return how much time is left, in seconds; never negative."""
        return max(self.at - self.now(), 0.0)

    def is_over(self) -> bool:
        """Return whether too little time is left to send anything."""
        return self.at - self.now() < SHORTEST_ATTEMPT
