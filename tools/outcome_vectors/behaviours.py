"""What a server does with a request, as outcome.json writes it."""

import json
from collections.abc import Mapping
from typing import Any

from bingx_spot_api.contract import BY_ID, Timing

ORDER_ID = 1735964079647111281
OTHER_ID = 1735964079647111282
CLIENT_ID = "my-bot_0001"
SYMBOL = "BTC-USDT"
#: The exchange's clock and the machine's when a call begins, in Unix milliseconds.
BEGIN = 1_700_000_000_000

Behaviour = Mapping[str, Any]


def _timing() -> Timing:
    timing = BY_ID["cancelOrder"].timing
    assert timing is not None  # the generator asks for it beside `settledBy`
    return timing


#: What the contract says of how the exchange lags.
TIMING = _timing()
#: "recvWindow (default 5000)", in seconds.
RECV_WINDOW = 5
#: So long after a request no effect of it can come any more, and no read is older than it. It is valid for
#: its window after its timestamp, and a clock that the exchange accepts may be ahead by as much.
CERTAIN = 2 * RECV_WINDOW + TIMING.takes_effect_within + TIMING.reads_lag


def raw(body: str, status: int = 200, **headers: str) -> Behaviour:
    """Return the answer with this body."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return {"answer": {"status": status, **({"headers": named} if named else {}), "body": body}}


def says(code: int | str, message: str = "", status: int = 200, **members: Any) -> Behaviour:
    """Return the answer with this code and message."""
    return raw(_json({"code": code, "msg": message, **members}), status)


def order(status: str, *, code: int | str = 0, **changes: Any) -> Behaviour:
    """Return the answer that states the order with this status; None leaves a field out."""
    data = {"symbol": SYMBOL, "orderId": ORDER_ID, "origQty": "126", "executedQty": "0", "status": status}
    data = {name: value for name, value in {**data, **changes}.items() if value is not None}
    return raw(_json({"code": code, "msg": "", "data": data}))


def until(seconds: float, behaviour: Behaviour) -> Behaviour:
    """Return the behaviour for every request that is sent before so many seconds of the call."""
    return {**behaviour, "until": seconds}


def after(seconds: float, behaviour: Behaviour) -> Behaviour:
    """Return the behaviour, later by so many seconds."""
    return {**behaviour, "after": seconds}


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


GONE = says(
    100404,
    "the order you want to cancel is FILLED or CANCELLED already, or is not a valid order id ,please verify",
)
NOT_FOUND = says(100404, "order not exist")
DENIED = says(100004, "no permission")
HTML = raw("<html>maintenance</html>")
RESET, UNREACHED, SILENCE = ({"failure": name} for name in ("reset", "unreached", "silence"))
CANCELED, OPEN, PENDING, FILLED = (order(status) for status in ("CANCELED", "NEW", "PENDING", "FILLED"))
GATEWAY_TIMEOUT, BUSY = raw("", 504), says(100500, "System is currently busy. Please try again later")
