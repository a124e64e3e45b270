"""Read a list of open orders: as a proof as a whole, or as far as its orders can be cancelled one by one."""

import json
import re
from collections.abc import Iterator, Mapping
from contextlib import suppress
from typing import Any

from bingx_spot.core.facts import OrderState, order_state
from bingx_spot.core.named_orders import is_same_pair
from bingx_spot.error_details import ErrorDetails
from bingx_spot.exceptions import InvalidInput, OutcomeUnknown
from bingx_spot.models import Order, Response, is_integer
from bingx_spot.validation import check_arguments
from bingx_spot_api.contract import BY_ID, States

_CANCEL = BY_ID["cancelOrder"]
_LIST, _NEXT = re.compile(r'"orders"\s*:\s*\[\s*'), re.compile(r"\s*,\s*")
_IN_THE_APP = "Cancel that order in the exchange's app."


def orders_in(response: Response) -> list[Order]:
    """Return the orders of a verified list, each with a response of its own.

    `OutcomeUnknown` says that one of them cannot be cancelled or queried, so that the list proves nothing.
    """
    orders = []
    for data in response.json()["data"].get("orders") or []:
        try:
            orders.append(_order(data))
        except InvalidInput as problem:
            text = f"the response lists an order that cannot be: {problem.field} {problem.reason}"
            raise OutcomeUnknown(ErrorDetails.of(response, text, code=0, hint=_IN_THE_APP)) from None
    return orders


def readable_orders(details: ErrorDetails, symbol: str | None, states: States) -> list[Order]:
    """Return the orders of a list that proves nothing, without those that cannot be read or are not open.

    One order that cannot be read must not keep the others open. `symbol` is the pair of the request, or None.
    """
    orders = []
    for row in _rows(details.body) if str(details.code) == "0" else ():
        if not isinstance(row, dict) or not is_integer(row.get("orderId")):
            continue
        pair, status = row.get("symbol") or symbol, row.get("status")
        if symbol is not None and not is_same_pair(pair, symbol):
            continue
        # As a request needs it; the exchange also writes `BTC_USDT`.
        spelt = symbol or str(pair).replace("_", "-").upper()
        data = {**row, "symbol": spelt, "status": status if isinstance(status, str) else ""}
        if order_state(states, data) in (OrderState.OPEN, OrderState.UNCLEAR):
            with suppress(InvalidInput):
                orders.append(_order(data))
    return orders


def _rows(body: bytes) -> Iterator[object]:
    """Yield the items of `orders` in a body, which may be cut."""
    text, decoder = body.decode(errors="replace"), json.JSONDecoder()
    begins = _LIST.search(text)
    with suppress(ValueError, RecursionError):
        while begins is not None:
            row, end = decoder.raw_decode(text, begins.end())
            yield row
            begins = _NEXT.match(text, end)


def _order(data: Mapping[str, Any]) -> Order:
    order = Order.from_data(data, Response(200, {}, json.dumps({"code": 0, "data": data}).encode()))
    check_arguments(_CANCEL, {"symbol": order.symbol, "orderId": order.order_id})
    return order
