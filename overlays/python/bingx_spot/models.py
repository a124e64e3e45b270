"""The records that the exchange's answers become: a response as it came, and an order as stated in it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
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

_REDACTED = "***"

# Wire names of fields that only the query returns.
_QUERIED = frozenset({"StopPrice", "time", "updateTime", "origQuoteOrderQty", "fee", "feeAsset", "avgPrice"})


@dataclass(frozen=True)
class Response:
    """An HTTP response as it came.

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

    def redacted(self, secrets: tuple[str, ...]) -> "Response":
        """Return the response without these texts: a server may repeat what it was sent.

        Args:
            secrets: The API key and the signature of the request.
        """
        body, headers = self.body, self.headers
        values = "\n".join(headers.values())
        for secret in secrets:
            if secret.encode() in body:
                body = body.replace(secret.encode(), _REDACTED.encode())
            if secret in values:
                redacted = {name: value.replace(secret, _REDACTED) for name, value in headers.items()}
                headers = MappingProxyType(redacted)
        if body is self.body and headers is self.headers:
            return self
        return Response(self.http_status, headers, body)

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
        status: `CANCELED` after a cancel. A word that the contract does not list stays as it came.
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
        """Return `data` of the response as it came, unknown fields included."""
        return MappingProxyType(self.response.data())

    @classmethod
    def from_data(cls, data: Mapping[str, object], response: Response) -> Self:
        """Return the order in `data` of a validated response.

        Args:
            data: The order, of a cancel or a query.
            response: The validated response.
        """
        cancelled = not schema_mismatch(_fields("cancelOrder"), data)
        # Validation has checked the fields of the request's own operation, and no others.
        if cancelled and (_QUERIED.isdisjoint(data) or schema_mismatch(_fields("queryOrder"), data)):
            return cls(**_common(CancelledOrder.from_dict(data)), response=response)
        # Imported here: most programs cancel and never query.
        from bingx_spot_api.models.queried_order import QueriedOrder  # noqa: PLC0415

        # But for a capital letter, a query's response has all that a cancel's has.
        stop_price = {"StopPrice": data["stopPrice"]} if cancelled and "stopPrice" in data else {}
        return cls.from_model(QueriedOrder.from_dict({**stop_price, **data}), response)

    @classmethod
    def from_model(cls, model: "CancelledOrder | QueriedOrder", response: Response) -> Self:
        """Return the order in a generated model that was parsed from a validated response.

        Args:
            model: The order, of a cancel or a query.
            response: The validated response.
        """
        if isinstance(model, CancelledOrder):
            if not _QUERIED.isdisjoint(model.additional_properties):
                # A cancel that a query has settled: the response is the query's, and has more fields.
                return cls.from_data(model.to_dict(), response)
            return cls(**_common(model), response=response)
        return cls(
            **_common(model),
            time=_given(model.time),
            update_time=_given(model.update_time),
            orig_quote_order_qty=_amount(model.orig_quote_order_qty),
            fee=_amount(model.fee),
            fee_asset=_given(model.fee_asset),
            avg_price=_amount(model.avg_price),
            response=response,
        )


def _fields(operation_id: str) -> tuple[Field, ...]:
    return BY_ID[operation_id].data or ()


def _common(model: "CancelledOrder | QueriedOrder") -> dict[str, Any]:
    """Return the fields that a cancel and a query both have."""
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
    # An absent amount comes as no member, as null, or as empty text. Validation has passed only numbers.
    return Decimal(str(text)) if text or text == 0 else None
