# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.cancel_open_orders_response_data import CancelOpenOrdersResponseData
from ..types import UNSET, Unset

T = TypeVar("T", bound="CancelOpenOrdersResponse")


@_attrs_define
class CancelOpenOrdersResponse:
    """The envelope around the orders that were cancelled.

    Attributes:
        code (int): 0 for success; otherwise the error code. Some answers carry it as a string, `"0"` too. An int64.
            Example: 0.
        msg (str | Unset): The error's text. One code has several meanings; the text shows which.
        debug_msg (str | Unset): More about the error. Business errors carry it, gateway errors do not.
        timestamp (int | Unset): The server's time. Unix time, unit milliseconds. On some errors only. An int64.
            Example: 1696751141337.
        success (bool | Unset): On some errors only. Example: False.
        data (CancelOpenOrdersResponseData | Unset): The orders that were cancelled.
    """

    code: int
    msg: str | Unset = UNSET
    debug_msg: str | Unset = UNSET
    timestamp: int | Unset = UNSET
    success: bool | Unset = UNSET
    data: CancelOpenOrdersResponseData | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        code = self.code

        msg = self.msg

        debug_msg = self.debug_msg

        timestamp = self.timestamp

        success = self.success

        data: dict[str, Any] | Unset = UNSET
        if not isinstance(self.data, Unset):
            data = self.data.to_dict()

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "code": code,
            }
        )
        if msg is not UNSET:
            field_dict["msg"] = msg
        if debug_msg is not UNSET:
            field_dict["debugMsg"] = debug_msg
        if timestamp is not UNSET:
            field_dict["timestamp"] = timestamp
        if success is not UNSET:
            field_dict["success"] = success
        if data is not UNSET:
            field_dict["data"] = data

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        _code: Any = d.pop("code")
        code: int = (
            int(_code)
            if isinstance(_code, str) and _code.isascii() and _code.removeprefix("-").isdigit()
            else _code
        )

        msg = d.pop("msg", UNSET)

        debug_msg = d.pop("debugMsg", UNSET)

        _timestamp: Any = d.pop("timestamp", UNSET)
        timestamp: int | Unset = (
            int(_timestamp)
            if isinstance(_timestamp, str) and _timestamp.isascii() and _timestamp.removeprefix("-").isdigit()
            else _timestamp
        )

        success = d.pop("success", UNSET)

        _data = d.pop("data", UNSET)
        data: CancelOpenOrdersResponseData | Unset
        if isinstance(_data, Unset):
            data = UNSET
        else:
            data = CancelOpenOrdersResponseData.from_dict(_data)

        cancel_open_orders_response = cls(
            code=code,
            msg=msg,
            debug_msg=debug_msg,
            timestamp=timestamp,
            success=success,
            data=data,
        )

        cancel_open_orders_response.additional_properties = d
        return cancel_open_orders_response

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
