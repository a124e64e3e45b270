"""The gate: every answer passes here before the generated parser sees it.

Only a believed success gets through; everything else becomes one of our errors. The rules are those
of "Answers" in the reference of the wire, and of `x-bingx-answer` in spec/openapi.yaml.
"""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import Any, NamedTuple, NoReturn

from bingx_spot.core.error_mapping import error_from_code, error_from_status
from bingx_spot.core.request import ApiCall
from bingx_spot.core.schema_check import is_integer, schema_mismatch
from bingx_spot.exceptions import ErrorDetails, shown
from bingx_spot.models import Response
from bingx_spot_api.contract import Operation

_OK = 200
_WHITE_SPACE = " \t\r\n"
# JSON can spell half of a surrogate pair. No output can print it, and parsers differ about it.
_SURROGATE_ESCAPE = re.compile(rb"\\u[dD][89a-fA-F]")


def server_time(details: ErrorDetails) -> int | None:
    """Return what an answer says of the exchange's time, in Unix milliseconds, or None.

    The envelope's own `timestamp` is exact; the header `Date` counts whole seconds, so its middle is taken.
    """
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        told = json.loads(details.body)["timestamp"]
        if is_integer(told):
            return int(told)
    # Imported here: it takes with it half of what is needed to send mail.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    with suppress(ValueError, KeyError, OverflowError):
        return int(parsedate_to_datetime(details.headers["date"]).timestamp() * 1000) + 500
    return None


class _Unbelievable(Exception):
    """Say why an answer is not taken for what it says."""


def validate_response(call: ApiCall, answer: Response) -> Response:
    """Return the answer if it is a success that can be believed.

    Args:
        call: What was asked.
        answer: What came back.

    Raises:
        Refused: The exchange said no; the error's class tells what kind of no.
        OutcomeUnknown: The answer tells nothing certain.
    """
    try:
        envelope = _envelope(answer.body)
    except _Unbelievable as problem:
        # Bound for use outside the handler: our errors carry no chain of others, which could hold secrets.
        reason = str(problem)
    else:
        return _judged(call, answer, envelope)
    raise error_from_status(ErrorDetails.of(answer, reason))


def _judged(call: ApiCall, answer: Response, envelope: Mapping[str, Any]) -> Response:
    code = envelope.get("code")
    message = envelope.get("msg")
    message = message if isinstance(message, str) else ""
    if not is_integer(code):
        raise error_from_status(
            ErrorDetails.of(answer, f"the answer's code cannot be believed: {shown(code)}")
        )
    if int(code) != 0:
        raise error_from_code(code, ErrorDetails.of(answer, message, code=code))
    problem = _doubt(call, answer, envelope)
    if problem:
        raise error_from_code(
            code, ErrorDetails.of(answer, f"{problem}; the exchange said {message!r}", code=code)
        )
    # Kept for the parsers: to parse it once is enough.
    answer.__dict__["_envelope"] = envelope
    return answer


def _doubt(call: ApiCall, answer: Response, envelope: Mapping[str, Any]) -> str:
    """Return why a code of 0 is no success, or nothing."""
    operation = call.operation
    if answer.http_status != _OK:
        return f"the answer says success with HTTP status {answer.http_status}"
    if envelope.get("success") is False:
        return "the answer says code 0 and success false"
    problem = schema_mismatch(operation.envelope, envelope)
    if problem or operation.data is None:
        return problem
    data = envelope.get("data")
    if not isinstance(data, dict):
        return "the answer says success and holds no data"
    return schema_mismatch(operation.data, data) or _another(call, data) or _contradiction(operation, data)


def _another(call: ApiCall, data: Mapping[str, Any]) -> str:
    """Return how `data` differs from the order that was asked for, or nothing."""
    for name in call.operation.repeats:
        asked = call.parameters.get(name)
        if asked is None:
            continue
        told = data.get(name)
        # None apart: an order may be called "None".
        if told is None or str(told) != str(asked):
            return f"the answer is about another order: {name} is {shown(told)}, asked was {asked!r}"
    return ""


