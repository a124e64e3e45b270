"""Orders: how one is placed, what it is now, and how the exchange writes it.

Amounts are decimals that travel as text, in plain notation, with no digit lost.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext
from typing import NotRequired, TypedDict

from bingx_sandbox.errors import SandboxError

OPEN_STATUSES = ("NEW", "PENDING", "PARTIALLY_FILLED")
STATUSES = (*OPEN_STATUSES, "FILLED", "CANCELED", "FAILED")
SIDES = ("BUY", "SELL")
TYPES = ("LIMIT", "MARKET", "TAKE_STOP_LIMIT", "TAKE_STOP_MARKET", "TRIGGER_LIMIT", "TRIGGER_MARKET")
CLIENT_ORDER_ID = re.compile(r"[A-Za-z0-9_.-]{1,40}")
CLIENT_ORDER_ID_RULE = "must be 1 to 40 letters, digits, _, - or ."
# The contract's pattern. White space there is ECMAScript's, which differs from Python's in seven characters.
_ASSET = r"(?:[^\s\ufeffa-z&=?/-]|[\x1c-\x1f\x85])+"
_SYMBOL = re.compile(f"{_ASSET}-{_ASSET}")
SYMBOL_RULE = "must be two upper-case assets joined by a hyphen, such as BTC-USDT"
_FIELDS = ("symbol", "side", "type", "price", "origQty", "clientOrderID", "stopPrice", "status", "time")
_PLAIN_DECIMAL = re.compile(r"\d{1,20}(\.\d{1,20})?", re.ASCII)
_MILLISECONDS = re.compile(r"\d{1,14}", re.ASCII)
# Wide enough for the product of two amounts of 20 + 20 digits, so that no product is ever rounded.
_PRECISION = 100


class OrderDict(TypedDict):
    """An order as in the response to a cancel: the fields of the endpoint's page, amounts as text."""

    symbol: str
    orderId: int
    price: str
    stopPrice: str
    origQty: str
    executedQty: str
    cummulativeQuoteQty: str
    status: str
    type: str
    side: str
    clientOrderID: NotRequired[str]


@dataclass(frozen=True)
class NewOrder:
    """An order to be placed; `read_new_order` checks it.

    Attributes:
        time: When it was placed, in Unix milliseconds; None for now.
    """

    symbol: str
    side: str
    type: str
    price: Decimal
    orig_qty: Decimal
    client_order_id: str | None = None
    stop_price: Decimal = Decimal(0)
    status: str = "NEW"
    time: int | None = None

    @property
    def executed_qty(self) -> Decimal:
        """Return the quantity executed from the start: all if FILLED, half if PARTIALLY_FILLED."""
        if self.status == "FILLED":
            return self.orig_qty
        return multiply(self.orig_qty, Decimal("0.5")) if self.status == "PARTIALLY_FILLED" else Decimal(0)


@dataclass(frozen=True)
class Order:
    """One order at one instant; every change creates a new one. Times are in Unix milliseconds."""

    order_id: int
    placed: NewOrder
    executed_qty: Decimal
    status: str
    time: int
    update_time: int

    @property
    def is_open(self) -> bool:
        """Return whether the order can still be filled or cancelled."""
        return self.status in OPEN_STATUSES

    @property
    def cummulative_quote_qty(self) -> Decimal:
        """Return the cost of the executed quantity; the sandbox fills at the order's own price."""
        return multiply(self.executed_qty, self.placed.price)

    def to_dict(self) -> OrderDict:
        """Return the order as in the response to a cancel; without `clientOrderID` if it has none."""
        placed = self.placed
        written = OrderDict(
            symbol=placed.symbol,
            orderId=self.order_id,
            price=write_amount(placed.price),
            stopPrice=write_amount(placed.stop_price),
            origQty=write_amount(placed.orig_qty),
            executedQty=write_amount(self.executed_qty),
            cummulativeQuoteQty=write_amount(self.cummulative_quote_qty),
            status=self.status,
            type=placed.type,
            side=placed.side,
        )
        if placed.client_order_id is not None:
            written["clientOrderID"] = placed.client_order_id
        return written

    def to_query_dict(self) -> dict[str, object]:
        """Return the order as in the response to a query: with `StopPrice`, times, fee and avgPrice."""
        written: dict[str, object] = dict(self.to_dict())
        written["StopPrice"] = written.pop("stopPrice")
        return written | {
            "time": self.time,
            "updateTime": self.update_time,
            "origQuoteOrderQty": "0",
            "fee": "0",
            "feeAsset": self.placed.symbol.partition("-")[2],
            "avgPrice": write_amount(self.placed.price) if self.executed_qty else "0",
        }

    def to_listed_dict(self) -> dict[str, object]:
        """Return the order as in a list of open or past orders: the fee is a number, without its asset."""
        written = self.to_query_dict() | {"fee": 0}
        del written["feeAsset"]
        return written

    def to_cancelled_dict(self) -> dict[str, object]:
        """Return the order as in the response to a cancel of many orders."""
        return {"clientOrderID": "", **self.to_dict(), "transactTime": self.update_time}


