# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""Endpoint functions for accessing the API. Each module is imported when it is first used."""

from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from . import (
        cancel_all_after,
        cancel_open_orders,
        cancel_order,
        cancel_orders,
        history_orders,
        open_orders,
        query_order,
    )

__all__ = (
    "cancel_order",
    "query_order",
    "open_orders",
    "history_orders",
    "cancel_open_orders",
    "cancel_orders",
    "cancel_all_after",
)


def __getattr__(name: str) -> ModuleType:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f".{name}", __name__)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
