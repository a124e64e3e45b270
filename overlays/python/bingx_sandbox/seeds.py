"""Seeded orders: what a new sandbox holds, the same each time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import cycle, islice

from bingx_sandbox.order import NewOrder

# Odd, and by an even step: see the book on order ids.
_FIRST_ORDER_ID = 1735964079647111281
_ORDER_ID_STEP = 1_000_004

_TEMPLATES = (
    NewOrder("BTC-USDT", "BUY", "LIMIT", Decimal(50000), Decimal("0.01")),
    NewOrder("ETH-USDT", "SELL", "LIMIT", Decimal(4000), Decimal("0.5")),
    NewOrder("MØTH-USDT", "BUY", "LIMIT", Decimal("0.0125"), Decimal(1000), status="PENDING"),
    NewOrder("SOL-USDT", "SELL", "TAKE_STOP_LIMIT", Decimal(120), Decimal(3), stop_price=Decimal(125)),
    NewOrder("NEMS-USDT", "SELL", "LIMIT", Decimal("0.1532"), Decimal(126)),
)


def seeded_orders(count: int) -> Iterator[tuple[int, NewOrder]]:
    """Yield so many orders with their ids; every second one has a client order id, `seeded-2` and on."""
    for number, template in enumerate(islice(cycle(_TEMPLATES), count), start=1):
        client_order_id = None if number % 2 else f"seeded-{number}"
        order_id = _FIRST_ORDER_ID + (number - 1) * _ORDER_ID_STEP
        yield order_id, replace(template, client_order_id=client_order_id)
