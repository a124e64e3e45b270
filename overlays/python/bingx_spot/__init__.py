"""Cancel a spot order on the BingX exchange, safely.

from bingx_spot import BingxSpot

with BingxSpot.from_env() as bingx:
    order = bingx.cancel_order("BTC-USDT", order_id=1735964079647111281)
print(order.status, order.executed_qty)
"""

import importlib
import typing

from bingx_spot._base_client import generated_client
from bingx_spot._version import __version__
from bingx_spot.async_client import AsyncBingxSpot
from bingx_spot.client import BingxSpot
from bingx_spot.core.clock import Clock
from bingx_spot.core.signing import canonical_string, sign
from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment
from bingx_spot.error_details import Attempt, ErrorDetails, RequestInfo
from bingx_spot.exceptions import (
    AuthenticationError,
    BingxError,
    BulkRunAborted,
    CallError,
    ClockError,
    CredentialsError,
    InvalidInput,
    NotExecuted,
    NotSent,
    OrderAlreadyCanceled,
    OrderFailed,
    OrderFilled,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    RequestRejected,
    StillOpen,
    UnknownErrorCode,
)
from bingx_spot.models import Order, Response
from bingx_spot_api.models.cancel_restriction import CancelRestriction
from bingx_spot_api.models.order_side import OrderSide
from bingx_spot_api.models.order_status import OrderStatus
from bingx_spot_api.models.order_type import OrderType

if typing.TYPE_CHECKING:
    from bingx_spot.bulk.async_run import AsyncCancelRun
    from bingx_spot.bulk.items import CancelRequest
    from bingx_spot.bulk.result import CancelOutcome, CancelResult
    from bingx_spot.bulk.sync_run import CancelRun
    from bingx_spot.emergency.result import CancelAllOutcome, CancelAllResult
    from bingx_spot.emergency.switch import AsyncDeadMansSwitch, DeadMansSwitch, SwitchWarning

__all__ = [
    "AsyncBingxSpot",
    "AsyncCancelRun",
    "AsyncDeadMansSwitch",
    "Attempt",
    "AuthenticationError",
    "BingxError",
    "BingxSpot",
    "BulkRunAborted",
    "CallError",
    "CancelAllOutcome",
    "CancelAllResult",
    "CancelOutcome",
    "CancelRequest",
    "CancelRestriction",
    "CancelResult",
    "CancelRun",
    "Clock",
    "ClockError",
    "Credentials",
    "CredentialsError",
    "DeadMansSwitch",
    "Environment",
    "ErrorDetails",
    "InvalidInput",
    "NotExecuted",
    "NotSent",
    "Order",
    "OrderAlreadyCanceled",
    "OrderFailed",
    "OrderFilled",
    "OrderNotFound",
    "OrderNotOpen",
    "OrderSide",
    "OrderStatus",
    "OrderType",
    "OutcomeUnknown",
    "PermissionDenied",
    "RateLimited",
    "RequestInfo",
    "RequestRejected",
    "Response",
    "StillOpen",
    "SwitchWarning",
    "UnknownErrorCode",
    "__version__",
    "canonical_string",
    "generated_client",
    "sign",
]

# Imported when they are first used: most programs cancel one order at a time.
_LATER = {
    "AsyncCancelRun": "bulk.async_run",
    "AsyncDeadMansSwitch": "emergency.switch",
    "CancelAllOutcome": "emergency.result",
    "CancelAllResult": "emergency.result",
    "CancelOutcome": "bulk.result",
    "CancelRequest": "bulk.items",
    "CancelResult": "bulk.result",
    "CancelRun": "bulk.sync_run",
    "DeadMansSwitch": "emergency.switch",
    "SwitchWarning": "emergency.switch",
}


def __getattr__(name: str) -> typing.Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f"bingx_spot.{_LATER[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
