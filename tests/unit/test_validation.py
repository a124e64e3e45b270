"""Checks of arguments: what is allowed, and what is rejected with the name of the field."""

import math
import re
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bingx_spot import CancelRestriction, InvalidInput
from bingx_spot.validation import cancel_order_request
from bingx_spot_api.models.cancel_order_request import CancelOrderRequest
from tests.spec.vectors import read_yaml
from tests.support.samples import CANCEL, ORDER_ID, SYMBOL

CONTRACT = read_yaml("openapi.yaml")["components"]["schemas"]
FIELDS = CONTRACT["CancelOrderRequest"]["properties"]


def request(
    symbol: Any = SYMBOL,
    order_id: Any = ORDER_ID,
    client_order_id: Any = None,
    cancel_restrictions: Any = None,
    recv_window: Any = None,
) -> CancelOrderRequest:
    return cancel_order_request(symbol, order_id, client_order_id, cancel_restrictions, recv_window)


def rejection(**parameters: Any) -> InvalidInput:
    with pytest.raises(InvalidInput) as rejected:
        request(**parameters)
    return rejected.value


class Unshowable:
    def __repr__(self) -> str:
        raise RuntimeError("this object cannot be shown")


class TestOrderReference:
    def test_one_id_must_be_given(self):
        error = rejection(order_id=None)
        assert str(error) == (
            "order_id or client_order_id must name the order, and neither is given; "
            "allowed: exactly one of the two"
        )

    def test_both_ids_are_one_too_many(self):
        assert "both are given" in str(rejection(client_order_id="my-bot_0001"))

    @pytest.mark.parametrize("empty", ["", 0])
    def test_an_empty_id_is_given_and_wrong(self, empty):
        assert rejection(order_id=empty).field == "order_id"


class TestSymbol:
    @pytest.mark.parametrize(
        "symbol", ["BTC-USDT", "MØTH-USDT", "1INCH-USDT", "X.Y_Z-USDT", "OTHR#99961-USDT", "币安人生-USDT"]
    )
    def test_is_taken_as_it_is(self, symbol):
        assert request(symbol=symbol).symbol == symbol

    @pytest.mark.parametrize(
        "symbol",
        [
            "btc-usdt", "BTC-usdt", "møth-USDT", "BTC/USDT", "BTCUSDT", "BTC-", "-USDT", "-", "",
            "BTC-USDT-X", " BTC-USDT", "BTC-USDT ", "BTC -USDT", "BTC-USDT\n", "BTC\t-USDT", "BTC\x00-USDT",
            "BTC-USDT\x7f", "BTC\u00a0-USDT", "BTC\u200b-USDT", "BTC&-USDT", "BTC=-USDT", "BTC?-USDT",
            "BTC-USDT\ud800", "BTC%-USDT", "_-_", None, 5, b"BTC-USDT", ["BTC-USDT"],
        ],
        ids=repr,
    )  # fmt: skip
    def test_is_rejected(self, symbol):
        error = rejection(symbol=symbol)
        assert error.field == "symbol"
        assert "such as BTC-USDT" in error.allowed

    def test_the_rejection_says_what_was_given(self):
        assert str(rejection(symbol="BTC")).startswith("symbol is 'BTC'; allowed: ")

    @pytest.mark.parametrize(
        "slip",
        ["btc-usdt", "btcusdt", "BTCUSDT", "BTC/USDT", "btc_usdt", " BTC-USDT", "BTC USDT", "BTC--USDT"],
    )
    def test_a_slip_is_answered_with_what_it_must_mean(self, slip):
        assert rejection(symbol=slip).reason == f"is {slip!r}; did you mean BTC-USDT?"

    @pytest.mark.parametrize(
        "other", ["", "-", "USDT", "BTC/USDT:USDT", "BTC-USDT-PERP", "BTC$-USDT", "\ud800"]
    )
    def test_nothing_is_suggested_for_anything_else(self, other):
        assert "did you mean" not in rejection(symbol=other).reason


