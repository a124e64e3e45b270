# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..types import UNSET, Unset

T = TypeVar("T", bound="CancelOrdersRequest")


@_attrs_define
class CancelOrdersRequest:
    """The orders to cancel, all of one pair. Exactly one of `orderIds` and `clientOrderIDs` is given.

    Attributes:
        symbol (str): Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur (`MØTH-
            USDT`),
            and so does `#` (`OTHR#99961-USDT`).
             Example: BTC-USDT.
        order_ids (str | Unset): Order ids with commas between, each an int64. No greatest number is documented for
            spot; ten is that of
            the futures market.
             Example: 1735964997957275600,1735965127519326200.
        client_order_ids (str | Unset): Customized order ids with commas between. An order is found by its own for 2
            hours only. Example: my-bot_0001,my-bot_0002.
        process (int | Unset): 0, the default, cancels all or none. 1 cancels those that are open. Example: 1.
        recv_window (float | Unset): How long after `timestamp` the request stays valid. Unit: milliseconds. The default
            is 5000. Its maximum is 5000 in one official text and 60000 in another.
             Example: 5000.
    """

    symbol: str
    order_ids: str | Unset = UNSET
    client_order_ids: str | Unset = UNSET
    process: int | Unset = UNSET
    recv_window: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        symbol = self.symbol

        order_ids = self.order_ids

        client_order_ids = self.client_order_ids

        process = self.process

        recv_window = self.recv_window

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "symbol": symbol,
            }
        )
        if order_ids is not UNSET:
            field_dict["orderIds"] = order_ids
        if client_order_ids is not UNSET:
            field_dict["clientOrderIDs"] = client_order_ids
        if process is not UNSET:
            field_dict["process"] = process
        if recv_window is not UNSET:
            field_dict["recvWindow"] = recv_window

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        symbol = d.pop("symbol")

        order_ids = d.pop("orderIds", UNSET)

        client_order_ids = d.pop("clientOrderIDs", UNSET)

        _process: Any = d.pop("process", UNSET)
        process: int | Unset = (
            int(_process)
            if isinstance(_process, str) and _process.isascii() and _process.removeprefix("-").isdigit()
            else _process
        )

        recv_window = d.pop("recvWindow", UNSET)

        cancel_orders_request = cls(
            symbol=symbol,
            order_ids=order_ids,
            client_order_ids=client_order_ids,
            process=process,
            recv_window=recv_window,
        )

        cancel_orders_request.additional_properties = d
        return cancel_orders_request

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