def _contradiction(operation: Operation, data: Mapping[str, Any]) -> str:
    for name, words in operation.confirmed_by:
        if str(data.get(name)).strip().upper() not in words:
            return f"the answer says success and {name} {data[name]}"
    return ""


def _envelope(body: bytes) -> dict[str, Any]:
    """Return the JSON object in the body.

    Raises:
        _Unbelievable: It is no JSON object that everybody reads alike.
    """
    if not body.strip():
        raise _Unbelievable("the answer is empty")
    try:
        text = body.decode().strip(_WHITE_SPACE)
        envelope, end = _STRICT.raw_decode(text)
    except (ValueError, RecursionError):
        raise _no_json(body) from None
    if end != len(text):
        raise _no_json(body)
    if not isinstance(envelope, dict):
        raise _Unbelievable(f"the answer is JSON and no object; it begins {body[:60]!r}")
    if _SURROGATE_ESCAPE.search(body) and _holds_half_a_pair(envelope):
        raise _Unbelievable("the answer holds half of a surrogate pair, which is no character")
    return envelope


def _no_json(body: bytes) -> _Unbelievable:
    return _Unbelievable(f"the answer is not JSON; it begins {body[:60]!r}")


def _holds_half_a_pair(envelope: Mapping[str, Any]) -> bool:
    try:
        json.dumps(envelope, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return True
    return False


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        # Parsers differ in which of two equal names they keep, so nobody knows what was meant.
        raise _Unbelievable("the answer has two members of one name")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise _Unbelievable(f"the answer holds {name}, which is not JSON")


_STRICT = json.JSONDecoder(object_pairs_hook=_unique, parse_constant=_refuse_constant)


_REMAIN, _END = "x-ratelimit-requests-remain", "x-ratelimit-requests-expire"
_COUNT, _UNIX_MS = re.compile("[0-9]{1,9}"), re.compile("[0-9]{13}")
# A header `Date` counts whole seconds, and servers keep it for another one.
_DATE_GOES_BACK = 2000


class Allowance(NamedTuple):
    """Say how many requests the exchange will still take.

    Attributes:
        requests: How many.
        until: When its window ends, in Unix milliseconds.
    """

    requests: int
    until: int


def allowance(headers: Mapping[str, str]) -> Allowance | None:
    """Return what the headers say is left, or None where they say nothing that can be read.

    Args:
        headers: An answer's, names in lower case.
    """
    if _REMAIN not in headers:
        return None
    remain, end = headers[_REMAIN], headers.get(_END, "")
    if _COUNT.fullmatch(remain) and _UNIX_MS.fullmatch(end):
        return Allowance(int(remain), int(end))
    return None


def time_there(told: Response | ErrorDetails, sent: int, received: int) -> int:
    """Return the exchange's time at the moment at which its answer came, in Unix milliseconds.

    It is the own time, unless the answer says that it cannot be: the answer was made between its request's
    leaving and its own coming. So an answer that was merely long on its way changes nothing.

    Args:
        told: The answer, or what is known of a call that failed.
        sent: When the request left, by the own clock, in Unix milliseconds.
        received: When the answer came, by the own clock.
    """
    made = _made(told)
    if made is None:
        return received
    earliest, latest = made
    ahead, behind = earliest - received, latest - sent
    return received + max(ahead, min(behind, 0))


def _made(told: Response | ErrorDetails) -> tuple[int, int] | None:
    """Return between which moments the answer was made, by the exchange's clock."""
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        exact = json.loads(told.body)["timestamp"]
        if _UNIX_MS.fullmatch(str(exact)):
            return int(exact), int(exact)
    # Imported here: few answers have to be asked, and it takes long.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    with suppress(ValueError, KeyError, OverflowError):
        date = round(parsedate_to_datetime(told.headers["date"]).timestamp() * 1000)
        return date, date + _DATE_GOES_BACK
    return None
