"""The endpoints that list or cancel many orders, and the dead man's switch.

Where no page says how the exchange answers, the fault `variant` sets it; its defaults are what happens here.
"""

from collections.abc import Callable, Mapping
from typing import Any

from bingx_sandbox.accounts import READ, SPOT_TRADING
from bingx_sandbox.endpoints import (
    State,
    endpoint,
    read_client_order_id,
    read_order_id,
    read_symbol,
    read_word,
)
from bingx_sandbox.errors import OrderNotFound, OrderNotOpen
from bingx_sandbox.order import TYPES, Order
from bingx_sandbox.rates import Rate
from bingx_sandbox.responses import Rejection, invalid_parameter, symbol_not_found

LARGEST_BATCH = 10
"""The most ids of one request. None is documented for spot; for futures it is this."""

LARGEST_LIST = 2000
"""The most orders in a list of open orders."""

_LARGEST_PAGE = 100
_LAST_ORDER = 10_000
_COUNTDOWN = range(10, 121)
# From 2001 to 2286: none in seconds or microseconds. No source says what the exchange does with one.
_MILLISECONDS = 10**12, 10**13 - 1
_LIST = {"permission": READ, "uid_rate": Rate(10, 1), "ip_group": 2}
_CANCEL = {
    "permission": SPOT_TRADING,
    "uid_rate": Rate(2, 1),
    "copy_trading_rate": Rate(1, 1),
    "ip_group": 3,
}


@endpoint("GET", "/openApi/spot/v1/trade/openOrders", **_LIST)
def open_orders(state: State, parameters: Mapping[str, str]) -> object:
    """Return the open orders of a pair, or of all pairs."""
    return _listed(state, _of_pair(state, parameters, lambda order: order.is_open)[:LARGEST_LIST])


@endpoint("GET", "/openApi/spot/v1/trade/historyOrders", **_LIST)
def history_orders(state: State, parameters: Mapping[str, str]) -> object:
    """Return a page of orders that are not open, the latest first."""
    index = _integer(parameters, "pageIndex", 1, _LAST_ORDER, 1)
    size = _integer(parameters, "pageSize", 1, _LARGEST_PAGE, _LARGEST_PAGE)
    if index * size > _LAST_ORDER:
        raise invalid_parameter(f"pageIndex times pageSize must be at most {_LAST_ORDER}")
    first = _integer(parameters, "orderId", 1, 2**63 - 1, 0)
    since = _integer(parameters, "startTime", *_MILLISECONDS, 0)
    until = _integer(parameters, "endTime", *_MILLISECONDS, 2**63 - 1)
    status = read_word(parameters, "status", ("FILLED", "CANCELED", "FAILED"))
    kind = read_word(parameters, "type", TYPES)

    def matches(order: Order) -> bool:
        return (
            not order.is_open
            and order.order_id >= first
            and since <= order.time <= until
            and status in (None, order.status)
            and kind in (None, order.placed.type)
        )

    found = _of_pair(state, parameters, matches)[::-1]
    return _listed(state, found[(index - 1) * size : index * size])


@endpoint("POST", "/openApi/spot/v1/trade/cancelOpenOrders", **_CANCEL)
def cancel_open_orders(state: State, parameters: Mapping[str, str]) -> object:
    """Cancel the open orders of a pair, or of all pairs; at most so many as `variant` says."""
    found = _of_pair(state, parameters, lambda order: order.is_open)[: state.book.variant.get("most")]
    cancelled = []
    for order in found:
        try:
            cancelled.append(state.book.cancel(order.order_id).to_cancelled_dict())
        except OrderNotOpen:  # it is open only in what this request sees
            continue
    return {"orders": cancelled} if cancelled else _nothing(state)


@endpoint("POST", "/openApi/spot/v1/trade/cancelOrders", **_CANCEL)
def cancel_orders(state: State, parameters: Mapping[str, str]) -> object:
    """Cancel several orders of one pair.

    Raises:
        Rejection: A parameter is wrong (100400), the pair is not listed (100204), or with `process` 0 an
            order is not open.
    """
    symbol = _listed_symbol(state, parameters)
    all_or_none = _integer(parameters, "process", 0, 1, 0) == 0
    named = _named_orders(state, parameters)
    problems = {name: _problem(order, name, symbol) for name, order in named.items()}
    if all_or_none and any(problems.values()):
        raise Rejection(state.book.variant.get("refusal", 100404), " order not exist", debug_msg="")
    cancelled, failed = [], []
    for name, order in named.items():
        problem = problems[name]
        if order is not None and problem is None:
            try:
                cancelled.append(state.book.cancel(order.order_id).to_cancelled_dict())
            except (OrderNotOpen, OrderNotFound):
                problem = _not_open(name, "CANCELED")
        if problem is not None:
            failed.append({state.book.variant.get("failedName", "orderId"): name, "error": problem})
    fails = {"fails": failed} if failed else {}
    return {"orders": cancelled, **fails}


