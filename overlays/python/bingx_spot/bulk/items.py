"""One item of a bulk run: which order to cancel, in each form that a caller may have it in."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Any, Self

from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot.models import Order
from bingx_spot.validation import WIRE_NAMES, OrderId, Restriction, cancel_order_request, check_arguments
from bingx_spot.visible_text import visible
from bingx_spot_api.contract import BY_ID
from bingx_spot_api.models.cancel_restriction import CancelRestriction

#: The operation that cancels one order.
CANCEL = BY_ID["cancelOrder"]
_ALLOWED = "a CancelRequest, an Order, (symbol, order id), or a mapping with symbol and one id"
_PAIR = 2


def check_items(items: object) -> None:
    """Raise `InvalidInput` for one order in place of many, whose letters or members would be the items."""
    if isinstance(items, str | bytes | Mapping):
        raise InvalidInput("orders", f"is of type {type(items).__name__}", f"a list; each {_ALLOWED}")


@dataclass(frozen=True, slots=True)
class CancelRequest:
    """One order to cancel; the fields are checked when the request is created.

    Args:
        symbol: Trading pair, `BTC-USDT`.
        order_id: Order id, a number or its decimal digits; this or `client_order_id`.
        client_order_id: The id given when placing the order; found only within two hours.
        cancel_restrictions: Cancel only an order of this status: `NEW`, `PENDING` or `PARTIALLY_FILLED`.
        recv_window: How long the request stays valid, in milliseconds, at most 60000.

    Raises:
        InvalidInput: A field is not allowed; the error names it.
    """

    symbol: str
    order_id: OrderId | None = field(default=None, kw_only=True)
    client_order_id: str | None = field(default=None, kw_only=True)
    cancel_restrictions: Restriction | None = field(default=None, kw_only=True)
    recv_window: float | None = field(default=None, kw_only=True)

    def __post_init__(self) -> None:
        checked = cancel_order_request(
            self.symbol, self.order_id, self.client_order_id, self.cancel_restrictions, self.recv_window
        )
        check_arguments(CANCEL, checked.to_dict())
        for name in ("order_id", "cancel_restrictions", "recv_window"):
            if getattr(self, name) is not None:
                object.__setattr__(self, name, getattr(checked, name))

    @classmethod
    def of(cls, item: object) -> Self:
        """Return the request for an item.

        Args:
            item: A `CancelRequest`; a mapping with the API's names or Python's, in which other members are
                ignored; an order of ccxt, with `id` and `BTC/USDT`; a tuple of symbol and order id; or an
                `Order`.

        Raises:
            InvalidInput: The item names no order; the error names the field.
        """
        if isinstance(item, cls):
            return item
        if isinstance(item, Order):
            return cls(item.symbol, order_id=item.order_id)
        if isinstance(item, Mapping):
            fields: dict[str, Any] = field_values(item)
            if "symbol" not in fields:
                raise InvalidInput("symbol", "is missing", "base and quote, such as BTC-USDT")
            return cls(**fields)
        if isinstance(item, tuple) and len(item) == _PAIR:
            return cls(item[0], order_id=item[1])
        raise InvalidInput("item", f"is of type {type(item).__name__}", _ALLOWED)

    def parameters(self) -> dict[str, object]:
        """Return the parameters of the request, under the API's names."""
        values = {wire: getattr(self, name) for name, wire in WIRE_NAMES.items()}
        if self.cancel_restrictions is not None:
            values["cancelRestrictions"] = CancelRestriction(self.cancel_restrictions).value
        return {wire: value for wire, value in values.items() if value is not None}


#: What names one order to cancel.
CancelItem = CancelRequest | Order | tuple[str, OrderId] | Mapping[str, object]

# A spot pair; ccxt's swaps are BTC/USDT:USDT.
_CCXT_SYMBOL = re.compile("[^/:-]+/[^/:-]+")
_FIELDS = {wire.lower(): field for field, wire in WIRE_NAMES.items()}
# So similar to a field's name that it must be a typing mistake: to ignore `cancelRestriction` would cancel
# too much. Names of other things, such as `origClientOrderId`, are less similar.
_TYPO_SIMILARITY = 0.9


@lru_cache(maxsize=1024)
def _match_field(name: str) -> str | None:
    """Return the field that a name means, or None for the name of something else."""
    bare = name.strip().lower().translate({ord(character): None for character in "_- "})
    if bare in _FIELDS:
        return _FIELDS[bare]
    for similar in get_close_matches(bare, _FIELDS, 1, _TYPO_SIMILARITY):
        reason = f"is not known; did you mean {WIRE_NAMES[_FIELDS[similar]]}?"
        raise InvalidInput(shown(name), reason, ", ".join(WIRE_NAMES.values()))
    return None


def match_fields(names: Iterable[object]) -> dict[str, str]:
    """Return the field that each name means; names of other things are left out.

    Case, `_`, `-` and spaces do not matter: `orderId`, `order_id` and `Order ID` are the same. `InvalidInput`
    says that two names mean the same field, that one must be a typing mistake, or that one is not text.
    """
    fields: dict[str, str] = {}
    for name in names:
        if not isinstance(name, str):
            raise InvalidInput("item", "has a name that is not text", _ALLOWED)
        field = _match_field(name)
        if field is None:
            continue
        if field in fields.values():
            raise InvalidInput(WIRE_NAMES[field], "is named twice", "each name once")
        fields[name] = field
    return fields


def field_values(members: Mapping[Any, object]) -> dict[str, object]:
    """Return the members that are fields of a cancel, under Python's names, without empty values.

    An order of ccxt has `id` and `BTC/USDT`.
    """
    named = {field: members[name] for name, field in match_fields(members).items()}
    symbol, own_id = named.get("symbol"), members.get("id")
    if isinstance(symbol, str) and "order_id" not in named and own_id is not None and own_id != "":
        is_ccxt = _CCXT_SYMBOL.fullmatch(symbol) is not None
        # An `id` beside the exchange's own symbol and a client order id may be a number of the caller's.
        if is_ccxt or "client_order_id" not in named:
            # ccxt gives both ids of an order; the order id is the one that is never used again.
            named["client_order_id"] = None
            named |= {"symbol": symbol.replace("/", "-") if is_ccxt else symbol, "order_id": own_id}
    # The exchange writes an absent client order id as empty text.
    return {field: value for field, value in named.items() if value is not None and value != ""}


def format_input_error(error: InvalidInput, names: Mapping[str, str]) -> str:
    """Return an error's text with the user's names of the fields."""
    field = " ".join(names.get(word, word) for word in error.field.split(" "))
    return visible(str(InvalidInput(field, error.reason, error.allowed)))
