# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 a4f5088ec0d74124464b7a8bc1a93c4166ef44c40f53320023f576b5dbe9e35c,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""All data models of requests and responses. Each is imported when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cancel_order_request import CancelOrderRequest
    from .cancel_order_response import CancelOrderResponse
    from .cancel_restriction import CancelRestriction
    from .cancelled_order import CancelledOrder
    from .error_response import ErrorResponse
    from .exchange_time import ExchangeTime
    from .order_side import OrderSide
    from .order_status import OrderStatus
    from .order_type import OrderType
    from .queried_order import QueriedOrder
    from .query_order_response import QueryOrderResponse
    from .server_time_response import ServerTimeResponse

__all__ = (
    "CancelledOrder",
    "CancelOrderRequest",
    "CancelOrderResponse",
    "CancelRestriction",
    "ErrorResponse",
    "ExchangeTime",
    "OrderSide",
    "OrderStatus",
    "OrderType",
    "QueriedOrder",
    "QueryOrderResponse",
    "ServerTimeResponse",
)

_MODULES = {
    "CancelOrderRequest": ".cancel_order_request",
    "CancelOrderResponse": ".cancel_order_response",
    "CancelRestriction": ".cancel_restriction",
    "CancelledOrder": ".cancelled_order",
    "ErrorResponse": ".error_response",
    "ExchangeTime": ".exchange_time",
    "OrderSide": ".order_side",
    "OrderStatus": ".order_status",
    "OrderType": ".order_type",
    "QueriedOrder": ".queried_order",
    "QueryOrderResponse": ".query_order_response",
    "ServerTimeResponse": ".server_time_response",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(_MODULES[name], __name__), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
