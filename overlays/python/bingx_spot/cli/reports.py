"""Tables about many orders: the summary of a bulk run, and the rows of a journal."""

from collections import Counter
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import click

from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import IN_FLIGHT, OUTCOMES, WAITING, Counts, JournalRow
from bingx_spot.bulk.result import CancelOutcome, CancelResult
from bingx_spot.cli.output import EXIT_CODES, UNKNOWN, ignore_closed_output, print_table

_STYLES = {
    CancelOutcome.CANCELLED: "green",
    CancelOutcome.STILL_OPEN: "red",
    CancelOutcome.UNAFFECTED: "red",
    CancelOutcome.UNKNOWN: "magenta",
    IN_FLIGHT: "magenta",
    WAITING: "default",
}
# What each outcome means, beside its number.
_MEANINGS = {
    CancelOutcome.FILLED: "nothing was left to cancel",
    CancelOutcome.ALREADY_CANCELED: "cancelled before",
    CancelOutcome.FAILED: "failed or expired; nothing was left to cancel",
    CancelOutcome.NOT_OPEN: "not open; their state could not be learnt",
    CancelOutcome.NOT_FOUND: "the exchange finds no such order by this id",
    CancelOutcome.STILL_OPEN: "open; not cancelled",
    CancelOutcome.UNAFFECTED: "rejected or not sent; not cancelled",
    CancelOutcome.UNKNOWN: "may be cancelled",
    IN_FLIGHT: "may be cancelled; a request is in flight, or was when the run was killed",
    WAITING: "nothing was sent yet",
}
# How many orders that are not cancelled the summary of a run shows.
_SHOWN = 20
_NOT_CANCELLED = tuple(word for word in OUTCOMES if word not in (CancelOutcome.CANCELLED, WAITING))


@dataclass(slots=True)
class RunReport:
    """What the summary of a bulk run needs beside its journal.

    Attributes:
        as_json: Whether the results were printed as JSON.
        outcomes: How many orders ended with which outcome.
        unrecorded: Results that the journal could not record.
        problem: Why the run ended early, or empty.
        output_closed: Whether standard output cannot be written any more.
    """

    as_json: bool
    outcomes: Counter[str]
    unrecorded: list[CancelResult]
    problem: str = ""
    output_closed: bool = False


def print_run(report: RunReport, journal: Journal, path: Path | None) -> int:
    """Print the summary of a run, and return its exit code.

    Args:
        report: About the run.
        journal: The journal of the run.
        path: The journal's file, or None where it ends with the process.
    """
    try:
        counts = journal.counts()
    except JournalError:
        # The report has the error already; the results of this run are known at least.
        counts = Counts(report.outcomes)
    with ignore_closed_output():
        _print_summary(report, journal, counts, path)
    if counts.unknown:
        return UNKNOWN
    all_cancelled = counts.cancelled == counts.total and not report.problem
    return 0 if all_cancelled else EXIT_CODES[CancelOutcome.UNAFFECTED]


def _print_summary(report: RunReport, journal: Journal, counts: Counts, path: Path | None) -> None:
    for result in report.unrecorded:
        request = result.request
        named = "" if request is None else f"{request.symbol} {request.order_id or request.client_order_id}"
        click.echo(f"Not in the journal: {named}: {result.outcome}", err=True)
    if report.problem:
        click.echo(f"The run ended early: {report.problem}", err=True)
    if not report.as_json:
        with suppress(JournalError):
            more = print_rows(journal.rows(_NOT_CANCELLED), "Not cancelled", _SHOWN)
            if more:
                where = "--journal or --json shows" if path is None else "the journal shows"
                click.echo(f"... and {more:,} more, which {where}.\n")
    done = counts.cancelled == counts.total
    title, style = ("Cancelled", "green") if done else ("Not every order is cancelled", "yellow")
    print_table(title, style, summary_rows(counts, path), stderr=report.as_json)


def summary_rows(counts: Counts, path: Path | None) -> dict[str, object]:
    """Return the rows of the table that summarizes a journal.

    Args:
        counts: The numbers of orders by outcome.
        path: The journal's file, or None where there is none.
    """
    rows: dict[str, object] = {"cancelled": f"{counts.cancelled:,}"}
    for outcome, meaning in _MEANINGS.items():
        if number := counts.outcomes[outcome]:
            rows[outcome] = f"{number:,}: {meaning}"
    if maybe := counts.maybe_cancelled_by_us:
        rows["of these"] = f"{maybe:,} maybe cancelled by this run, by a request before it was killed"
    if again := counts.pending + counts.unknown:
        how = "query them, or run again" if path is None else "the same command again tries these again"
        rows["unfinished"] = f"{again:,}: {how}"
    rows["details"] = None if path is None else f"bingx-spot journal {path}"
    return rows


def print_rows(rows: Iterable[JournalRow], title: str, longest: int) -> int:
    """Print a table of orders, and return how many more there are.

    Args:
        rows: The orders.
        title: The title of the table.
        longest: How many orders to print.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    iterator = iter(rows)
    table = Table(title=title, title_style="bold", title_justify="left")
    for heading, justify in (("line", "right"), ("symbol", "left"), ("order", "left"), ("outcome", "left")):
        table.add_column(heading, justify=justify, overflow="fold")  # type: ignore[arg-type]
    table.add_column("why", overflow="fold", ratio=1)
    for row in islice(iterator, longest):
        named = str(row.order_id or row.client_order_id)
        outcome = f"[{_STYLES.get(row.outcome, 'yellow')}]{row.outcome}[/]"
        table.add_row(str(row.line), escape(row.symbol), escape(named), outcome, escape(_reason(row)))
    if table.row_count:
        Console(highlight=False).print(table)
    return sum(1 for _ in iterator)


def _reason(row: JournalRow) -> str:
    """Return why a row has its outcome, in a few words."""
    maybe = "maybe cancelled by this run before it was killed" if row.maybe_cancelled_by_us else ""
    said = f"{row.message or ''}{f' (code {row.code})' if row.code else ''}".strip()
    # A final outcome and the order's status say it all.
    needs_text = row.outcome not in (
        CancelOutcome.CANCELLED,
        CancelOutcome.FILLED,
        CancelOutcome.ALREADY_CANCELED,
    )
    parts = (row.order_status, maybe, said if needs_text else "")
    return "; ".join(part for part in parts if part)
