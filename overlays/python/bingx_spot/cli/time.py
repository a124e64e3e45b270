"""`bingx-spot time`: print the exchange's time and the offset of this machine's clock."""

import sys
from datetime import UTC, datetime

import click

from bingx_spot.bulk.result import CancelOutcome
from bingx_spot.cli.connection import Connection, connection_options
from bingx_spot.cli.output import (
    EXIT_CODES,
    interruptible,
    json_option,
    print_error,
    print_json,
    print_table,
    usage_errors,
)
from bingx_spot.doctor.check_exchange import measure_time
from bingx_spot.exceptions import CallError

_EPILOG = """\b
Examples:
  bingx-spot time
  bingx-spot time --env vst --json

It needs no API key.

\b
Exit codes:
  0    the time is shown
  2    wrong usage
  3    the exchange did not say its time
"""


@click.command("time", epilog=_EPILOG)
@connection_options
@json_option
def command(connection: Connection, as_json: bool) -> None:
    """Print the exchange's time and the offset of this machine's clock."""
    with usage_errors(), interruptible("Nothing was changed."):
        try:
            server_time, offset = measure_time(connection.options)
        except CallError as error:
            print_error(error, connection.members(), as_json=as_json)
            sys.exit(EXIT_CODES[CancelOutcome.UNKNOWN])
    if as_json:
        print_json({**connection.members(), "serverTime": server_time, "clockOffset": offset})
        return
    moment = datetime.fromtimestamp(server_time / 1000, UTC)
    difference = f"{abs(offset)} ms {'behind' if offset >= 0 else 'ahead'}"
    rows = {**connection.members(), "Unix ms": server_time, "UTC": moment, "this machine is": difference}
    print_table("The exchange's time", "cyan", rows)
