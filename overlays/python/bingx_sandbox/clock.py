"""The clock that the sandbox goes by."""

from __future__ import annotations

import time
from collections.abc import Callable

Clock = Callable[[], int]
"""Anything that tells the time in Unix milliseconds."""


def wall_clock() -> int:
    """Tell the time of this machine in Unix milliseconds."""
    return time.time_ns() // 1_000_000
