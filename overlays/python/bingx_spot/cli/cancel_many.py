"""`bingx-spot cancel-many`: cancel many open orders."""

import json
import os
import sys
import time
from collections import Counter
from contextlib import closing, nullcontext, suppress
from io import BytesIO
from math import ceil
from pathlib import Path
from typing import BinaryIO, cast

import click

from bingx_spot.bulk.input_rows import BadRow, DuplicateRow, Rows
from bingx_spot.bulk.items import CANCEL
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError, NoOrders
from bingx_spot.bulk.journal_rows import DAMAGED
from bingx_spot.cli.connection import Connection, connection_options
from bingx_spot.cli.interruption import INTERRUPTED, Interruption, interruptible, signals_to
from bingx_spot.cli.output import plural, print_damaged, print_first, print_line
from bingx_spot.cli.reports import RunProgress, RunReport
from bingx_spot.client import BingxSpot
from bingx_spot.core.clock import format_duration
from bingx_spot.credentials import Credentials
from bingx_spot.exceptions import BulkRunAborted, CredentialsError
from bingx_spot.limits.rates import rate_limit
from bingx_spot_api.contract import Rate

_EPILOG = """\b
Examples:
  bingx-spot cancel-many --from orders.csv --journal orders.journal
  bingx-spot cancel-many --from orders.jsonl --dry-run
  my-bot --open-orders | bingx-spot cancel-many --from - --json
  bingx-spot cancel-many --open BTC-USDT --journal orders.journal
  bingx-spot cancel-many --journal orders.journal   goes on with the rest

\b
The rows:
  CSV    a header with symbol and orderId or clientOrderID, and optionally
         cancelRestrictions and recvWindow; other columns are ignored
  JSON   one object a line, or a list of them, with the same names
  ccxt   its orders, in either form: id and BTC/USDT

\b
The journal:
  It has on the disk, at any moment, which orders were begun and how each
  ended. The same command again goes on where the run stopped. It tries again
  every order whose outcome can change with time: all but cancelled, filled,
  already_canceled and failed. See "bingx-spot journal --help".
  A damaged row is named, and nothing is sent for it.

\b
Exit codes:
  0    every order was cancelled by this run; the exchange says so
  1    some were not; the summary says why
  2    wrong usage, a bad row, or no API key; nothing was sent
  3    of some it is unknown; the same command with its journal finds out,
       except for damaged rows
  130  interrupted: requests in flight were finished, nothing else was sent
"""


@click.command("cancel-many", epilog=_EPILOG)
@click.option(
    "--from",
    "source",
    type=click.File("rb"),
    metavar="FILE|-",
    help="The orders: CSV with a header, JSON Lines or a JSON list; - for standard input.",
)
@click.option(
    "--open",
    "pair",
    is_flag=False,
    flag_value="",
    metavar="[SYMBOL]",
    help="The orders: those that are open now, of a pair or of all pairs.",
)
@click.option(
    "--journal",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep in this file which orders were begun and how each ended; go on where the run stopped.",
)
@click.option("--skip-bad", is_flag=True, help="Leave out rows that cannot be sent, and cancel the others.")
@click.option("--dry-run", is_flag=True, help="Show what would be done and how long it takes; send nothing.")
@connection_options
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each order, as it ends.")
def command(
    source: BinaryIO | None,
    pair: str | None,
    path: Path | None,
    skip_bad: bool,
    dry_run: bool,
    connection: Connection,
) -> None:
    """Cancel many open orders, as fast as the exchange allows and no faster.

    Every row is checked before the first request; if one is bad, nothing is sent.
    """
    if source is not None and pair is not None:
        raise click.UsageError("--from and --open cannot be used together.")
    if source is None and pair is None and (path is None or not os.path.lexists(path)):
        text = "--from or --open is missing; only a run that goes on with its journal needs no rows."
        raise click.UsageError(text)
    with interruptible("Nothing was sent."):
        rows = None if source is None else Rows(source)
        if pair is not None and not _goes_on(path):
            rows = Rows(_open_orders(pair or None, connection), may_be_empty=True)
        if dry_run:
            _print_plan(path, rows, connection, skip_bad=skip_bad)
            return
        credentials, interruption = Credentials.from_env(), Interruption()
        was_empty = path is not None and os.path.lexists(path) and rows is not None
        with (
            signals_to(interruption),
            closing(Journal.temporary() if path is None else Journal.open(path)) as journal,
        ):
            resumed = not journal.is_new
            if was_empty and not resumed:
                print_line(f"{path} was empty: every order of the input is new to it.", err=True)
            problems = _fill(journal, rows, connection, credentials.api_key, skip_bad=skip_bad)
            journal.recover()
            report = RunReport(journal, connection.members(), path, connection.as_json, problems[BadRow])
            if resumed and journal.counts().unfinished and not connection.options.get("limits"):
                # The process before may have used up the limit in this second. Shared limits know.
                time.sleep(_limit(connection).seconds)
            with BingxSpot(credentials, **connection.options) as bingx:
                _cancel_all(bingx, report, interruption)
            code = report.print_summary(interrupted=interruption.happened)
    sys.exit(INTERRUPTED if interruption.happened else code)


def _limit(connection: Connection) -> Rate:
    # The contract limits cancels.
    return cast("Rate", rate_limit(CANCEL, connection.options.get("rate")))


