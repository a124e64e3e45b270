"""The clock that the sandbox goes by."""

from __future__ import annotations

import time
from collections.abc import Callable

from bingx_sandbox.errors import SandboxError

Clock = Callable[[], int]
"""Anything that tells the time in Unix milliseconds."""

FURTHEST_OFFSET = 10 * 365 * 24 * 60 * 60 * 1000
"""The furthest that a clock of the sandbox can be off, in milliseconds: about ten years."""


def wall_clock() -> int:
    """Tell the time of this machine in Unix milliseconds."""
    return time.time_ns() // 1_000_000


def offset_clock(offset: int) -> Clock:
    """Make a clock that is off by so many milliseconds; a negative offset is behind.

    Raises:
        SandboxError: The offset is no whole number, or further than about ten years.
    """
    if isinstance(offset, bool) or not isinstance(offset, int) or abs(offset) > FURTHEST_OFFSET:
        raise SandboxError(
            f"must be a whole number from -{FURTHEST_OFFSET} to {FURTHEST_OFFSET}", field="clockOffset"
        )
    return lambda: wall_clock() + offset
