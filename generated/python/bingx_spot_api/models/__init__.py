# Generated. Do not edit: change the contract, then run `make generate`.
# Made from spec/openapi.yaml, version 2.0.0,
# SHA-256 23c9537bf456b8535f0e76b3ea2649cc8f4ecf90abe3ed9b39c5bea0a11549ce,
# by the generator of bingx-spot 1.0.0 with openapi-python-client 0.29.1 and ruff 0.17.6.

"""All data models of requests and responses. Each is imported when it is first used."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .cancel_all_after_request import CancelAllAfterRequest
    from .cancel_all_after_response import CancelAllAfterResponse
    from .cancel_open_orders_request import CancelOpenOrdersRequest
    from .cancel_open_orders_response import CancelOpenOrdersResponse
    from .cancel_open_orders_response_data import CancelOpenOrdersResponseData
    from .cancel_order_request import CancelOrderRequest
    from .cancel_order_response import CancelOrderResponse
    from .cancel_orders_request import CancelOrdersRequest
    from .cancel_orders_response import CancelOrdersResponse
    from .cancel_orders_response_data import CancelOrdersResponseData
    from .cancel_restriction import CancelRestriction
    from .cancelled_order import CancelledOrder
    from .countdown import Countdown
    from .countdown_act import CountdownAct
    from .countdown_status import CountdownStatus
    from .envelope import Envelope
    from .error_response import ErrorResponse
    from .exchange_time import ExchangeTime
    from .failed_cancel import FailedCancel
    from .history_orders_status import HistoryOrdersStatus
    from .listed_cancel import ListedCancel
    from .listed_order import ListedOrder
    from .order_side import OrderSide
    from .order_status import OrderStatus
    from .order_type import OrderType
    from .orders_response import OrdersResponse
    from .orders_response_data import OrdersResponseData
    from .queried_order import QueriedOrder
    from .query_order_response import QueryOrderResponse
    from .server_time_response import ServerTimeResponse

__all__ = (
    "CancelAllAfterRequest",
    "CancelAllAfterResponse",
    "CancelledOrder",
    "CancelOpenOrdersRequest",
    "CancelOpenOrdersResponse",
    "CancelOpenOrdersResponseData",
    "CancelOrderRequest",
    "CancelOrderResponse",
    "CancelOrdersRequest",
    "CancelOrdersResponse",
    "CancelOrdersResponseData",
    "CancelRestriction",
    "Countdown",
    "CountdownAct",
    "CountdownStatus",
    "Envelope",
    "ErrorResponse",
    "ExchangeTime",
    "FailedCancel",
    "HistoryOrdersStatus",
    "ListedCancel",
    "ListedOrder",
    "OrderSide",
    "OrdersResponse",
    "OrdersResponseData",
    "OrderStatus",
    "OrderType",
    "QueriedOrder",
    "QueryOrderResponse",
    "ServerTimeResponse",
)

_MODULES = {
    "CancelAllAfterRequest": ".cancel_all_after_request",
    "CancelAllAfterResponse": ".cancel_all_after_response",
    "CancelOpenOrdersRequest": ".cancel_open_orders_request",
    "CancelOpenOrdersResponse": ".cancel_open_orders_response",
    "CancelOpenOrdersResponseData": ".cancel_open_orders_response_data",
    "CancelOrderRequest": ".cancel_order_request",
    "CancelOrderResponse": ".cancel_order_response",
    "CancelOrdersRequest": ".cancel_orders_request",
    "CancelOrdersResponse": ".cancel_orders_response",
    "CancelOrdersResponseData": ".cancel_orders_response_data",
    "CancelRestriction": ".cancel_restriction",
    "CancelledOrder": ".cancelled_order",
    "Countdown": ".countdown",
    "CountdownAct": ".countdown_act",
    "CountdownStatus": ".countdown_status",
    "Envelope": ".envelope",
    "ErrorResponse": ".error_response",
    "ExchangeTime": ".exchange_time",
    "FailedCancel": ".failed_cancel",
    "HistoryOrdersStatus": ".history_orders_status",
    "ListedCancel": ".listed_cancel",
    "ListedOrder": ".listed_order",
    "OrderSide": ".order_side",
    "OrderStatus": ".order_status",
    "OrderType": ".order_type",
    "OrdersResponse": ".orders_response",
    "OrdersResponseData": ".orders_response_data",
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
