# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar, cast

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.failed_cancel import FailedCancel
from ..models.listed_cancel import ListedCancel
from ..types import UNSET, Unset

T = TypeVar("T", bound="CancelOrdersResponseData")


@_attrs_define
class CancelOrdersResponseData:
    """What became of each order.

    Attributes:
        orders (list[ListedCancel] | None | Unset): The orders that were cancelled.
        fails (list[FailedCancel] | None | Unset): The orders that were not cancelled.
    """

    orders: list[ListedCancel] | None | Unset = UNSET
    fails: list[FailedCancel] | None | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        orders: list[dict[str, Any]] | None | Unset
        if isinstance(self.orders, Unset):
            orders = UNSET
        elif isinstance(self.orders, list):
            orders = []
            for componentsschemas_cancelled_orders_type_0_item_data in self.orders:
                componentsschemas_cancelled_orders_type_0_item = (
                    componentsschemas_cancelled_orders_type_0_item_data.to_dict()
                )
                orders.append(componentsschemas_cancelled_orders_type_0_item)

        else:
            orders = self.orders

        fails: list[dict[str, Any]] | None | Unset
        if isinstance(self.fails, Unset):
            fails = UNSET
        elif isinstance(self.fails, list):
            fails = []
            for fails_type_0_item_data in self.fails:
                fails_type_0_item = fails_type_0_item_data.to_dict()
                fails.append(fails_type_0_item)

        else:
            fails = self.fails

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update({})
        if orders is not UNSET:
            field_dict["orders"] = orders
        if fails is not UNSET:
            field_dict["fails"] = fails

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)

        def _parse_orders(data: object) -> list[ListedCancel] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                componentsschemas_cancelled_orders_type_0 = []
                _componentsschemas_cancelled_orders_type_0 = data
                for (
                    componentsschemas_cancelled_orders_type_0_item_data
                ) in _componentsschemas_cancelled_orders_type_0:
                    componentsschemas_cancelled_orders_type_0_item = ListedCancel.from_dict(
                        componentsschemas_cancelled_orders_type_0_item_data
                    )

                    componentsschemas_cancelled_orders_type_0.append(
                        componentsschemas_cancelled_orders_type_0_item
                    )

                return componentsschemas_cancelled_orders_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[ListedCancel] | None | Unset, data)

        orders = _parse_orders(d.pop("orders", UNSET))

        def _parse_fails(data: object) -> list[FailedCancel] | None | Unset:
            if data is None:
                return data
            if isinstance(data, Unset):
                return data
            try:
                if not isinstance(data, list):
                    raise TypeError()
                fails_type_0 = []
                _fails_type_0 = data
                for fails_type_0_item_data in _fails_type_0:
                    fails_type_0_item = FailedCancel.from_dict(fails_type_0_item_data)

                    fails_type_0.append(fails_type_0_item)

                return fails_type_0
            except (TypeError, ValueError, AttributeError, KeyError):
                pass
            return cast(list[FailedCancel] | None | Unset, data)

        fails = _parse_fails(d.pop("fails", UNSET))

        cancel_orders_response_data = cls(
            orders=orders,
            fails=fails,
        )

        cancel_orders_response_data.additional_properties = d
        return cancel_orders_response_data

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
