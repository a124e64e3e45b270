"""Permits that come as a test says."""

from collections.abc import Callable
from typing import Self

from bingx_spot_api.contract import Operation


class Permits:
    """Be what gives out permits, and every reservation too.

    Args:
        wait: What a reservation's `wait` gives or raises, for the longest that its caller can wait.
    """

    wakeup = None

    def __init__(self, wait: Callable[[float], float]) -> None:
        self.seconds_until_ready = wait

    def reserve(self, operation: Operation, *, bulk: bool) -> Self:  # noqa: ARG002 - the protocol has them
        """Return a reservation: it is all one."""
        return self

    def complete(self, remain: int | None = None, window: float = 0.0) -> None:
        """Count nothing."""

    def release(self) -> None:
        """Keep nothing."""
