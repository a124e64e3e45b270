"""What a large contract costs: the same call, in a package of two hundred operations instead of three."""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.speed.cores import CLIENT_CORE, pinned
from benchmarks.speed.rounds import ROOT, Spread, runners
from tests.generator.contracts import with_operations

OPERATIONS = 200
_IN_THE_CONTRACT = 3


@dataclass(frozen=True)
class Size:
    """Hold what a large contract costs.

    Attributes:
        generated: How long `make generate` takes for it, in seconds.
        imported: The import of the package, as a ratio to that of the small one.
        called: The CPU time of a call, likewise.
    """

    generated: float
    imported: Spread
    called: Spread


def measured(url: str, rounds: int, calls: int) -> Size:
    """Generate a package for a large contract, and use it beside the small one."""
    with tempfile.TemporaryDirectory() as folder:
        seconds = _generate(Path(folder))
        large = {"PYTHONPATH": str(Path(folder, "generated", "python"))}
        return Size(seconds, _imports(large, rounds), _calls(large, url, rounds, calls))


def _generate(folder: Path) -> float:
    names = [f"cancelKind{number}" for number in range(OPERATIONS - _IN_THE_CONTRACT)]
    spec = folder / "openapi.yaml"
    spec.write_text(with_operations(*names), "utf-8")
    program = (
        "import sys; from pathlib import Path; from generator.run import generate; "
        "generate(Path(sys.argv[1]), 'spec/openapi.yaml', Path(sys.argv[2]))"
    )
    command = [sys.executable, "-c", program, str(spec), str(folder / "generated")]
    began = time.perf_counter()
    subprocess.run(command, cwd=ROOT, check=True)
    return time.perf_counter() - began


def _imports(large: dict[str, str], rounds: int) -> Spread:
    command = pinned([sys.executable, "-c", "from bingx_spot import BingxSpot"], CLIENT_CORE)
    ratios = []
    for turn in range(rounds + 1):
        small, big = (_seconds(command, more) for more in ({}, large))
        if turn > 0:  # the first one writes the compiled modules
            ratios.append(big / small)
    return Spread.of(ratios)


def _seconds(command: list[str], more: dict[str, str]) -> float:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    began = time.perf_counter()
    subprocess.run(command, env={**kept, **more}, check=True)
    return time.perf_counter() - began


def _calls(large: dict[str, str], url: str, rounds: int, calls: int) -> Spread:
    with _both(large, url) as (small, big):
        pairs = [(small.do(f"calls {calls}"), big.do(f"calls {calls}")) for _ in range(rounds)]
    return Spread.of([big["cpu"] / small["cpu"] for small, big in pairs])


@contextmanager
def _both(large: dict[str, str], url: str) -> Iterator[list]:
    with runners(["spot"], url) as small, runners(["spot"], url, large) as big:
        yield [*small, *big]
