"""`bingx-spot cancel`: cancel one open order."""

import os
import sys

import click

from bingx_spot._base_client import ENVIRONMENT_VARIABLE
from bingx_spot.cli.output import (
    NOT_CANCELLED,
    UNKNOWN,
    failure_facts,
    in_options,
    order_rows,
    print_json,
    print_table,
)
from bingx_spot.client import BingxSpot
from bingx_spot.core.clock import Clock
from bingx_spot.core.request import ApiCall, RequestSigner
from bingx_spot.credentials import Credentials
from bingx_spot.environments import Environment
from bingx_spot.exceptions import (
    CallError,
    CredentialsError,
    InvalidInput,
    OrderNotOpen,
    OutcomeUnknown,
    StillOpen,
)
from bingx_spot.models import Order
from bingx_spot.validation import cancel_order_request
from bingx_spot_api.contract import BY_ID
from bingx_spot_api.models.cancel_order_request import CancelOrderRequest
from bingx_spot_api.models.cancel_restriction import CancelRestriction

_EPILOG = """\b
Examples:
  bingx-spot cancel BTC-USDT --order-id 1735964079647111281
  bingx-spot cancel BTC-USDT --client-order-id my-bot_0001 --only NEW
  bingx-spot cancel BTC-USDT --order-id 1735964079647111281 --json
  bingx-spot cancel BTC-USDT --order-id 1735964079647111281 --dry-run

\b
Exit codes:
  0  cancelled; the exchange says so, for this order
  1  not cancelled, and why
  2  the command is not right, or no keys; nothing was sent
  3  unknown: nobody can know from what came back; query the order
"""


environment_option = click.option(
    "--env",
    "environment",
    metavar="live|vst|sandbox|URL",
    default=lambda: os.environ.get(ENVIRONMENT_VARIABLE, "live"),
    show_default=f"{ENVIRONMENT_VARIABLE}, else live",
    help="Where to send it.",
)


@click.command("cancel", epilog=_EPILOG)
@click.argument("symbol")
@click.option("--order-id", metavar="N", help="Order id, up to 19 digits.")
@click.option(
    "--client-order-id", metavar="ID", help="The id given when placing the order; found for two hours."
)
@click.option(
    "--only",
    "restriction",
    type=click.Choice([word.value for word in CancelRestriction]),
    help="Cancel only an order of this status.",
)
@click.option(
    "--recv-window", type=float, metavar="MS", help="How long the request stays valid, in milliseconds."
)
@environment_option
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
@click.option("--dry-run", is_flag=True, help="Show what would be sent, secrets masked, and send nothing.")
def command(
    symbol: str,
    order_id: str | None,
    client_order_id: str | None,
    restriction: str | None,
    recv_window: float | None,
    environment: str,
    as_json: bool,
    dry_run: bool,
) -> None:
    """Cancel one open order of SYMBOL, named by its order id or its client order id."""
    try:
        request = cancel_order_request(symbol, order_id, client_order_id, restriction, recv_window)
        if dry_run:
            _show_request(request, environment, as_json=as_json)
            return
        with BingxSpot.from_env(environment=environment) as bingx:
            order = bingx.cancel_order(
                symbol,
                order_id=order_id,
                client_order_id=client_order_id,
                cancel_restrictions=restriction,
                recv_window=recv_window,
            )
    except InvalidInput as problem:
        raise click.UsageError(in_options(problem)) from None
    except CredentialsError as problem:
        raise click.UsageError(f"{problem}.") from None
    except CallError as problem:
        _show_failure(problem, request, as_json=as_json)
        sys.exit(UNKNOWN if isinstance(problem, OutcomeUnknown) else NOT_CANCELLED)
    _show_order(order, as_json=as_json)


def _show_order(order: Order, *, as_json: bool) -> None:
    if as_json:
        print_json({"outcome": "cancelled", **order.raw})
        return
    print_table("Cancelled", "green", order_rows(order))


def _show_failure(problem: CallError, request: CancelOrderRequest, *, as_json: bool) -> None:
    unknown = isinstance(problem, OutcomeUnknown)
    asked = request.to_dict()
    if as_json:
        facts = {**failure_facts(problem), "orderStatus": _status_now(problem)}
        print_json({"outcome": "unknown" if unknown else "not cancelled", **asked, **facts})
        return
    title, colour = ("Unknown whether cancelled", "yellow") if unknown else ("Not cancelled", "red")
    rows = {
        "symbol": asked["symbol"],
        "order id": asked.get("orderId"),
        "client order id": asked.get("clientOrderID"),
        "why": type(problem).__name__,
        "status now": _status_now(problem),
        "code": problem.code,
        "the exchange said": problem.message,
        "HTTP status": problem.http_status,
        "what to do": problem.hint or None,
        "attempts": "\n".join(f"{attempt.operation}: {attempt.result}" for attempt in problem.attempts),
    }
    print_table(title, colour, rows)


def _status_now(problem: CallError) -> str | None:
    order = problem.order if isinstance(problem, OrderNotOpen | StillOpen) else None
    return None if order is None else order.status.value


def _show_request(request: CancelOrderRequest, environment: str, *, as_json: bool) -> None:
    """Show the request that a real run would send, stamped and signed, its secrets masked."""
    stamper = RequestSigner(Credentials.from_env(), Clock())
    call = ApiCall.of(BY_ID["cancelOrder"], request.to_dict())
    shown = stamper.sign_request(call, Environment.parse(environment).base_url).info
    if as_json:
        facts = {"method": shown.method, "url": shown.url, "placement": shown.placement}
        print_json({**facts, "parameters": dict(shown.parameters), "headers": dict(shown.headers)})
        return
    rows = {shown.method: shown.url, "placement": shown.placement, **shown.headers, **shown.parameters}
    print_table("Dry run: nothing was sent", "cyan", rows)
