"""What is to be reached, and whether it was."""

from dataclasses import dataclass

from benchmarks.speed.results import Results
from benchmarks.speed.starts import COLD_BASELINE, IMPORT_BASELINE


@dataclass(frozen=True)
class Goal:
    """Hold one goal.

    Attributes:
        title: What is measured, and against what.
        value: What was measured.
        limit: What it is to be.
        at_least: Whether more is better.
    """

    title: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        """Tell whether it was reached."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def __str__(self) -> str:
        wanted = f"{'>=' if self.at_least else '<='} {self.limit:g}"
        return f"{'met   ' if self.met else 'missed'}  {self.value:6.2f}  {wanted:8}  {self.title}"


def goals(results: Results) -> list[Goal]:
    """Return the goals, as the results stand."""
    p50, cpu, rate = results.p50, results.cpu, results.rate
    cold, imported, paused, size = results.cold, results.imported, results.paused, results.size
    return [
        Goal("sync, p50 / plain httpx post", p50["spot"].middle, 0.50),
        Goal("sync, CPU / plain httpx post", cpu["spot"].middle, 0.50),
        Goal("async, 50 in flight, calls a second / ccxt", rate["spot-async"].middle, 1.5, at_least=True),
        Goal("first cancel after a pause, 50 ms away, in round trips", paused["spot"].middle, 1.15),
        Goal(f"import / {IMPORT_BASELINE}", imported["from bingx_spot import BingxSpot"].middle, 1.05),
        Goal(f"cold cancel / {COLD_BASELINE}", cold["bingx-spot cancel"].middle, 1.0),
        Goal("import, 200 operations / 3", size.imported.middle, 1.10),
        Goal("CPU of a call, 200 operations / 3", size.called.middle, 1.10),
        Goal("make generate for 200 operations, seconds", size.generated, 5.0),
        Goal("connections for sequential calls, at most", max(results.connections.values()), 1.0),
        Goal("memory, MiB grown in the long run", max(results.grown.values()) / 2**20, 1.0),
    ]
