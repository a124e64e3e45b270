"""`bingx-spot cancel-many`: cancel many open orders."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import click

from bingx_spot._base_client import with_environment
from bingx_spot.bulk.input_rows import Form, Rows
from bingx_spot.bulk.items import on_the_wire
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.cli.bulk_plan import open_journal, show_plan
from bingx_spot.cli.bulk_run import ManyRun
from bingx_spot.cli.cancel import environment_option
from bingx_spot.cli.output import INTERRUPTED, Interruption, in_options
from bingx_spot.cli.reports import show_end
from bingx_spot.client import BingxSpot
from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment
from bingx_spot.exceptions import CredentialsError, InvalidInput

_EPILOG = """\b
Examples:
  bingx-spot cancel-many --from orders.csv --journal orders.journal
  bingx-spot cancel-many --from orders.jsonl --dry-run
  my-bot --open-orders | bingx-spot cancel-many --from - --json
  bingx-spot cancel-many --journal orders.journal   goes on with what is left

\b
The rows:
  CSV    a header with symbol and orderId or clientOrderID, and if you like
         cancelRestrictions and recvWindow; other columns are left unread
  JSON   one object a line, with the same names

\b
The journal:
  What was asked and how each order ended is on the disk at any moment. The
  same command again goes on where it stopped. It asks again only for orders
  that may be cancelled without anybody knowing, or that were never reached.

\b
Exit codes:
  0    every order is cancelled; the exchange says so
  1    some are not: filled, cancelled earlier, refused, or not reached
  2    the command or a row is not right, or no keys; nothing was sent
  3    of some nobody knows; the same command with its journal finds out
  130  interrupted: what was out was finished, the rest is untouched
"""


@click.command("cancel-many", epilog=_EPILOG)
@click.option(
    "--from",
    "source",
    type=click.File("rb"),
    metavar="FILE|-",
    help="The orders: CSV with a header, or JSON Lines; - for standard input.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(["csv", "jsonl"]),
    help="What they are, where their first character would mislead.",
)
@click.option(
    "--journal",
    "path",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Keep in this file what was asked and how each order ended; go on where it stopped.",
)
@click.option("--skip-bad", is_flag=True, help="Cancel the others where some rows cannot be sent.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and how long it takes; send nothing.")
@environment_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each order, as it is known.")
def command(
    source: BinaryIO | None,
    form: Form | None,
    path: Path | None,
    skip_bad: bool,
    dry_run: bool,
    environment: str,
    as_json: bool,
) -> None:
    """Cancel many open orders, as fast as the exchange allows and no faster.

    Each row is looked at before the first request; where one is bad, nothing is sent.
    """
    if source is None and (path is None or not path.exists()):
        raise click.UsageError("--from is missing; only a run that goes on with its journal needs no rows.")
    rows = None if source is None else Rows(source, form)
    with _told():
        origin = Environment.parse(environment).base_url
        if dry_run:
            show_plan(path, rows, origin, skip_bad=skip_bad, as_json=as_json)
            return
        credentials = Credentials.from_env()
        with Interruption() as interruption:
            journal = open_journal(path, rows, origin, credentials.api_key, skip_bad=skip_bad)
            try:
                journal.recover()
                run = ManyRun(journal, as_json=as_json)
                with BingxSpot(credentials, **with_environment({"environment": environment})) as bingx:
                    run.through(bingx, interruption)
                code = show_end(run, path)
            finally:
                journal.close()
    sys.exit(INTERRUPTED if interruption.happened else code)


@contextmanager
def _told() -> Iterator[None]:
    """Say in the words of the options why nothing was sent."""
    try:
        yield
    except InvalidInput as problem:
        named = in_options(problem) if problem.field == "environment" else f"{on_the_wire(problem)}."
        raise click.UsageError(named) from None
    except (CredentialsError, JournalError) as problem:
        raise click.UsageError(f"{problem}.") from None
    except KeyboardInterrupt:
        click.echo("Interrupted: nothing was sent.", err=True)
        sys.exit(INTERRUPTED)
