"""Tell the time that requests are stamped with."""

import time
from collections.abc import Callable


class Clock:
    """Read Unix time in whole milliseconds, as `timestamp` wants it.

    Args:
        time_ns: Where the time comes from, in nanoseconds since the Unix epoch. Tests give their own.
    """

    def __init__(self, time_ns: Callable[[], int] = time.time_ns) -> None:
        self._time_ns = time_ns

    def timestamp(self) -> int:
        """Return the time for a request that leaves now, in Unix milliseconds."""
        return self._time_ns() // 1_000_000
