"""The clock of the sandbox."""

from __future__ import annotations

import time
from collections.abc import Callable

from bingx_sandbox.errors import SandboxError

Clock = Callable[[], int]
"""A function that returns the time in Unix milliseconds."""

LARGEST_OFFSET = 10 * 365 * 24 * 60 * 60 * 1000
"""The largest offset of a clock of the sandbox, in milliseconds: about ten years."""


def wall_clock() -> int:
    """Return the time of this machine in Unix milliseconds."""
    return time.time_ns() // 1_000_000


def offset_clock(offset: int) -> Clock:
    """Return a clock that differs from the machine's by an offset in milliseconds; negative is behind.

    Raises:
        SandboxError: The offset is not an integer, or is larger than about ten years.
    """
    if isinstance(offset, bool) or not isinstance(offset, int) or abs(offset) > LARGEST_OFFSET:
        raise SandboxError(
            f"must be a whole number from -{LARGEST_OFFSET} to {LARGEST_OFFSET}", field="clockOffset"
        )
    return lambda: wall_clock() + offset
