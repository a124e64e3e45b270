# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 1.1.0,
# SHA-256 d38ff4f4eb797831ded82fa525b1fdad89a49fb5d4b8e4a461e6c724ec3052c6,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from enum import StrEnum
from typing import Self


class OrderStatus(StrEnum):
    """Open: a word that is not listed survives as itself, equal to the same text, and is no listed member."""

    CANCELED = "CANCELED"
    FAILED = "FAILED"
    FILLED = "FILLED"
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    PENDING = "PENDING"

    def __str__(self) -> str:
        return str(self.value)

    @classmethod
    def _missing_(cls, value: object) -> Self | None:
        if not isinstance(value, str):
            return None
        word = str.__new__(cls, value)
        word._name_ = word._value_ = str(value)
        return word
