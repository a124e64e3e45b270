"""The seam to what processes share: one atomic exchange of news and wishes for permits."""

from typing import Protocol

from bingx_spot.shared_limits.allocation import Allocation, ProcessReport


class StoreError(Exception):
    """Say that a store cannot be used just now, and why, without anything secret.

    Args:
        reason: What is wrong, in words.
        mend: What to do about it, or nothing.
    """

    def __init__(self, reason: str, mend: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.mend = mend


class Store(Protocol):
    """Hold one limit for several processes."""

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        """Let `fleet.decide` run atomically on what is remembered of a limit.

        Args:
            name: The limit's; it holds no API key.
            report: What this process tells and wants.

        Raises:
            StoreError: It cannot be had, or takes too long.
        """
        ...

    def close(self) -> None:
        """Let go of connections and files."""
        ...
