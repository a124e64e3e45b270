"""Import of the orders of `bingx-spot cancel-many` into a journal, and the plan that a dry run prints."""

from collections.abc import Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path

import click

from bingx_spot.bulk.input_rows import Rows
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import NoOrders
from bingx_spot.bulk.journal_rows import DuplicateRow
from bingx_spot.cli.output import format_duration, print_json, print_table
from bingx_spot.credentials import Credentials
from bingx_spot.exceptions import CredentialsError
from bingx_spot.limits.rates import RateOption, rate_limit
from bingx_spot_api.contract import BY_ID, Rate


@dataclass(frozen=True, slots=True)
class ImportSummary:
    """Rows that are not orders of the run.

    Attributes:
        bad: How many cannot be sent.
        duplicates: How many name an order again.
    """

    bad: int = 0
    duplicates: int = 0


def open_journal(
    path: Path | None, rows: Rows | None, environment: str, api_key: str, *, skip_bad: bool
) -> Journal:
    """Open the journal of a run, with its orders; each row is checked.

    Args:
        path: The journal's file, or None for a journal that ends with the process.
        rows: The input, or None to go on with the orders of the journal.
        environment: The base URL that requests are sent to.
        api_key: The account.
        skip_bad: Whether rows that cannot be sent are left out.

    Raises:
        UsageError: A row cannot be sent.
        JournalError: The journal cannot be used, or belongs to another run.
    """
    journal = Journal.temporary() if path is None else Journal.open(path)
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
        journal.check_owner(environment, api_key)
    with journal.create(environment, api_key) if journal.is_new else nullcontext():
        if rows is not None:
            import_rows(journal, rows, skip_bad=skip_bad)


def import_rows(journal: Journal, rows: Rows, *, skip_bad: bool) -> ImportSummary:
    """Import the rows into the journal, and print each one that is bad or names an order again.

    Args:
        journal: The journal.
        rows: The input.
        skip_bad: Whether rows that cannot be sent are left out.

    Raises:
        UsageError: A row cannot be sent; all such rows were printed.
        JournalError: The rows cannot be written, or belong to another run.
    """
    bad = duplicates = 0
    for problem in journal.import_rows(rows):
        if isinstance(problem, DuplicateRow):
            duplicates += 1
            click.echo(f"line {problem.line}: names the order of line {problem.first} again", err=True)
        else:
            bad += 1
            click.echo(f"line {problem.line}: {problem.reason}", err=True)
    if rows.ignored:
        click.echo(f"Columns ignored: {', '.join(rows.ignored)}.", err=True)
    if duplicates:
        click.echo(f"{_plural(duplicates, 'duplicate row')}; each order is cancelled once.", err=True)
    if bad and not skip_bad:
        text = f"{_plural(bad, 'row')} cannot be sent, so nothing was sent. Fix them, or use --skip-bad."
        raise click.UsageError(text)
    if bad:
        click.echo(f"{_plural(bad, 'row')} left out.", err=True)
    return ImportSummary(bad, duplicates)


def _plural(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def print_plan(
    path: Path | None,
    rows: Rows | None,
    environment: str,
    *,
    rate: RateOption,
    skip_bad: bool,
    as_json: bool,
) -> None:
    """Print what a run would do; nothing is sent, and no journal is created or changed.

    Args:
        path: The journal's file, or None.
        rows: The input, or None for the orders of the journal.
        environment: The base URL that requests would be sent to.
        rate: How fast a run would cancel; None for the documented rate.
        skip_bad: Whether rows that cannot be sent are left out.
        as_json: Whether to print JSON.

    Raises:
        UsageError: A row cannot be sent.
        JournalError: The journal cannot be used, or belongs to another run.
    """
    journal, api_key = _open_for_plan(path), _api_key()
    if not journal.is_new and api_key:
        journal.check_owner(environment, api_key)
    summary = ImportSummary()
    with journal.create(environment, api_key) if journal.is_new else nullcontext():
        if rows is not None:
            summary = import_rows(journal, rows, skip_bad=skip_bad)
    plan = _plan(journal, environment, summary, rate_limit(BY_ID["cancelOrder"], rate))
    journal.close()
    if as_json:
        print_json(plan)
    else:
        print_table("Dry run: nothing was sent", "cyan", _plan_rows(plan))


def _open_for_plan(path: Path | None) -> Journal:
    """Open the existing journal to read it, or a temporary one."""
    if path is not None and path.exists():
        with suppress(NoOrders):
            return Journal.open_readonly(path)
    return Journal.temporary()


def _api_key() -> str:
    # A dry run needs no API key; one that is set must be that of the journal.
    try:
        return Credentials.from_env().api_key
    except CredentialsError:
        return ""


def _plan(journal: Journal, environment: str, summary: ImportSummary, rate: Rate | None) -> dict[str, object]:
    counts = journal.counts()
    orders = counts.pending + counts.unknown
    return {
        "orders": orders,
        "inDoubt": counts.unknown,
        "done": counts.total - orders,
        "duplicates": summary.duplicates,
        "badRows": summary.bad,
        # The first ones are sent at once.
        "seconds": max(ceil(orders / rate.requests) - 1, 0) * rate.seconds if rate else None,
        "requestsPerSecond": rate.requests / rate.seconds if rate else None,
        "url": environment + BY_ID["cancelOrder"].path,
    }


def _plan_rows(plan: Mapping[str, object]) -> dict[str, object]:
    seconds, rate = plan["seconds"], plan["requestsPerSecond"]
    in_doubt = f"{plan['inDoubt']:,}: may be cancelled already; these are first"
    return {
        "orders to cancel": f"{plan['orders']:,}",
        "of these in doubt": in_doubt if plan["inDoubt"] else None,
        "done already": f"{plan['done']:,}" if plan["done"] else None,
        "duplicates": f"{plan['duplicates']:,}" if plan["duplicates"] else None,
        "bad rows left out": f"{plan['badRows']:,}" if plan["badRows"] else None,
        "time it takes": f"{format_duration(float(str(seconds)))}, at {rate:g} a second",
        "each request": f"POST {plan['url']}",
    }
