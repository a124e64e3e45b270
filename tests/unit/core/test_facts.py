"""An order's state by the words of a response."""

from typing import Any

import pytest

from bingx_spot.core.facts import OrderState, order_state, says, seconds_to_effect
from bingx_spot.core.request import ApiCall
from bingx_spot_api.contract import BY_ID, States

CANCEL_STATES = BY_ID["cancelOrder"].states
assert CANCEL_STATES is not None
STATES: States = CANCEL_STATES
WORDS = {
    OrderState.CANCELED: ["CANCELED", "CANCELLED"],
    OrderState.FILLED: ["FILLED"],
    OrderState.FAILED: ["FAILED", "EXPIRED", "REJECTED"],
    OrderState.OPEN: ["NEW", "PENDING", "PARTIALLY_FILLED"],
}


def state(word: object, **more: Any) -> OrderState:
    return order_state(STATES, {"status": word, **more})


@pytest.mark.parametrize(
    ("expected", "word"), [(expected, word) for expected, words in WORDS.items() for word in words]
)
@pytest.mark.parametrize("spelling", ["{}", " {}", "{}\t", "\r\n {} "])
def test_a_word_of_the_contract_is_read_with_white_space_and_in_any_case(
    expected: OrderState, word: str, spelling: str
) -> None:
    for case in (word, word.lower(), word.capitalize(), word.swapcase()):
        assert state(spelling.format(case)) is expected


@pytest.mark.parametrize(
    "word",
    [
        "", " ", "PENDING_CANCEL", "CANCELING", "CANCELLING", "WORKING", "OPEN", "TRIGGERED", "NOT_CANCELED",
        "CANCELED,FILLED", "CANCELED FILLED", "CAN CELED", "PartiallyFilled", "PARTIALLY FILLED", "NEW_",
        "FILLED.", "0", "None",
    ]
)  # fmt: skip
def test_any_other_word_says_nothing(word: str) -> None:
    assert state(word) is OrderState.UNCLEAR


@pytest.mark.parametrize("value", [None, 5, True, ["CANCELED"], {"status": "CANCELED"}])
def test_what_is_no_text_says_nothing(value: object) -> None:
    assert state(value) is OrderState.UNCLEAR


def test_a_response_without_the_field_says_nothing() -> None:
    assert order_state(STATES, {}) is OrderState.UNCLEAR
    assert order_state(STATES, {"Status": "CANCELED"}) is OrderState.UNCLEAR


@pytest.mark.parametrize(
    "word",
    [
        "\u0421ANCELED",  # CYRILLIC CAPITAL LETTER ES
        "N\u0415W",  # CYRILLIC CAPITAL LETTER IE
        "F\u0399LLED",  # GREEK CAPITAL LETTER IOTA
        "\ufb01lled",  # LATIN SMALL LIGATURE FI: upper() makes it FI
        "f\u0131lled",  # LATIN SMALL LETTER DOTLESS I: upper() makes it I
        "expired\u200b",  # ZERO WIDTH SPACE
        "\u00a0CANCELED",  # NO-BREAK SPACE, which strip() removes
        "\uff23\uff21\uff2e\uff23\uff25\uff2c\uff25\uff24",  # full-width letters
    ],
)
def test_letters_beyond_ascii_are_other_letters(word: str) -> None:
    assert state(word) is OrderState.UNCLEAR


class TestFullyExecuted:
    """CANCELED with everything executed contradicts itself."""

    @pytest.mark.parametrize(
        ("executed", "ordered"),
        [
            ("126", "126"),
            ("126.0", "126"),
            (126, "126"),
            (1.5, 1.5),
            ("127", "126"),
            ("1.26E+2", "126"),
            ("0.00001", "0.00001"),
        ],
    )
    def test_is_unclear(self, executed: object, ordered: object) -> None:
        assert state("CANCELED", executedQty=executed, origQty=ordered) is OrderState.UNCLEAR
        assert state("CANCELLED", executedQty=executed, origQty=ordered) is OrderState.UNCLEAR

    @pytest.mark.parametrize(
        ("executed", "ordered"),
        [
            ("0", "126"), ("125.999999999999999999999", "126"), ("", "126"), (None, "126"), ("126", None),
            ("126", ""), ("0", "0"), ("0", ""), ("NaN", "126"), ("Infinity", "126"), ("126", "NaN"),
            ("many", "126"), ([126], [126]), ("-1", "-1"),
        ]
    )  # fmt: skip
    def test_is_not_what_is_less_or_cannot_be_compared(self, executed: object, ordered: object) -> None:
        assert state("CANCELED", executedQty=executed, origQty=ordered) is OrderState.CANCELED

    def test_needs_both_amounts(self) -> None:
        assert state("CANCELED", executedQty="126") is OrderState.CANCELED
        assert state("CANCELED", origQty="126") is OrderState.CANCELED

    @pytest.mark.parametrize("word", ["FILLED", "FAILED", "NEW"])
    def test_contradicts_no_other_word(self, word: str) -> None:
        expected = next(key for key, words in WORDS.items() if word in words)
        assert state(word, executedQty="126", origQty="126") is expected

    def test_contradicts_nothing_where_the_contract_names_no_amounts(self) -> None:
        states = STATES._replace(executed=None)
        data = {"status": "CANCELED", "executedQty": "126", "origQty": "126"}
        assert order_state(states, data) is OrderState.CANCELED


def test_the_words_and_amounts_are_those_of_the_contract() -> None:
    assert {
        OrderState.CANCELED: list(STATES.canceled),
        OrderState.FILLED: list(STATES.filled),
        OrderState.FAILED: list(STATES.failed),
        OrderState.OPEN: list(STATES.open),
    } == WORDS
    assert (STATES.field, STATES.executed) == ("status", ("executedQty", "origQty"))


def test_a_cancel_and_its_query_read_states_alike() -> None:
    assert BY_ID["queryOrder"].states == STATES


class TestSays:
    @pytest.mark.parametrize("value", ["CANCELED", "canceled", " Cancelled\n"])
    def test_compares_without_case_and_white_space(self, value: str) -> None:
        assert says(value, ("CANCELED", "CANCELLED"))

    @pytest.mark.parametrize("value", ["CANCELE", "\u0421ANCELED", None, 5, ["CANCELED"]])
    def test_no_other_value_is_one_of_the_words(self, value: object) -> None:
        assert not says(value, ("CANCELED", "CANCELLED"))


@pytest.mark.parametrize(
    ("call", "seconds"),
    [
        (ApiCall.of(BY_ID["cancelOrder"], {"symbol": "BTC-USDT", "orderId": 1}), 15.0),
        (ApiCall.of(BY_ID["cancelOrder"], {"symbol": "BTC-USDT", "orderId": 1, "recvWindow": 2000}), 9.0),
        (ApiCall.of(BY_ID["cancelOrder"], {"symbol": "BTC-USDT", "orderId": 1, "recvWindow": "2000"}), 9.0),
        (ApiCall.of(BY_ID["serverTime"], {}), 10.0),
    ],
    ids=["default", "number", "text", "no timing"],
)
def test_a_request_may_take_effect_as_long_as_it_is_valid_by_any_accepted_clock_and_some_seconds(
    call: ApiCall, seconds: float
) -> None:
    assert seconds_to_effect(call) == seconds
