"""`make simulate`: a million calls in virtual time, and a table of their endings."""

import argparse
import logging
import multiprocessing
import os
import sys

from rich.console import Console
from rich.table import Table

from tools.simulate import family
from tools.simulate.exhaustive import Search, exhaust
from tools.simulate.planted import PLANTED, first_found
from tools.simulate.run import KINDS, Tally, simulate
from tools.simulate.small_world import BEHAVIOURS
from tools.simulate.timeline import timeline
from tools.simulate.verdict import ENDINGS

CALLS = 1_000_000
#: Within so many calls each planted bug has to be found.
PLANTED_CALLS = 20_000
DEPTH = 6
#: The timeouts of the small worlds, in seconds.
TIMEOUTS = (10.0,)
_BY = ("order id", "client id")


def main(arguments: list[str] | None = None) -> int:
    """Run what is asked for, and return 1 if anything was wrong."""
    logging.getLogger("bingx_spot").setLevel(logging.CRITICAL)
    parser = argparse.ArgumentParser(prog="python -m tools.simulate", description=__doc__)
    parser.add_argument("--calls", type=int, default=CALLS, help="how many calls to play")
    parser.add_argument("--first", type=int, default=0, help="the first seed")
    parser.add_argument("--seed", type=int, help="play this seed alone and print its timeline")
    parser.add_argument("--exhaustive", action="store_true", help="search a small world completely")
    parser.add_argument("--depth", type=int, default=DEPTH, help="the length of a sequence in that search")
    parser.add_argument("--planted", action="store_true", help="look for each of the planted bugs")
    chosen = parser.parse_args(arguments)
    if chosen.seed is not None:
        text, wrong = timeline(chosen.seed)
        print(text)
        return 1 if wrong else 0
    if chosen.planted:
        return report_planted(min(chosen.calls, PLANTED_CALLS))
    if chosen.exhaustive:
        found = exhaust(chosen.depth, TIMEOUTS)
        report_search(found, chosen.depth)
        return 1 if found.wrongs else 0
    tally = simulate(range(chosen.first, chosen.first + chosen.calls))
    report(tally)
    lies = sum(report_family(name, min(chosen.calls, family.CALLS)) for name in family.FAMILY)
    return 1 if tally.wrongs or lies else 0


def report_family(name: str, calls: int) -> int:
    """Play what is built on single calls, print the endings, and return how many claimed what is not so."""
    console = Console(width=110, highlight=False)
    endings, lies = family.play_all(name, range(calls))
    counted = ", ".join(f"{ending} {count:,}" for ending, count in endings.most_common())
    for seed, lie in lies.items():
        console.print(f"[red]lie[/] {name}, seed {seed}: {lie}")
    console.print(f"{calls:,} times {name}: {counted}; lie {len(lies)}", style="bold")
    return len(lies)


def report(tally: Tally) -> None:
    """Print the tables of a run."""
    console = Console(width=110, highlight=False)
    table = Table(box=None, header_style="dim")
    for heading in ("ending", *_BY, "lies", "avoidable", "broken"):
        table.add_column(heading, justify="left" if heading == "ending" else "right")
    for ending in (*ENDINGS, "crash"):
        wrongs = [sum(n for key, n in tally.wrongs.items() if key[:2] == (kind, ending)) for kind in KINDS]
        table.add_row(ending, *(f"{tally.endings[by, ending]:,}" for by in _BY), *map(str, wrongs))
    console.print(table)
    for by in _BY:
        calls = sum(n for (kind, _), n in tally.endings.items() if kind == by)
        mean = tally.sent[by] / max(calls, 1)
        console.print(
            f"{by}: {calls:,} calls; most requests {tally.requests[by]}, most cancels {tally.cancels[by]}, "
            f"mean {mean:.1f}; documented re-use {tally.documented[by]}"
        )
    for key, count in sorted(tally.wrongs.items(), key=lambda item: (KINDS.index(item[0][0]), -item[1])):
        kind, ending, text = key
        console.print(f"[red]{kind}[/] {ending}: {text}: {count:,}, seeds {tally.seeds[key][:3]}")
    totals = {kind: sum(n for key, n in tally.wrongs.items() if key[0] == kind) for kind in KINDS}
    words = ", ".join(f"{kind} {count:,}" for kind, count in totals.items())
    console.print(f"{tally.calls:,} calls in {tally.seconds:.1f} s: {words}", style="bold")


def report_search(found: Search, depth: int) -> None:
    """Print what an exhaustive search has found."""
    console = Console(width=110, highlight=False)
    for ending, count in found.endings.most_common():
        console.print(f"{ending:>18} {count:>12,}")
    for text, count in found.wrongs.most_common():
        console.print(f"[red]wrong[/] {text}: {count:,}, {found.examples[text][0]}")
    console.print(
        f"{len(BEHAVIOURS)} behaviours, sequences of up to {depth}, an outside event at any moment, timeouts "
        f"{TIMEOUTS}: {found.histories.total():,} histories make {found.calls:,} calls of at most "
        f"{found.most} requests; {found.states:,} states visited in {found.nodes:,} nodes, {found.played:,} "
        f"calls played, {found.seconds:.0f} s; wrong {found.wrongs.total():,}",
        style="bold",
    )


def report_planted(calls: int) -> int:
    """Print for each planted bug the first seed that finds it, and return 1 if one is not found."""
    console, missed = Console(width=110, highlight=False), 0
    with multiprocessing.get_context("fork").Pool(os.cpu_count()) as pool:
        seeds = pool.starmap(first_found, [(bug, range(calls)) for bug in PLANTED], chunksize=1)
        seeds += pool.starmap(
            family.first_found, [(bug, range(calls)) for bug in family.PLANTED], chunksize=1
        )
    bugs = [*PLANTED, *family.PLANTED]
    for bug, seed in zip(bugs, seeds, strict=True):
        missed += seed is None
        console.print(f"{bug}: {f'not found in {calls:,} calls' if seed is None else f'seed {seed}'}")
    console.print(f"{len(bugs)} planted bugs, {missed} not found", style="bold")
    return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
