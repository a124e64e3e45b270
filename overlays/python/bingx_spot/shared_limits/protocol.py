"""What a store of shared limits is: one atomic exchange of a report for an allocation."""

from typing import Protocol

from bingx_spot.shared_limits.allocation import Allocation, ProcessReport


class StoreError(Exception):
    """A store cannot be used at the moment. Its text holds no secret.

    Args:
        reason: What is wrong.
        fix: What to do about it, or nothing.
    """

    def __init__(self, reason: str, fix: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.fix = fix


class Store(Protocol):
    """Holds the limits that several processes share."""

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        """Run `allocation.allocate` atomically on the state of a limit.

        Args:
            name: The limit's name; it holds no API key.
            report: What this process reports and asks for.

        Raises:
            StoreError: The store is unreachable, or takes too long.
        """
        ...

    def close(self) -> None:
        """Close connections and files."""
        ...
