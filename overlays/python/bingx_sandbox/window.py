"""A window: which arrivals of the last seconds count towards a rate."""

from __future__ import annotations

from collections import deque

from bingx_sandbox.rates import Rate


class Window:
    """Counts arrivals within any stretch of a rate's seconds, which is the strictest reading of a rate.

    A window that begins anew each second would let twice the rate through where two of them meet.

    Args:
        rate: How many arrivals are let in, in how many seconds.
    """

    def __init__(self, rate: Rate) -> None:
        self.rate = rate
        self._arrivals: deque[float] = deque()

    def left(self, now: float) -> int:
        """Tell how many arrivals are still let in, at a moment in seconds."""
        while self._arrivals and now - self._arrivals[0] >= self.rate.seconds:
            self._arrivals.popleft()
        return self.rate.requests - len(self._arrivals)

    def add(self, now: float) -> None:
        """Count an arrival."""
        self._arrivals.append(now)

    def clear(self) -> None:
        """Count no arrival so far."""
        self._arrivals.clear()

    def frees_at(self, now: float) -> float:
        """Tell when the oldest arrival that still counts stops counting; now if none does."""
        return self._arrivals[0] + self.rate.seconds if self._arrivals else now
