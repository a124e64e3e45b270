"""`bingx-spot journal`: show the journal of a `cancel-many` run."""

import csv
import re
import sys
from contextlib import closing
from pathlib import Path

import click

from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalDamaged
from bingx_spot.bulk.journal_rows import COLUMNS, OUTCOMES
from bingx_spot.cli import output
from bingx_spot.environments import environment_name
from bingx_spot.visible_text import visible

_EPILOG = """\b
Examples:
  bingx-spot journal orders.journal
  bingx-spot journal orders.journal --outcome unknown --outcome still_open
  bingx-spot journal orders.journal --csv > orders.csv
  bingx-spot journal orders.journal --check

\b
Outcomes; all but the first four and damaged can change, and the run tries
them again:
%s

It can be read while a run uses it.

\b
Exit codes:
  0    it was read, and is sound
  2    wrong usage, or no journal
  4    it is damaged: rows fail their checksum or are missing
"""
_OUTCOME_LINES = "\n".join(f"  {outcome:<17} {meaning}" for outcome, meaning in OUTCOMES.items())

# How a formula begins in a spreadsheet, full-width forms included; white space before it is skipped.
_FORMULA_MARKS = tuple("=+-@\t\r\n\uff1d\uff0b\uff0d\uff20")
_NUMBER = re.compile(r"[-+]?[0-9]+(\.[0-9]+)?")
# More rows than a person reads.
_SHOWN = 100
_ROW_ADVICE = "Query the orders of these lines, and cancel them from a new input and journal."
_ADVICE = (
    "No run goes on with it. Keep it; --csv prints its sound rows. Put the orders that are\n"
    "not done, and those that are missing, into a new input with a new journal."
)


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
@click.option("--check", is_flag=True, help="Check the file and every row; print what is wrong.")
@output.usage_errors()
def command(path: Path, outcomes: tuple[str, ...], as_csv: bool, as_json: bool, check: bool) -> None:
    """Show the journal of a cancel-many run: which orders were begun, and how each ended."""
    if as_csv + as_json + check > 1:
        raise click.UsageError("--csv, --json and --check exclude each other.")
    try:
        with closing(Journal.open_readonly(path)) as journal:
            problem, damaged = journal.inspect(), journal.damaged_lines()
            if not check:
                _print_rows(journal, path, outcomes, as_csv=as_csv, as_json=as_json)
            elif not problem and not damaged:
                output.print_line(f"{path} is sound: {output.plural(journal.counts().total(), 'order')}.")
    except JournalDamaged as error:
        problem, damaged = error.problem, []
    output.print_damaged(damaged)
    if problem:
        output.print_line(f"{path} is damaged: {problem}.", err=True)
    if problem or damaged:
        for line in (_ADVICE if problem else _ROW_ADVICE).splitlines():
            output.print_line(line, err=True)
        sys.exit(output.DAMAGED)


def _print_rows(
    journal: Journal, path: Path, outcomes: tuple[str, ...], *, as_csv: bool, as_json: bool
) -> None:
    rows, host = journal.rows(outcomes or OUTCOMES), journal.environment()
    where = {"environment": environment_name(host), "host": host} if host else {}
    if as_csv:
        writer = csv.DictWriter(sys.stdout, list(COLUMNS), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            cells = {**row.to_dict(), "attempts": row.attempts}
            writer.writerow({name: _csv_cell(value) for name, value in cells.items()})
    elif as_json:
        for row in rows:
            output.print_json({**row.to_dict(), **where})
    else:
        from bingx_spot.cli.reports import print_rows, summary_rows

        if more := print_rows(rows, "", _SHOWN):
            output.print_line(f"... and {more:,} more; --csv and --json print all.")
            output.print_line()
        counts = journal.counts()
        summary = {**output.distinct(where), **summary_rows(counts, path), "details": None}
        output.print_table(output.plural(counts.total(), "order"), "cyan", summary)


def _csv_cell(value: object) -> object:
    """Return a value for CSV: text that a spreadsheet would run as a formula gets a quote before it."""
    if not isinstance(value, str):
        return value
    shown = visible(value)
    return f"'{shown}" if value[:1] in _FORMULA_MARKS and not _NUMBER.fullmatch(value) else shown
