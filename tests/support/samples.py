"""An order, responses about it, and clients for it."""

import json
from typing import Any

from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials
from bingx_spot.core.request import ApiCall
from bingx_spot.limits.rate_limiter import Unlimited
from bingx_spot_api.contract import BY_ID
from tests.support.scripted_server import http

SYMBOL = "BTC-USDT"
ORDER_ID = 1735964079647111280
CANCEL = BY_ID["cancelOrder"]
BY_ORDER_ID = ApiCall.of(CANCEL, {"symbol": SYMBOL, "orderId": ORDER_ID})

ORDER: dict[str, Any] = {
    "symbol": SYMBOL,
    "orderId": ORDER_ID,
    "price": "0.1532",
    "stopPrice": "0.1532",
    "origQty": "126",
    "executedQty": "0",
    "cummulativeQuoteQty": "0",
    "status": "CANCELED",
    "type": "LIMIT",
    "side": "SELL",
}


def success(**changes: Any) -> str:
    """Return the body of a success with some fields of its order changed; None removes a field."""
    order = {name: value for name, value in (ORDER | changes).items() if value is not None}
    return json.dumps({"code": 0, "msg": "", "debugMsg": "", "data": order})


SUCCESS = http(success())


def blocking(url: str, **options: Any) -> BingxSpot:
    return BingxSpot(_credentials(options), **_options(url, options))


def awaiting(url: str, **options: Any) -> AsyncBingxSpot:
    return AsyncBingxSpot(_credentials(options), **_options(url, options))


def _credentials(options: dict[str, Any]) -> Credentials:
    return Credentials(options.pop("api_key", "sample-api-key"), "sample-secret")


def _options(url: str, options: dict[str, Any]) -> Any:
    return {"environment": url, "limits": Unlimited(), "timeout": 2.0, **options}
