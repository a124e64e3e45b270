"""Permits that come as a test says."""

from collections.abc import Callable
from typing import Self

from bingx_spot_api.contract import Operation


class Permits:
    """Be what gives out permits, and every ticket too.

    Args:
        wait: What a ticket's `wait` gives or raises, for the longest that its caller can wait.
    """

    signal = None

    def __init__(self, wait: Callable[[float], float]) -> None:
        self.wait = wait

    def ticket(self, operation: Operation, *, bulk: bool) -> Self:  # noqa: ARG002 - the protocol has them
        """Return a ticket: it is all one."""
        return self

    def answered(self, remain: int | None = None, window: float = 0.0) -> None:
        """Count nothing."""

    def give_back(self) -> None:
        """Keep nothing."""
