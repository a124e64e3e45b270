"""`bingx-spot query`: show one order as the exchange states it now."""

import sys

import click

from bingx_spot.cli.cancel import environment_option
from bingx_spot.cli.output import UNKNOWN, in_options, order_rows, print_failure, print_json, print_table
from bingx_spot.client import BingxSpot
from bingx_spot.exceptions import CallError, CredentialsError, InvalidInput, OrderNotOpen

NOT_THERE = 1

_EPILOG = """\b
Examples:
  bingx-spot query BTC-USDT --order-id 1735964079647111281
  bingx-spot query BTC-USDT --client-order-id my-bot_0001 --json

\b
Exit codes:
  0  the order is shown
  1  the exchange knows no such order
  2  the command is not right, or no keys; nothing was sent
  3  it could not be learnt
"""


@click.command("query", epilog=_EPILOG)
@click.argument("symbol")
@click.option("--order-id", metavar="N", help="Order id, up to 19 digits.")
@click.option(
    "--client-order-id", metavar="ID", help="The id given when placing the order; found for two hours."
)
@environment_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def command(
    symbol: str, order_id: str | None, client_order_id: str | None, environment: str, as_json: bool
) -> None:
    """Show one order of SYMBOL, named by its order id or its client order id."""
    try:
        with BingxSpot.from_env(environment=environment) as bingx:
            order = bingx.query_order(symbol, order_id=order_id, client_order_id=client_order_id)
    except InvalidInput as problem:
        raise click.UsageError(in_options(problem)) from None
    except CredentialsError as problem:
        raise click.UsageError(f"{problem}.") from None
    except CallError as problem:
        print_failure(problem, as_json=as_json)
        sys.exit(NOT_THERE if isinstance(problem, OrderNotOpen) else UNKNOWN)
    if as_json:
        print_json(order.raw)
    else:
        print_table("Order", "cyan", order_rows(order))
