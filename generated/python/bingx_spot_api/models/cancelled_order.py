# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.order_side import OrderSide, read_order_side
from ..models.order_status import OrderStatus, read_order_status
from ..models.order_type import OrderType, read_order_type
from ..types import UNSET, Unset

T = TypeVar("T", bound="CancelledOrder")


@_attrs_define
class CancelledOrder:
    """The order after the cancel. A success may lack any field that is not required here, and may have
    more (`transactTime`, `origClientOrderId` have been seen).

        Attributes:
            symbol (str): Trading pair. Example: NEMS-USDT.
            order_id (int): Order id. An int64 of up to 19 digits, past 2^53: a JSON parser that reads numbers as
                doubles corrupts it. Some answers carry it as a string.
                 Example: 1735964079647111200.
            status (OrderStatus): Order status. Other words than the listed ones have been seen (`EXPIRED`, `CANCELLED`).
                Example: CANCELED.
            price (str | Unset): Price, in the quote asset for one unit of the base asset. A decimal number as text.
                Example: 0.1532.
            orig_qty (str | Unset): Original quantity, in the base asset. A decimal number as text. Example: 126.
            executed_qty (str | Unset): Executed quantity, in the base asset. A decimal number as text. Example: 0.
            cummulative_quote_qty (str | Unset): Cumulative quote asset transacted quantity, in the quote asset. A decimal
                number as text.
                The spelling is the exchange's.
                 Example: 0.
            type_ (OrderType | Unset): Order type. Example: LIMIT.
            side (OrderSide | Unset): Order side. Example: SELL.
            client_order_id (str | Unset): Customized order id, given by the user when placing the order. Example: my-
                bot_0001.
            stop_price (str | Unset): Trigger price, in the quote asset. A decimal number as text. Example: 0.1532.
    """

    symbol: str
    order_id: int
    status: OrderStatus
    price: str | Unset = UNSET
    orig_qty: str | Unset = UNSET
    executed_qty: str | Unset = UNSET
    cummulative_quote_qty: str | Unset = UNSET
    type_: OrderType | Unset = UNSET
    side: OrderSide | Unset = UNSET
    client_order_id: str | Unset = UNSET
    stop_price: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        symbol = self.symbol

        order_id = self.order_id

        status = self.status.value

        price = self.price

        orig_qty = self.orig_qty

        executed_qty = self.executed_qty

        cummulative_quote_qty = self.cummulative_quote_qty

        type_: str | Unset = UNSET
        if not isinstance(self.type_, Unset):
            type_ = self.type_.value

        side: str | Unset = UNSET
        if not isinstance(self.side, Unset):
            side = self.side.value

        client_order_id = self.client_order_id

        stop_price = self.stop_price

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "symbol": symbol,
                "orderId": order_id,
                "status": status,
            }
        )
        if price is not UNSET:
            field_dict["price"] = price
        if orig_qty is not UNSET:
            field_dict["origQty"] = orig_qty
        if executed_qty is not UNSET:
            field_dict["executedQty"] = executed_qty
        if cummulative_quote_qty is not UNSET:
            field_dict["cummulativeQuoteQty"] = cummulative_quote_qty
        if type_ is not UNSET:
            field_dict["type"] = type_
        if side is not UNSET:
            field_dict["side"] = side
        if client_order_id is not UNSET:
            field_dict["clientOrderID"] = client_order_id
        if stop_price is not UNSET:
            field_dict["stopPrice"] = stop_price

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        symbol = d.pop("symbol")

        _order_id: Any = d.pop("orderId")
        order_id: int = (
            int(_order_id)
            if isinstance(_order_id, str) and _order_id.isascii() and _order_id.removeprefix("-").isdigit()
            else _order_id
        )

        status = read_order_status(d.pop("status"))

        price = d.pop("price", UNSET)

        orig_qty = d.pop("origQty", UNSET)

        executed_qty = d.pop("executedQty", UNSET)

        cummulative_quote_qty = d.pop("cummulativeQuoteQty", UNSET)

        _type_ = d.pop("type", UNSET)
        type_: OrderType | Unset
        if isinstance(_type_, Unset):
            type_ = UNSET
        else:
            type_ = read_order_type(_type_)

        _side = d.pop("side", UNSET)
        side: OrderSide | Unset
        if isinstance(_side, Unset):
            side = UNSET
        else:
            side = read_order_side(_side)

        client_order_id = d.pop("clientOrderID", UNSET)

        stop_price = d.pop("stopPrice", UNSET)

        cancelled_order = cls(
            symbol=symbol,
            order_id=order_id,
            status=status,
            price=price,
            orig_qty=orig_qty,
            executed_qty=executed_qty,
            cummulative_quote_qty=cummulative_quote_qty,
            type_=type_,
            side=side,
            client_order_id=client_order_id,
            stop_price=stop_price,
        )

        cancelled_order.additional_properties = d
        return cancelled_order

    @property
    def additional_keys(self) -> list[str]:
        return list(self.additional_properties.keys())

    def __getitem__(self, key: str) -> Any:
        return self.additional_properties[key]

    def __setitem__(self, key: str, value: Any) -> None:
        self.additional_properties[key] = value

    def __delitem__(self, key: str) -> None:
        del self.additional_properties[key]

    def __contains__(self, key: str) -> bool:
        return key in self.additional_properties