def _goes_on(path: Path | None) -> bool:
    """Return whether a run of the open orders goes on with those of its journal, which may be more."""
    with closing(_earlier(path)) as journal:
        if journal.is_new:
            return False
        unfinished = journal.counts().unfinished
    if not unfinished:
        raise click.UsageError(f"{path} is finished; name a new journal for the orders that are open now.")
    print_line(f"{path} is not finished: the run goes on with its orders, not with a new list.", err=True)
    return True


def _earlier(path: Path | None) -> Journal:
    """Return the journal of an earlier run, only to be read; an empty one where there is none."""
    if path is not None and os.path.lexists(path):
        with suppress(NoOrders):
            return Journal.open_readonly(path)
    return Journal.temporary()


def _open_orders(symbol: str | None, connection: Connection) -> BinaryIO:
    """Return the open orders as JSON Lines; exit where they cannot be learnt."""
    with connection.client("Nothing was sent.") as bingx:
        orders = bingx.trade.open_orders(symbol=symbol).orders or []
    rows = (json.dumps({"symbol": order.symbol, "orderId": order.order_id}) for order in orders)
    return BytesIO("\n".join(rows).encode())


def _fill(
    journal: Journal, rows: Rows | None, connection: Connection, api_key: str, *, skip_bad: bool
) -> Counter[type[BadRow]]:
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


def _import_rows(
    journal: Journal, rows: Rows, connection: Connection, *, skip_bad: bool
) -> Counter[type[BadRow]]:
    """Import the rows, and print each one that is bad or names an order again."""
    problems: Counter[type[BadRow]] = Counter()
    for problem in journal.import_rows(rows):
        problems[type(problem)] += 1
        print_line(f"line {problem.line}: {problem.reason}", err=True)
    bad, duplicates = problems[BadRow], problems[DuplicateRow]
    if rows.ignored:
        print_line(f"Columns ignored: {', '.join(rows.ignored)}.", err=True)
    if duplicates:
        print_line(f"{plural(duplicates, 'duplicate row')}; each order is cancelled once.", err=True)
    _point_out_rounded(rows, connection)
    if bad and not skip_bad:
        text = f"{plural(bad, 'row')} cannot be sent, so nothing was sent. Fix the input, or use --skip-bad."
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
        text = f"Order ids that look rounded: {len(lines):,} of {rows.long_ids:,}"
        cause = "a spreadsheet, or a program that reads numbers as doubles, does that"
        command = connection.command("cancel", "SYMBOL", "ORDER_ID")
        fix = f"Take the ids from their source, as text. Is one of them right? Cancel it with: {command}"
        raise click.UsageError(f"{text}; {cause}. Nothing was sent. {fix}.")


def _print_plan(path: Path | None, rows: Rows | None, connection: Connection, *, skip_bad: bool) -> None:
    """Print what a run with these options would do; no journal is created or changed."""
    api_key = ""
    # A dry run needs no API key; one that is set must be that of the journal.
    with suppress(CredentialsError):
        api_key = Credentials.from_env().api_key
    with closing(_earlier(path)) as journal:
        problems = _fill(journal, rows, connection, api_key, skip_bad=skip_bad)
        counts = journal.counts()
    orders, in_doubt = counts.unfinished, counts.unknown
    done = counts.total() - orders - counts[DAMAGED]
    duplicates, bad = problems[DuplicateRow], problems[BadRow]
    # The first ones are sent at once.
    limit = _limit(connection)
    seconds = max(ceil(orders / limit.requests) - 1, 0) * limit.seconds
    per_second, url = limit.requests / limit.seconds, connection.environment.base_url + CANCEL.path
    plan = {"orders": orders, "inDoubt": in_doubt, "done": done, "duplicates": duplicates, "badRows": bad}
    members = {**plan, "seconds": seconds, "requestsPerSecond": per_second, "url": url}
    rows_shown = {
        "orders to cancel": f"{orders:,}",
        "of these in doubt": f"{in_doubt:,}: may be cancelled already; these are first" if in_doubt else None,
        "done already": f"{done:,}" if done else None,
        "duplicates": f"{duplicates:,}" if duplicates else None,
        "bad rows left out": f"{bad:,}" if bad else None,
        "time it takes": f"{format_duration(seconds)}, at {per_second:g} a second",
        "each request": f"POST {CANCEL.path}",
    }
    connection.show("Dry run: nothing was sent", "cyan", rows_shown, members)


def _cancel_all(bingx: BingxSpot, report: RunReport, interruption: Interruption) -> None:
    """Cancel until all is done, an error aborts the run, or a signal interrupts it."""
    unfinished = report.journal.counts().unfinished
    # No bar between the JSON lines of the same terminal.
    has_bar = sys.stderr.isatty() and not (report.as_json and sys.stdout.isatty())
    with bingx.cancel_orders(report.journal.pending()) as run:
        interruption.stop = run.stop
        progress = RunProgress(unfinished, run, report, interruption)
        with progress if has_bar else nullcontext():
            try:
                for result in run:
                    report.add(result)
                    progress.advance(progress.bar)
                    if report.problem:
                        run.stop()
            except (BulkRunAborted, JournalError) as error:
                report.problem = report.problem or str(error)
