"""State an order as the exchange states it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Self, TypeVar

from bingx_spot.answers import Answer
from bingx_spot.errors import OutcomeUnknown
from bingx_spot_api.models.cancelled_order import CancelledOrder
from bingx_spot_api.models.order_side import OrderSide
from bingx_spot_api.models.order_status import OrderStatus
from bingx_spot_api.models.order_type import OrderType
from bingx_spot_api.types import Unset

Value = TypeVar("Value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Hold an order as the exchange stated it; nothing in it can be changed.

    A field that the exchange left out is None. Fields as in `CancelledOrder` of spec/openapi.yaml.

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
        answer: The answer as it came.
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
    answer: Answer = field(repr=False, compare=False)

    @property
    def raw(self) -> Mapping[str, object]:
        """Return `data` of the answer as it came, unknown fields included."""
        return MappingProxyType(self.answer.data())

    @classmethod
    def from_model(cls, model: CancelledOrder, answer: Answer) -> Self:
        """Make an order of the generated model.

        Args:
            model: The order in an answer that the gate has believed.
            answer: That answer.

        Raises:
            OutcomeUnknown: An amount is not a decimal number, so the answer is not to be trusted.
        """
        return cls(
            symbol=model.symbol,
            order_id=model.order_id,
            client_order_id=_given(model.client_order_id) or None,
            status=model.status,
            type=_given(model.type_),
            side=_given(model.side),
            price=_amount("price", model.price, answer),
            stop_price=_amount("stopPrice", model.stop_price, answer),
            orig_qty=_amount("origQty", model.orig_qty, answer),
            executed_qty=_amount("executedQty", model.executed_qty, answer),
            cummulative_quote_qty=_amount("cummulativeQuoteQty", model.cummulative_quote_qty, answer),
            answer=answer,
        )


def _given(value: Value | Unset) -> Value | None:
    return None if isinstance(value, Unset) else value


def _amount(name: str, text: str | Unset, answer: Answer) -> Decimal | None:
    # An absent amount comes as no member, as null, or as empty text.
    if isinstance(text, Unset) or text is None or text == "":
        return None
    try:
        amount = Decimal(text)
    except InvalidOperation:
        amount = Decimal("NaN")
    if not amount.is_finite():
        raise OutcomeUnknown(answer.evidence(f"{name} in the answer is not a decimal number: {text[:80]!r}"))
    return amount