class TestOrderId:
    def test_is_anything_that_is_a_whole_number(self):
        class Index:
            """A whole number of a library, such as numpy's `int64`."""

            def __index__(self) -> int:
                return ORDER_ID

        assert type(request(order_id=Index()).order_id) is int
        assert request(order_id=Index()).order_id == ORDER_ID

    @pytest.mark.parametrize("number", [1.735964079647111e18, 1.0, math.nan, math.inf])
    def test_a_float_is_refused_for_what_it_has_lost(self, number):
        reason = f"is the float {number!r}, which may have lost its last digits"
        assert rejection(order_id=number).reason == reason

    @pytest.mark.parametrize(
        ("given_id", "sent"),
        [(1, 1), (2**63 - 1, 2**63 - 1), ("1", 1), (str(2**63 - 1), 2**63 - 1), (str(ORDER_ID), ORDER_ID)],
    )
    def test_is_taken_exactly(self, given_id, sent):
        assert request(order_id=given_id).order_id == sent

    @pytest.mark.parametrize(
        "order_id",
        [
            0, -5, 2**63, pytest.param(10**5000, id="huge"), True, False, 1.0, math.nan, "12a", "", "0", "-5",
            "+5", " 5", "5\n", "007", "1_000", "1e3", str(2**63), pytest.param("9" * 5000, id="digits"), "١٢",
            "５", b"5", [5],
        ],
        ids=lambda value: ascii(value)[:20],
    )  # fmt: skip
    def test_is_rejected(self, order_id):
        error = rejection(order_id=order_id)
        assert error.field == "order_id"
        assert error.allowed == "a whole number from 1 to 9223372036854775807"
        assert len(str(error)) < 250


class TestClientOrderId:
    @pytest.mark.parametrize("client_order_id", ["a", "A" * 40, "my-bot_0001", "v1.2", "-._", "None", "0"])
    def test_is_taken_as_it_is(self, client_order_id):
        assert request(order_id=None, client_order_id=client_order_id).client_order_id == client_order_id

    @pytest.mark.parametrize(
        "client_order_id",
        ["", "A" * 41, "a b", "a\n", "a&b", "a=b", "é", "ｱ", "a/b", "a+b", 5, b"a", True],
        ids=repr,
    )
    def test_is_rejected(self, client_order_id):
        error = rejection(order_id=None, client_order_id=client_order_id)
        assert error.field == "client_order_id"
        assert error.allowed == "1 to 40 letters, digits, _ - ."


class TestRestriction:
    @pytest.mark.parametrize("restriction", ["NEW", "PENDING", "PARTIALLY_FILLED", CancelRestriction.NEW])
    def test_is_taken_as_a_word_or_as_the_enum(self, restriction):
        assert request(cancel_restrictions=restriction).cancel_restrictions is CancelRestriction(restriction)

    @pytest.mark.parametrize("restriction", ["", "new", "FILLED", "CANCELED", 1, True, ["NEW"]], ids=repr)
    def test_is_rejected(self, restriction):
        error = rejection(cancel_restrictions=restriction)
        assert error.field == "cancel_restrictions"
        assert set(error.allowed.split(" or ")) == {"NEW", "PENDING", "PARTIALLY_FILLED"}


class TestRecvWindow:
    @pytest.mark.parametrize("recv_window", [1, 5000, 60000, 60000.0, 0.5, 5e-324])
    def test_is_taken_as_it_is(self, recv_window):
        assert request(recv_window=recv_window).recv_window == recv_window

    @pytest.mark.parametrize(
        "recv_window",
        [
            0, -0.0, -1, 60000.000001, 60001, pytest.param(10**400, id="large"),
            pytest.param(10**5000, id="huge"), math.nan, math.inf, -math.inf, "5000", True, b"5",
        ],
        ids=repr,
    )  # fmt: skip
    def test_is_rejected(self, recv_window):
        error = rejection(recv_window=recv_window)
        assert error.field == "recv_window"
        assert error.allowed == "milliseconds above 0, at most 60000"


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.text(),
    st.binary(),
    st.lists(st.integers(), max_size=2),
    st.builds(Unshowable),
    st.just(10**5000),
)


