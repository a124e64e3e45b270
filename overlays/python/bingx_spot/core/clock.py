"""The clock that requests are stamped with, and what a response says of the exchange's time."""

import json
import re
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime
from functools import partial
from typing import NamedTuple

from bingx_spot.error_details import ErrorDetails
from bingx_spot.logger import log
from bingx_spot.models import Response

#: The largest offset that is believed, in milliseconds: a day.
MAXIMUM_OFFSET = 86_400_000
_REMAIN, _EXPIRE = "x-ratelimit-requests-remain", "x-ratelimit-requests-expire"
_COUNT, _UNIX_MS, _INTEGER = map(re.compile, ("[0-9]{1,9}", "[0-9]{13}", "-?[0-9]{1,19}"))
# A header `Date` counts whole seconds, and servers keep it for one more.
_DATE_SPAN_MS = 2000


def _steady() -> Callable[[], int]:
    # The boot clock, where there is one, counts while the machine sleeps; the monotonic clock does not.
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns if boot is None else partial(time.clock_gettime_ns, boot)


class Clock:
    """Unix time in whole milliseconds, as the parameter `timestamp` needs it.

    The machine's clock is read once; from then on a monotonic source counts, so that a step of the machine's
    clock does no harm. The difference to the exchange's time is kept as an offset; the machine's clock is
    never changed.

    Args:
        time_ns: The machine's clock, in nanoseconds since the Unix epoch. Tests pass their own.
        elapsed_ns: A monotonic source, in nanoseconds; None for the system's. Tests pass their own.
    """

    def __init__(
        self, time_ns: Callable[[], int] = time.time_ns, elapsed_ns: Callable[[], int] | None = None
    ) -> None:
        self._elapsed_ns = elapsed_ns or _steady()
        self._anchor_ns = time_ns() - self._elapsed_ns()
        self._offset = 0

    @property
    def offset(self) -> int:
        """Return how far the exchange is ahead of the machine's clock, in milliseconds."""
        return self._offset

    def elapsed(self) -> float:
        """Return the time of the monotonic source, in seconds; it goes on while the machine sleeps."""
        return self._elapsed_ns() / 1_000_000_000

    def timestamp(self) -> int:
        """Return the exchange's time, as far as it is known, in Unix milliseconds."""
        return (self._anchor_ns + self._elapsed_ns()) // 1_000_000 + self._offset

    def learn(self, server_time: int, own_time: int) -> bool:
        """Set the offset by the exchange's time, in Unix milliseconds, and return whether it was believed.

        `own_time` is what `timestamp` returned at the same moment.
        """
        offset = self._offset + server_time - own_time
        if abs(offset) > MAXIMUM_OFFSET:
            log.warning("not using the exchange's time: it is %d ms away, more than a day", offset)
            return False
        log.warning("clock corrected by %+d ms, to the exchange's; let NTP set this machine's", offset)
        self._offset = offset
        return True


def time_of_day(milliseconds: int) -> str:
    """Return the time of day of Unix milliseconds; a number that no date has stays a number."""
    try:
        return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%H:%M:%S} UTC"
    except (ValueError, OverflowError, OSError):
        return str(milliseconds)


def format_duration(seconds: float) -> str:
    """Return a duration in words: its two largest units."""
    days, rest = divmod(round(seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    named = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    parts = [f"{number} {unit}" for number, unit in named if number]
    return " ".join(parts[:2]) or "0 s"


class RateLimitHeaders(NamedTuple):
    """How many requests the exchange still accepts in its window."""

    remaining: int
    window_end: int  # in Unix milliseconds by the exchange's clock


def rate_limit_headers(headers: Mapping[str, str]) -> RateLimitHeaders | None:
    """Return what headers, names in lower case, say of the rate limit, or None."""
    remaining, end = headers.get(_REMAIN, ""), window_end(headers)
    return RateLimitHeaders(int(remaining), end) if end is not None and _COUNT.fullmatch(remaining) else None


def window_end(headers: Mapping[str, str]) -> int | None:
    """Return when the window of the rate limit ends, in Unix milliseconds, or None."""
    end = headers.get(_EXPIRE, "")
    return int(end) if _UNIX_MS.fullmatch(end) else None


def server_time(details: ErrorDetails) -> int | None:
    """Return the exchange's time by a response, in Unix milliseconds, or None.

    The envelope's own `timestamp` is exact; the header `Date` counts whole seconds, so its middle is taken.
    """
    exact = _timestamp(details.body)
    if exact is not None:
        return exact
    date = _date(details.headers)
    return None if date is None else date + 500


def exchange_time(response: Response | ErrorDetails, sent: int, received: int) -> int:
    """Return the exchange's time at the moment at which a response arrived, in Unix milliseconds.

    It is our own estimate, unless the response proves that wrong: the exchange wrote the response after
    the request was `sent` and before the response was `received`, both by our clock. A response that was slow
    on its way changes nothing.
    """
    exact = _timestamp(response.body)
    is_exact = exact is not None and _UNIX_MS.fullmatch(str(exact))
    earliest = exact if is_exact else _date(response.headers)
    if earliest is None:
        return received
    latest = earliest + (0 if is_exact else _DATE_SPAN_MS)
    offset = max(earliest - received, min(latest - sent, 0))
    # A time that the clock would not learn is not believed here either.
    return received + (offset if abs(offset) <= MAXIMUM_OFFSET else 0)


def _timestamp(body: bytes) -> int | None:
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        timestamp = str(json.loads(body)["timestamp"])
        return int(timestamp) if _INTEGER.fullmatch(timestamp) else None
    return None


def _date(headers: Mapping[str, str]) -> int | None:
    with suppress(ValueError, KeyError, OverflowError):
        return http_date(headers["date"])
    return None


def http_date(text: str) -> int:
    """Return the time of a header such as `Date` in Unix milliseconds; raise ValueError or OverflowError."""
    from email.utils import parsedate_to_datetime

    return round(parsedate_to_datetime(text).timestamp() * 1000)
