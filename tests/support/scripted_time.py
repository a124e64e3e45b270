"""Time that passes only when a test changes it."""

from collections.abc import Callable

from bingx_spot.core.clock import Clock

#: The machine's clock when a test begins, in Unix milliseconds.
BEGIN = 1_700_000_000_000


class ScriptedTime:
    """A monotonic clock in seconds, and the sources of a `Clock` that goes with it."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def clock(self) -> Clock:
        """Return a clock that begins at BEGIN and goes with this time."""
        return Clock(lambda: BEGIN * 1_000_000, lambda: round((self.seconds - 1000.0) * 1_000_000_000))


def constant(number: float) -> Callable[[], float]:
    """Return a source of chance that always gives the same number."""
    return lambda: number
