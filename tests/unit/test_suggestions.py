"""What a refused argument may have meant, and order ids that were rounded."""

import math
from typing import Any

import pytest

from bingx_spot.exceptions import InvalidInput
from bingx_spot.suggestions import check_rounding, looks_rounded, meanings
from bingx_spot_api.contract import BY_ID, Parameter

MOMENT = Parameter("a", "a", "int64", minimum=10**12, maximum=10**13 - 1)
SYMBOL = BY_ID["cancelOrder"].arguments[0]


@pytest.mark.parametrize(
    "value",
    [1702713000.25, 1702713000250, 1702713000250000, 1702713000250000000],
    ids=["seconds", "milliseconds", "microseconds", "nanoseconds"],
)
def test_a_time_may_be_in_another_unit(value):
    assert 1702713000250 in [*meanings(MOMENT, value), value]


@pytest.mark.parametrize(
    "value", [0, -1, math.nan, math.inf, -math.inf, 1e300, 10**400, "1702713000", None, b"5"], ids=ascii
)
def test_what_is_no_time_means_nothing(value):
    assert list(meanings(MOMENT, value)) == []


@pytest.mark.parametrize("argument", [MOMENT._replace(minimum=0), MOMENT._replace(minimum=None)])
def test_another_number_means_nothing_else(argument):
    assert list(meanings(argument, 1702713000)) == []


@pytest.mark.parametrize(("text", "meant"), [("btcusdt", "BTC-USDT"), (" eth/btc ", "ETH-BTC")])
def test_a_symbol_may_be_in_another_form(text, meant):
    assert list(meanings(SYMBOL, text)) == [meant]
    assert list(meanings(SYMBOL._replace(name="side"), text)) == []


@pytest.mark.parametrize("text", ["1e3", "1.735964079647111E+18", "1735964079647111281.0", "1,7E18"])
def test_text_of_a_float_is_refused_for_what_it_has_lost(text):
    with pytest.raises(InvalidInput) as error:
        check_rounding(text)
    assert error.value.field == "order_id"
    assert error.value.reason == f"is {text!r}: a program that rounds long numbers has lost its last digits"
    assert error.value.allowed == "all digits of the order id, such as 1735964079647111281"


@pytest.mark.parametrize("text", ["1735964079647111281", "12a", "", "-1"])
def test_any_other_text_was_not_rounded(text):
    check_rounding(text)


@pytest.mark.parametrize(
    ("order_id", "rounded"),
    [
        ("1735964079647111", None),
        ("17359640796471112", False),
        ("17359640796471110", True),
        (1735964079647111000, True),
        (1735964079647111281, False),
    ],
)
def test_zeros_beyond_the_sixteenth_digit_look_rounded(order_id: Any, rounded: bool | None) -> None:
    assert looks_rounded(order_id) is rounded
