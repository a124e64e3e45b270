"""A row of the outcome matrix: one failure, and all that must come of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Rule = Mapping[str, Any]
Address = Literal["sandbox", "a port that refuses", "an unknown name", "a port without TLS"]

#: How many requests may arrive: the fewest, the most. The most of a call that asks until its deadline is
#: what its pauses leave room for.
Count = tuple[int, int]
NONE: Count = (0, 0)
ONE: Count = (1, 1)
TWO: Count = (2, 2)
UNTIL_THE_DEADLINE: Count = (1, 100)

CANCELLED = "Order CANCELED"
UNKNOWN_ID = 7


@dataclass(frozen=True)
class Row:
    """One failure, and all that must come of it.

    Attributes:
        name: What fails, in short.
        gets: What the caller gets: `Order` or the error's class, and the order's status where it has one.
        rules: The faults of the sandbox; none for a sandbox that behaves.
        cancels: How many cancel requests arrive.
        queries: How many queries arrive.
        cancelled: Whether the order is cancelled in the sandbox's book afterwards.
        order: Fields of the order that is placed; None for an id that no order has.
        address: What the client is given for the exchange's.
        timeout: How long the call may take, in seconds.
    """

    name: str
    gets: str
    rules: tuple[Rule, ...] = ()
    cancels: Count = ONE
    queries: Count = NONE
    cancelled: bool = False
    order: Mapping[str, str] | None = field(default_factory=dict)
    address: Address = "sandbox"
    timeout: float = 10.0


def once(fault: str, **settings: Any) -> tuple[Rule, ...]:
    """Return the rules for a fault that the first cancel meets, and no other request."""
    return ({"fault": fault, "operation": "cancel", "times": 1, **settings},)


def error(code: int, msg: str, **settings: Any) -> tuple[Rule, ...]:
    """Return the rules for an error of the exchange's that the first cancel meets."""
    return once("error", code=code, msg=msg, **settings)
