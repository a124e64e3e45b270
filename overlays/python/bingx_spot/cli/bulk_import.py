"""Import of the orders of `bingx-spot cancel-many` into a journal, and the plan that a dry run prints."""

import os
from collections import Counter
from contextlib import closing, nullcontext, suppress
from math import ceil
from pathlib import Path
from typing import cast

import click

from bingx_spot.bulk.input_rows import Rows
from bingx_spot.bulk.items import CANCEL
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import NoOrders
from bingx_spot.bulk.journal_rows import DuplicateRow, LostRow
from bingx_spot.cli.connection import Connection
from bingx_spot.cli.output import plural, print_damaged, print_first, print_json, print_line, print_table
from bingx_spot.core.clock import format_duration
from bingx_spot.credentials import Credentials
from bingx_spot.exceptions import CredentialsError
from bingx_spot.limits.rates import rate_limit
from bingx_spot_api.contract import Rate


def goes_on(path: Path | None) -> bool:
    """Return whether a run of the open orders goes on with those of its journal: the list of now is shorter.

    Raises:
        UsageError: The journal is finished.
        JournalError: The journal cannot be used.
    """
    if path is None or not os.path.lexists(path):
        return False
    try:
        with closing(Journal.open_readonly(path)) as journal:
            unfinished = journal.counts().unfinished
    except NoOrders:
        return False
    if not unfinished:
        raise click.UsageError(f"{path} is finished; name a new journal for the orders that are open now.")
    print_line(f"{path} is not finished: the run goes on with its orders, not with a new list.", err=True)
    return True


def open_journal(
    path: Path | None, rows: Rows | None, connection: Connection, api_key: str, *, skip_bad: bool
) -> Journal:
    """Open the journal of a run with its orders, after a check of each row.

    Raises:
        UsageError: A row cannot be sent.
        JournalError: The journal cannot be used, or belongs to another run.
    """
    existed = path is not None and path.exists()
    journal = Journal.temporary() if path is None else Journal.open(path)
    is_new = journal.is_new
    if is_new and existed and rows is not None:
        print_line(f"{path} was empty: every order of the input is new to it.", err=True)
    try:
        _fill(journal, rows, connection, api_key, skip_bad=skip_bad)
    except BaseException:
        journal.close(discard=is_new)
        raise
    return journal


def _fill(
    journal: Journal, rows: Rows | None, connection: Connection, api_key: str, *, skip_bad: bool
) -> Counter[str]:
    """Import the rows, or compare them with the journal; return how many are bad and how many duplicates."""
    environment = connection.environment.base_url
    if journal.is_new and rows is None:
        raise click.UsageError("The journal holds no orders; give them with --from.")
    if not journal.is_new:
        journal.check()
        print_damaged(journal.damaged_lines())
        if api_key:
            journal.check_owner(environment, api_key)
    with journal.create(environment, api_key) if journal.is_new else nullcontext():
        return Counter() if rows is None else _import_rows(journal, rows, connection, skip_bad=skip_bad)


def _import_rows(journal: Journal, rows: Rows, connection: Connection, *, skip_bad: bool) -> Counter[str]:
    """Import the rows, and print each one that is bad or names an order again."""
    problems: Counter[str] = Counter()
    for problem in journal.import_rows(rows):
        if isinstance(problem, DuplicateRow):
            problems["duplicates"] += 1
            print_line(f"line {problem.line}: duplicate of line {problem.first}", err=True)
        elif isinstance(problem, LostRow):
            reason = "the journal's row of it is damaged; nothing is sent for its order"
            print_line(f"line {problem.line}: {reason}", err=True)
        else:
            problems["bad"] += 1
            print_line(f"line {problem.line}: {problem.reason}", err=True)
    bad, duplicates = problems["bad"], problems["duplicates"]
    if rows.ignored:
        print_line(f"Columns ignored: {', '.join(rows.ignored)}.", err=True)
    if duplicates:
        print_line(f"{plural(duplicates, 'duplicate row')}; each order is cancelled once.", err=True)
    _point_out_rounded(rows, connection)
    if bad and not skip_bad:
        text = f"{plural(bad, 'row')} cannot be sent, so nothing was sent. Fix them, or use --skip-bad."
        raise click.UsageError(text)
    if bad:
        print_line(f"{plural(bad, 'row')} left out.", err=True)
    return problems


def _point_out_rounded(rows: Rows, connection: Connection) -> None:
    """Name the order ids that look rounded; raise a usage error where there are more than chance explains."""
    lines = rows.rounded
    seen = "orderId ends in zeros beyond its 16th digit, as if it was rounded"
    print_first([f"line {line}: {seen}" for line in lines])
    # Of true ids one in a thousand ends so: one is no surprise, unless it is the only id.
    if lines and (len(lines) > 1 or rows.long_ids == 1) and len(lines) * 20 > rows.long_ids:
        text = f"{plural(len(lines), 'order id')} of {rows.long_ids:,} must have been rounded"
        cause = "a spreadsheet, or a program that reads numbers as doubles, does that"
        command = connection.command("cancel", "SYMBOL", "ORDER_ID")
        fix = f"Take the ids from their source, as text; cancel a true one of these with: {command}"
        raise click.UsageError(f"{text}; {cause}. Nothing was sent. {fix}.")


def print_plan(
    path: Path | None, rows: Rows | None, connection: Connection, *, skip_bad: bool, as_json: bool
) -> None:
    """Print what a run with these options would do; no journal is created or changed.

    Raises:
        UsageError: A row cannot be sent.
        JournalError: The journal cannot be used, or belongs to another run.
    """
    journal = Journal.temporary()
    if path is not None and os.path.lexists(path):
        with suppress(NoOrders):
            journal = Journal.open_readonly(path)
    api_key = ""
    # A dry run needs no API key; one that is set must be that of the journal.
    with suppress(CredentialsError):
        api_key = Credentials.from_env().api_key
    problems = _fill(journal, rows, connection, api_key, skip_bad=skip_bad)
    counts = journal.counts()
    journal.close()
    orders, in_doubt = counts.unfinished, counts.unknown
    done = counts.total - orders - counts.damaged
    duplicates, bad = problems["duplicates"], problems["bad"]
    # The contract limits cancels. The first ones are sent at once.
    limit = cast("Rate", rate_limit(CANCEL, connection.options.get("rate")))
    seconds = max(ceil(orders / limit.requests) - 1, 0) * limit.seconds
    per_second, url = limit.requests / limit.seconds, connection.environment.base_url + CANCEL.path
    if as_json:
        plan = {"orders": orders, "inDoubt": in_doubt, "done": done, "duplicates": duplicates, "badRows": bad}
        print_json(
            {**connection.members(), **plan, "seconds": seconds, "requestsPerSecond": per_second, "url": url}
        )
        return
    labelled = {
        **connection.members(),
        "orders to cancel": f"{orders:,}",
        "of these in doubt": f"{in_doubt:,}: may be cancelled already; these are first" if in_doubt else None,
        "done already": f"{done:,}" if done else None,
        "duplicates": f"{duplicates:,}" if duplicates else None,
        "bad rows left out": f"{bad:,}" if bad else None,
        "time it takes": f"{format_duration(seconds)}, at {per_second:g} a second",
        "each request": f"POST {CANCEL.path}",
    }
    print_table("Dry run: nothing was sent", "cyan", labelled)
