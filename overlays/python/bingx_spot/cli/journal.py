"""`bingx-spot journal`: show the journal of a `cancel-many` run."""

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import COLUMNS, OUTCOMES, JournalRow
from bingx_spot.cli.output import print_json, print_table

_EPILOG = """\b
Examples:
  bingx-spot journal orders.journal
  bingx-spot journal orders.journal --outcome unknown --outcome still_open
  bingx-spot journal orders.journal --csv > orders.csv

\b
Outcomes; all but the first four can change, and the run tries them again:
%s

It can be read while a run uses it.
"""
_OUTCOME_LINES = "\n".join(f"  {outcome:<17} {meaning}" for outcome, meaning in OUTCOMES.items())

# More rows than a person reads.
_SHOWN = 100


@click.command("journal", epilog=_EPILOG % _OUTCOME_LINES)
@click.argument("path", metavar="FILE", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--outcome",
    "outcomes",
    type=click.Choice(list(OUTCOMES)),
    metavar="OUTCOME",
    multiple=True,
    help="Only orders with this outcome; may be repeated.",
)
@click.option("--csv", "as_csv", is_flag=True, help="Print all rows as CSV.")
@click.option("--json", "as_json", is_flag=True, help="Print all rows, one JSON object a line.")
def command(path: Path, outcomes: tuple[str, ...], as_csv: bool, as_json: bool) -> None:
    """Show the journal of a cancel-many run: which orders were begun, and how each ended."""
    if as_csv and as_json:
        raise click.UsageError("--csv and --json exclude each other.")
    try:
        journal = Journal.open_readonly(path)
        rows = journal.rows(outcomes or OUTCOMES)
        if as_csv:
            writer = csv.DictWriter(sys.stdout, list(COLUMNS), lineterminator="\n")
            writer.writeheader()
            writer.writerows({**row.to_dict(), "attempts": row.attempts} for row in rows)
        elif as_json:
            for row in rows:
                print_json(row.to_dict())
        else:
            _print_tables(journal, rows, path)
        journal.close()
    except JournalError as error:
        raise click.UsageError(f"{error}.") from None


def _print_tables(journal: Journal, rows: Iterable[JournalRow], path: Path) -> None:
    from bingx_spot.cli.reports import print_rows, summary_rows

    more = print_rows(rows, "", _SHOWN)
    if more:
        click.echo(f"... and {more:,} more; --csv and --json print all.\n")
    counts = journal.counts()
    title = f"{counts.total:,} order{'' if counts.total == 1 else 's'}"
    print_table(title, "cyan", {**summary_rows(counts, path), "details": None})
