# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from attrs import define as _attrs_define
from attrs import field as _attrs_field

from ..models.countdown_status import CountdownStatus, read_countdown_status
from ..types import UNSET, Unset

T = TypeVar("T", bound="Countdown")


@_attrs_define
class Countdown:
    """The state of the countdown.

    Attributes:
        status (CountdownStatus): FAILED comes with `code` 0. Example: ACTIVATED.
        trigger_time (int | Unset): When every open order is cancelled. Unix time, unit seconds; one official text says
            milliseconds, and 0
            after CLOSE. Tell by the number of digits. An int64.
             Example: 1710389137.
        note (str | Unset): The same in words. Example: All your spot orders will be closed automatically at 2024-03-14
            04:05:37 UTC(+0).
    """

    status: CountdownStatus
    trigger_time: int | Unset = UNSET
    note: str | Unset = UNSET
    additional_properties: dict[str, Any] = _attrs_field(init=False, factory=dict)

    def to_dict(self) -> dict[str, Any]:
        status = self.status.value

        trigger_time = self.trigger_time

        note = self.note

        field_dict: dict[str, Any] = {}
        field_dict.update(self.additional_properties)
        field_dict.update(
            {
                "status": status,
            }
        )
        if trigger_time is not UNSET:
            field_dict["triggerTime"] = trigger_time
        if note is not UNSET:
            field_dict["note"] = note

        return field_dict

    @classmethod
    def from_dict(cls: type[T], src_dict: Mapping[str, Any]) -> T:
        d = dict(src_dict)
        status = read_countdown_status(d.pop("status"))

        _trigger_time: Any = d.pop("triggerTime", UNSET)
        trigger_time: int | Unset = (
            int(_trigger_time)
            if isinstance(_trigger_time, str)
            and _trigger_time.isascii()
            and _trigger_time.removeprefix("-").isdigit()
            else _trigger_time
        )

        note = d.pop("note", UNSET)

        countdown = cls(
            status=status,
            trigger_time=trigger_time,
            note=note,
        )

        countdown.additional_properties = d
        return countdown

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
