"""What the attempts of a call are made with."""

import time
from collections.abc import Callable
from dataclasses import dataclass

from bingx_spot.core.clock import Clock
from bingx_spot.core.request import RequestSigner
from bingx_spot.environments import Environment
from bingx_spot.limits.client_state import ClientState
from bingx_spot.limits.rate_limiter import RateLimiter


@dataclass(frozen=True, slots=True)
class CallContext:
    """Hold what a client's calls have in common.

    Attributes:
        environment: Where requests go.
        stamper: Stamps and signs.
        clock: Tells the exchange's time.
        limits: Gives out permits.
        memory: What was learnt from earlier calls.
        timeout: How long a call may take, in seconds.
        now: A monotonic clock, in seconds.
        bulk: Whether the calls belong to a bulk run, whose queue for permits every single call overtakes.
    """

    environment: Environment
    stamper: RequestSigner
    clock: Clock
    limits: RateLimiter
    memory: ClientState
    timeout: float
    now: Callable[[], float] = time.monotonic
    bulk: bool = False
