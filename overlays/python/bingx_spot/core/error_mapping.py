"""Map what the exchange says instead of a success to one of our errors.

The table is spec/errors.yaml: rows match by code and text, since one code has several meanings; its head
says how a row is found. spec/vectors/answers.json has the cases.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import cache

from bingx_spot import exceptions
from bingx_spot.core.clock import http_date, window_end
from bingx_spot.error_details import ErrorDetails
from bingx_spot.exceptions import CallError, OrderNotFound, OrderNotOpen, RateLimited, UnknownErrorCode
from bingx_spot_api.contract import Operation
from bingx_spot_api.error_table import ROWS, STATUS_ROWS, ErrorRow

_UNKNOWN_CODE = "unknown-code"
_SAYS_SUCCESS = "success-text"
_WINDOW_ROWS = ("rate-limited", "rate-limit-code", "rate-limit-text")
_NOT_FOUND_HINT = (
    "Check the symbol, the id, and that the order belongs to this account and environment. "
    "A client order id is found for two hours only, and a new order not at once."
)
_CLASSES: dict[str, type[CallError]] = {
    "authentication": exceptions.AuthenticationError,
    "permission": exceptions.PermissionDenied,
    "clock": exceptions.ClockError,
    "rateLimited": exceptions.RateLimited,
    "notOpen": exceptions.OrderNotOpen,
    "notFound": exceptions.OrderNotFound,
    "refused": exceptions.RequestRejected,
    "unavailable": exceptions.OutcomeUnknown,
}
# The exchange's own texts have some hundred characters. An expression such as `api.*not found` takes time
# that grows as the square of the text: an hour for a megabyte.
_LONGEST_READ = 2_000
_WHITE_SPACE = re.compile(r"[ \t\r\n]+")
_LOWER_CASE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def error_from_code(code: int | str, message: str, details: ErrorDetails, operation: Operation) -> CallError:
    """Return the error for an envelope with a code, and the exchange's text, both as received."""
    status, text = details.http_status, normalised(message[:_LONGEST_READ])
    # Each list ends with a row that matches everything.
    row = next(row for row in ROWS if _matches(row, operation, status, int(code), text))
    found = _compiled(row.until).search(text) if row.until else None
    retry_at = int(found[1]) if found else _time_in_headers(row, details.headers)
    return _error(row, details, operation, details.message or row.meaning, retry_at)


def error_from_status(details: ErrorDetails, operation: Operation) -> CallError:
    """Return the error for a response without an envelope of the exchange; `details` say why it has none."""
    row = next(row for row in STATUS_ROWS if _matches(row, operation, details.http_status))
    return _error(row, details, operation, f"{row.meaning.removesuffix('.')}: {details.message}")


def error_of_another_pair(details: ErrorDetails, operation: Operation) -> CallError:
    """Return the error for a query that finds the order under another pair: under this one there is none."""
    row = next(row for row in ROWS if row.category == "notFound")
    return _error(row, details, operation, details.message)


def says_failure(message: str, operation: Operation) -> bool:
    """Return whether the text beside an empty list leaves doubt: all do but none and known good ones."""
    text = normalised(message[:_LONGEST_READ])
    # "No open orders" is what the list says too.
    known = [row.category == "notOpen" or row.id == _SAYS_SUCCESS for row in _rows_of_text(text, operation)]
    return text != "" and not (known and all(known))


def leaves_doubt(message: str, operation: Operation) -> bool:
    """Return whether the text about an order that is listed as failed says that it may yet be changed."""
    row = next(_rows_of_text(normalised(message[:_LONGEST_READ]), operation), None)
    return row is not None and row.order == "unknown"


def _rows_of_text(text: str, operation: Operation) -> Iterator[ErrorRow]:
    """Yield the rows that a text matches whatever the code."""
    rows = (row for row in ROWS if row.message and not row.codes)
    return (row for row in rows if _matches(row, operation, None, None, text))


def _error(
    row: ErrorRow, details: ErrorDetails, operation: Operation, message: str, retry_at: int | None = None
) -> CallError:
    kind = UnknownErrorCode if row.id == _UNKNOWN_CODE else _CLASSES[row.category]
    hint = dict(row.advice_for).get(operation.act or "", row.advice)
    if operation.act == "read" and kind in (OrderNotOpen, OrderNotFound):
        # A read that finds no open order finds no order: the exchange has one text for both.
        kind, hint = OrderNotFound, _NOT_FOUND_HINT
    retry_after = _retry_after(details.headers) if kind is RateLimited else None
    seconds = row.seconds if retry_after is None else retry_after
    return kind(
        replace(details, message=message, retry_at=retry_at, hint=hint, rule=row.id, lock_seconds=seconds)
    )


def normalised(message: str) -> str:
    """Return the message as the table's expressions want it: lower case, white space collapsed."""
    return _WHITE_SPACE.sub(" ", message.translate(_LOWER_CASE)).strip(" ")


def _matches(
    row: ErrorRow, operation: Operation, status: int | None, code: int | None = None, text: str = ""
) -> bool:
    """Return whether everything holds that a row states."""
    return (
        (not row.codes or code in row.codes)
        and (row.statuses is None or (status is not None and row.statuses[0] <= status <= row.statuses[1]))
        and (not row.operations or operation.operation_id in row.operations)
        and (row.message is None or _compiled(row.message).search(text) is not None)
    )


def _time_in_headers(row: ErrorRow, headers: Mapping[str, str]) -> int | None:
    """Return the window's end, which is the end of a rate limit, but not of a ban or a lock."""
    is_window = row.id in _WINDOW_ROWS and _retry_after(headers) is None
    return window_end(headers) if is_window else None


def _retry_after(headers: Mapping[str, str]) -> int | None:
    """Return the seconds of a `Retry-After` header (RFC 9110, section 10.2.3), or None."""
    if "retry-after" not in headers:
        return None
    value = headers["retry-after"].strip()
    if re.fullmatch("[0-9]{1,9}", value):
        return int(value)
    with suppress(ValueError, KeyError, OverflowError):
        return max(round((http_date(value) - http_date(headers["date"])) / 1000), 1)
    return None


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    # ASCII: \b and its like mean the same in every language that reads the table.
    return re.compile(expression, re.ASCII)
