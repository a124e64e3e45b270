"""Keep within the exchange's limits, as the contract states them."""

from bisect import insort
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock
from time import monotonic
from typing import Protocol

from bingx_spot.errors import Evidence, RateLimited
from bingx_spot_api.contract import IP_GROUPS, Operation, Rate


class Permits(Protocol):
    """Give out permits to send; what `limits=` of a client takes."""

    def reserve(self, operation: Operation, longest: float) -> float:
        """Take a permit and return how long to wait before using it, in seconds.

        Args:
            operation: The endpoint, from the contract.
            longest: How long the caller can wait, in seconds.

        Raises:
            RateLimited: The wait would be longer; no permit is taken.
        """
        ...


@dataclass(slots=True)
class _Window:
    """Remember when the last permits of one limit were for."""

    rate: Rate
    permits: list[float] = field(default_factory=list)

    def earliest(self) -> float:
        if len(self.permits) < self.rate.requests:
            return 0.0
        return self.permits[-self.rate.requests] + self.rate.seconds

    def take(self, when: float) -> None:
        insort(self.permits, when)
        del self.permits[: -self.rate.requests]


class Limits:
    """Give out permits: first come, first served, never more than the contract allows.

    One object serves all threads and tasks of a client. Each endpoint has its limit per UID, and its
    IP group has two: one for the endpoint and one that all the group's endpoints share.

    Args:
        now: A monotonic clock, in seconds. Tests give their own.
    """

    def __init__(self, now: Callable[[], float] = monotonic) -> None:
        self._now = now
        self._lock = Lock()
        self._windows: dict[tuple[str, str | int], _Window] = {}

    def reserve(self, operation: Operation, longest: float) -> float:
        """Take a permit and return how long to wait before using it, in seconds.

        Args:
            operation: The endpoint, from the contract.
            longest: How long the caller can wait, in seconds.

        Raises:
            RateLimited: The wait would be longer; no permit is taken.
        """
        with self._lock:
            now = self._now()
            windows = self._windows_of(operation)
            when = max([now, *(window.earliest() for window in windows)])
            if when - now > longest:
                raise RateLimited(_evidence(operation, when - now, longest))
            for window in windows:
                window.take(when)
            return when - now

    def _windows_of(self, operation: Operation) -> list[_Window]:
        name = operation.operation_id
        windows = [self._window(("uid", name), operation.uid_limit)] if operation.uid_limit else []
        group = IP_GROUPS.get(operation.ip_group) if operation.ip_group is not None else None
        if group is not None:
            windows.append(self._window(("endpoint", name), group.endpoint))
            windows.append(self._window(("group", group.number), group.group))
        return windows

    def _window(self, key: tuple[str, str | int], rate: Rate) -> _Window:
        return self._windows.setdefault(key, _Window(rate))


def _evidence(operation: Operation, wait: float, longest: float) -> Evidence:
    return Evidence(
        f"not sent: a permit for {operation.operation_id} comes in {wait:.1f} s, {longest:.1f} s are left",
        hint="Ask less often, or give the call a longer timeout.",
    )
