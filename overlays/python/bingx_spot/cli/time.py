"""`bingx-spot time`: print the exchange's time and how far this machine's clock is off."""

import sys
from datetime import UTC, datetime

import click

from bingx_spot.cli.cancel import environment_option
from bingx_spot.cli.output import UNKNOWN, in_options, print_failure, print_json, print_table
from bingx_spot.client import BingxSpot
from bingx_spot.core.clock import Clock
from bingx_spot.credentials import Credentials
from bingx_spot.exceptions import CallError, InvalidInput

_EPILOG = """\b
Examples:
  bingx-spot time
  bingx-spot time --env vst --json

It needs no keys.
"""


@click.command("time", epilog=_EPILOG)
@environment_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def command(environment: str, as_json: bool) -> None:
    """Print the exchange's time and how far this machine's clock is off."""
    clock = Clock()
    try:
        # The operation is public: these credentials sign nothing and are not sent.
        with BingxSpot(Credentials("none", "none"), environment=environment, clock=clock) as bingx:
            bingx.server_time()  # the first one pays for the connection, on one half of its way alone
            before = clock.timestamp()
            told = bingx.server_time()
            own = (before + clock.timestamp()) // 2
    except InvalidInput as problem:
        raise click.UsageError(in_options(problem)) from None
    except CallError as problem:
        print_failure(problem, as_json=as_json)
        sys.exit(UNKNOWN)
    if as_json:
        print_json({"serverTime": told, "clockOffset": told - own})
        return
    moment = datetime.fromtimestamp(told / 1000, UTC)
    off = f"{abs(told - own)} ms {'behind' if told >= own else 'ahead'}"
    print_table("The exchange's time", "cyan", {"Unix ms": told, "UTC": moment, "this machine is": off})
