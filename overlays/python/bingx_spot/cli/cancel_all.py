"""`bingx-spot cancel-all`: cancel every open order, and prove that nothing is left."""

import sys
from typing import Any

import click

from bingx_spot._base_client import CANCEL_ALL_TIMEOUT
from bingx_spot.bulk.result import CancelOutcome
from bingx_spot.cli.connection import Connection, connection_options
from bingx_spot.cli.output import EXIT_CODES, SHOWN, STYLES, json_option, listed, print_line
from bingx_spot.client import BingxSpot
from bingx_spot.emergency.result import CancelAllOutcome, CancelAllResult
from bingx_spot.validation import check_arguments
from bingx_spot_api.contract import BY_ID

_EPILOG = """\b
Examples:
  bingx-spot cancel-all BTC-USDT
  bingx-spot cancel-all                 all pairs; it asks first
  bingx-spot cancel-all --yes --json

Stop your bots first: orders that they place meanwhile are cancelled too, or are left. The list of open
orders may lag by 20 seconds, so it takes that long to prove that nothing is open. Here --timeout is
how long all of it may take, by default 60 seconds.

\b
Exit codes, and the word that --json gives as "outcome":
  0    nothing_open  nothing is open, as far as the exchange lists orders
  1                  refused, not sent, or you said no; nothing was cancelled
  2                  wrong usage, or no API key; nothing was sent
  3    unknown       orders may be open; run it again
  15   open          these orders are open, and could not be cancelled
  130                interrupted; run it again
"""
# The title, and the outcome of a single cancel that has the same colour and exit code.
_ENDINGS = {
    CancelAllOutcome.NOTHING_OPEN: ("Nothing is open", CancelOutcome.CANCELLED),
    CancelAllOutcome.OPEN: ("Orders are still open", CancelOutcome.STILL_OPEN),
    CancelAllOutcome.UNKNOWN: ("It is unknown whether orders are open", CancelOutcome.UNKNOWN),
}


@click.command("cancel-all", epilog=_EPILOG)
@click.argument("symbol", required=False)
@click.option("--yes", is_flag=True, help="Do not ask before all pairs are acted for.")
@connection_options
@json_option
def command(symbol: str | None, yes: bool, connection: Connection) -> None:
    """Cancel every open order of SYMBOL, or of all pairs, and prove that nothing is left."""
    again = connection.command("cancel-all", *([symbol] if symbol else []))
    # Checked before anything says that it is cancelled.
    check_arguments(BY_ID["cancelOpenOrders"], {} if symbol is None else {"symbol": symbol})
    with connection.client(f"Unknown what is open. Run it again: {again}") as bingx:
        if symbol is None and not yes:
            _ask(bingx, listed(connection.members()))
        # BINGX_TIMEOUT is for one request and its retries, and too short for the proof.
        timeout = connection.timeout or CANCEL_ALL_TIMEOUT
        if not connection.as_json:
            text = f"Cancelling; the proof takes at least 20 seconds, --timeout allows {timeout:g} ..."
            print_line(text, err=True)
        result = bingx.cancel_all(symbol, timeout=timeout)
    title, like = _ENDINGS[result.outcome]
    connection.show(title, STYLES[like], _rows(result, timeout), _members(result))
    sys.exit(EXIT_CODES[like])


def _ask(bingx: BingxSpot, where: str) -> None:
    """Ask whether to act for all pairs; exit if not."""
    orders = bingx.trade.open_orders().orders or []
    pairs = len({order.symbol for order in orders})
    text = f"{len(orders):,} orders of {pairs:,} pairs are open ({where}). Cancel those of all pairs?"
    try:
        agreed = click.confirm(text, err=True)
    except click.Abort:
        # Nobody is there to answer; the question's line is not ended.
        print_line(err=True)
        raise click.UsageError("Without SYMBOL it asks; use --yes where nobody can answer.") from None
    if not agreed:
        click.echo("Nothing was cancelled.", err=True)
        sys.exit(EXIT_CODES[CancelOutcome.UNAFFECTED])


def _members(result: CancelAllResult) -> dict[str, Any]:
    # Each order as it was stated last; of what was seen that is never missing.
    orders = [{"outcome": each.outcome, **(each.order.raw if each.order else {})} for each in result.results]
    error = None if result.error is None else str(result.error)
    return {"outcome": result.outcome, "symbol": result.symbol, "orders": orders, "error": error}


def _rows(result: CancelAllResult, timeout: float) -> dict[str, object]:
    cancelled = [each for each in result.results if each.cancelled]
    others = [each for each in result.results if not each.cancelled]
    rows: dict[str, object] = {"cancelled": f"{len(cancelled):,}"}
    for each in others[:SHOWN]:
        if each.request is not None:
            rows[f"{each.request.symbol} {each.request.order_id}"] = each.outcome
    if len(others) > SHOWN:
        rows["more"] = f"{len(others) - SHOWN:,}, which --json shows"
    if not result.nothing_open:
        rows["last error"] = result.error
        more_time = f" with --timeout {CANCEL_ALL_TIMEOUT:g}" if timeout < CANCEL_ALL_TIMEOUT else ""
        rows["what to do"] = f"Run it again{more_time}, and look at the exchange's own page."
    return rows
