"""A clock of a sandbox that a test moves on: a countdown ends at once, and everything else takes its time."""

from bingx_sandbox.settings import wall_clock


class JumpingClock:
    """The machine's clock, and what a test has added to it."""

    def __init__(self) -> None:
        self.ahead = 0

    def __call__(self) -> int:
        return wall_clock() + self.ahead

    def jump(self, seconds: float) -> None:
        """Move on."""
        self.ahead += round(seconds * 1000)
