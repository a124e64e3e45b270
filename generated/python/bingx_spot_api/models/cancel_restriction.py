# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 1.1.0,
# SHA-256 2d753af22c12ca37d0781d79a7c1e0f768d4e9c07777863b9f7fbe0abf8915a0,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

from enum import StrEnum


class CancelRestriction(StrEnum):
    NEW = "NEW"
    PARTIALLY_FILLED = "PARTIALLY_FILLED"
    PENDING = "PENDING"

    def __str__(self) -> str:
        return str(self.value)
