"""The JSON envelope of the exchange's responses, and the rejections that it knows.

The exchange answers HTTP 200 to everything except limits of an IP address; `code` distinguishes success (0)
from rejection. A rejection by the gateway, which has not looked at the order, has neither `data` nor
`debugMsg`; one by the service behind it has `debugMsg`. Codes and texts are those of the exchange's
documentation and of public bug reports. One code has several meanings, so the texts matter.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from bingx_sandbox.rates import Rate

HTTP_OK = 200
RATE_LIMITED = 100410
"""The code of every rejection by a limit."""

_BANNED = 418
_UNLOCK_HINT = "DELETE /_sandbox/limits/lock-outs ends all lock-outs; --limits off enforces no limits"

NOT_OPEN_TEXT = (
    "the order you want to cancel is FILLED or CANCELLED already, or is not a valid order id ,please verify"
)


@dataclass(frozen=True)
class Envelope:
    """One response of the exchange: its JSON object, HTTP status and further headers."""

    payload: Mapping[str, object]
    status: int = HTTP_OK
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """Return the JSON object as bytes: order ids as bare numbers, text as UTF-8."""
        return json.dumps(self.payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


class Rejection(Exception):
    """Raised when the exchange rejects a request.

    Attributes:
        code: The exchange's code, such as 100404.
        msg: The exchange's text.
        debug_msg: The text of `debugMsg`; None for a rejection by the gateway, which has none.
        detail: Further information for a person who reads the request log.
        status: The HTTP status.
    """

    def __init__(
        self, code: int, msg: str, *, debug_msg: str | None = None, detail: str = "", status: int = HTTP_OK
    ) -> None:
        super().__init__(f"{code} {msg}")
        self.code = code
        self.msg = msg
        self.debug_msg = debug_msg
        self.detail = detail
        self.status = status

    def envelope(self, timestamp: int) -> Envelope:
        """Return the rejection as the exchange sends it, at a time in Unix milliseconds."""
        debug = {} if self.debug_msg is None else {"debugMsg": self.debug_msg}
        payload = {"code": self.code, "msg": self.msg, **debug, "timestamp": timestamp}
        return Envelope(payload, self.status)


def success(data: object, *, with_debug_msg: bool = True) -> Envelope:
    """Return a success with data; the spot endpoints send a `debugMsg`, the swap endpoints do not."""
    debug = {"debugMsg": ""} if with_debug_msg else {}
    return Envelope({"code": 0, "msg": "", **debug, "data": data})


def unavailable() -> Rejection:
    """Return a rejection that does not say whether the request was executed."""
    return Rejection(100503, "service unavailable, please try again later")


def busy() -> Rejection:
    """Return the rejection of an overloaded exchange, which may execute the request later."""
    return Rejection(100500, "The current system is busy, please try again later")


def endpoint_locked(unblock: int, status: int = HTTP_OK) -> Rejection:
    """Return the rejection of a caller who exceeded a limit, until a time in Unix milliseconds."""
    return Rejection(
        RATE_LIMITED,
        "code:100410:The endpoint trigger frequency limit rule is currently in the disabled period "
        f"and will be unblocked after {unblock}",
        detail=_UNLOCK_HINT,
        status=status,
    )


def too_many_errors(code: int | None, rate: Rate, unblock: int) -> Rejection:
    """Return the rejection of a caller who got one code too often, until a time in Unix milliseconds."""
    return Rejection(
        RATE_LIMITED,
        f"over {rate.requests} error code:{code} requests within {rate.seconds * 1000:.0f} ms for this api, "
        f"please verify and fix it ,can retry after time: {unblock}",
        detail=_UNLOCK_HINT,
    )


def banned() -> Rejection:
    """Return the rejection of an IP address that went on after 429; only a header says when it ends."""
    return Rejection(RATE_LIMITED, "rate limited", detail=_UNLOCK_HINT, status=_BANNED)


def incorrect_api_key(api_key: str | None) -> Rejection:
    """Return the rejection of an API key that is missing or unknown."""
    detail = "the header X-BX-APIKEY is missing" if api_key is None else "no account has this API key"
    return Rejection(100413, "Incorrect apiKey", detail=detail)


def signature_missing(placement: str | None) -> Rejection:
    """Return the rejection of a request without `signature` in any accepted placement."""
    where = f"parameters were found as {placement}" if placement else "no parameters were found"
    return Rejection(100412, "Null signature", detail=f"{where}, but no signature among them")


def timestamp_mismatch(detail: str) -> Rejection:
    """Return the rejection of a `timestamp` that is missing, not an integer, or outside the window."""
    return Rejection(100421, "Null timestamp or timestamp mismatch", detail=detail)


def signature_mismatch(canonical_string: str) -> Rejection:
    """Return the rejection of a wrong signature; `debugMsg` has the canonical string to sign."""
    return Rejection(
        100001,
        "Signature verification failed due to signature mismatch",
        debug_msg=f"the canonical string to sign is: {canonical_string}",
    )


def permission_denied(permission: str) -> Rejection:
    """Return the rejection of a key that was created without a permission."""
    return Rejection(
        100004,
        "Permission denied as the API key was created without the permission, "
        f"this api need {permission} permission, please config it",
    )


def invalid_parameter(text: str) -> Rejection:
    """Return the rejection of a parameter; the text names it and says what is allowed."""
    return Rejection(100400, f"invalid parameter: {text}", debug_msg="")


def symbol_not_found() -> Rejection:
    """Return the rejection of a trading pair that is not listed."""
    return Rejection(100204, "data not found, please check the symbol", debug_msg="")


def order_not_open() -> Rejection:
    """Return the rejection of a cancel: filled, cancelled and unknown orders get the same text."""
    return Rejection(100404, NOT_OPEN_TEXT, debug_msg="")


def order_not_found() -> Rejection:
    """Return the rejection of a query for an order that does not exist."""
    return Rejection(100404, "order does not exist", debug_msg="")


def no_such_path() -> Rejection:
    """Return the rejection of a path or method that the sandbox does not serve."""
    return Rejection(
        100404,
        "this api does not exist: no such path or method in the sandbox; "
        "GET /_sandbox/endpoints lists what it serves, PUT adds to it",
    )