@endpoint(
    "POST", "/openApi/spot/v1/trade/cancelAllAfter", permission=SPOT_TRADING, uid_rate=Rate(1, 1), ip_group=2
)
def cancel_all_after(state: State, parameters: Mapping[str, str]) -> object:
    """Begin or close the countdown of the account, at whose end its open orders are cancelled.

    All accounts of a sandbox have the same orders, so each countdown cancels all.
    """
    kind = read_word(parameters, "type", ("ACTIVATE", "CLOSE"))
    if kind is None:
        raise invalid_parameter("type is required")
    if state.book.variant.get("status") == "FAILED":
        return {"triggerTime": 0, "status": "FAILED", "note": "failed"}
    if kind == "CLOSE":
        # Its `timeOut` says nothing; public clients send 0.
        state.book.close_countdown(state.uid)
        return {"triggerTime": 0, "status": "CLOSED", "note": "Closed"}
    seconds = _integer(parameters, "timeOut", _COUNTDOWN.start, _COUNTDOWN.stop - 1, None)
    ends = state.book.begin_countdown(state.uid, seconds * 1000)
    trigger = ends if state.book.variant.get("triggerUnit") == "milliseconds" else ends // 1000
    note = f"All your spot orders will be closed automatically at {trigger}"
    return {"triggerTime": trigger, "status": "ACTIVATED", "note": note}


def _of_pair(state: State, parameters: Mapping[str, str], matches: Callable[[Order], bool]) -> list[Order]:
    symbol = _listed_symbol(state, parameters) if "symbol" in parameters else None
    orders = state.book.orders()
    return [order for order in orders if matches(order) and symbol in (None, order.placed.symbol)]


def _listed_symbol(state: State, parameters: Mapping[str, str]) -> str:
    symbol = read_symbol(parameters)
    if not state.market.lists(symbol):
        raise symbol_not_found()
    return symbol


def _listed(state: State, orders: list[Order]) -> object:
    written = [order.to_listed_dict() for order in orders]
    if not state.book.variant.get("clientOrderID", True):
        for order in written:
            order.pop("clientOrderID", None)
    return {"orders": written} if written else _nothing(state)


def _nothing(state: State) -> Mapping[str, Any]:
    empty: dict[str, Mapping[str, Any]] = {"null": {"orders": None}, "absent": {}}
    return empty.get(state.book.variant.get("empty", ""), {"orders": []})


def _named_orders(state: State, parameters: Mapping[str, str]) -> dict[str, Order | None]:
    """Return the orders that a request names, by their ids as given; None for one that is not found."""
    order_ids, client_order_ids = parameters.get("orderIds"), parameters.get("clientOrderIDs")
    if order_ids is None and client_order_ids is None:
        text = (
            "Key: 'OrdersCancelRequest.OrderIDs' "
            "Error:Field validation for 'OrderIDs' failed on the 'required' tag"
        )
        raise Rejection(100400, text, debug_msg="")
    ids = str(order_ids if order_ids is not None else client_order_ids).split(",")
    if len(ids) > LARGEST_BATCH:
        raise invalid_parameter(f"at most {LARGEST_BATCH} ids")
    found: dict[str, Order | None] = {}
    for text in ids:
        if order_ids is None:
            client_order_id = str(read_client_order_id({"clientOrderID": text}))
            found[text] = state.book.find_by_client_order_id(client_order_id)
            continue
        order_id = read_order_id(text)
        if order_id is None:
            raise invalid_parameter("orderIds must be order ids with commas between")
        found[text] = state.book.find(order_id)
    return found


def _problem(order: Order | None, name: str, symbol: str) -> str | None:
    if order is None or order.placed.symbol != symbol:
        return f"can not find order for orderId:{name} for symbol: {symbol}, please verify and retry later"
    return None if order.is_open else _not_open(name, order.status)


def _not_open(name: str, status: str) -> str:
    return f"the  orderId:{name} order status :{status},can not delete, please verify and retry later"


def _integer(parameters: Mapping[str, str], name: str, least: int, most: int, default: int | None) -> int:
    text = parameters.get(name)
    if text is None and default is not None:
        return default
    if text is None or not (text.isascii() and text.isdigit() and least <= int(text) <= most):
        raise invalid_parameter(f"{name} must be a whole number from {least} to {most}")
    return int(text)
