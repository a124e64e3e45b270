"""Turn what the exchange says instead of a success into one of our errors.

The table is spec/errors.yaml: classification is by code and message, for one code has several
meanings; its head says how a row is found. spec/vectors/answers.json has the cases.
"""

import re
from dataclasses import replace
from functools import cache

from bingx_spot.exceptions import (
    AuthenticationError,
    CallError,
    ClockError,
    ErrorDetails,
    OrderNotOpen,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    RequestRejected,
    UnknownErrorCode,
)
from bingx_spot_api.error_table import ROWS, STATUS_ROWS, ErrorRow

# "X-RateLimit-Requests-Expire (window's end)", in Unix milliseconds.
_WINDOW_END = "x-ratelimit-requests-expire"
_UNKNOWN_CODE = "unknown-code"
_CLASSES: dict[str, type[CallError]] = {
    "authentication": AuthenticationError,
    "permission": PermissionDenied,
    "clock": ClockError,
    "rateLimited": RateLimited,
    "notOpen": OrderNotOpen,
    "notFound": RequestRejected,
    "refused": RequestRejected,
    "unavailable": OutcomeUnknown,
}
_WHITE_SPACE = re.compile(r"[ \t\r\n]+")
_LOWER_CASE = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")


def error_from_code(code: int | str, details: ErrorDetails) -> CallError:
    """Return the error that an envelope with a code stands for.

    Args:
        code: The code as it came, a number or its digits.
        details: What is known of the call; its message is the exchange's text.
    """
    message = normalised(details.message)
    # Each list ends with a row that matches everything.
    row = next(row for row in ROWS if _matches(row, int(code), message, details.http_status))
    kind = UnknownErrorCode if row.id == _UNKNOWN_CODE else _CLASSES[row.category]
    shown = details.message or row.meaning
    retry_at = _retry_at(row, message) or _window_end(row, details)
    return kind(replace(_by(row, details), message=shown, retry_at=retry_at))


def error_from_status(details: ErrorDetails) -> CallError:
    """Return the error that an answer stands for which is none of the exchange's JSON.

    Args:
        details: What is known of the call; its message says why the answer cannot be read.
    """
    row = next(row for row in STATUS_ROWS if _is_within(row, details.http_status))
    text = f"{row.meaning.removesuffix('.')}: {details.message}"
    retry_at = _window_end(row, details)
    return _CLASSES[row.category](replace(_by(row, details), message=text, retry_at=retry_at))


def _by(row: ErrorRow, details: ErrorDetails) -> ErrorDetails:
    return replace(details, hint=row.advice, rule=row.id, lock_seconds=row.seconds)


def normalised(message: str) -> str:
    """Return the message as the table's expressions want it: lower case, white space collapsed."""
    return _WHITE_SPACE.sub(" ", message.translate(_LOWER_CASE)).strip(" ")


def _matches(row: ErrorRow, code: int, message: str, status: int | None) -> bool:
    if (row.codes and code not in row.codes) or not _is_within(row, status):
        return False
    return row.message is None or _compiled(row.message).search(message) is not None


def _is_within(row: ErrorRow, status: int | None) -> bool:
    if row.statuses is None:
        return True
    return status is not None and row.statuses[0] <= status <= row.statuses[1]


def _retry_at(row: ErrorRow, message: str) -> int | None:
    found = _compiled(row.until).search(message) if row.until else None
    return int(found[1]) if found else None


def _window_end(row: ErrorRow, details: ErrorDetails) -> int | None:
    end = details.headers.get(_WINDOW_END, "")
    return int(end) if row.category == "rateLimited" and re.fullmatch("[0-9]{13}", end) else None


@cache
def _compiled(expression: str) -> re.Pattern[str]:
    # ASCII: \b and its like mean the same in every language that reads the table.
    return re.compile(expression, re.ASCII)
