"""What the exchange says: a response as it came, and an order as it states it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Self, TypeVar

from bingx_spot.core.schema_check import schema_mismatch
from bingx_spot_api.contract import BY_ID, Field
from bingx_spot_api.models.cancelled_order import CancelledOrder
from bingx_spot_api.models.order_side import OrderSide
from bingx_spot_api.models.order_status import OrderStatus
from bingx_spot_api.models.order_type import OrderType
from bingx_spot_api.types import Unset

if TYPE_CHECKING:
    from bingx_spot_api.models.queried_order import QueriedOrder

Value = TypeVar("Value")

_MASK = "***"

# What only a query tells, by its names on the wire.
_QUERIED = frozenset({"StopPrice", "time", "updateTime", "origQuoteOrderQty", "fee", "feeAsset", "avgPrice"})


@dataclass(frozen=True)
class Response:
    """Hold an HTTP answer as it came.

    Attributes:
        http_status: Any number; some that come are listed in no RFC.
        headers: Names in lower case.
        body: The bytes of the body.
    """

    http_status: int
    headers: Mapping[str, str]
    body: bytes

    def without(self, secrets: tuple[str, ...]) -> "Response":
        """Return the answer with these texts masked: a server may repeat what it was sent.

        Args:
            secrets: The API key and the signature of the request.
        """
        body, headers = self.body, self.headers
        shown = "\n".join(headers.values())
        for secret in secrets:
            if secret.encode() in body:
                body = body.replace(secret.encode(), _MASK.encode())
            if secret in shown:
                masked = {name: value.replace(secret, _MASK) for name, value in headers.items()}
                headers = MappingProxyType(masked)
        if body is self.body and headers is self.headers:
            return self
        return Response(self.http_status, headers, body)

    def __reduce__(self) -> tuple[object, ...]:
        # Read-only views cannot be pickled.
        return (Response, (self.http_status, dict(self.headers), self.body))

    def envelope(self) -> Mapping[str, Any]:
        """Return the JSON object in the body of a believed answer.

        The gate has parsed it, and it is not parsed again; whoever changes it changes it for all.
        """
        return self._envelope

    @cached_property
    def _envelope(self) -> Mapping[str, Any]:
        envelope: Mapping[str, Any] = json.loads(self.body)
        return envelope

    def data(self) -> dict[str, Any]:
        """Return the member `data` of a believed answer, parsed anew: it is the caller's own."""
        data = json.loads(self.body)["data"]
        return data if isinstance(data, dict) else {}


@dataclass(frozen=True, kw_only=True)
class Order:
    """Hold an order as the exchange stated it; nothing in it can be changed.

    A field that the exchange left out is None. Fields as in `CancelledOrder` and `QueriedOrder` of
    spec/openapi.yaml.

    Attributes:
        symbol: Trading pair, `BTC-USDT`.
        order_id: Order id, exact to its 19th digit.
        client_order_id: The id given by the user when placing the order.
        status: `CANCELED` after a cancel. A word that the contract does not list stays as it came.
        type: `LIMIT`, `MARKET`, ...
        side: `BUY` or `SELL`.
        price: In the quote asset for one unit of the base asset.
        stop_price: Trigger price, in the quote asset.
        orig_qty: Original quantity, in the base asset.
        executed_qty: Executed quantity, in the base asset.
        cummulative_quote_qty: Cumulative transacted quantity, in the quote asset; the spelling is the
            exchange's.
        time: When it was placed, in Unix milliseconds; only a query tells, as all below.
        update_time: When it last changed, in Unix milliseconds.
        orig_quote_order_qty: Original quantity in the quote asset, where the order was placed so.
        fee: In `fee_asset`; negative where it was charged.
        fee_asset: The asset that the fee is in.
        avg_price: Average price of what was executed, in the quote asset.
        response: The response as it came.
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
        """Return `data` of the answer as it came, unknown fields included."""
        return MappingProxyType(self.response.data())

    @classmethod
    def from_data(cls, data: Mapping[str, object], answer: Response) -> Self:
        """Make an order of `data` of an answer that the gate has believed.

        Args:
            data: The order, of a cancel or a query.
            answer: The answer that it came in.
        """
        cancelled = not schema_mismatch(_fields("cancelOrder"), data)
        # The gate has looked at what the answer to the request in question holds, and at nothing else.
        if cancelled and (_QUERIED.isdisjoint(data) or schema_mismatch(_fields("queryOrder"), data)):
            return cls._of({**_stated(CancelledOrder.from_dict(data)), "response": answer})
        # Imported here: most programs cancel and never ask.
        from bingx_spot_api.models.queried_order import QueriedOrder  # noqa: PLC0415

        # The one capital letter apart, a query's answer has all that a cancel's has.
        stop_price = {"StopPrice": data["stopPrice"]} if cancelled and "stopPrice" in data else {}
        return cls.from_model(QueriedOrder.from_dict({**stop_price, **data}), answer)

    @classmethod
    def from_model(cls, model: "CancelledOrder | QueriedOrder", answer: Response) -> Self:
        """Make an order of what the generated parser has made of an answer that the gate has believed.

        Args:
            model: The order, of a cancel or a query.
            answer: The answer that it came in.
        """
        if isinstance(model, CancelledOrder):
            if not _QUERIED.isdisjoint(model.additional_properties):
                # A cancel that a query has settled: the answer is the query's, and tells more.
                return cls.from_data(model.to_dict(), answer)
            return cls._of({**_stated(model), "response": answer})
        queried = {
            "time": _given(model.time),
            "update_time": _given(model.update_time),
            "orig_quote_order_qty": _amount(model.orig_quote_order_qty),
            "fee": _amount(model.fee),
            "fee_asset": _given(model.fee_asset),
            "avg_price": _amount(model.avg_price),
        }
        return cls._of({**_stated(model), **queried, "response": answer})

    @classmethod
    def _of(cls, fields: dict[str, Any]) -> Self:
        # What the constructor does too, but it sets each field by itself, and takes ten times as long.
        made = object.__new__(cls)
        made.__dict__.update(fields)
        return made


def _fields(operation_id: str) -> tuple[Field, ...]:
    return BY_ID[operation_id].data or ()


def _stated(model: "CancelledOrder | QueriedOrder") -> dict[str, Any]:
    """Return what both kinds of answer tell."""
    return {
        "symbol": model.symbol,
        "order_id": model.order_id,
        "client_order_id": _given(model.client_order_id) or None,
        "status": model.status,
        "type": _given(model.type_),
        "side": _given(model.side),
        "price": _amount(model.price),
        "stop_price": _amount(model.stop_price),
        "orig_qty": _amount(model.orig_qty),
        "executed_qty": _amount(model.executed_qty),
        "cummulative_quote_qty": _amount(model.cummulative_quote_qty),
    }


def _given(value: Value | Unset) -> Value | None:
    return None if isinstance(value, Unset) else value


def _amount(text: object) -> Decimal | None:
    # An absent amount comes as no member, as null, or as empty text. The gate let only numbers through.
    return Decimal(str(text)) if text or text == 0 else None
