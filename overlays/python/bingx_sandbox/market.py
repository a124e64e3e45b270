"""The listed trading pairs, and the orders that a new sandbox begins with."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import cycle, islice

from bingx_sandbox.order import NewOrder

LISTED = ("BTC-USDT", "ETH-USDT", "MØTH-USDT", "SOL-USDT", "NEMS-USDT", "OTHR#99961-USDT")
"""The pairs that a new sandbox lists. Two have characters that must be encoded, as on the exchange."""

# The order book explains why order ids are odd; an even step keeps them odd.
FIRST_ORDER_ID = 1735964079647111281
"""The id of the first seed order."""

_ORDER_ID_STEP = 1_000_004

_SEED_TEMPLATES = (
    NewOrder("BTC-USDT", "BUY", "LIMIT", Decimal(50000), Decimal("0.01")),
    NewOrder("ETH-USDT", "SELL", "LIMIT", Decimal(4000), Decimal("0.5")),
    NewOrder("MØTH-USDT", "BUY", "LIMIT", Decimal("0.0125"), Decimal(1000), status="PENDING"),
    NewOrder("SOL-USDT", "SELL", "TAKE_STOP_LIMIT", Decimal(120), Decimal(3), stop_price=Decimal(125)),
    NewOrder("NEMS-USDT", "SELL", "LIMIT", Decimal("0.1532"), Decimal(126)),
)


class Market:
    """The listed pairs; placing an order for another pair lists it.

    `symbols` and `currencies` have the shapes that ccxt 4.5.90 reads before it cancels an order.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.reset()

    def reset(self) -> None:
        """List the pairs of a new sandbox, and no others."""
        with self._lock:
            self._symbols = dict.fromkeys(LISTED)

    def add(self, symbol: str) -> None:
        """List a pair, unless it is listed already."""
        with self._lock:
            self._symbols[symbol] = None

    def lists(self, symbol: str) -> bool:
        """Return whether a pair is listed."""
        return symbol in self._symbols

    def symbols(self) -> list[dict[str, object]]:
        """Return each listed pair as in the exchange's list of spot pairs."""
        with self._lock:
            return [_symbol_to_dict(symbol) for symbol in self._symbols]

    def currencies(self) -> list[dict[str, object]]:
        """Return each asset of the listed pairs, without networks for withdrawal."""
        with self._lock:
            assets = dict.fromkeys(asset for symbol in self._symbols for asset in symbol.split("-"))
        return [{"coin": asset, "name": asset, "networkList": []} for asset in assets]


def seed_orders(count: int, time: int) -> Iterator[tuple[int, NewOrder]]:
    """Yield the first orders of a sandbox with their ids, the same each time.

    Every second one has a client order id: `seeded-2`, `seeded-4` and so on.
    """
    for number, template in enumerate(islice(cycle(_SEED_TEMPLATES), count), start=1):
        client_order_id = None if number % 2 else f"seeded-{number}"
        order_id = FIRST_ORDER_ID + (number - 1) * _ORDER_ID_STEP
        yield order_id, replace(template, client_order_id=client_order_id, time=time)


def _symbol_to_dict(symbol: str) -> dict[str, object]:
    return {
        "symbol": symbol,
        "minNotional": 1,
        "maxNotional": 1_000_000,
        "status": 1,
        "tickSize": 0.0001,
        "stepSize": 0.0001,
        "apiStateSell": True,
        "apiStateBuy": True,
        "timeOnline": 0,
        "offTime": 0,
        "maintainTime": 0,
    }
