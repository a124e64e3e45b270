"""Run contenders in turns, so that other load of the machine affects all of them alike."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles

from benchmarks.speed.contenders import CONTENDERS
from benchmarks.speed.cores import CLIENT_CORE, pinned

ROOT = Path(__file__).resolve().parents[2]
PEERS = ROOT / "build" / "peers" / "venv" / "bin" / "python"
_FEWEST_FOR_A_SPREAD = 2

Figures = Mapping[str, float]


@dataclass(frozen=True)
class Spread:
    """Hold the median of some figures, and the middle half of them.

    Attributes:
        middle: Their median.
        low: A quarter of them is lower.
        high: A quarter of them is higher.
    """

    middle: float
    low: float
    high: float

    @classmethod
    def of(cls, values: list[float]) -> "Spread":
        """Make a spread of figures."""
        if len(values) < _FEWEST_FOR_A_SPREAD:
            return cls(values[0], values[0], values[0])
        low, _, high = quantiles(values, n=4)
        return cls(median(values), low, high)

    def __str__(self) -> str:
        return f"{self.middle:.2f} [{self.low:.2f}..{self.high:.2f}]"


class Runner:
    """Tell one contender's process what to do.

    Args:
        name: The contender.
        process: Its process, which has said that it is there.
    """

    def __init__(self, name: str, process: "subprocess.Popen[str]") -> None:
        self.name = name
        self._process = process
        self.connections = self._heard()["connections"]

    def do(self, line: str) -> Figures:
        """Let it do something, and return the figures."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n")
        self._process.stdin.flush()
        return self._heard()

    def _heard(self) -> Figures:
        assert self._process.stdout is not None
        said = self._process.stdout.readline()
        if not said:
            raise RuntimeError(f"{self.name} ended with exit code {self._process.wait()}")
        figures: Figures = json.loads(said)
        return figures


@contextmanager
def runners(
    names: list[str], url: str, environment: Mapping[str, str] | None = None
) -> Iterator[list[Runner]]:
    """Start the contenders' processes, and end them with the block."""
    with ExitStack() as stack:
        started = []
        for name in names:
            python = PEERS if CONTENDERS[name].peer else Path(sys.executable)
            command = [str(python), "-m", "benchmarks.speed.worker", name, url]
            process = subprocess.Popen(
                pinned(command, CLIENT_CORE),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
                cwd=ROOT,
                env={**os.environ, **(environment or {})},
            )
            stack.callback(process.wait)
            stack.callback(process.terminate)
            started.append(Runner(name, process))
        yield started


def take_turns(started: list[Runner], line: str, rounds: int) -> dict[str, list[Figures]]:
    """Let all do the same, in rounds that each begin with another one."""
    figures: dict[str, list[Figures]] = {runner.name: [] for runner in started}
    for turn in range(rounds):
        begin = turn % len(started)
        for runner in [*started[begin:], *started[:begin]]:
            figures[runner.name].append(runner.do(line))
    return figures


def ratios(figures: Mapping[str, list[Figures]], to: str, what: str) -> dict[str, Spread]:
    """Return each contender's figures as ratios to another one's of the same round."""
    base = [figure[what] for figure in figures[to]]
    return {
        name: Spread.of([figure[what] / other for figure, other in zip(own, base, strict=True)])
        for name, own in figures.items()
    }
