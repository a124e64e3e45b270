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

T = TypeVar("T", bound="FailedCancel")


@_attrs_define
class FailedCancel:
    """An order that was not cancelled. It is named by one of its ids.

    Attributes:
        order_id (str | Unset): Order id, here as text. Example: 1874730962584076288.
        client_order_id (str | Unset): Customized order id. No source shows whether it is given here. Example: my-
            bot_0001.
        error (str | Unset): Why it was not cancelled, in the exchange's words. Example: can not find order for
            orderId:1885778991827025921 for symbol: BARS-USDT, please verify and retry later.
    """

    order_id: str | Unset = UNSET
    client_order_id: str | Unset = UNSET
    error: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        order_id = self.order_id

        client_order_id = self.client_order_id

        error = self.error

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if order_id is not UNSET:
            field_dict["orderId"] = order_id
        if client_order_id is not UNSET:
            field_dict["clientOrderID"] = client_order_id
        if error is not UNSET:
            field_dict["error"] = error

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        order_id = d.pop("orderId", UNSET)

        client_order_id = d.pop("clientOrderID", UNSET)

        error = d.pop("error", UNSET)

        failed_cancel = cls(
            order_id=order_id,
            client_order_id=client_order_id,
            error=error,
        )

        failed_cancel.additional_properties = d
        return failed_cancel

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
