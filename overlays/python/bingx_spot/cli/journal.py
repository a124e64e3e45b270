"""`bingx-spot journal`: show what a journal of `cancel-many` knows."""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import STATES, WRITTEN, JournalRow
from bingx_spot.cli.output import print_json, print_table
from bingx_spot.cli.reports import print_entries, summary_rows

_EPILOG = """\b
Examples:
  bingx-spot journal orders.journal
  bingx-spot journal orders.journal --outcome unknown --outcome untouched
  bingx-spot journal orders.journal --csv > orders.csv

\b
Outcomes:
  cancelled  the exchange says so
  not open   filled, cancelled earlier, or not known to the exchange
  refused    the exchange refused to cancel this very order
  untouched  surely untouched; never reached
  unknown    perhaps cancelled; nobody could find out in time
  waiting    nothing was sent yet
  asked      a request is out, or was when the run was cut off

It can be read while a run is at work on it.
"""

# A table of more rows is for nobody.
_SHOWN = 100


@click.command("journal", epilog=_EPILOG)
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--outcome",
    "states",
    type=click.Choice(STATES),
    multiple=True,
    help="Only orders that ended so; may be given again.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print all of them as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print all of them, one JSON object a line.")
def command(path: Path, states: tuple[str, ...], as_csv: bool, as_json: bool) -> None:
    """Show what a journal of cancel-many knows: what was asked, and how each order ended."""
    if as_csv and as_json:
        raise click.UsageError("--csv and --json are two ways to print the same; give one.")
    try:
        journal = Journal.reading(path)
        entries = journal.entries(states or STATES)
        if as_csv:
            _print_csv(entries)
        elif as_json:
            for entry in entries:
                print_json(entry.written())
        else:
            _show(journal, entries, path)
        journal.close()
    except JournalError as problem:
        raise click.UsageError(f"{problem}.") from None


def _show(journal: Journal, entries: Iterable[JournalRow], path: Path) -> None:
    more = print_entries(entries, "", _SHOWN)
    if more:
        click.echo(f"... and {more:,} more; --csv and --json print all.\n")
    rows = summary_rows(journal.counts(), path)
    total = journal.counts().total
    title = f"{total:,} order{'' if total == 1 else 's'}"
    print_table(title, "cyan", {**rows, "details": None})


def _print_csv(entries: Iterable[JournalRow]) -> None:
    writer = csv.DictWriter(sys.stdout, list(WRITTEN), lineterminator="\n")
    writer.writeheader()
    for entry in entries:
        writer.writerow({**entry.written(), "attempts": entry.attempts})
