"""The records that the exchange's responses become: a response as received, and an order as stated in it."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TypeGuard

from bingx_spot_api.models.order_side import OrderSide
from bingx_spot_api.models.order_status import OrderStatus
from bingx_spot_api.models.order_type import OrderType

if TYPE_CHECKING:
    from bingx_spot_api import types
    from bingx_spot_api.models import CancelledOrder, CancelOrderResponse, QueriedOrder, QueryOrderResponse


#: The text of an integer. An id may come as text: its digits are exact either way.
INTEGER = re.compile("[0-9]{1,19}")
_MAXIMUM_ID = 2**63 - 1


@dataclass(frozen=True)
class Response:
    """An HTTP response as received.

    Attributes:
        http_status: Any number; some that come are listed in no RFC.
        headers: The headers, names in lower case.
        body: The bytes of the body.
        parsed: The JSON object in the body, once the response is validated; else None.
    """

    http_status: int
    headers: Mapping[str, str]
    body: bytes
    parsed: Mapping[str, Any] | None = field(default=None, repr=False, compare=False)

    def __reduce__(self) -> tuple[object, ...]:
        # Read-only views cannot be pickled.
        return (Response, (self.http_status, dict(self.headers), self.body))

    def json(self) -> Mapping[str, Any]:
        """Return the JSON object in the body of a validated response; it is not parsed again."""
        envelope: Mapping[str, Any] = json.loads(self.body) if self.parsed is None else self.parsed
        return envelope

    def data(self) -> dict[str, Any]:
        """Return the member `data` of a validated response, parsed again: a copy of the caller's own."""
        data = json.loads(self.body)["data"]
        return data if isinstance(data, dict) else {}


@dataclass(frozen=True, kw_only=True)
class Order:
    """An order as the exchange stated it; it cannot be changed.

    A field that the exchange left out is None. Fields as in `CancelledOrder` and `QueriedOrder` of
    spec/openapi.yaml.

    Attributes:
        symbol: Trading pair, `BTC-USDT`.
        order_id: Order id, exact to its 19th digit.
        client_order_id: The id that the user gave when placing the order.
        status: `CANCELED` after a cancel. A word that the contract does not list stays as received.
        type: `LIMIT`, `MARKET`, ...
        side: `BUY` or `SELL`.
        price: In the quote asset for one unit of the base asset.
        stop_price: Trigger price, in the quote asset.
        orig_qty: Original quantity, in the base asset.
        executed_qty: Executed quantity, in the base asset.
        cummulative_quote_qty: Cumulative transacted quantity, in the quote asset; the spelling is the
            exchange's.
        time: When it was placed, in Unix milliseconds; only a query returns it and all below.
        update_time: When it last changed, in Unix milliseconds.
        orig_quote_order_qty: Original quantity in the quote asset, where the order was placed so.
        fee: In `fee_asset`; negative where it was charged.
        fee_asset: The asset that the fee is in.
        avg_price: Average price of what was executed, in the quote asset.
        response: The response that stated the order.
    """

    symbol: str
    order_id: int
    client_order_id: str | None
    status: OrderStatus
    type: OrderType | None
    side: OrderSide | None
    price: Decimal | None
    stop_price: Decimal | None
    orig_qty: Decimal | None
    executed_qty: Decimal | None
    cummulative_quote_qty: Decimal | None
    time: int | None = None
    update_time: int | None = None
    orig_quote_order_qty: Decimal | None = None
    fee: Decimal | None = None
    fee_asset: str | None = None
    avg_price: Decimal | None = None
    response: Response = field(repr=False, compare=False)

    @property
    def raw(self) -> Mapping[str, object]:
        """Return `data` of the response as received, unknown fields included."""
        return MappingProxyType(self.response.data())

    @classmethod
    def from_model(cls, model: "CancelledOrder | QueriedOrder", response: Response) -> Self:
        """Return the order in a generated model that was parsed from a validated response.

        A field that validation has not checked, since the contract does not list it for the operation, is
        None where it cannot be read; `raw` has it as received.
        """
        # The model of a cancel that a query has settled has the query's fields beside its own.
        is_query = hasattr(model, "avg_price")
        more: Mapping[str, Any] = model.to_dict() if is_query else model.additional_properties
        return cls(
            symbol=model.symbol,
            order_id=model.order_id,
            client_order_id=_text(model.client_order_id),
            status=model.status,
            type=model.type_ or None,
            side=model.side or None,
            price=decimal_of(model.price),
            # The one name that a query spells in another way.
            stop_price=decimal_of(more.get("StopPrice", more.get("stopPrice", model.stop_price))),
            orig_qty=decimal_of(model.orig_qty),
            executed_qty=decimal_of(model.executed_qty),
            cummulative_quote_qty=decimal_of(model.cummulative_quote_qty),
            response=response,
            **{name: read(more[wire]) for wire, (name, read) in _OF_A_QUERY.items() if wire in more},
        )

    @classmethod
    def from_data(cls, data: Mapping[str, Any], response: Response) -> Self:
        """Return the order in `data` of a validated response, of a cancel or a query."""
        # Imported here: attrs takes a tenth of the start of a program. A client has loaded it.
        from bingx_spot_api.models.queried_order import QueriedOrder

        # The generated parser needs the word of the state, even an empty one, and the pair.
        needed = ("symbol", "status")
        given = {name: value for name, value in data.items() if value not in (None, "") or name in needed}
        for word in ("type", "side"):
            # The generated parser takes no other type, and the state of the order does not hang on them.
            if not isinstance(given.get(word), str):
                given.pop(word, None)
        for moment in ("time", "updateTime"):
            # Nor does it read a number of thousands of digits.
            if _integer(given.get(moment)) is None:
                given.pop(moment, None)
        return cls.from_model(QueriedOrder.from_dict(given), response)


def order_in(response: "types.Response[CancelOrderResponse] | types.Response[QueryOrderResponse]") -> Order:
    """Return the order in what a generated function returns of a validated response."""
    # Validation lets no success through without an order; this is for the type checker.
    assert response.parsed
    assert response.parsed.data
    raw = Response(response.status_code, response.headers, response.content)
    return Order.from_model(response.parsed.data, raw)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) and value else None


def _integer(value: object) -> int | None:
    return int(value) if is_integer(value) else None


def is_integer(value: object) -> TypeGuard[int | str]:
    """Return whether a value of JSON is a whole number of 64 bits, or the text of one."""
    if isinstance(value, str):
        return INTEGER.fullmatch(value) is not None and int(value) <= _MAXIMUM_ID
    return isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MAXIMUM_ID


def decimal_of(value: object) -> Decimal | None:
    """Return a value of JSON as a finite number, or None where it is none."""
    # An amount that does not apply comes as no member, as null, or as empty text.
    if value is None or value == "":
        return None
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        return None
    return amount if amount.is_finite() else None


# What only a query states, by its name on the wire.
_OF_A_QUERY: dict[str, tuple[str, Callable[[object], Any]]] = {
    "time": ("time", _integer),
    "updateTime": ("update_time", _integer),
    "origQuoteOrderQty": ("orig_quote_order_qty", decimal_of),
    "fee": ("fee", decimal_of),
    "feeAsset": ("fee_asset", _text),
    "avgPrice": ("avg_price", decimal_of),
}
