"""The endpoints: each is a function, registered under its method and path.

To add one, write a function that takes the state and the parameters and returns what goes into `data`, or
raises a `Rejection`, and register it with `@endpoint`, its limits included.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bingx_sandbox.accounts import READ, SPOT_TRADING
from bingx_sandbox.conditions import BookView
from bingx_sandbox.errors import OrderNotOpen, OrderRestricted
from bingx_sandbox.market import Market
from bingx_sandbox.order import (
    CLIENT_ORDER_ID,
    CLIENT_ORDER_ID_RULE,
    OPEN_STATUSES,
    SYMBOL_RULE,
    Order,
    is_symbol,
)
from bingx_sandbox.rates import Rate
from bingx_sandbox.responses import (
    invalid_parameter,
    order_not_found,
    order_not_open,
    symbol_not_found,
)
from bingx_sandbox.settings import Clock

_LARGEST_ORDER_ID = 2**63 - 1
_ORDER_ID_DIGITS = 19


@dataclass(frozen=True)
class State:
    """What the endpoints read and change; `uid` is the account that asks."""

    clock: Clock
    market: Market
    book: BookView
    uid: str = ""


Handler = Callable[[State, Mapping[str, str]], object]


@dataclass(frozen=True)
class Endpoint:
    """One endpoint.

    Attributes:
        name: Method and path, with a space between.
        handler: The function that returns its `data`.
        signed: Whether requests must be signed.
        permission: The permission that the key needs; None for none.
        uid_rate: The rate of a UID; None if it has no limit.
        copy_trading_rate: The rate of a UID that is a copy-trading leader; None if it is `uid_rate`.
        ip_group: The number of its IP group; None if it is in none.
    """

    name: str
    handler: Handler
    signed: bool = True
    permission: str | None = None
    uid_rate: Rate | None = None
    copy_trading_rate: Rate | None = None
    ip_group: int | None = None

    @property
    def with_debug_msg(self) -> bool:
        """Return whether its responses have a `debugMsg`; those below `/openApi/spot` do."""
        return "/openApi/spot/" in self.name


ENDPOINTS: dict[str, Endpoint] = {}
"""Every endpoint by method and path, such as `GET /openApi/swap/v2/server/time`."""


def endpoint(method: str, path: str, **traits: Any) -> Callable[[Handler], Handler]:
    """Register a function as the endpoint of a method and path, with further attributes of `Endpoint`."""

    def register(handler: Handler) -> Handler:
        name = f"{method} {path}"
        ENDPOINTS[name] = Endpoint(name, handler, **traits)
        return handler

    return register


@endpoint(
    "POST",
    "/openApi/spot/v1/trade/cancel",
    permission=SPOT_TRADING,
    uid_rate=Rate(5, 1),
    copy_trading_rate=Rate(1, 1),
    ip_group=3,
)
def cancel_order(state: State, parameters: Mapping[str, str]) -> object:
    """Cancel one order.

    An open order in another status than `cancelRestrictions` allows is not cancelled. The exchange's page
    does not document the response, so the sandbox rejects it with 100400, which names the parameter.

    Raises:
        Rejection: A parameter is wrong (100400), the symbol is not listed (100204), or the order is not
            open or does not exist (100404).
    """
    restriction = read_word(parameters, "cancelRestrictions", OPEN_STATUSES)
    order = _find_order(state, parameters)
    if order is None:
        raise order_not_open()
    try:
        return state.book.cancel(order.order_id, restriction).to_dict()
    except OrderNotOpen:
        raise order_not_open() from None
    except OrderRestricted as restricted:
        raise invalid_parameter(f"cancelRestrictions: {restricted}; it was not cancelled") from None


@endpoint("GET", "/openApi/spot/v1/trade/query", permission=READ, uid_rate=Rate(10, 1), ip_group=2)
def query_order(state: State, parameters: Mapping[str, str]) -> object:
    """Return the current state of an order.

    Raises:
        Rejection: A parameter is wrong (100400), the symbol is not listed (100204), or there is no such
            order (100404).
    """
    order = _find_order(state, parameters)
    if order is None:
        raise order_not_found()
    return order.to_query_dict()


@endpoint("GET", "/openApi/swap/v2/server/time", signed=False)
def server_time(state: State, _parameters: Mapping[str, str]) -> object:
    """Return the time in Unix milliseconds."""
    return {"serverTime": state.clock()}


@endpoint("GET", "/openApi/spot/v1/common/symbols", signed=False)
def spot_symbols(state: State, _parameters: Mapping[str, str]) -> object:
    """Return the spot pairs, which public clients load before they cancel."""
    return {"symbols": state.market.symbols()}


@endpoint("GET", "/openApi/swap/v2/quote/contracts", signed=False)
@endpoint("GET", "/openApi/cswap/v1/market/contracts", signed=False)
def contracts(_state: State, _parameters: Mapping[str, str]) -> object:
    """Return the contracts: none, but ccxt loads them before it cancels."""
    return []


@endpoint("GET", "/openApi/wallets/v1/capital/config/getall")
def currencies(state: State, _parameters: Mapping[str, str]) -> object:
    """Return the assets, which ccxt loads with the key before it cancels."""
    return state.market.currencies()


def read_order_id(text: str | None) -> int | None:
    """Return the order id in a text; None if there is none."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= _ORDER_ID_DIGITS):
        return None
    return int(text) if 0 < int(text) <= _LARGEST_ORDER_ID else None


def _find_order(state: State, parameters: Mapping[str, str]) -> Order | None:
    symbol = read_symbol(parameters)
    order_id = read_order_id(parameters.get("orderId"))
    if order_id is None and "orderId" in parameters:
        raise invalid_parameter(f"orderId must be a whole number from 1 to {_LARGEST_ORDER_ID}")
    client_order_id = read_client_order_id(parameters)
    if not state.market.lists(symbol):
        raise symbol_not_found()
    order = _look_up(state.book, order_id, client_order_id)
    return order if order is not None and order.placed.symbol == symbol else None


def _look_up(book: BookView, order_id: int | None, client_order_id: str | None) -> Order | None:
    if order_id is None and client_order_id is None:
        raise invalid_parameter("orderId or clientOrderID is required")
    if order_id is None:
        return book.find_by_client_order_id(str(client_order_id))
    order = book.find(order_id)
    if order is not None and client_order_id not in (None, order.placed.client_order_id):
        raise invalid_parameter("orderId and clientOrderID name different orders")
    return order


def read_symbol(parameters: Mapping[str, str]) -> str:
    """Return the parameter `symbol`, checked."""
    symbol = parameters.get("symbol")
    if symbol is None:
        raise invalid_parameter("symbol is required")
    if not is_symbol(symbol):
        raise invalid_parameter(f"symbol {SYMBOL_RULE}")
    return symbol


def read_client_order_id(parameters: Mapping[str, str]) -> str | None:
    """Return the parameter `clientOrderID`, checked; None if there is none."""
    client_order_id = parameters.get("clientOrderID")
    if client_order_id is not None and not CLIENT_ORDER_ID.fullmatch(client_order_id):
        raise invalid_parameter(f"clientOrderID {CLIENT_ORDER_ID_RULE}")
    return client_order_id


def read_word(parameters: Mapping[str, str], name: str, words: tuple[str, ...]) -> str | None:
    """Return a parameter that is one of some words; None if it is not given."""
    word = parameters.get(name)
    if word is not None and word not in words:
        raise invalid_parameter(f"{name} must be one of {', '.join(words)}")
    return word
