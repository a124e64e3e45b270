"""Answers: the envelope in which the exchange wraps what it says, and the refusals it knows.

The exchange answers HTTP 200 whatever it says, but for limits of an IP address; `code` tells success (0)
from refusal. A refusal by the
gateway, which has not looked at the order yet, carries neither `data` nor `debugMsg`; one by the
business behind it carries `debugMsg`. Codes and texts are those of the exchange's documentation and of
what public clients have met; one code has several meanings, so the texts matter.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field

from bingx_sandbox.rates import Rate

HTTP_OK = 200
LIMITED = 100410
"""The code of every refusal by a limit."""

_BANNED = 418
_LET_IN = "DELETE /_sandbox/limits/lock-outs lets everybody in again; --limits off enforces none"

NOT_OPEN_TEXT = (
    "the order you want to cancel is FILLED or CANCELLED already, or is not a valid order id ,please verify"
)


@dataclass(frozen=True)
class Answer:
    """One answer: the JSON object in its body, the HTTP status, further headers."""

    payload: Mapping[str, object]
    status: int = HTTP_OK
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def body(self) -> bytes:
        """Write the JSON object: order ids as bare numbers, text as UTF-8."""
        return json.dumps(self.payload, ensure_ascii=False, separators=(",", ":")).encode("utf-8")


class Refusal(Exception):
    """Says that the exchange refuses a request.

    Attributes:
        code: The exchange's code, such as 100404.
        msg: The exchange's text.
        debug_msg: The text of `debugMsg`; None for a refusal by the gateway, which carries none.
        detail: What a person who reads the journal of requests should know beyond that.
        status: The HTTP status.
    """

    def __init__(
        self,
        code: int,
        msg: str,
        *,
        debug_msg: str | None = None,
        detail: str = "",
        status: int = HTTP_OK,
    ) -> None:
        super().__init__(f"{code} {msg}")
        self.code = code
        self.msg = msg
        self.debug_msg = debug_msg
        self.detail = detail
        self.status = status

    def answer(self, timestamp: int) -> Answer:
        """Write the refusal as the exchange does, at a time in Unix milliseconds."""
        debug = {} if self.debug_msg is None else {"debugMsg": self.debug_msg}
        payload = {"code": self.code, "msg": self.msg, **debug, "timestamp": timestamp}
        return Answer(payload, self.status)


def success(data: object, *, with_debug_msg: bool = True) -> Answer:
    """Wrap what was asked for; the spot endpoints answer with a `debugMsg`, the swap ones without."""
    debug = {"debugMsg": ""} if with_debug_msg else {}
    return Answer({"code": 0, "msg": "", **debug, "data": data})


def unavailable() -> Refusal:
    """Refuse without telling whether the request was executed."""
    return Refusal(100503, "service unavailable, please try again later")


def endpoint_locked(unblock: int, status: int = HTTP_OK) -> Refusal:
    """Refuse a caller who went past a limit, until a time in Unix milliseconds."""
    return Refusal(
        LIMITED,
        "code:100410:The endpoint trigger frequency limit rule is currently in the disabled period "
        f"and will be unblocked after {unblock}",
        detail=_LET_IN,
        status=status,
    )


def too_many_errors(code: int, rate: Rate, unblock: int) -> Refusal:
    """Refuse a caller who was answered with one code too often, until a time in Unix milliseconds."""
    return Refusal(
        LIMITED,
        f"over {rate.requests} error code:{code} requests within {rate.seconds * 1000:.0f} ms for this api, "
        f"please verify and fix it ,can retry after time: {unblock}",
        detail=_LET_IN,
    )


def banned() -> Refusal:
    """Refuse an IP address that went on past 429; when the ban ends stands in a header alone."""
    return Refusal(LIMITED, "rate limited", detail=_LET_IN, status=_BANNED)


def incorrect_api_key(api_key: str | None) -> Refusal:
    """Refuse an API key that is missing or unknown."""
    detail = "the header X-BX-APIKEY is missing" if api_key is None else "no account has this API key"
    return Refusal(100413, "Incorrect apiKey", detail=detail)


def signature_missing(placement: str | None) -> Refusal:
    """Refuse a request without `signature` in any placement that is understood."""
    where = f"parameters were found as {placement}" if placement else "no parameters were found"
    return Refusal(100412, "Null signature", detail=f"{where}, but no signature among them")


def timestamp_mismatch(detail: str) -> Refusal:
    """Refuse a request whose `timestamp` is missing, no whole number, or outside the window."""
    return Refusal(100421, "Null timestamp or timestamp mismatch", detail=detail)


def signature_mismatch(canonical_string: str) -> Refusal:
    """Refuse a wrong signature; `debugMsg` tells which canonical string should have been signed."""
    return Refusal(
        100001,
        "Signature verification failed due to signature mismatch",
        debug_msg=f"the canonical string to sign is: {canonical_string}",
    )


def permission_denied(permission: str) -> Refusal:
    """Refuse a key that was created without a permission."""
    return Refusal(
        100004,
        "Permission denied as the API key was created without the permission, "
        f"this api need {permission} permission, please config it",
    )


def invalid_parameter(text: str) -> Refusal:
    """Refuse a parameter; the text names it and says what is allowed."""
    return Refusal(100400, f"invalid parameter: {text}", debug_msg="")


def symbol_not_found() -> Refusal:
    """Refuse a trading pair that is not listed."""
    return Refusal(100204, "data not found, please check the symbol", debug_msg="")


def order_not_open() -> Refusal:
    """Refuse to cancel: filled, cancelled already and never existed share these words, as on the exchange."""
    return Refusal(100404, NOT_OPEN_TEXT, debug_msg="")


def order_not_found() -> Refusal:
    """Refuse to tell about an order that does not exist."""
    return Refusal(100404, "order does not exist", debug_msg="")


def no_such_path() -> Refusal:
    """Refuse a path or method that the sandbox does not have, and say where those stand that it has."""
    return Refusal(
        100404,
        "this api does not exist: no such path or method in the sandbox; "
        "GET /_sandbox/endpoints lists what it serves, PUT adds to it",
    )
