"""Checks of the arguments of a call, before anything is sent.

The rules are those of `CancelOrderRequest` in spec/openapi.yaml; a test compares them.
"""

import operator
import re
from contextlib import suppress
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, Required, SupportsIndex, TypedDict

from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot_api import models
from bingx_spot_api.models.cancel_restriction import CancelRestriction

if TYPE_CHECKING:
    from bingx_spot_api.models import CancelOrderRequest

#: Anything with `__index__`, numpy's integers too, or decimal digits.
OrderId = SupportsIndex | str
#: The status that an order must have to be cancelled.
Restriction = CancelRestriction | Literal["NEW", "PENDING", "PARTIALLY_FILLED"]
MAXIMUM_ORDER_ID = 2**63 - 1
MAXIMUM_RECV_WINDOW = 60000
CLIENT_ORDER_ID = re.compile(r"[A-Za-z0-9_.-]{1,40}")

# How other programs join base and quote, and what quotes are where nothing joins them.
_SEPARATORS = re.compile(r"[-/_ ]+")
_QUOTES = ("USDT", "USDC", "USD", "BTC", "ETH", "EUR")
_PUNCTUATION = str.maketrans("", "", "_.#")
_SYMBOL_ALLOWED = "base and quote in upper case joined by one hyphen, such as BTC-USDT"
_ORDER_ID_ALLOWED = f"a whole number from 1 to {MAXIMUM_ORDER_ID}"
_CLIENT_ORDER_ID_ALLOWED = "1 to 40 letters, digits, _ - ."
_RECV_WINDOW_ALLOWED = f"milliseconds above 0, at most {MAXIMUM_RECV_WINDOW}"


def cancel_order_request(
    symbol: str,
    order_id: OrderId | None,
    client_order_id: str | None,
    cancel_restrictions: Restriction | None,
    recv_window: float | None,
) -> "CancelOrderRequest":
    """Check the arguments of a cancel, and return the generated request model.

    Raises:
        InvalidInput: An argument is not allowed; the error names it.
    """
    reference = order_reference(symbol, order_id, client_order_id, recv_window)
    if cancel_restrictions is None:
        return models.CancelOrderRequest(**reference)
    restriction = checked_restriction(cancel_restrictions)
    return models.CancelOrderRequest(**reference, cancel_restrictions=restriction)


class OrderReference(TypedDict, total=False):
    """The arguments that name one order, as the generated functions take them."""

    symbol: Required[str]
    order_id: int
    client_order_id: str
    recv_window: float


def order_reference(
    symbol: str, order_id: OrderId | None, client_order_id: str | None, recv_window: float | None
) -> OrderReference:
    """Check the arguments that name one order, and return them.

    Raises:
        InvalidInput: An argument is not allowed; the error names it.
    """
    if (order_id is None) == (client_order_id is None):
        given = "neither is" if order_id is None else "both are"
        reason = f"must name the order, and {given} given"
        raise InvalidInput("order_id or client_order_id", reason, "exactly one of the two")
    reference: OrderReference = {"symbol": checked_symbol(symbol)}
    if order_id is not None:
        reference["order_id"] = checked_order_id(order_id)
    if client_order_id is not None:
        reference["client_order_id"] = checked_client_order_id(client_order_id)
    if recv_window is not None:
        reference["recv_window"] = checked_recv_window(recv_window)
    return reference


def checked_symbol(symbol: str) -> str:
    """Return the symbol if it has the form of `BTC-USDT`.

    Letters beyond ASCII are allowed: the exchange lists `MØTH-USDT`. So is `#`: it lists `OTHR#99961-USDT`.

    Raises:
        InvalidInput: It is not.
    """
    if not isinstance(symbol, str):
        raise InvalidInput("symbol", f"is of type {type(symbol).__name__}", _SYMBOL_ALLOWED)
    if not _is_symbol(symbol):
        meant = _similar_symbol(symbol)
        suggestion = f"; did you mean {meant}?" if meant else ""
        raise InvalidInput("symbol", f"is {shown(symbol)}{suggestion}", _SYMBOL_ALLOWED)
    return symbol


def _similar_symbol(text: str) -> str:
    """Return the symbol that a text must mean, such as BTC-USDT for `btcusdt` or `BTC/USDT`, or nothing."""
    bare = text.strip().upper()
    parts = [part for part in _SEPARATORS.split(bare) if part]
    if len(parts) == 1 and (quote := next((each for each in _QUOTES if bare.endswith(each)), "")):
        parts = [bare.removesuffix(quote), quote]
    symbol = "-".join(parts)
    return symbol if ":" not in text and _is_symbol(symbol) else ""


# A program uses few symbols, and passes one of them in every call.
@lru_cache(maxsize=1024)
def _is_symbol(text: str) -> bool:
    return text.count("-") == 1 and all(map(_is_asset, text.split("-")))


def _is_asset(text: str) -> bool:
    # Letters and digits. `_` and `.` are signed and sent in the same form; `#` is encoded, as in OTHR#99961.
    bare = text.translate(_PUNCTUATION)
    return bare.isalnum() and text == text.upper()


def checked_order_id(order_id: OrderId) -> int:
    """Return the order id if it is a positive int64, or such a number's decimal digits.

    Raises:
        InvalidInput: It is not.
    """
    if isinstance(order_id, float):
        reason = f"is the float {shown(order_id)}, which may have lost its last digits"
        raise InvalidInput("order_id", reason, _ORDER_ID_ALLOWED)
    number = 0
    if isinstance(order_id, str):
        number = int(order_id) if re.fullmatch(r"[1-9][0-9]{0,18}", order_id) else 0
    elif not isinstance(order_id, bool):
        # bool is a subclass of int, and not an order id. `isinstance` of a protocol takes 7 µs.
        with suppress(TypeError):
            number = operator.index(order_id)
    if not 1 <= number <= MAXIMUM_ORDER_ID:
        raise InvalidInput("order_id", f"is {shown(order_id)}", _ORDER_ID_ALLOWED)
    return number


def checked_client_order_id(client_order_id: str) -> str:
    """Return the client order id if it is 1 to 40 letters, digits, `_`, `-`, `.`.

    Raises:
        InvalidInput: It is not.
    """
    if not isinstance(client_order_id, str) or not CLIENT_ORDER_ID.fullmatch(client_order_id):
        raise InvalidInput("client_order_id", f"is {shown(client_order_id)}", _CLIENT_ORDER_ID_ALLOWED)
    return client_order_id


def checked_restriction(restriction: Restriction) -> CancelRestriction:
    """Return the restriction as a member of the enum.

    Raises:
        InvalidInput: It is none of the listed words.
    """
    words = [member.value for member in CancelRestriction]
    if restriction not in words:
        raise InvalidInput("cancel_restrictions", f"is {shown(restriction)}", " or ".join(words))
    return CancelRestriction(restriction)


def checked_recv_window(recv_window: float) -> float:
    """Return the recvWindow if it is finite, above 0 and at most 60000 milliseconds.

    Raises:
        InvalidInput: It is not.
    """
    is_number = isinstance(recv_window, int | float) and not isinstance(recv_window, bool)
    # NaN compares false with everything.
    if not (is_number and 0 < recv_window <= MAXIMUM_RECV_WINDOW):
        raise InvalidInput("recv_window", f"is {shown(recv_window)}", _RECV_WINDOW_ALLOWED)
    # The signed text is the text that is sent, and a whole number must have one text only.
    return int(recv_window) if recv_window == int(recv_window) else recv_window
