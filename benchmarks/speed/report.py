"""Print what was measured, and write the table and the plot that the documentation shows."""

import json
from dataclasses import asdict

from rich.console import Console
from rich.table import Table

from benchmarks.speed import plot
from benchmarks.speed.contenders import BASELINE, CONTENDERS
from benchmarks.speed.goals import Goal
from benchmarks.speed.results import Results
from benchmarks.speed.rounds import ROOT

PAGE = ROOT / "docs" / "concepts" / "speed.md"
PICTURES = ROOT / "docs" / "_static"
FIGURES = ROOT / "benchmarks" / "speed" / "results.json"
BEGIN = "<!-- Made by `make bench`. -->"
END = "<!-- The end of what `make bench` makes. -->"


def show(results: Results, goals: list[Goal]) -> None:
    """Print tables, and whether the goals are met."""
    console = Console(width=100, highlight=False)
    console.print(_calls(results))
    console.print(_crowds(results))
    console.print(_paused(results))
    console.print(_starts(results))
    console.print("\nGoals", style="bold")
    for goal in goals:
        console.print(str(goal), style=None if goal.met else "yellow", markup=False)
    console.print(f"\n{results.how}.", style="dim", markup=False)


def write(results: Results, goals: list[Goal]) -> None:
    """Write the figures, the plot and the table of docs/concepts/speed.md."""
    figures = {"goals": [{**asdict(goal), "met": goal.met} for goal in goals], **asdict(results)}
    FIGURES.write_text(json.dumps(figures, indent=1, ensure_ascii=False) + "\n", "utf-8")
    for scheme in plot.SCHEMES:
        (PICTURES / f"speed-{scheme}.svg").write_text(plot.drawn(results, scheme), "utf-8")
    text = PAGE.read_text("utf-8")
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    PAGE.write_text(f"{before}{BEGIN}\n{_markdown(results, goals)}\n{END}{after}", "utf-8")


def _table(title: str, *headings: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, header_style="dim")
    for number, heading in enumerate(headings):
        table.add_column(heading, justify="left" if number == 0 else "right")
    return table


def _calls(results: Results) -> Table:
    table = _table("\nOne call after another", "", "p50 / plain httpx", "CPU / plain httpx", "p50 µs")
    for name, ratio in results.p50.items():
        table.add_row(
            CONTENDERS[name].title, str(ratio), str(results.cpu[name]), f"{results.microseconds[name]:.0f}"
        )
    return table


def _crowds(results: Results) -> Table:
    table = _table("\nFifty in flight", "", "calls a second / ccxt", "calls a second")
    for name, ratio in results.rate.items():
        table.add_row(CONTENDERS[name].title, str(ratio), f"{results.per_second[name]:.0f}")
    return table


def _paused(results: Results) -> Table:
    table = _table("\nThe first cancel after a pause, over TLS and 50 ms away", "", "round trips")
    for name, trips in results.paused.items():
        table.add_row(CONTENDERS[name].title, str(trips))
    return table


def _starts(results: Results) -> Table:
    table = _table("\nFrom nothing", "", "ratio", "ms")
    for title, ratio in {**results.imported, **results.cold}.items():
        table.add_row(title, str(ratio), f"{results.milliseconds[title]:.0f}")
    return table


def _markdown(results: Results, goals: list[Goal]) -> str:
    rows = [
        "| one cancel, as a ratio to a plain httpx post | p50 | CPU | 50 in flight |",
        "| --- | --- | --- | --- |",
    ]
    for name, contender in CONTENDERS.items():
        title = f"**{contender.title}**" if contender.ours else contender.title
        rate = f"{results.per_second[name]:,.0f} / s" if name in results.per_second else ""
        rows.append(f"| {title} | {results.p50[name].middle:.2f} | {results.cpu[name].middle:.2f} | {rate} |")
    own, plain = results.paused["spot"].middle, results.paused[BASELINE].middle
    paused = (
        "The first cancel after a minute's pause, over TLS and 50 ms away, takes "
        f"{own:.2f} round trips; a plain httpx post {plain:.2f}."
    )
    missed = [goal.title for goal in goals if not goal.met]
    judged = f"Goals met: {len(goals) - len(missed)} of {len(goals)}"
    if missed:
        judged += f", missed: {'; '.join(missed)}"
    source = f"Made by `make bench`: {results.how}. {judged}."
    return "\n".join([*rows, "", paused, "", source])
