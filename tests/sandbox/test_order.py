from __future__ import annotations

import pytest

from bingx_sandbox import SandboxError
from bingx_sandbox.order import is_symbol, read_new_order

FIELDS = {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "50000", "origQty": "1"}


@pytest.mark.parametrize("symbol", ["BTC-USDT", "MØTH-USDT", "1INCH-USDT", "币安人生-USDT"])
def test_symbols_may_go_beyond_ascii(symbol: str) -> None:
    assert is_symbol(symbol)


@pytest.mark.parametrize(
    "symbol",
    ["", "BTC", "BTC-", "-USDT", "btc-usdt", "BTC/USDT", "BTC-USDT-X", "BTC -USDT", "B&C-USDT", "BTC-USDT\n"],
)
def test_other_spellings_are_no_symbols(symbol: str) -> None:
    assert not is_symbol(symbol)


@pytest.mark.parametrize("field", ["symbol", "side", "type", "price", "origQty"])
def test_a_missing_field_is_named(field: str) -> None:
    fields = {name: text for name, text in FIELDS.items() if name != field}
    with pytest.raises(SandboxError, match=rf"^{field}: is required$"):
        read_new_order(fields)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("symbol", "btc-usdt"),
        ("side", "buy"),
        ("type", "STOP"),
        ("price", "0"),
        ("price", "fifty"),
        ("origQty", "-1"),
        ("clientOrderID", ""),
        ("clientOrderID", "a" * 41),
        ("clientOrderID", "a b"),
        ("stopPrice", "1e3"),
        ("status", "OPEN"),
        ("quantity", "1"),
    ],
)
def test_a_wrong_field_is_named(field: str, text: str) -> None:
    with pytest.raises(SandboxError, match=rf"^{field}: ") as refused:
        read_new_order(FIELDS | {field: text})
    assert refused.value.field == field


def test_a_market_order_needs_no_price() -> None:
    fields = {name: text for name, text in FIELDS.items() if name != "price"}
    assert read_new_order(fields | {"type": "MARKET"}).price == 0
