"""`bingx-spot query`: show one order as the exchange states it now."""

import sys
from typing import Any

import click

from bingx_spot.bulk.result import CancelOutcome
from bingx_spot.cli.output import (
    EXIT_CODES,
    client_order_id_option,
    environment_option,
    json_option,
    order_id_option,
    order_rows,
    print_error,
    print_json,
    print_table,
    usage_errors,
)
from bingx_spot.client import BingxSpot
from bingx_spot.exceptions import CallError, OrderNotFound

_EPILOG = """\b
Examples:
  bingx-spot query BTC-USDT --order-id 1735964079647111281
  bingx-spot query BTC-USDT --client-order-id my-bot_0001 --json

\b
Exit codes:
  0    the order is shown
  2    wrong usage, or no API key; nothing was sent
  3    it could not be learnt
  14   the exchange finds no order by this id
"""


@click.command("query", epilog=_EPILOG)
@click.argument("symbol")
@order_id_option
@client_order_id_option
@environment_option
@json_option
def command(
    symbol: str, order_id: str | None, client_order_id: str | None, environment: str, as_json: bool
) -> None:
    """Show one order of SYMBOL, named by its order id or its client order id."""
    # One of the two, as the call itself checks.
    named: dict[str, Any] = {"order_id": order_id, "client_order_id": client_order_id}
    with usage_errors():
        try:
            with BingxSpot.from_env(environment=environment) as bingx:
                order = bingx.query_order(symbol, **named)
        except CallError as error:
            print_error(error, as_json=as_json)
            is_missing = isinstance(error, OrderNotFound)
            sys.exit(EXIT_CODES[CancelOutcome.NOT_FOUND if is_missing else CancelOutcome.UNKNOWN])
    if as_json:
        print_json(order.raw)
    else:
        print_table("Order", "cyan", order_rows(order))
