# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.cancel_restriction import CancelRestriction, read_cancel_restriction
from ..types import UNSET, Unset

T = TypeVar("T", bound="CancelOrderRequest")


@_attrs_define
class CancelOrderRequest:
    """Names the order to cancel. Exactly one of `orderId` and `clientOrderID` must be given
    (`x-bingx-order-reference` on the operation says so as data).

        Attributes:
            symbol (str): Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur
                (`MØTH-USDT`), and so does `#` (`OTHR#99961-USDT`).
                 Example: BTC-USDT.
            order_id (int | Unset): Order id. An int64 of up to 19 digits, past 2^53: a JSON parser that reads numbers as
                doubles corrupts it.
                 Example: 1735964079647111200.
            client_order_id (str | Unset): Customized order id, given by the user when placing the order. Different orders
                cannot use
                the same one. Found for 2 hours only.
                 Example: my-bot_0001.
            cancel_restrictions (CancelRestriction | Unset): Cancel the order only if it has this status. NEW: new order,
                PENDING: order in progress,
                PARTIALLY_FILLED: partially filled.
                 Example: NEW.
            recv_window (float | Unset): How long after `timestamp` the request stays valid. Unit: milliseconds. The default
                is 5000. Its maximum is 5000 in one official text and 60000 in another.
                 Example: 5000.
    """

    symbol: str
    order_id: int | Unset = UNSET
    client_order_id: str | Unset = UNSET
    cancel_restrictions: CancelRestriction | Unset = UNSET
    recv_window: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        symbol = self.symbol

        order_id = self.order_id

        client_order_id = self.client_order_id

        cancel_restrictions: str | Unset = UNSET
        if not isinstance(self.cancel_restrictions, Unset):
            cancel_restrictions = self.cancel_restrictions.value

        recv_window = self.recv_window

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "symbol": symbol,
            }
        )
        if order_id is not UNSET:
            field_dict["orderId"] = order_id
        if client_order_id is not UNSET:
            field_dict["clientOrderID"] = client_order_id
        if cancel_restrictions is not UNSET:
            field_dict["cancelRestrictions"] = cancel_restrictions
        if recv_window is not UNSET:
            field_dict["recvWindow"] = recv_window

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        symbol = d.pop("symbol")

        _order_id: Any = d.pop("orderId", UNSET)
        order_id: int | Unset = (
            int(_order_id)
            if isinstance(_order_id, str) and _order_id.isascii() and _order_id.removeprefix("-").isdigit()
            else _order_id
        )

        client_order_id = d.pop("clientOrderID", UNSET)

        _cancel_restrictions = d.pop("cancelRestrictions", UNSET)
        cancel_restrictions: CancelRestriction | Unset
        if isinstance(_cancel_restrictions, Unset):
            cancel_restrictions = UNSET
        else:
            cancel_restrictions = read_cancel_restriction(_cancel_restrictions)

        recv_window = d.pop("recvWindow", UNSET)

        cancel_order_request = cls(
            symbol=symbol,
            order_id=order_id,
            client_order_id=client_order_id,
            cancel_restrictions=cancel_restrictions,
            recv_window=recv_window,
        )

        cancel_order_request.additional_properties = d
        return cancel_order_request

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
