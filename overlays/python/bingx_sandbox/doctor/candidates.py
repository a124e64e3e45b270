"""What the doctor works on: a rejected request, and candidates for the text that its client signed."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from functools import cached_property
from typing import Literal
from urllib.parse import unquote_plus

from bingx_sandbox.accounts import ApiKey
from bingx_sandbox.doctor.catalog import Mistake
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.parameters import JsonNumber, Parameters

Kind = Literal["text", "number", "boolean"]

_MAX_PAIRS = 200
_MAX_DIGITS = 20
Items = Sequence[tuple[str, str]]
"""Names and values, in the order in which they are joined."""


@dataclass(frozen=True)
class Pair:
    """One parameter of a request.

    Attributes:
        name: Its name.
        text: Its value, as it must be signed.
        written: Its value as in the request: the token of a JSON number, or encoded text.
        kind: Its type in JSON; outside JSON every value is text.
    """

    name: str
    text: str
    written: str
    kind: Kind = "text"


def in_order(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Return parameters sorted by the codes of their names."""
    return tuple(sorted(pairs, key=lambda pair: pair.name))


class _Members(list[tuple[str, object]]):
    """The members of a JSON object, in the order sent."""


def read_json(raw: str) -> list[Pair]:
    """Read a JSON object, numbers as written.

    Raises:
        ValueError: It is not an object.
    """
    try:
        members = json.loads(raw, parse_int=JsonNumber, parse_float=JsonNumber, object_pairs_hook=_Members)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(members, _Members):
        raise ValueError("not an object")  # noqa: TRY004 - one error for all unreadable texts
    return [Pair(name, *_value(value)) for name, value in members]


def read_query(raw: str) -> list[Pair]:
    """Read a query string or a form, values decoded and as written."""
    parts = [part.partition("=") for part in raw.split("&") if part]
    return [Pair(unquote_plus(name), unquote_plus(value), value) for name, _, value in parts]


def read_any(raw: str) -> list[Pair]:
    """Read the first parameters of a text that may be JSON or a form."""
    try:
        return read_json(raw)[:_MAX_PAIRS]
    except ValueError:
        return read_query(raw)[:_MAX_PAIRS]


def read_number(text: str) -> Decimal | None:
    """Read a number of at most 20 digits, with or without an exponent; return None for anything else."""
    try:
        number = Decimal(text) if text.isascii() and len(text) <= _MAX_DIGITS else None
    except InvalidOperation:
        return None
    # A short text such as 1e99999999 would expand to gigabytes of digits.
    if number is None or not number.is_finite() or abs(number.adjusted()) > _MAX_DIGITS:
        return None
    return number


def is_integer(text: str) -> bool:
    """Return whether a text is the digits of an integer, at most 20 of them."""
    return text.isascii() and text.isdigit() and len(text) <= _MAX_DIGITS


def _value(value: object) -> tuple[str, str, Kind]:
    if isinstance(value, bool):
        text = "true" if value else "false"
        return text, text, "boolean"
    return str(value), str(value), "number" if isinstance(value, JsonNumber) else "text"


@dataclass(frozen=True)
class RejectedRequest:
    """A request with a wrong signature, and the secrets that may have signed it.

    Attributes:
        method: The HTTP method.
        path: The path.
        placement: The placement of the signature: `json`, `query` or `form`.
        pairs: The parameters in that placement, without the signature, in the order sent.
        signature: The signature that was sent.
        raw: The text of that placement.
        elsewhere: The text of the other place: the body for `query`, else the query string.
        key: The API key of the request.
        others: Other API keys, whose secrets may have been used by mistake.
        earlier: Signatures of earlier requests, which may still be among the parameters.
    """

    method: str
    path: str
    placement: str
    pairs: tuple[Pair, ...]
    signature: str = field(repr=False)
    raw: str
    elsewhere: str
    key: ApiKey
    others: tuple[ApiKey, ...] = ()
    earlier: tuple[str, ...] = field(default=(), repr=False)

    @property
    def signed_pairs(self) -> tuple[Pair, ...]:
        """Return the parameters in the order in which they must be signed."""
        return in_order(self.pairs) if self.placement == "json" else self.pairs

    @cached_property
    def items(self) -> Items:
        """Return names and texts of the parameters in that order."""
        return [(pair.name, pair.text) for pair in self.signed_pairs]

    @property
    def elsewhere_pairs(self) -> tuple[Pair, ...]:
        """Return the parameters of the other place; none if they cannot be read."""
        return tuple(pair for pair in read_any(self.elsewhere) if pair.name != "signature")


def rejected_request(
    http: HttpRequest,
    parameters: Parameters,
    key: ApiKey,
    others: Iterable[ApiKey] = (),
    earlier: Iterable[str] = (),
) -> RejectedRequest:
    """Return a rejected request; its parameters must be readable."""
    query, body = (part.decode("utf-8", errors="replace") for part in (http.query, http.body))
    raw, elsewhere = (query, body) if parameters.placement == "query" else (body, query)
    pairs = read_json(raw) if parameters.placement == "json" else read_query(raw)
    return RejectedRequest(
        http.method,
        http.path,
        str(parameters.placement),
        tuple(
            Pair(pair.name, parameters.values.get(pair.name, pair.text), pair.written, pair.kind)
            for pair in pairs
            if pair.name != "signature"
        ),
        str(parameters.signature),
        raw,
        elsewhere,
        key,
        tuple(others),
        tuple(earlier),
    )


@dataclass(frozen=True)
class Variation:
    """One mistake, made with the parameters before they are joined, or with the joined text.

    Attributes:
        mistake: The mistake.
        change: Changes the parameters.
        finish: Changes the text.
        alone: Whether it is too rare to be searched together with another one.
    """

    mistake: Mistake
    change: Callable[[Items], Items] = lambda items: items
    finish: Callable[[bytes], bytes] = lambda text: text
    alone: bool = False


@dataclass(frozen=True)
class SignedText:
    """A text that may have been signed, with the mistakes that lead to it."""

    text: bytes
    mistakes: tuple[Mistake, ...] = ()


def signed_text(request: RejectedRequest, *variations: Variation) -> SignedText:
    """Return the text that was signed if these mistakes were made, in this order; the right one if none."""
    items: Items = request.items
    for variation in variations:
        items = variation.change(items)
    text = "&".join([f"{name}={text}" for name, text in items]).encode("utf-8", errors="replace")
    for variation in variations:
        text = variation.finish(text)
    return SignedText(text, tuple([variation.mistake for variation in variations]))


def with_values(values: Mapping[str, str]) -> Callable[[Items], Items]:
    """Return a change that replaces the values of the named parameters."""
    return lambda items: [(name, values.get(name, text)) for name, text in items]
