from __future__ import annotations

from decimal import Context, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_sandbox import SandboxError
from bingx_sandbox.order import (
    is_symbol,
    multiply,
    read_amount,
    read_new_order,
    read_positive_amount,
    write_amount,
)

FIELDS = {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "50000", "origQty": "1"}


@pytest.mark.parametrize("symbol", ["BTC-USDT", "MØTH-USDT", "1INCH-USDT", "币安人生-USDT"])
def test_symbols_can_have_special_characters(symbol: str) -> None:
    assert is_symbol(symbol)


@pytest.mark.parametrize(
    "symbol",
    ["", "BTC", "BTC-", "-USDT", "btc-usdt", "BTC/USDT", "BTC-USDT-X", "BTC -USDT", "B&C-USDT", "BTC-USDT\n"],
)
def test_other_spellings_are_not_symbols(symbol: str) -> None:
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
    with pytest.raises(SandboxError, match=rf"^{field}: ") as rejected:
        read_new_order(FIELDS | {field: text})
    assert rejected.value.field == field


def test_a_market_order_needs_no_price() -> None:
    fields = {name: text for name, text in FIELDS.items() if name != "price"}
    assert read_new_order(fields | {"type": "MARKET"}).price == 0


@pytest.mark.parametrize(
    "text", ["", "-1", "+1", "1e3", "1.", ".5", "NaN", "1,5", " 1", "1\n", "٣", "1" * 21]
)
def test_anything_but_a_plain_decimal_is_rejected(text: str) -> None:
    with pytest.raises(SandboxError, match=r"^price: must be a plain decimal") as rejected:
        read_amount("price", text)
    assert rejected.value.field == "price"


def test_zero_is_not_a_positive_amount() -> None:
    assert read_amount("stopPrice", "0") == 0
    with pytest.raises(SandboxError, match=r"^origQty: must be above 0"):
        read_positive_amount("origQty", "0.00")


@pytest.mark.parametrize(
    ("amount", "text"),
    [("126", "126"), ("0.1532", "0.1532"), ("1.50", "1.5"), ("100", "100"), ("0.00", "0"), ("1E+3", "1000")],
)
def test_amounts_are_written_plain(amount: str, text: str) -> None:
    assert write_amount(Decimal(amount)) == text


@given(st.decimals(min_value=0, max_value=10**19, places=20, allow_nan=False))
def test_a_written_amount_reads_back(amount: Decimal) -> None:
    assert read_amount("price", write_amount(amount)) == amount


def test_products_of_the_longest_amounts_are_exact() -> None:
    digits = int("9" * 40)
    longest = Decimal(digits).scaleb(-20, Context(prec=40))
    assert write_amount(multiply(longest, longest)).replace(".", "") == str(digits**2)
