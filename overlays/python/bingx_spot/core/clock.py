"""The clock that requests are stamped with."""

import logging
import time
from collections.abc import Callable
from functools import partial

_log = logging.getLogger("bingx_spot")

#: The largest offset that is believed, in milliseconds: a day.
MAXIMUM_OFFSET = 86_400_000


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

    def timestamp(self) -> int:
        """Return the exchange's time, as far as it is known, in Unix milliseconds."""
        return (self._anchor_ns + self._elapsed_ns()) // 1_000_000 + self._offset

    def learn(self, server_time: int, own_time: int) -> bool:
        """Set the offset to the exchange's time, and return whether it was believed.

        Args:
            server_time: The exchange's time, in Unix milliseconds.
            own_time: What `timestamp` returned at the same moment.
        """
        offset = self._offset + server_time - own_time
        if abs(offset) > MAXIMUM_OFFSET:
            _log.warning("not using the exchange's time: it is %d ms away, more than a day", offset)
            return False
        _log.warning("clock offset to the exchange is now %d ms, was %d ms", offset, self._offset)
        self._offset = offset
        return True


def format_duration(seconds: float) -> str:
    """Return a duration in words: its two largest units."""
    days, rest = divmod(round(seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    named = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    parts = [f"{number} {unit}" for number, unit in named if number]
    return " ".join(parts[:2]) or "0 s"
