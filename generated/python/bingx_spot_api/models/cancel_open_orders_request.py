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

T = TypeVar("T", bound="CancelOpenOrdersRequest")


@_attrs_define
class CancelOpenOrdersRequest:
    """Whose orders to cancel.

    Attributes:
        symbol (str | Unset): Trading pair, base and quote in upper case joined by a hyphen. Letters beyond ASCII occur
            (`MØTH-USDT`),
            and so does `#` (`OTHR#99961-USDT`).
             Example: BTC-USDT.
        recv_window (float | Unset): How long after `timestamp` the request stays valid. Unit: milliseconds. The default
            is 5000. Its maximum is 5000 in one official text and 60000 in another.
             Example: 5000.
    """

    symbol: str | Unset = UNSET
    recv_window: float | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        symbol = self.symbol

        recv_window = self.recv_window

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if symbol is not UNSET:
            field_dict["symbol"] = symbol
        if recv_window is not UNSET:
            field_dict["recvWindow"] = recv_window

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        symbol = d.pop("symbol", UNSET)

        recv_window = d.pop("recvWindow", UNSET)

        cancel_open_orders_request = cls(
            symbol=symbol,
            recv_window=recv_window,
        )

        cancel_open_orders_request.additional_properties = d
        return cancel_open_orders_request

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
