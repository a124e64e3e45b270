"""Read from a response, beside its answer, what it says of the rate limit and of the exchange's time."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from bingx_spot.core.clock import MAXIMUM_OFFSET
from bingx_spot.core.response_validation import is_integer
from bingx_spot.exceptions import ErrorDetails
from bingx_spot.models import Response

_REMAIN, _EXPIRE = "x-ratelimit-requests-remain", "x-ratelimit-requests-expire"
_COUNT, _UNIX_MS = re.compile("[0-9]{1,9}"), re.compile("[0-9]{13}")
# A header `Date` counts whole seconds, and servers keep it for one more.
_DATE_SPAN_MS = 2000


class RateLimitHeaders(NamedTuple):
    """How many requests the exchange still accepts in its window.

    Attributes:
        remaining: Number of requests.
        window_end: When the window ends, in Unix milliseconds by the exchange's clock.
    """

    remaining: int
    window_end: int


def rate_limit_headers(headers: Mapping[str, str]) -> RateLimitHeaders | None:
    """Return what the headers say of the rate limit, or None.

    Args:
        headers: A response's, names in lower case.
    """
    if _REMAIN not in headers:
        return None
    remaining, end = headers[_REMAIN], headers.get(_EXPIRE, "")
    if _COUNT.fullmatch(remaining) and _UNIX_MS.fullmatch(end):
        return RateLimitHeaders(int(remaining), int(end))
    return None


def server_time(details: ErrorDetails) -> int | None:
    """Return the exchange's time by a response, in Unix milliseconds, or None.

    The envelope's own `timestamp` is exact; the header `Date` counts whole seconds, so its middle is taken.

    Args:
        details: What is known of the response.
    """
    exact = _timestamp(details.body)
    if exact is not None:
        return exact
    date = _date(details.headers)
    return None if date is None else date + 500


def exchange_time(response: Response | ErrorDetails, sent: int, received: int) -> int:
    """Return the exchange's time at the moment at which a response arrived, in Unix milliseconds.

    It is our own estimate, unless the response proves that wrong: the exchange wrote the response after
    the request left and before the response arrived. A response that was slow on its way changes nothing.

    Args:
        response: The response, or the details of one.
        sent: When the request left, by our clock.
        received: When the response arrived, by our clock.
    """
    exact = _timestamp(response.body)
    if exact is not None and _UNIX_MS.fullmatch(str(exact)):
        earliest = latest = exact
    else:
        date = _date(response.headers)
        if date is None:
            return received
        earliest, latest = date, date + _DATE_SPAN_MS
    offset = max(earliest - received, min(latest - sent, 0))
    # A time that the clock would not learn is not believed here either.
    return received + (offset if abs(offset) <= MAXIMUM_OFFSET else 0)


def _timestamp(body: bytes) -> int | None:
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        timestamp = json.loads(body)["timestamp"]
        if is_integer(timestamp):
            return int(timestamp)
    return None


def _date(headers: Mapping[str, str]) -> int | None:
    # Imported here: it loads half of the email package, and few responses have to be read for their time.
    from email.utils import parsedate_to_datetime

    with suppress(ValueError, KeyError, OverflowError):
        return round(parsedate_to_datetime(headers["date"]).timestamp() * 1000)
    return None
