"""`bingx-spot query`: show one order as the exchange states it now."""

import sys
from typing import Any

import click

from bingx_spot.bulk.result import CancelOutcome
from bingx_spot.cli.connection import Connection, connection_options
from bingx_spot.cli.output import (
    EXIT_CODES,
    interruptible,
    json_option,
    order_arguments,
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
  bingx-spot query BTC-USDT 1735964079647111281
  bingx-spot query BTC-USDT --client-order-id my-bot_0001 --json

\b
Exit codes:
  0    the order is shown
  2    wrong usage, or no API key; nothing was sent
  3    it could not be learnt
  14   the exchange finds no order by this id
"""


@click.command("query", epilog=_EPILOG)
@order_arguments
@connection_options
@json_option
def command(
    symbol: str, order_id: str | None, client_order_id: str | None, connection: Connection, as_json: bool
) -> None:
    """Show one order of SYMBOL, named by its order id or its client order id."""
    # One of the two, as the call itself checks.
    named: dict[str, Any] = {"order_id": order_id, "client_order_id": client_order_id}
    with usage_errors(), interruptible("A query changes nothing."):
        try:
            with BingxSpot.from_env(**connection.options) as bingx:
                order = bingx.query_order(symbol, **named)
        except CallError as error:
            print_error(error, connection.members(), as_json=as_json)
            is_missing = isinstance(error, OrderNotFound)
            sys.exit(EXIT_CODES[CancelOutcome.NOT_FOUND if is_missing else CancelOutcome.UNKNOWN])
    if as_json:
        print_json({**order.raw, **connection.members()})
    else:
        print_table("Order", "cyan", {**connection.members(), **order_rows(order)})
