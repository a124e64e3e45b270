"""Read an order's state from the words of a response, by `states` of `x-bingx-outcome` in the contract."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from enum import Enum
from typing import Any

from bingx_spot_api.contract import States


class OrderState(Enum):
    """What a response says of an order. CANCELED, FILLED and FAILED are final; OPEN can be stale."""

    CANCELED = "canceled"
    FILLED = "filled"
    FAILED = "failed"
    OPEN = "open"
    UNCLEAR = "unclear"


def order_state(states: States, data: Mapping[str, Any]) -> OrderState:
    """Return the state that `data` of a response states.

    CANCELED with everything executed contradicts itself, and a word that the contract does not list says
    nothing: both are UNCLEAR.

    Args:
        states: The words of the operation.
        data: The order, as the response has it.
    """
    value = data.get(states.field)
    if says(value, states.canceled):
        return OrderState.UNCLEAR if _is_fully_executed(states, data) else OrderState.CANCELED
    if says(value, states.filled):
        return OrderState.FILLED
    if says(value, states.failed):
        return OrderState.FAILED
    return OrderState.OPEN if says(value, states.open) else OrderState.UNCLEAR


def says(value: object, words: tuple[str, ...]) -> bool:
    """Return whether a value is one of the words, in any case, with or without white space around it."""
    # ASCII alone: upper() turns some other letters into ASCII ones.
    return isinstance(value, str) and value.isascii() and value.strip().upper() in words


def _is_fully_executed(states: States, data: Mapping[str, Any]) -> bool:
    if states.executed is None:
        return False
    executed, ordered = (_decimal(data.get(name)) for name in states.executed)
    return executed is not None and ordered is not None and 0 < ordered <= executed


def _decimal(value: object) -> Decimal | None:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None
