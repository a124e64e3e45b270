"""Cancel a spot order on the BingX exchange, safely.

from bingx_spot import BingxSpot

with BingxSpot.from_env() as bingx:
    order = bingx.cancel_order("BTC-USDT", order_id=1735964079647111281)
print(order.status, order.executed_qty)
"""

import importlib
import typing

from bingx_spot._version import __version__
from bingx_spot.answers import Answer
from bingx_spot.client import AsyncBingxSpot, BingxSpot
from bingx_spot.clock import Clock
from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment
from bingx_spot.errors import (
    AuthenticationError,
    BingxError,
    CallError,
    ClockError,
    CredentialsError,
    InvalidInput,
    NotExecuted,
    NotSent,
    OrderNotOpen,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Refused,
    RunStopped,
    StillOpen,
    UnknownCode,
)
from bingx_spot.evidence import Attempt, Evidence, SentRequest
from bingx_spot.generated import generated_client
from bingx_spot.order import Order
from bingx_spot.signing import canonical_string, sign
from bingx_spot_api.models.cancel_restriction import CancelRestriction
from bingx_spot_api.models.order_side import OrderSide
from bingx_spot_api.models.order_status import OrderStatus
from bingx_spot_api.models.order_type import OrderType

if typing.TYPE_CHECKING:
    from bingx_spot.bulk.awaiting import AsyncCancelRun
    from bingx_spot.bulk.blocking import CancelRun
    from bingx_spot.bulk.item import CancelRequest
    from bingx_spot.bulk.result import CancelOutcome, CancelResult

__all__ = [
    "Answer",
    "AsyncBingxSpot",
    "AsyncCancelRun",
    "Attempt",
    "AuthenticationError",
    "BingxError",
    "BingxSpot",
    "CallError",
    "CancelOutcome",
    "CancelRequest",
    "CancelRestriction",
    "CancelResult",
    "CancelRun",
    "Clock",
    "ClockError",
    "Credentials",
    "CredentialsError",
    "Environment",
    "Evidence",
    "InvalidInput",
    "NotExecuted",
    "NotSent",
    "Order",
    "OrderNotOpen",
    "OrderSide",
    "OrderStatus",
    "OrderType",
    "OutcomeUnknown",
    "PermissionDenied",
    "RateLimited",
    "Refused",
    "RunStopped",
    "SentRequest",
    "StillOpen",
    "UnknownCode",
    "__version__",
    "canonical_string",
    "generated_client",
    "sign",
]

# Imported when they are first used: most programs cancel one order at a time.
_BULK = {
    "AsyncCancelRun": "awaiting",
    "CancelOutcome": "result",
    "CancelRequest": "item",
    "CancelResult": "result",
    "CancelRun": "blocking",
}


def __getattr__(name: str) -> typing.Any:
    if name not in _BULK:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(importlib.import_module(f"bingx_spot.bulk.{_BULK[name]}"), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
