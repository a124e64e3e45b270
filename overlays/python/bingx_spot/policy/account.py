"""What a process knows of one API key: its limits, and until when the exchange will not listen to it."""

from dataclasses import dataclass, field

from bingx_spot.policy.blocks import Blocks, EqualErrors
from bingx_spot.policy.limits import Limits


# By identity: it is kept weakly, and two that look alike are not one.
@dataclass(frozen=True, eq=False)
class Account:
    """Hold what all clients with one API key have in common.

    Attributes:
        limits: Gives out their permits.
        blocks: Until when the exchange will not listen.
        equal_errors: How near a lock-out is.
    """

    limits: Limits = field(default_factory=Limits)
    blocks: Blocks = field(default_factory=Blocks)
    equal_errors: EqualErrors = field(default_factory=EqualErrors)
