"""Pairs: the parameters of a request as they were written and as they are read."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote_plus

Kind = Literal["text", "number", "boolean"]

_MOST_PAIRS = 200


@dataclass(frozen=True)
class Pair:
    """One parameter.

    Attributes:
        name: Its name.
        text: Its value, as it is to be signed.
        written: Its value as it stood in the request: the token of a JSON number, or encoded text.
        kind: What it is in JSON; everything is a text elsewhere.
    """

    name: str
    text: str
    written: str
    kind: Kind = "text"


def in_order(pairs: Iterable[Pair]) -> tuple[Pair, ...]:
    """Sort parameters by the codes of their names."""
    return tuple(sorted(pairs, key=lambda pair: pair.name))


class _Number(str):
    """The token of a JSON number."""

    __slots__ = ()


class _Members(list[tuple[str, object]]):
    """The members of a JSON object, in the order sent."""


def read_json(raw: str) -> list[Pair]:
    """Read a JSON object, numbers as they are written.

    Raises:
        ValueError: It is no object.
    """
    try:
        members = json.loads(raw, parse_int=_Number, parse_float=_Number, object_pairs_hook=_Members)
    except RecursionError:
        raise ValueError("nested too deep") from None
    if not isinstance(members, _Members):
        raise ValueError("no object")  # noqa: TRY004 - one error for whatever is no object
    return [Pair(name, *_value(value)) for name, value in members]


def read_query(raw: str) -> list[Pair]:
    """Read a query string or a form, values decoded and as they are written."""
    parts = [part.partition("=") for part in raw.split("&") if part]
    return [Pair(unquote_plus(name), unquote_plus(value), value) for name, _, value in parts]


def read_any(raw: str) -> list[Pair]:
    """Read the first parameters of a text that may be JSON or a form."""
    try:
        return read_json(raw)[:_MOST_PAIRS]
    except ValueError:
        return read_query(raw)[:_MOST_PAIRS]


def _value(value: object) -> tuple[str, str, Kind]:
    if isinstance(value, bool):
        text = "true" if value else "false"
        return text, text, "boolean"
    return str(value), str(value), "number" if isinstance(value, _Number) else "text"
