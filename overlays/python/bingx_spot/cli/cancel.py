"""`bingx-spot cancel` and `bingx-spot query`: cancel one open order, show one order."""

import sys
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any

import click

from bingx_spot.bulk.items import CANCEL, CancelRequest
from bingx_spot.bulk.result import CancelOutcome, order_of, outcome_of
from bingx_spot.cli import output
from bingx_spot.cli.connection import Connection, connection_options
from bingx_spot.cli.interruption import interruptible
from bingx_spot.client import BingxSpot
from bingx_spot.core.clock import time_of_day
from bingx_spot.core.request import ApiCall
from bingx_spot.exceptions import CallError, OrderNotFound
from bingx_spot.models import Order
from bingx_spot.suggestions import check_rounding
from bingx_spot.validation import Restriction
from bingx_spot_api.models.cancel_restriction import CancelRestriction

_CANCEL_EPILOG = """\b
Examples:
  bingx-spot cancel BTC-USDT 1735964079647111281
  bingx-spot cancel BTC-USDT --client-order-id my-bot_0001 --only NEW
  bingx-spot cancel BTC-USDT 1735964079647111281 --env vst --json
  bingx-spot cancel BTC-USDT 1735964079647111281 --dry-run

\b
Exit codes, and the word that --json gives as "outcome":
  0    cancelled         the exchange says that it cancelled this order
  1    unaffected        the request was rejected or not sent
  2                      wrong usage, or no API key; nothing was sent
  3    unknown           it may be cancelled; query the order
  10   filled            nothing is left to cancel
  11   already_canceled  cancelled before; 0 with --already-canceled-ok
  12   failed            it failed or expired; nothing is left to cancel
  13   not_open          not open; its state could not be learnt in time
  14   not_found         the exchange finds no order by this id
  15   still_open        it is open; cancel it again
  130                    interrupted; query the order
"""
_QUERY_EPILOG = """\b
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
_QUERY_CODES = {
    OrderNotFound: output.EXIT_CODES[CancelOutcome.NOT_FOUND],
    CallError: output.EXIT_CODES[CancelOutcome.UNKNOWN],
}


def _order_arguments(command: Callable[..., None]) -> Callable[..., None]:
    """Add what names one order to a command: SYMBOL, and an order id or a client order id."""

    @wraps(command)
    def run(order: str | None, order_id: str | None, client_order_id: str | None, **parameters: Any) -> None:
        if order is not None and order_id is not None:
            raise click.UsageError("The order id is given twice.")
        if order is not None and not order.strip().isdigit():
            with output.usage_errors():
                check_rounding(order)
            slip = "A client order id is given with --client-order-id."
            if parameters["symbol"].isdigit():
                slip = "SYMBOL comes before it."
            raise click.UsageError(f"{order!r} is no order id. {slip}")
        named = {"order_id": order or order_id, "client_order_id": client_order_id}
        command(named=named, **parameters)

    for option in (
        click.option(
            "--client-order-id",
            metavar="ID",
            help="The id given when placing the order; found for two hours.",
        ),
        click.option("--order-id", metavar="N", help="Order id, up to 19 digits; the same as ORDER_ID."),
        click.argument("order", metavar="[ORDER_ID]", required=False),
        click.argument("symbol"),
    ):
        run = option(run)
    return run


@click.command("cancel", epilog=_CANCEL_EPILOG)
@_order_arguments
@click.option(
    "--only",
    "restriction",
    type=click.Choice([word.value for word in CancelRestriction]),
    help="Cancel only an order of this status.",
)
@click.option(
    "--recv-window", type=float, metavar="MS", help="How long the request stays valid, in milliseconds."
)
@click.option(
    "--already-canceled-ok", is_flag=True, help="Succeed too if the order was cancelled before: make sure."
)
@connection_options
@output.json_option
@output.dry_run_option
def command(
    symbol: str,
    named: dict[str, Any],
    restriction: Restriction | None,
    recv_window: float | None,
    already_canceled_ok: bool,
    connection: Connection,
    dry_run: bool,
) -> None:
    """Cancel one open order of SYMBOL, named by its order id or its client order id."""
    conditions: dict[str, Any] = {"cancel_restrictions": restriction, "recv_window": recv_window}
    parameters = CancelRequest(symbol, **named, **conditions).parameters()
    if dry_run:
        connection.print_request(ApiCall.of(CANCEL, parameters))
        return
    outcome: CancelOutcome = CancelOutcome.CANCELLED
    order: Order | None
    try:
        after = _after_interruption(parameters, connection)
        with interruptible(*after), BingxSpot.from_env(**connection.options) as bingx:
            order = bingx.cancel_order(symbol, **named, **conditions)
    except CallError as error:
        outcome, order = outcome_of(error), order_of(error)
        if order is None or outcome != CancelOutcome.ALREADY_CANCELED or not already_canceled_ok:
            _print_failure(error, parameters, connection)
            sys.exit(output.EXIT_CODES[outcome])
    title = "Cancelled" if outcome == CancelOutcome.CANCELLED else "Cancelled before"
    connection.show(title, "green", _order_rows(order), {**order.raw, "outcome": outcome})


@click.command("query", epilog=_QUERY_EPILOG)
@_order_arguments
@connection_options
@output.json_option
def query_command(symbol: str, named: dict[str, Any], connection: Connection) -> None:
    """Show one order of SYMBOL, named by its order id or its client order id."""
    with connection.client("A query changes nothing.", _QUERY_CODES) as bingx:
        order = bingx.query_order(symbol, **named)
    connection.show("Order", "cyan", _order_rows(order), order.raw)


def _order_rows(order: Order) -> dict[str, object]:
    return {
        "symbol": order.symbol,
        "order id": order.order_id,
        "client order id": order.client_order_id,
        "status": order.status,
        "type": order.type,
        "side": order.side,
        "price": order.price,
        "quantity": order.orig_qty,
        "executed": order.executed_qty,
        "average price": order.avg_price,
        "fee": order.fee,
    }


def _after_interruption(parameters: Mapping[str, object], connection: Connection) -> tuple[str, str]:
    """Return what is known of the order after Ctrl-C, and the next step; and the same if nothing was sent."""
    option = "--order-id" if "orderId" in parameters else "--client-order-id"
    named = parameters.get("orderId", parameters.get("clientOrderID"))
    query = connection.command("query", parameters["symbol"], option, named)
    unsent = f"Order {named} was not cancelled: nothing was sent. Run the same command again."
    return f"Unknown whether order {named} was cancelled. Find out with: {query}", unsent


def _print_failure(error: CallError, parameters: Mapping[str, object], connection: Connection) -> None:
    outcome, order = outcome_of(error), order_of(error)
    status = None if order is None else order.status.value
    executed = None if order is None or order.executed_qty is None else f"{order.executed_qty:f}"
    state = {"orderStatus": status, "executedQty": executed}
    rows = {
        "symbol": parameters["symbol"],
        "order id": parameters.get("orderId") or (order.order_id if order else None),
        "client order id": parameters.get("clientOrderID"),
        "status now": status,
        "executed": executed,
        "outcome": outcome,
        "error": type(error).__name__,
        "code": error.code,
        # A code is the exchange's own; all else is a gateway's, or this machine's.
        "the exchange said" if error.code is not None else "reason": error.message,
        "HTTP status": error.http_status,
        "what to do": error.hint or None,
        "retry_at": error.details.retry_at and time_of_day(error.details.retry_at),
        "attempts": output.attempt_lines(error.attempts, error.message) or None,
    }
    title = error.details.summary or f"Not cancelled: {type(error).__name__}"
    members = {"outcome": outcome, **parameters, **output.error_members(error), **state}
    connection.show(title, output.STYLES.get(outcome, "yellow"), rows, members)
