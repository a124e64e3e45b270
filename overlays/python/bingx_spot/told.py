"""Read what an answer tells beside what was asked: how many requests are left, and what time it is there."""

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from typing import NamedTuple

from bingx_spot.answers import Answer
from bingx_spot.evidence import Evidence

_REMAIN, _END = "x-ratelimit-requests-remain", "x-ratelimit-requests-expire"
_COUNT, _UNIX_MS = re.compile("[0-9]{1,9}"), re.compile("[0-9]{13}")
# A header `Date` counts whole seconds, and servers keep it for another one.
_DATE_GOES_BACK = 2000


class Allowance(NamedTuple):
    """Say how many requests the exchange will still take.

    Attributes:
        requests: How many.
        until: When its window ends, in Unix milliseconds.
    """

    requests: int
    until: int


def allowance(headers: Mapping[str, str]) -> Allowance | None:
    """Return what the headers say is left, or None where they say nothing that can be read.

    Args:
        headers: An answer's, names in lower case.
    """
    if _REMAIN not in headers:
        return None
    remain, end = headers[_REMAIN], headers.get(_END, "")
    if _COUNT.fullmatch(remain) and _UNIX_MS.fullmatch(end):
        return Allowance(int(remain), int(end))
    return None


def time_there(told: Answer | Evidence, sent: int, received: int) -> int:
    """Return the exchange's time at the moment at which its answer came, in Unix milliseconds.

    It is the own time, unless the answer says that it cannot be: the answer was made between its request's
    leaving and its own coming. So an answer that was merely long on its way changes nothing.

    Args:
        told: The answer, or what is known of a call that failed.
        sent: When the request left, by the own clock, in Unix milliseconds.
        received: When the answer came, by the own clock.
    """
    made = _made(told)
    if made is None:
        return received
    earliest, latest = made
    ahead, behind = earliest - received, latest - sent
    return received + max(ahead, min(behind, 0))


def _made(told: Answer | Evidence) -> tuple[int, int] | None:
    """Return between which moments the answer was made, by the exchange's clock."""
    with suppress(ValueError, KeyError, TypeError, RecursionError):
        exact = json.loads(told.body)["timestamp"]
        if _UNIX_MS.fullmatch(str(exact)):
            return int(exact), int(exact)
    # Imported here: few answers have to be asked, and it takes long.
    from email.utils import parsedate_to_datetime  # noqa: PLC0415

    with suppress(ValueError, KeyError, OverflowError):
        date = round(parsedate_to_datetime(told.headers["date"]).timestamp() * 1000)
        return date, date + _DATE_GOES_BACK
    return None
