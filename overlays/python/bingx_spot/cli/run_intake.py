"""Take in the orders of a run, and tell of each row that is not one."""

from contextlib import nullcontext
from dataclasses import dataclass
from pathlib import Path

import click

from bingx_spot.bulk.intake import Duplicate
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.rows import Rows


@dataclass(slots=True)
class Intake:
    """Count the rows that are no orders of the run.

    Attributes:
        bad: How many cannot be sent.
        duplicates: How many name an order again.
    """

    bad: int = 0
    duplicates: int = 0


def open_journal(
    path: Path | None, rows: Rows | None, environment: str, api_key: str, *, skip_bad: bool
) -> Journal:
    """Return the journal with the orders of the run, each row looked at.

    Args:
        path: Where the journal is, or None for one that goes with the process.
        rows: The input, or None to go on with what the journal has.
        environment: The origin that requests go to.
        api_key: Whose orders they are.
        skip_bad: Whether rows that cannot be sent are left out.

    Raises:
        UsageError: A row cannot be sent.
        JournalError: The journal cannot be used, or is another run's.
    """
    journal = Journal.temporary() if path is None else Journal.at(path)
    is_new = journal.is_new
    try:
        _fill(journal, rows, environment, api_key, skip_bad=skip_bad)
    except BaseException:
        journal.close(discard=is_new)
        raise
    return journal


def _fill(journal: Journal, rows: Rows | None, environment: str, api_key: str, *, skip_bad: bool) -> None:
    if journal.is_new and rows is None:
        raise click.UsageError("The journal holds no orders; give them with --from.")
    if not journal.is_new:
        journal.check(environment, api_key)
    with journal.filling(environment, api_key) if journal.is_new else nullcontext():
        if rows is not None:
            take_in(journal, rows, skip_bad=skip_bad)


def take_in(journal: Journal, rows: Rows, *, skip_bad: bool) -> Intake:
    """Take the rows into the journal, and tell of each that is bad or names an order again.

    Args:
        journal: Where they go.
        rows: The input.
        skip_bad: Whether rows that cannot be sent are left out.

    Raises:
        UsageError: A row cannot be sent; all of them were told.
        JournalError: They cannot be written, or are another run's.
    """
    intake = Intake()
    for problem in journal.take_in(rows):
        if isinstance(problem, Duplicate):
            intake.duplicates += 1
            click.echo(f"line {problem.line}: names the order of line {problem.first} again", err=True)
        else:
            intake.bad += 1
            click.echo(f"line {problem.line}: {problem.reason}", err=True)
    _tell(intake, rows, skip_bad=skip_bad)
    return intake


def _tell(intake: Intake, rows: Rows, *, skip_bad: bool) -> None:
    if rows.unread:
        click.echo(f"Not read: {', '.join(rows.unread)}.", err=True)
    if intake.duplicates:
        click.echo(f"{_named(intake.duplicates, 'row')} again; each order is cancelled once.", err=True)
    if intake.bad and not skip_bad:
        named = _named(intake.bad, "row")
        raise click.UsageError(f"{named} cannot be sent, so nothing was. --skip-bad would leave them out.")
    if intake.bad:
        click.echo(f"{_named(intake.bad, 'row')} left out.", err=True)


def _named(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
