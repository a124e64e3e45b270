"""Read which orders are to be cancelled, one row at a time: CSV with a header, or JSON Lines."""

import csv
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from typing import Any, BinaryIO, Literal

from bingx_spot.bulk.items import WIRE_NAMES, CancelRequest, by_field, fields_of, on_the_wire
from bingx_spot.exceptions import InvalidInput, shown

Form = Literal["csv", "jsonl"]

_DELIMITERS = ",;\t"
# What a spreadsheet, or a program that reads numbers as doubles, leaves of a long number.
_ROUNDED = re.compile(r"[0-9]+(?:[.,][0-9]*)?(?:[eE][+-]?[0-9]+)?")
_DIGITS = re.compile("[0-9]+")
_FORMS = "CSV whose header names symbol and orderId or clientOrderID, or one JSON object a line"
_OBJECT = "one JSON object a line"


# A row is some hundred characters; a longer line is of a file of another kind, which may be one line in all.
_LONGEST = 65_536
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_TEXT = "UTF-8 text"


class Lines(Iterator[str]):
    """Iterate over lines, each with its end, and count them.

    A byte order mark is left out, and bytes that are not UTF-8 become surrogates, for `is_text` to find.

    Args:
        stream: What to read.

    Raises:
        InvalidInput: While reading: it is no text, or a line is too long to be a row.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.number = 0
        self._text = TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
        self._peeked: str | None = None

    def peek(self) -> str:
        """Return the next line without passing it, or nothing at the end."""
        if self._peeked is None:
            self._peeked = self._read()
        return self._peeked

    def __next__(self) -> str:
        line = self.peek()
        self._peeked = None
        if not line:
            raise StopIteration
        self.number += 1
        return line

    def _read(self) -> str:
        try:
            line = self._text.readline(_LONGEST)
        except OSError as problem:
            raise InvalidInput(
                "the input", f"cannot be read: {problem.strerror}", "a file or a pipe"
            ) from None
        if len(line) == _LONGEST:
            what = f"line {self.number + 1}"
            raise InvalidInput(what, f"is longer than {_LONGEST - 1} characters", "one order a line")
        if self.number == 0 and line.encode("utf-8", "surrogateescape").startswith(_UTF_16):
            raise InvalidInput("the input", "is UTF-16", _TEXT)
        return line


def is_text(value: str) -> bool:
    """Tell whether text was UTF-8 where it came from.

    Args:
        value: A part of a line.
    """
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)


@dataclass(frozen=True, slots=True)
class Row:
    """Hold a row that can be sent.

    Attributes:
        line: The number of the line on which it begins, from 1.
        request: What is asked.
    """

    line: int
    request: CancelRequest


@dataclass(frozen=True, slots=True)
class BadRow:
    """Hold why a row cannot be sent.

    Attributes:
        line: The number of the line on which it begins, from 1.
        reason: What is wrong with it.
    """

    line: int
    reason: str


class Rows:
    """Iterate over rows.

    Args:
        stream: What to read; UTF-8, with or without a byte order mark, with any line ends.
        form: `csv` or `jsonl`; None to tell by the first character, which is `{` in JSON Lines. Only where it
            is `jsonl` may there be no rows at all.

    Raises:
        InvalidInput: While reading: it is no input of this kind at all.
    """

    def __init__(self, stream: BinaryIO, form: Form | None = None) -> None:
        self._lines = Lines(stream)
        self._form = form
        self._unread: set[str] = set()

    @property
    def unread(self) -> list[str]:
        """Return the names of columns or members, met so far, that say nothing of a cancel."""
        return sorted(self._unread)

    def __iter__(self) -> Iterator[Row | BadRow]:
        while (first := self._lines.peek()) and not first.strip():
            next(self._lines)
        if not first and self._form == "jsonl":
            return iter(())
        if not first:
            raise InvalidInput("the input", "is empty", _FORMS)
        if first.lstrip().startswith("["):
            raise InvalidInput("the input", "is a JSON list", _FORMS)
        form = self._form or ("jsonl" if first.lstrip().startswith("{") else "csv")
        return _of_json(self._lines, self._unread) if form == "jsonl" else _of_csv(self._lines, self._unread)


def _of_csv(lines: Lines, unread: set[str]) -> Iterator[Row | BadRow]:
    header = lines.peek()
    delimiter = next((mark for mark in header if mark in _DELIMITERS), ",")
    records = csv.reader(lines, delimiter=delimiter, strict=True)
    names = _names(records, unread)
    while lines.peek():
        line = lines.number + 1
        try:
            values = next(records)
            if any(value.strip() for value in values):
                yield Row(line, _of_values(names, values))
        except csv.Error as problem:
            # A quote that is not closed takes the lines after it along.
            until = f", up to line {lines.number}" if lines.number > line else ""
            yield BadRow(line, f"the row is not CSV{until}: {problem}")
        except InvalidInput as problem:
            yield BadRow(line, on_the_wire(problem))


def _names(records: Iterator[list[str]], unread: set[str]) -> list[str]:
    """Return the header's names, of which at least those that every row needs are known."""
    try:
        names = [name.strip() for name in next(records)]
    except csv.Error as problem:
        raise InvalidInput("the header", f"is not CSV: {problem}", _FORMS) from None
    fields = fields_of(names)
    if "symbol" not in fields.values() or not {"order_id", "client_order_id"} & set(fields.values()):
        raise InvalidInput("the header", f"is {shown(','.join(names))}", _FORMS)
    unread.update(name for name in names if name not in fields)
    return names


