"""Tell the time that requests are stamped with."""

import logging
import time
from collections.abc import Callable
from functools import partial

_log = logging.getLogger("bingx_spot")

#: The furthest that the machine's clock is believed to be off, in milliseconds: a day.
MAXIMUM_OFFSET = 86_400_000


def _steady() -> Callable[[], int]:
    # The boot clock goes on while the machine sleeps, where there is one; the monotonic one does not.
    boot = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic_ns if boot is None else partial(time.clock_gettime_ns, boot)


class Clock:
    """Tell Unix time in whole milliseconds, as `timestamp` wants it.

    The machine's clock is read once; from then on a source counts that never steps, so that a step of
    the machine's clock in mid-run does no harm. What the exchange says of the time is kept as an offset;
    the machine's clock is never touched.

    Args:
        time_ns: The machine's clock, in nanoseconds since the Unix epoch. Tests give their own.
        elapsed_ns: A source that only ever goes forward, in nanoseconds; None for the system's. Tests give
            their own.
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
        """Take over the exchange's time, and tell whether that was done.

        Args:
            server_time: What the exchange says, in Unix milliseconds.
            own_time: What `timestamp` said for the same moment.
        """
        offset = self._offset + server_time - own_time
        if abs(offset) > MAXIMUM_OFFSET:
            _log.warning("the exchange's clock is %d ms away, more than is believed", offset)
            return False
        _log.warning("the clock's offset is now %d ms, was %d ms", offset, self._offset)
        self._offset = offset
        return True