class TestContract:
    """What is accepted is what the contract allows, by its own patterns and limits."""

    @given(
        symbol=st.one_of(ANYTHING, st.from_regex(FIELDS["symbol"]["pattern"]), st.just(SYMBOL)),
        order_id=st.one_of(ANYTHING, st.integers(1).map(str)),
        client_order_id=st.one_of(st.none(), ANYTHING, st.from_regex(FIELDS["clientOrderID"]["pattern"])),
        cancel_restrictions=st.one_of(ANYTHING, st.sampled_from(CONTRACT["CancelRestriction"]["enum"])),
        recv_window=st.one_of(ANYTHING, st.floats(0, 60000)),
    )
    @example(SYMBOL, ORDER_ID, None, "NEW", 5000)
    def test_anything_is_rejected_by_name_or_becomes_an_allowed_request(
        self, symbol, order_id, client_order_id, cancel_restrictions, recv_window
    ):
        try:
            created = request(symbol, order_id, client_order_id, cancel_restrictions, recv_window)
        except InvalidInput as error:
            assert_names_field(error)
        else:
            assert_allowed(created.to_dict())

    @given(symbol=st.one_of(st.from_regex(r"[^-]{1,4}-[^-]{1,4}", fullmatch=True), st.text(max_size=8)))
    def test_every_accepted_symbol_is_allowed_by_the_contract(self, symbol):
        try:
            created = request(symbol=symbol)
        except InvalidInput:
            return
        assert_allowed(created.to_dict())

    @given(client_order_id=st.text(max_size=45))
    def test_a_client_order_id_is_allowed_exactly_where_the_contract_allows_it(self, client_order_id):
        field = FIELDS["clientOrderID"]
        allowed = re.fullmatch(field["pattern"].strip("^$"), client_order_id) is not None
        try:
            request(order_id=None, client_order_id=client_order_id)
        except InvalidInput:
            assert not allowed
        else:
            assert allowed

    def test_limits_are_those_of_the_contract(self):
        order_id, recv_window = FIELDS["orderId"], FIELDS["recvWindow"]
        assert request(order_id=order_id["minimum"]).order_id == order_id["minimum"]
        assert request(order_id=order_id["maximum"]).order_id == order_id["maximum"]
        assert rejection(order_id=order_id["minimum"] - 1).field == "order_id"
        assert rejection(order_id=order_id["maximum"] + 1).field == "order_id"
        assert recv_window["exclusiveMinimum"]
        assert rejection(recv_window=recv_window["minimum"]).field == "recv_window"
        assert request(recv_window=recv_window["maximum"]).recv_window == recv_window["maximum"]
        assert rejection(recv_window=recv_window["maximum"] + 0.001).field == "recv_window"

    def test_every_restriction_of_the_contract_is_taken(self):
        assert {member.value for member in CancelRestriction} == set(CONTRACT["CancelRestriction"]["enum"])

    def test_every_parameter_of_the_contract_can_be_given(self):
        by_order_id = request(cancel_restrictions="NEW", recv_window=5000).to_dict()
        by_client_order_id = request(order_id=None, client_order_id="a").to_dict()
        assert by_order_id.keys() | by_client_order_id.keys() == set(CANCEL.parameters)


def assert_names_field(error: InvalidInput) -> None:
    assert set(error.field.split(" or ")) <= {
        "symbol", "order_id", "client_order_id", "cancel_restrictions", "recv_window"
    }  # fmt: skip
    assert error.reason
    assert error.allowed
    assert len(str(error).encode()) < 1000


def assert_allowed(parameters: dict[str, Any]) -> None:
    assert len({"orderId", "clientOrderID"} & parameters.keys()) == 1
    for name, value in parameters.items():
        schema = FIELDS[name]
        if "$ref" in schema:
            schema = CONTRACT[schema["$ref"].rpartition("/")[2]]
        assert value in schema.get("enum", [value])
        assert schema.get("minimum", value) <= value <= schema.get("maximum", value)
        assert not schema.get("exclusiveMinimum") or value > schema["minimum"]
        if schema["type"] == "string":
            assert schema.get("minLength", 0) <= len(value) <= schema.get("maxLength", len(value))
            # ECMA 262, which OpenAPI's patterns are written in, has no $ before a last line break.
            assert re.fullmatch(schema.get("pattern", "(?s:.*)").replace("$", r"\Z"), value)
        else:
            assert type(value) in {"integer": [int], "number": [int, float]}[schema["type"]]
