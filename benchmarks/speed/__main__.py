"""`make bench`: measure, print tables and goals, write the table and plot of docs/concepts/speed.md.

`--smoke` does the same with a few calls, to see that it works; it judges nothing and writes nothing.
"""

import os
import platform
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from statistics import median

from benchmarks.speed import pause, report, size, starts
from benchmarks.speed.contenders import BASELINE, CCXT_ASYNC, CONTENDERS
from benchmarks.speed.cores import PINNED
from benchmarks.speed.goals import goals
from benchmarks.speed.results import Results
from benchmarks.speed.rounds import PEERS, Figures, Runner, ratios, runners, take_turns
from benchmarks.speed.server import Server, running_server


@dataclass(frozen=True)
class Effort:
    """How much is measured.

    Attributes:
        rounds: How many rounds each contender has.
        calls: How many calls a round has.
        together: How long fifty calls are kept in flight, in seconds.
        crowds: How often that is measured.
        pause: How long some clients do nothing, in seconds.
        starts: How often each process is started.
        memory: How many calls it takes to see whether memory grows.
    """

    rounds: int
    calls: int
    together: float
    crowds: int
    pause: float
    starts: int
    memory: int


WHOLE = Effort(rounds=30, calls=100, together=1.0, crowds=9, pause=60.0, starts=15, memory=100_000)
SMOKE = Effort(rounds=2, calls=5, together=0.1, crowds=1, pause=0.1, starts=1, memory=500)

# Of each kind: they pause together.
_CLIENTS_THAT_PAUSE = 5


def main(*arguments: str) -> None:
    """Measure and report."""
    effort = SMOKE if "--smoke" in arguments else WHOLE
    if not PEERS.exists():
        raise SystemExit("The public clients are missing: make peers")
    with running_server() as server:
        results = _measured(server, effort)
    report.show(results, goals(results))
    if effort is WHOLE:
        report.write(results, goals(results))


def _measured(server: Server, effort: Effort) -> Results:
    with runners(list(CONTENDERS), server.url) as started:
        turns = take_turns(started, f"calls {effort.calls}", effort.rounds)
        awaiting = [runner for runner in started if CONTENDERS[runner.name].awaits]
        crowds = take_turns(awaiting, f"together {effort.together}", effort.crowds)
        ours = [runner for runner in started if runner.name == "spot"]
        grown = {runner.name: runner.do(f"memory {effort.memory}") for runner in ours}
    imports = starts.take_turns(starts.imports(), effort.starts)
    colds = starts.take_turns(starts.cold_cancels(server.url), effort.starts)
    return Results(
        p50=ratios(turns, BASELINE, "p50"),
        cpu=ratios(turns, BASELINE, "cpu"),
        microseconds=_medians(turns, "p50", 1e6),
        rate=ratios(crowds, CCXT_ASYNC, "rate"),
        per_second=_medians(crowds, "rate", 1),
        imported=starts.ratios(imports, starts.IMPORT_BASELINE),
        cold=starts.ratios(colds, starts.COLD_BASELINE),
        milliseconds={title: median(each) * 1000 for title, each in {**imports, **colds}.items()},
        paused=pause.measured(effort.pause, _CLIENTS_THAT_PAUSE),
        size=size.measured(server.url, effort.starts, effort.calls),
        connections=_connections(started, grown),
        grown={name: figures["grown"] for name, figures in grown.items()},
        how=_how(server, effort),
    )


def _medians(turns: Mapping[str, list[Figures]], what: str, factor: float) -> dict[str, float]:
    return {name: median(figure[what] for figure in own) * factor for name, own in turns.items()}


def _connections(started: list[Runner], grown: Mapping[str, Figures]) -> dict[str, float]:
    first = {runner.name: runner.connections for runner in started if CONTENDERS[runner.name].ours}
    return {name: max(count, grown.get(name, {}).get("connections", 0)) for name, count in first.items()}


def _how(server: Server, effort: Effort) -> str:
    placed = "client and server on a core each" if PINNED else "not pinned to cores"
    libraries = ", ".join(f"{name} {version(name)}" for name in ("httpx", "httptools"))
    return (
        f"{server.name} on the loopback, {placed}, {os.cpu_count()} cores ({_processor()}), "
        f"Python {platform.python_version()}, {libraries}; a process for each contender, "
        f"{effort.rounds} rounds of {effort.calls} calls in turns, ratios within a round, "
        "medians with the middle half"
    )


def _processor() -> str:
    path = Path("/proc/cpuinfo")
    lines = path.read_text("utf-8").splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


if __name__ == "__main__":
    main(*sys.argv[1:])