def _of_values(names: list[str], values: list[str]) -> CancelRequest:
    if len(values) != len(names):
        raise InvalidInput("the row", f"has {len(values)} values", f"{len(names)}, as the header has")
    fields = by_field(dict(zip(names, map(str.strip, values), strict=True)))
    for value in fields.values():
        if not is_text(str(value)):
            raise InvalidInput("the row", "is not UTF-8", "UTF-8 text")
    if "recv_window" in fields:
        fields["recv_window"] = _number(str(fields["recv_window"]))
    return _request(fields)


def _of_json(lines: Lines, unread: set[str]) -> Iterator[Row | BadRow]:
    for line in lines:
        if not line.strip():
            continue
        try:
            yield Row(lines.number, _request(_of_object(line, unread)))
        except InvalidInput as problem:
            yield BadRow(lines.number, on_the_wire(problem))


def _of_object(line: str, unread: set[str]) -> dict[str, object]:
    if not is_text(line):
        raise InvalidInput("the row", "is not UTF-8", "UTF-8 text")
    try:
        members = json.loads(
            line, object_pairs_hook=_once, parse_float=_Written, parse_constant=_Written, parse_int=_whole
        )
    except InvalidInput:
        raise
    except (ValueError, RecursionError):
        # No cause: a JSON error repeats the whole line.
        raise InvalidInput("the row", f"is not JSON: {shown(line.strip())}", _OBJECT) from None
    if not isinstance(members, dict):
        raise InvalidInput("the row", f"is {shown(line.strip())}", _OBJECT)
    fields = by_field(members)
    unread.update(members.keys() - fields_of(members).keys())
    if isinstance(window := fields.get("recv_window"), _Written):
        fields["recv_window"] = _number(window)
    return fields


class _Written(str):
    """Keep a number as it was written: to read it as a double would lose digits without a word."""

    __slots__ = ()


def _whole(text: str) -> int | _Written:
    # Past 19 digits it is no order id; past 4300 Python would not read it.
    return int(text) if len(text) <= len("-9223372036854775808") else _Written(text)


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise InvalidInput("the row", "names a member twice", "each name once")
    return members


def _request(fields: dict[str, object]) -> CancelRequest:
    order_id = fields.get("order_id")
    if isinstance(order_id, str) and _ROUNDED.fullmatch(order_id) and not _DIGITS.fullmatch(order_id):
        reason = f"is {order_id}: a program that rounds long numbers has lost its last digits"
        raise InvalidInput("order_id", reason, "all digits of the order id, such as 1735964079647111280")
    return CancelRequest.of({WIRE_NAMES[field]: value for field, value in fields.items()})


def _number(text: str) -> float | str:
    try:
        return float(text)
    except ValueError:
        return text
