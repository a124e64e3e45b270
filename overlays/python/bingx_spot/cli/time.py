"""`bingx-spot time`: print the exchange's time and the offset of this machine's clock."""

import sys
from datetime import UTC, datetime

import click

from bingx_spot.cli.cancel import environment_option
from bingx_spot.cli.output import UNKNOWN, print_error, print_json, print_table, usage_errors
from bingx_spot.client import BingxSpot
from bingx_spot.core.clock import Clock
from bingx_spot.credentials import Credentials
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
@environment_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def command(environment: str, as_json: bool) -> None:
    """Print the exchange's time and the offset of this machine's clock."""
    clock = Clock()
    with usage_errors():
        try:
            # The operation is public: these credentials sign nothing and are not sent.
            with BingxSpot(Credentials("none", "none"), environment=environment, clock=clock) as bingx:
                # The first request opens the connection, which would spoil the measurement.
                bingx.server_time()
                before = clock.timestamp()
                server_time = bingx.server_time()
                offset = server_time - (before + clock.timestamp()) // 2
        except CallError as error:
            print_error(error, as_json=as_json)
            sys.exit(UNKNOWN)
    if as_json:
        print_json({"serverTime": server_time, "clockOffset": offset})
        return
    moment = datetime.fromtimestamp(server_time / 1000, UTC)
    difference = f"{abs(offset)} ms {'behind' if offset >= 0 else 'ahead'}"
    rows = {"Unix ms": server_time, "UTC": moment, "this machine is": difference}
    print_table("The exchange's time", "cyan", rows)
