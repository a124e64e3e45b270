"""Take in the orders of a run, and tell of each row that is not one."""

from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import click

from bingx_spot.bulk.input_rows import Rows
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import NoOrders
from bingx_spot.bulk.journal_rows import Duplicate
from bingx_spot.cli.output import duration, print_json, print_table
from bingx_spot.credentials import Credentials
from bingx_spot.exceptions import CredentialsError
from bingx_spot_api.contract import BY_ID


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


def show_plan(
    path: Path | None, rows: Rows | None, environment: str, *, skip_bad: bool, as_json: bool
) -> None:
    """Print what a run would do; nothing is sent, and no journal is made or changed.

    Args:
        path: Where the journal would be, or None.
        rows: The input, or None to look at what the journal has.
        environment: The origin that requests would go to.
        skip_bad: Whether rows that cannot be sent are left out.
        as_json: Whether it is for a program.

    Raises:
        UsageError: A row cannot be sent.
        JournalError: The journal cannot be used, or is another run's.
    """
    journal, api_key = _journal(path), _api_key()
    intake = Intake()
    if not journal.is_new and api_key:
        journal.check(environment, api_key)
    with journal.filling(environment, api_key) if journal.is_new else nullcontext():
        if rows is not None:
            intake = take_in(journal, rows, skip_bad=skip_bad)
    plan = _plan(journal, environment, intake)
    journal.close()
    if as_json:
        print_json(plan)
    else:
        print_table("Dry run: nothing was sent", "cyan", _in_words(plan))


def _journal(path: Path | None) -> Journal:
    """Return the journal to look at, or an empty one where there is none to go on with."""
    if path is not None and path.exists():
        with suppress(NoOrders):
            return Journal.reading(path)
    return Journal.temporary()


def _api_key() -> str:
    # A dry run needs no keys; where there are some, they must be those of the journal.
    try:
        return Credentials.from_env().api_key
    except CredentialsError:
        return ""


def _plan(journal: Journal, environment: str, intake: Intake) -> dict[str, object]:
    counts = journal.counts()
    due = counts.left + counts.unknown
    rate = BY_ID["cancelOrder"].uid_limit
    return {
        "orders": due,
        "inDoubt": counts.unknown,
        "done": counts.total - due,
        "duplicates": intake.duplicates,
        "badRows": intake.bad,
        # The first ones go at once.
        "seconds": max(ceil(due / rate.requests) - 1, 0) * rate.seconds if rate else None,
        "requestsPerSecond": rate.requests / rate.seconds if rate else None,
        "url": environment + BY_ID["cancelOrder"].path,
    }


def _in_words(plan: Mapping[str, object]) -> dict[str, object]:
    seconds, rate = plan["seconds"], plan["requestsPerSecond"]
    doubt = f"{plan['inDoubt']:,}: perhaps cancelled already, and asked for first"
    return {
        "orders to cancel": f"{plan['orders']:,}",
        "of these in doubt": doubt if plan["inDoubt"] else None,
        "done already": f"{plan['done']:,}" if plan["done"] else None,
        "named again": f"{plan['duplicates']:,}" if plan["duplicates"] else None,
        "bad rows left out": f"{plan['badRows']:,}" if plan["badRows"] else None,
        "time it takes": f"{duration(float(str(seconds)))}, at {rate:g} a second",
        "each one": f"POST {plan['url']}",
    }
