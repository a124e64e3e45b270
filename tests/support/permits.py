"""A rate limiter that a test controls."""

from collections.abc import Callable
from typing import Self

from bingx_spot_api.contract import Operation


class Permits:
    """A rate limiter that is its own reservation.

    Args:
        wait: What `seconds_until_ready` returns or raises, for the longest that its caller can wait.
    """

    wakeup = None

    def __init__(self, wait: Callable[[float], float]) -> None:
        self.seconds_until_ready = wait

    def reserve(self, operation: Operation, *, bulk: bool) -> Self:  # noqa: ARG002 - part of the protocol
        """Return itself."""
        return self

    def complete(self, remain: int | None = None, window: float = 0.0) -> None:
        """Do nothing."""

    def give_up(self) -> None:
        """Do nothing."""

    def release(self) -> None:
        """Do nothing."""
