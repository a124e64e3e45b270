"""Parameters: what a request sent, as the texts that the exchange rebuilds from it.

Where they stand is called their placement: a JSON body, the query string, or a form body.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Never, TypeVar
from urllib.parse import parse_qsl

from bingx_sandbox.amounts import write_amount
from bingx_sandbox.errors import UnreadableParameters, naming_place
from bingx_sandbox.received import Received

PLACEMENTS = ("json", "query", "form")
BODY_LIMIT = 65_536
"""The largest body that is read, in bytes; a trade request has a few hundred."""

_MEDIA_TYPES = {"application/json": "json", "application/x-www-form-urlencoded": "form"}
_MOST_PARAMETERS = 200
# Those of a float64. Beyond them a short token such as 1e999999999 would unfold into gigabytes of digits.
_EXPONENTS = range(-324, 309)

Value = TypeVar("Value")


@dataclass(frozen=True)
class Sent:
    """What a request sent.

    Attributes:
        placement: `json`, `query` or `form`; None if it sent nothing that is understood.
        parameters: Name and text of each parameter but `signature`, in the order sent.
        signature: The text of `signature`; None where it is missing or empty.
    """

    placement: str | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    signature: str | None = field(default=None, repr=False)


def read_sent(received: Received, placements: Collection[str] = PLACEMENTS) -> Sent:
    """Read a request's parameters from the placement in which its signature stands.

    What stands elsewhere is not signed, and so it is not used. The query string of a request
    without a body of its own (GET) is understood whatever the placements are.

    Args:
        received: The request.
        placements: The placements that are understood; a request in another one seems to send nothing.

    Raises:
        UnreadableParameters: The body or query string cannot be read, or is signed in two places.
    """
    found = [sent for sent in _placed(received, placements) if sent.parameters or sent.signature]
    signed = [sent for sent in found if sent.signature]
    if len(signed) > 1:
        raise UnreadableParameters("stands both in the query string and in the body", field="signature")
    return next(iter(signed + found), Sent())


def read_json(body: bytes) -> dict[str, str]:
    """Read a JSON object of texts, numbers and booleans into the texts that are signed.

    A whole number becomes its digits (`5000.0` and `5e3` become `5000`), a fraction its shortest
    decimal form, a boolean `true` or `false`; no digit of a number is lost.

    Raises:
        UnreadableParameters: It is no such object, or one that names a key twice.
    """
    return _texts(_load(body))


def read_json_list(body: bytes) -> list[dict[str, str]]:
    """Read a JSON list of objects, each as `read_json` does.

    Raises:
        SandboxError: It is no list of such objects; the error names the place, such as `[3]`.
    """
    value = _load(body)
    if not isinstance(value, list):
        raise UnreadableParameters("the JSON body must be a list")
    texts = []
    for place, item in enumerate(value):
        with naming_place(f"[{place}]"):
            if not isinstance(item, dict):
                raise UnreadableParameters("must be an object")
            texts.append(_texts(item))
    return texts


def read_pairs(raw: bytes) -> dict[str, str]:
    """Read a query string or form body into decoded texts, in the order sent.

    Raises:
        UnreadableParameters: It is not UTF-8, names a parameter twice, or has more than 200 of them.
    """
    try:
        pairs = parse_qsl(
            raw.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_PARAMETERS
        )
    except UnicodeDecodeError:
        raise UnreadableParameters("the parameters are not UTF-8") from None
    except ValueError:
        raise UnreadableParameters(f"there are more than {_MOST_PARAMETERS} parameters") from None
    return _unique(pairs)


def _load(body: bytes) -> object:
    try:
        value: object = json.loads(
            body.decode("utf-8"),
            parse_int=_integer_text,
            parse_float=_float_text,
            parse_constant=_refuse_constant,
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


def _placed(received: Received, placements: Collection[str]) -> Iterable[Sent]:
    has_body = received.method != "GET"
    if "query" in placements or not has_body:
        yield _sent("query", read_pairs(received.query))
    placement = _MEDIA_TYPES.get(received.media_type)
    if placement is not None and placement in placements and has_body and received.body:
        yield _sent(placement, _read_body(placement, received.body))


def _read_body(placement: str, body: bytes) -> dict[str, str]:
    if len(body) > BODY_LIMIT:
        raise UnreadableParameters(f"the body is larger than {BODY_LIMIT} bytes")
    return read_json(body) if placement == "json" else read_pairs(body)


def _sent(placement: str, texts: dict[str, str]) -> Sent:
    signature = texts.pop("signature", None)
    return Sent(placement, texts, signature or None)


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
    # JSON can escape half of a surrogate pair, which no signature could ever cover.
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise UnreadableParameters("is not valid Unicode", field=name) from None
    return text


def _integer_text(digits: str) -> str:
    return "0" if digits == "-0" else digits


def _float_text(token: str) -> str:
    try:
        number = Decimal(token)
    except InvalidOperation:
        _refuse_range()
    if number and number.adjusted() not in _EXPONENTS:
        _refuse_range()
    return write_amount(number) if number else "0"


def _refuse_range() -> Never:
    raise UnreadableParameters("the JSON body holds a number beyond the range of a float64")


def _refuse_constant(token: str) -> Never:
    raise UnreadableParameters(f"the JSON body holds {token}, which is not JSON")
