"""The market: the trading pairs that are listed, and what public clients load about them first."""

from __future__ import annotations

import threading

LISTED = ("BTC-USDT", "ETH-USDT", "MØTH-USDT", "SOL-USDT", "NEMS-USDT")
"""The pairs that a new sandbox lists; one of them is spelled beyond ASCII, as one of the exchange's is."""


class Market:
    """Knows which pairs are listed; an order for a further pair lists it.

    The shapes of `symbols` and `currencies` are those that ccxt 4.5.90 reads before it cancels an order.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._symbols = dict.fromkeys(LISTED)

    def reset(self) -> None:
        """List the pairs of a new sandbox again, and no others."""
        with self._lock:
            self._symbols = dict.fromkeys(LISTED)

    def add(self, symbol: str) -> None:
        """List a pair, unless it is listed already."""
        with self._lock:
            self._symbols[symbol] = None

    def lists(self, symbol: str) -> bool:
        """Tell whether a pair is listed."""
        return symbol in self._symbols

    def symbols(self) -> list[dict[str, object]]:
        """Describe each listed pair as the exchange's list of spot pairs does."""
        with self._lock:
            return [_describe_symbol(symbol) for symbol in self._symbols]

    def currencies(self) -> list[dict[str, object]]:
        """Describe each asset of the listed pairs, with no network to withdraw it over."""
        with self._lock:
            assets = dict.fromkeys(asset for symbol in self._symbols for asset in symbol.split("-"))
        return [{"coin": asset, "name": asset, "networkList": []} for asset in assets]


def _describe_symbol(symbol: str) -> dict[str, object]:
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
