"""`make chaos`: cancel three thousand orders among faults, and print a table of the outcomes."""

import logging
import sys

from rich.console import Console
from rich.table import Table

from bingx_spot import CancelOutcome
from tools.chaos.run import chaos

CANCELS = 3_000
SEEDS = [1, 2]
COLUMNS = {
    "cancelled": {CancelOutcome.CANCELLED},
    "over": {CancelOutcome.FILLED, CancelOutcome.ALREADY_CANCELED, CancelOutcome.FAILED},
    "not open": {CancelOutcome.NOT_OPEN},
    "not found": {CancelOutcome.NOT_FOUND},
    "still open": {CancelOutcome.STILL_OPEN},
    "unaffected": {CancelOutcome.UNAFFECTED},
    "unknown": {CancelOutcome.UNKNOWN},
}


def main(cancels: int = CANCELS) -> int:
    """Run, print the table, and return 1 if a report was wrong."""
    logging.getLogger("bingx_spot").setLevel(logging.ERROR)
    run = chaos(cancels, SEEDS)
    table = Table(box=None, header_style="dim")
    for heading in ("fault", "cancels", *COLUMNS, "requests", "wrong"):
        table.add_column(heading, justify="left" if heading == "fault" else "right")
    for kind, tally in run.tallies.items():
        total = sum(tally.counts.values())
        counts = [sum(tally.counts.get(word, 0) for word in words) for words in COLUMNS.values()]
        table.add_row(kind, *map(str, (total, *counts, tally.requests, len(tally.wrongs))))
    console = Console(width=130)
    console.print(table)
    for wrong in run.wrongs:
        console.print(f"[red]✗[/] {wrong}", highlight=False)
    total = sum(sum(tally.counts.values()) for tally in run.tallies.values())
    kinds = len(run.tallies)
    console.print(f"{total} cancels, {kinds} kinds of fault, seeds {SEEDS}, {run.seconds:.0f} s.")
    console.print(f"False reports, avoidable unknowns, late calls, leaks: {len(run.wrongs)}", style="bold")
    return 1 if run.wrongs else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
