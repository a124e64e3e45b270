"""Input of a bulk run, one row at a time: CSV with a header, JSON Lines, or a JSON list."""

import csv
import json
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import TextIOWrapper
from itertools import chain
from typing import Any, BinaryIO

from bingx_spot.bulk.items import CancelRequest, field_values, format_input_error, match_fields
from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot.suggestions import looks_rounded
from bingx_spot.validation import WIRE_NAMES

_DELIMITERS = ",;\t"
# The first line that Excel writes, and reads, to say which character separates values.
_SEPARATOR_LINE = re.compile(r'\s*"?sep=(.)"?\s*', re.IGNORECASE)
_FORMATS = (
    "CSV whose header names symbol and orderId or clientOrderID, one JSON object a line, or a JSON list"
)
_OBJECT = "one JSON object a line"
# A row is some hundred characters. A longer line belongs to a file of another kind.
_MAXIMUM_LINE = 65_536
_LONGEST_NUMBER = 20
# By how a file begins.
_OTHER_KINDS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"PK\3\4": "a workbook or another zip archive"}
_UTF_8 = "UTF-8 text; in Excel, save as CSV UTF-8"


@dataclass(frozen=True, slots=True)
class Row:
    """A row that can be sent: the number of its first line, or of the object in a JSON list, from 1."""

    line: int
    request: CancelRequest


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that cannot be sent, or need not be, and why."""

    line: int
    reason: str


class DuplicateRow(BadRow):
    """A row that names the order of an earlier row."""


class LostRow(BadRow):
    """A row of the input that is not in the journal, unless it is what a damaged row once was."""


class Rows:
    """Iterable over the rows of the input.

    Args:
        stream: The input: UTF-8, with or without a byte order mark, with any line ends.
            Its first character tells its format: `{` begins JSON Lines, `[` a JSON list, all else CSV.
        may_be_empty: Whether no text at all means no rows.

    Raises:
        InvalidInput: While reading: the input as a whole cannot be read.
    """

    def __init__(self, stream: BinaryIO, *, may_be_empty: bool = False) -> None:
        # Bytes that are not UTF-8 become surrogates.
        self._text = TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
        self._may_be_empty = may_be_empty
        self._read: set[str] = set()
        self._used: set[str] = set()
        #: How many order ids are so long that a spreadsheet would round them, and the lines of those that end
        #: in zeros, as if one had.
        self.long_ids = 0
        self.rounded: list[int] = []

    @property
    def ignored(self) -> list[str]:
        """Return the names of the columns or members, read so far, that are not fields of a cancel."""
        return sorted(name or "(no name)" for name in self._read - self._used)

    def __iter__(self) -> Iterator[Row | BadRow]:
        for line, found in self._records():
            try:
                request = self._request(found)
            except InvalidInput as error:
                yield BadRow(line, format_input_error(error, WIRE_NAMES))
                continue
            if (rounded := looks_rounded(request.order_id or "")) is not None:
                self.long_ids += 1
                if rounded:
                    self.rounded.append(line)
            yield Row(line, request)

    def _records(self) -> Iterator[tuple[int, Any]]:
        """Yield the number of each record, and what it holds, or why that cannot be read."""
        lines = _read_lines(self._text)
        number, first = next((numbered for numbered in enumerate(lines, 1) if numbered[1].strip()), (0, ""))
        if not first:
            if self._may_be_empty:
                return iter(())
            raise InvalidInput("input", "is empty", _FORMATS)
        if not first.lstrip().startswith(("{", "[")):
            return _read_csv(number, first, lines)
        if _is_list(first):
            found = _parse_json("".join(chain([first], lines)))
            if isinstance(found, InvalidInput):
                raise found
            return enumerate(found, 1)
        texts = enumerate(chain([first], lines), number)
        return ((line, _parse_json(text)) for line, text in texts if text.strip())

    def _request(self, found: Any) -> CancelRequest:
        if isinstance(found, InvalidInput):
            raise found
        if not isinstance(found, dict):
            raise InvalidInput("row", f"is {shown(found)}", _OBJECT)
        fields, matched = field_values(found), match_fields(found)
        self._read |= found.keys()
        self._used |= matched.keys()
        if "order_id" in fields and "order_id" not in matched.values():
            self._used.add("id")
        _check_utf8("".join(map(str, fields.values())))
        with suppress(ValueError):
            if isinstance(window := fields.get("recv_window"), str):
                fields["recv_window"] = float(window)
        return CancelRequest.of(fields)


def _read_csv(number: int, header: str, lines: Iterator[str]) -> Iterator[tuple[int, Any]]:
    delimiter = next((mark for mark in header if mark in _DELIMITERS), ",")
    if separator := _SEPARATOR_LINE.fullmatch(header):
        delimiter, header, number = separator[1], next(lines, ""), number + 1
    records = csv.reader(chain([header], lines), delimiter=delimiter, strict=True)
    names = _header_names(records)
    allowed = f"{len(names)}, as the header has"
    while True:
        line = number + records.line_num
        try:
            # A quote before a value keeps a spreadsheet from reading it as a formula; no field has one.
            values = [value.strip().removeprefix("'") for value in next(records)]
        except StopIteration:
            return
        except csv.Error as error:
            # A quote that is not closed consumes the lines after it.
            last = number + records.line_num - 1
            until = f", up to line {last}" if last > line else ""
            yield line, InvalidInput("row", f"is not CSV{until}: {error}", f"values: {allowed}")
            continue
        if len(values) == len(names) and any(values):
            yield line, dict(zip(names, values, strict=True))
        elif any(values):
            yield line, InvalidInput("row", f"has {len(values)} values", allowed)


def _header_names(records: Iterator[list[str]]) -> list[str]:
    try:
        names = [name.strip() for name in next(records)]
    except csv.Error as error:
        raise InvalidInput("header", f"is not CSV: {error}", _FORMATS) from None
    fields = set(match_fields(names).values())
    ids = {"order_id", "client_order_id"} & fields or "id" in names
    if "symbol" not in fields or not ids:
        raise InvalidInput("header", f"is {shown(','.join(names))}", _FORMATS)
    return names


def _read_lines(text: TextIOWrapper) -> Iterator[str]:
    is_list = False
    try:
        for number, line in enumerate(iter(partial(text.readline, _MAXIMUM_LINE), ""), 1):
            is_list = is_list or (number == 1 and _is_list(line))
            if len(line) == _MAXIMUM_LINE and not is_list:
                reason = f"is longer than {_MAXIMUM_LINE - 1} characters"
                raise InvalidInput(f"line {number}", reason, "one order a line")
            for mark, kind in _OTHER_KINDS.items() if number == 1 else ():
                if line.encode("utf-8", "surrogateescape").startswith(mark):
                    raise InvalidInput("input", f"is {kind}", _UTF_8)
            yield line
    except OSError as error:
        raise InvalidInput("input", f"cannot be read: {error.strerror}", "a file or a pipe") from None


def _is_list(line: str) -> bool:
    return line.lstrip().startswith("[")


def _check_utf8(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise InvalidInput("row", "is not UTF-8", _UTF_8) from None


def _parse_json(text: str) -> Any:
    """Return what JSON text holds, or why it cannot be read."""
    try:
        _check_utf8(text)
        # Numbers stay as they are written: read as a double, one would silently lose digits.
        return json.loads(
            text,
            object_pairs_hook=_members,
            parse_float=str,
            parse_constant=str,
            parse_int=_parse_int,
        )
    except InvalidInput as error:
        return error
    except (ValueError, RecursionError):
        # Without the JSON error, which repeats the whole text.
        return InvalidInput("row", f"is not JSON: {shown(text.strip())}", _OBJECT)


def _parse_int(text: str) -> int | str:
    # Longer than any number of 64 bits it is no order id, and beyond 4300 digits Python refuses to parse it.
    return int(text) if len(text) <= _LONGEST_NUMBER else text


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any] | InvalidInput:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    # A value, and not raised: the other objects of a list can be read.
    return InvalidInput("row", "names a member twice", "each name once")
