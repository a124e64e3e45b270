"""An order: what is asked for when one is placed, what it is now, and how the exchange writes it."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NotRequired, TypedDict

from bingx_sandbox.amounts import multiply, read_amount, read_positive_amount, write_amount
from bingx_sandbox.errors import SandboxError

OPEN_STATUSES = ("NEW", "PENDING", "PARTIALLY_FILLED")
STATUSES = (*OPEN_STATUSES, "FILLED", "CANCELED", "FAILED")
SIDES = ("BUY", "SELL")
TYPES = ("LIMIT", "MARKET", "TAKE_STOP_LIMIT", "TAKE_STOP_MARKET", "TRIGGER_LIMIT", "TRIGGER_MARKET")
CLIENT_ORDER_ID = re.compile(r"[A-Za-z0-9_.-]{1,40}")
CLIENT_ORDER_ID_RULE = "must be 1 to 40 letters, digits, _, - or ."
SYMBOL_RULE = "must be two upper-case assets joined by a hyphen, such as BTC-USDT"
_FIELDS = ("symbol", "side", "type", "price", "origQty", "clientOrderID", "stopPrice", "status")


class WrittenOrder(TypedDict):
    """An order as the answer to a cancel writes it: the fields of the endpoint's page, amounts as text."""

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
    """What is asked for when an order is placed; `read_new_order` checks it."""

    symbol: str
    side: str
    type: str
    price: Decimal
    orig_qty: Decimal
    client_order_id: str | None = None
    stop_price: Decimal = Decimal(0)
    status: str = "NEW"

    @property
    def executed_qty(self) -> Decimal:
        """Tell how much counts as executed from the start: all when FILLED, half when PARTIALLY_FILLED."""
        if self.status == "FILLED":
            return self.orig_qty
        return multiply(self.orig_qty, Decimal("0.5")) if self.status == "PARTIALLY_FILLED" else Decimal(0)


@dataclass(frozen=True)
class Order:
    """One order of the book at one instant; every change makes a new one. Times in Unix milliseconds."""

    order_id: int
    placed: NewOrder
    executed_qty: Decimal
    status: str
    time: int
    update_time: int

    @property
    def is_open(self) -> bool:
        """Tell whether the order can still be filled or cancelled."""
        return self.status in OPEN_STATUSES

    @property
    def cummulative_quote_qty(self) -> Decimal:
        """Tell what the executed quantity cost: the sandbox fills at the order's own price."""
        return multiply(self.executed_qty, self.placed.price)

    def written(self) -> WrittenOrder:
        """Write the order as the answer to a cancel does; without `clientOrderID` if it has none."""
        placed = self.placed
        written = WrittenOrder(
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

    def written_for_query(self) -> dict[str, object]:
        """Write the order as the query endpoint does: `StopPrice` with a capital S, times, fee, avgPrice."""
        written: dict[str, object] = dict(self.written())
        written["StopPrice"] = written.pop("stopPrice")
        return written | {
            "time": self.time,
            "updateTime": self.update_time,
            "origQuoteOrderQty": "0",
            "fee": "0",
            "feeAsset": self.placed.symbol.partition("-")[2],
            "avgPrice": write_amount(self.placed.price) if self.executed_qty else "0",
        }


def is_symbol(text: str) -> bool:
    """Tell whether a text is spelled like a trading pair; letters beyond ASCII occur (`MØTH-USDT`)."""
    base, _, quote = text.partition("-")
    return all(asset.isalnum() and asset == asset.upper() for asset in (base, quote))


def read_new_order(fields: Mapping[str, str]) -> NewOrder:
    """Read and check the fields of an order to place, named as on the wire.

    Required are `symbol`, `side`, `type`, `origQty`, and `price` unless the type is a market one.

    Raises:
        SandboxError: A field is missing, unknown or wrong; the error names it.
    """
    for field in fields:
        if field not in _FIELDS:
            raise SandboxError(
                f"is not a field of an order; the fields are {', '.join(_FIELDS)}", field=field
            )
    return NewOrder(
        symbol=_symbol(fields),
        side=_word("side", fields, SIDES),
        type=_word("type", fields, TYPES),
        price=_price(fields),
        orig_qty=read_positive_amount("origQty", _required("origQty", fields)),
        client_order_id=_client_order_id(fields),
        stop_price=read_amount("stopPrice", fields.get("stopPrice", "0")),
        status=_word("status", {"status": "NEW", **fields}, STATUSES),
    )


def _required(field: str, fields: Mapping[str, str]) -> str:
    if field not in fields:
        raise SandboxError("is required", field=field)
    return fields[field]


def _word(field: str, fields: Mapping[str, str], allowed: Collection[str]) -> str:
    word = _required(field, fields)
    if word not in allowed:
        raise SandboxError(f"must be one of {', '.join(allowed)}", field=field)
    return word


def _symbol(fields: Mapping[str, str]) -> str:
    symbol = _required("symbol", fields)
    if not is_symbol(symbol):
        raise SandboxError(SYMBOL_RULE, field="symbol")
    return symbol


def _price(fields: Mapping[str, str]) -> Decimal:
    # A market order takes the price it finds, so it is placed without one.
    if fields.get("type", "").endswith("MARKET") and "price" not in fields:
        return Decimal(0)
    return read_positive_amount("price", _required("price", fields))


def _client_order_id(fields: Mapping[str, str]) -> str | None:
    client_order_id = fields.get("clientOrderID")
    if client_order_id is not None and not CLIENT_ORDER_ID.fullmatch(client_order_id):
        raise SandboxError(CLIENT_ORDER_ID_RULE, field="clientOrderID")
    return client_order_id
