"""`bingx-spot cancel-many`: cancel many open orders."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

import click

from bingx_spot.bulk.input_rows import InputFormat, Rows
from bingx_spot.bulk.items import WIRE_NAMES
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.cli.bulk_import import goes_on, open_journal, print_plan
from bingx_spot.cli.connection import Connection, connection_options
from bingx_spot.cli.interruption import INTERRUPTED, Interruption, signals_to
from bingx_spot.cli.output import OPTION_NAMES, usage_errors
from bingx_spot.cli.reports import RunProgress, RunReport
from bingx_spot.client import BingxSpot
from bingx_spot.credentials import Credentials
from bingx_spot.exceptions import BulkRunAborted

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
  0    every order is cancelled; the exchange says so
  1    some are not; the summary says why
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
    "--format",
    "input_format",
    type=click.Choice(["csv", "jsonl"]),
    help="Their format, where the first character does not show it.",
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
    input_format: InputFormat | None,
    path: Path | None,
    skip_bad: bool,
    dry_run: bool,
    connection: Connection,
    as_json: bool,
) -> None:
    """Cancel many open orders, as fast as the exchange allows and no faster.

    Every row is checked before the first request; if one is bad, nothing is sent.
    """
    if source is not None and pair is not None:
        raise click.UsageError("--from and --open cannot be used together.")
    if source is None and pair is None and (path is None or not path.exists()):
        text = "--from or --open is missing; only a run that goes on with its journal needs no rows."
        raise click.UsageError(text)
    with _usage_errors():
        if pair is not None and not goes_on(path):
            source, input_format = _open_rows(pair or None, connection), "jsonl"
        rows = None if source is None else Rows(source, input_format)
        if dry_run:
            print_plan(path, rows, connection, skip_bad=skip_bad, as_json=as_json)
            return
        credentials = Credentials.from_env()
        interruption = Interruption()
        with signals_to(interruption):
            journal = open_journal(path, rows, connection, credentials.api_key, skip_bad=skip_bad)
            try:
                journal.recover()
                report = RunReport(journal, connection.members(), path, as_json)
                with BingxSpot(credentials, **connection.options) as bingx:
                    _cancel_all(bingx, report, interruption)
                code = report.print_summary(interrupted=interruption.happened)
            finally:
                journal.close()
    sys.exit(INTERRUPTED if interruption.happened else code)


def _open_rows(symbol: str | None, connection: Connection) -> BinaryIO:
    """Return the open orders as rows; exit where they cannot be learnt."""
    with connection.printing_errors(), BingxSpot.from_env(**connection.options) as bingx:
        orders = bingx.trade.open_orders(symbol=symbol).orders or []
    rows = (json.dumps({"symbol": order.symbol, "orderId": order.order_id}) for order in orders)
    return BytesIO("\n".join(rows).encode())


def _cancel_all(bingx: BingxSpot, report: RunReport, interruption: Interruption) -> None:
    """Cancel until all is done, an error aborts the run, or a signal interrupts it."""
    unfinished = report.journal.counts().unfinished
    # No bar between the JSON lines of the same terminal.
    has_bar = sys.stderr.isatty() and not (report.as_json and sys.stdout.isatty())
    with bingx.cancel_orders(report.journal.pending()) as run:
        interruption.stop = run.stop
        progress = RunProgress(unfinished, run, report.outcomes, lambda: interruption.happened)
        with progress if has_bar else nullcontext():
            try:
                for result in run:
                    report.add(result)
                    progress.count()
                    if report.problem:
                        run.stop()
            except (BulkRunAborted, JournalError) as error:
                report.problem = report.problem or str(error)


@contextmanager
def _usage_errors() -> Iterator[None]:
    """Translate errors before a request is sent into click's usage errors."""
    try:
        # In a row, fields have the API's names.
        with usage_errors({**OPTION_NAMES, **WIRE_NAMES}):
            yield
    except JournalError as error:
        raise click.UsageError(f"{error}.") from None
    except KeyboardInterrupt:
        click.echo("Interrupted: nothing was sent.", err=True)
        sys.exit(INTERRUPTED)