def is_symbol(text: str) -> bool:
    """Return whether a text has the form of a trading pair.

    Letters beyond ASCII occur (`MØTH-USDT`), and so does a number sign (`OTHR#99961-USDT`).
    """
    return _SYMBOL.fullmatch(text) is not None


def read_new_order(fields: Mapping[str, str]) -> NewOrder:
    """Check the fields of an order to place, named as on the wire.

    Required are `symbol`, `side`, `type`, `origQty`, and `price` except for market orders.

    Raises:
        SandboxError: A field is missing, unknown or wrong; the error names it.
    """
    for field in fields:
        if field not in _FIELDS:
            rule = f"is not a field of an order; the fields are {', '.join(_FIELDS)}"
            raise SandboxError(rule, field=field)
    client_order_id = _matching(
        "clientOrderID", fields.get("clientOrderID"), CLIENT_ORDER_ID, CLIENT_ORDER_ID_RULE
    )
    time = _matching("time", fields.get("time"), _MILLISECONDS, "must be a time in Unix milliseconds")
    return NewOrder(
        symbol=str(_matching("symbol", _required("symbol", fields), _SYMBOL, SYMBOL_RULE)),
        side=_word("side", fields, SIDES),
        type=_word("type", fields, TYPES),
        price=_price(fields),
        orig_qty=read_positive_amount("origQty", _required("origQty", fields)),
        client_order_id=client_order_id,
        stop_price=read_amount("stopPrice", fields.get("stopPrice", "0")),
        status=_word("status", {"status": "NEW", **fields}, STATUSES),
        time=None if time is None else int(time),
    )


def read_amount(field: str, text: str) -> Decimal:
    """Read a decimal in plain notation, such as `0.1532`.

    Raises:
        SandboxError: The text is anything else: signed, in exponent form, over 20 digits on a side.
    """
    if not _PLAIN_DECIMAL.fullmatch(text):
        raise SandboxError("must be a plain decimal such as 0.1532, at most 20 digits a side", field=field)
    return Decimal(text)


def read_positive_amount(field: str, text: str) -> Decimal:
    """Read a decimal in plain notation that is above zero.

    Raises:
        SandboxError: The text is not such a decimal.
    """
    amount = read_amount(field, text)
    if amount == 0:
        raise SandboxError("must be above 0", field=field)
    return amount


def write_amount(amount: Decimal) -> str:
    """Write a decimal without exponent and without trailing zeros, as the exchange writes amounts."""
    text = format(amount, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def multiply(left: Decimal, right: Decimal) -> Decimal:
    """Multiply two amounts exactly."""
    with localcontext(prec=_PRECISION):
        return left * right


def _required(field: str, fields: Mapping[str, str]) -> str:
    if field not in fields:
        raise SandboxError("is required", field=field)
    return fields[field]


def _word(field: str, fields: Mapping[str, str], allowed: Collection[str]) -> str:
    word = _required(field, fields)
    if word not in allowed:
        raise SandboxError(f"must be one of {', '.join(allowed)}", field=field)
    return word


def _price(fields: Mapping[str, str]) -> Decimal:
    # A market order executes at the price of the market, so it is placed without one.
    if fields.get("type", "").endswith("MARKET") and "price" not in fields:
        return Decimal(0)
    return read_positive_amount("price", _required("price", fields))


def _matching(field: str, text: str | None, pattern: re.Pattern[str], rule: str) -> str | None:
    if text is not None and not pattern.fullmatch(text):
        raise SandboxError(rule, field=field)
    return text
