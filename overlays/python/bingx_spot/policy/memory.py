"""What a client remembers from one call to the next."""

from dataclasses import dataclass, field

from bingx_spot.policy.account import Account
from bingx_spot.policy.backoff import Budget
from bingx_spot.policy.blocks import Blocks, EqualErrors
from bingx_spot.policy.hosts import Hosts
from bingx_spot.policy.placing import Placing


@dataclass(frozen=True, slots=True)
class Memory:
    """Hold what the policies have learnt of one environment; threads and tasks share it.

    Attributes:
        hosts: Which host is reached.
        placing: Where the parameters go.
        blocks: Until when the exchange will not listen.
        equal_errors: How near a lock-out is.
        budget: How many further tries are left.
        account: What the client shares with others that use its API key, held here so that it lives.
    """

    hosts: Hosts
    placing: Placing
    blocks: Blocks = field(default_factory=Blocks)
    equal_errors: EqualErrors = field(default_factory=EqualErrors)
    budget: Budget = field(default_factory=Budget)
    account: Account = field(default_factory=Account)
