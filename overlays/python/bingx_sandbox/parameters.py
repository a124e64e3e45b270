"""The parameters of a request, as the texts that the exchange rebuilds and verifies.

Where they are in the request is called their placement: a JSON body, the query string, or a form body.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Never, TypeVar
from urllib.parse import parse_qsl

from bingx_sandbox.errors import UnreadableParameters, error_location
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.order import write_amount
from bingx_sandbox.responses import invalid_parameter

PLACEMENTS = ("json", "query", "form")
BODY_LIMIT = 65_536
"""The largest body that is read, in bytes; a trade request has a few hundred."""

_MEDIA_TYPES = {"application/json": "json", "application/x-www-form-urlencoded": "form"}
_MAX_PARAMETERS = 200
# Those of a float64. Beyond them a short token such as 1e999999999 would expand to gigabytes of digits.
_EXPONENTS = range(-324, 309)
# What the contract forbids and the exchange may accept: no public source says how it answers.
_EXCLUSIVE = (("orderId", "clientOrderID"), ("orderIds", "clientOrderIDs"))
_NUMBERS = ("orderId", "process", "recvWindow", "timeOut", "timestamp")
_TEXTS = ("cancelRestrictions", "clientOrderID", "clientOrderIDs", "orderIds", "symbol", "type")

Value = TypeVar("Value")


class JsonNumber(str):
    """The text of what is a number in a JSON body."""

    __slots__ = ()


@dataclass(frozen=True)
class Parameters:
    """The parameters of one request.

    Attributes:
        placement: `json`, `query` or `form`; None if there are none in any accepted placement.
        values: Name and text of each parameter except `signature`, in the order sent.
        signature: The text of `signature`; None if it is missing or empty.
    """

    placement: str | None = None
    values: dict[str, str] = field(default_factory=dict)
    signature: str | None = field(default=None, repr=False)


def read_parameters(request: HttpRequest, placements: Collection[str] = PLACEMENTS) -> Parameters:
    """Read the parameters from the placement that has the signature.

    Parameters elsewhere are not signed, so they are ignored. The query string of a GET, which has no body, is
    read whatever the placements are.

    Args:
        request: The request.
        placements: The accepted placements; a request in another one seems to have no parameters.

    Raises:
        UnreadableParameters: The body or query string cannot be read, or both have a signature.
    """
    found = [each for each in _all_placements(request, placements) if each.values or each.signature]
    signed = [each for each in found if each.signature]
    if len(signed) > 1:
        raise UnreadableParameters("is both in the query string and in the body", field="signature")
    return next(iter(signed + found), Parameters())


def check_strictly(parameters: Parameters) -> None:
    """Reject two ids for one order, and in a JSON body a number as text or a text as number.

    The exchange may accept both; a client that does so is noticed here, unless the sandbox is lenient.

    Raises:
        Rejection: The parameters are not as the contract has them (100400); the text names the parameter.
    """
    values = parameters.values
    for one, other in _EXCLUSIVE:
        if one in values and other in values:
            raise invalid_parameter(f"exactly one of {one} and {other} must be given")
    if parameters.placement != "json":
        return
    for name in _NUMBERS:
        if name in values and not isinstance(values[name], JsonNumber):
            raise invalid_parameter(f"{name} must be a JSON number")
    for name in _TEXTS:
        if isinstance(values.get(name), JsonNumber):
            raise invalid_parameter(f"{name} must be a JSON text")


def read_json(body: bytes) -> dict[str, str]:
    """Read a JSON object of texts, numbers and booleans into the texts that are signed.

    An integer becomes its digits (`5000.0` and `5e3` become `5000`), a fraction its shortest decimal form, a
    boolean `true` or `false`; no digit of a number is lost.

    Raises:
        UnreadableParameters: It is not such an object, or has a key twice.
    """
    return _texts(_load(body))


def read_json_list(body: bytes) -> list[dict[str, str]]:
    """Read a JSON list of objects, each as `read_json` does.

    Raises:
        SandboxError: It is not a list of such objects; the error names the index, such as `[3]`.
    """
    value = _load(body)
    if not isinstance(value, list):
        raise UnreadableParameters("the JSON body must be a list")
    texts = []
    for index, item in enumerate(value):
        with error_location(f"[{index}]"):
            if not isinstance(item, dict):
                raise UnreadableParameters("must be an object")
            texts.append(_texts(item))
    return texts


def read_pairs(raw: bytes) -> dict[str, str]:
    """Read a query string or form body into decoded texts, in the order sent.

    Raises:
        UnreadableParameters: It is not UTF-8, has a parameter twice, or more than 200 of them.
    """
    try:
        pairs = parse_qsl(
            raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MAX_PARAMETERS
        )
    except UnicodeDecodeError:
        raise UnreadableParameters("the parameters are not UTF-8") from None
    except ValueError:
        raise UnreadableParameters(f"there are more than {_MAX_PARAMETERS} parameters") from None
    return _unique(pairs)


def _load(body: bytes) -> object:
    try:
        value: object = json.loads(
            body.decode("utf-8"),
            parse_int=_integer_text,
            parse_float=_float_text,
            parse_constant=_reject_constant,
            object_pairs_hook=_unique,
        )
    except UnicodeDecodeError:
        raise UnreadableParameters("the JSON body is not UTF-8") from None
    except (ValueError, RecursionError):
        raise UnreadableParameters("the JSON body is malformed") from None
    return value


def _texts(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise UnreadableParameters("the JSON body must be an object")
    return {name: _value_text(name, value[name]) for name in value}


def _all_placements(request: HttpRequest, placements: Collection[str]) -> Iterable[Parameters]:
    has_body = request.method != "GET"
    if "query" in placements or not has_body:
        texts = read_pairs(request.query)
        yield Parameters("query", texts, texts.pop("signature", None) or None)
    placement = _MEDIA_TYPES.get(request.media_type)
    if placement is not None and placement in placements and has_body and request.body:
        if len(request.body) > BODY_LIMIT:
            raise UnreadableParameters(f"the body is larger than {BODY_LIMIT} bytes")
        texts = read_json(request.body) if placement == "json" else read_pairs(request.body)
        yield Parameters(placement, texts, texts.pop("signature", None) or None)


def _unique(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    texts: dict[str, Value] = {}
    for name, value in pairs:
        if name in texts:
            raise UnreadableParameters("is given twice", field=_utf8("a parameter's name", name))
        texts[name] = value
    return texts


def _value_text(name: str, value: object) -> str:
    name = _utf8("a parameter's name", name)
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise UnreadableParameters("must be a text, a number or a boolean", field=name)
    return _utf8(name, value)


def _utf8(name: str, text: str) -> str:
    # JSON can escape half of a surrogate pair, which cannot be encoded and so cannot be signed.
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableParameters("is not valid Unicode", field=name) from None
    return text


def _integer_text(digits: str) -> JsonNumber:
    return JsonNumber("0" if digits == "-0" else digits)


def _float_text(token: str) -> JsonNumber:
    try:
        number = Decimal(token)
    except InvalidOperation:
        number = Decimal("Infinity")
    if not number.is_finite() or (number and number.adjusted() not in _EXPONENTS):
        raise UnreadableParameters("the JSON body has a number beyond the range of a float64")
    return JsonNumber(write_amount(number) if number else "0")


def _reject_constant(token: str) -> Never:
    raise UnreadableParameters(f"the JSON body has {token}, which is not JSON")
