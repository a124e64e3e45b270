"""Checks of arguments: what is allowed, and what is rejected with the name of the field."""

import math
import re
import runpy
from dataclasses import fields, replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bingx_spot import CancelRestriction, InvalidInput, validation
from bingx_spot.bulk.items import CancelRequest
from bingx_spot.middleware import call_of
from bingx_spot.validation import allowed, as_sent, cancel_order_request, check_arguments, fits
from bingx_spot_api.api.trade import cancel_all_after
from bingx_spot_api.contract import BY_ID, Parameter
from bingx_spot_api.models import CancelAllAfterRequest, CancelOrderRequest, CountdownAct
from tests.spec.vectors import read_yaml
from tests.support.samples import CANCEL, ORDER_ID, SYMBOL

CONTRACT = read_yaml("openapi.yaml")["components"]["schemas"]
FIELDS = CONTRACT["CancelOrderRequest"]["properties"]

TEXT = Parameter("a", "a", "string")
JSON_LIST = TEXT._replace(
    form="json",
    items=Parameter(
        *("", "", "object"),
        members=(
            Parameter("side", "side", "string", required=True, enum=("BUY", "SELL")),
            Parameter("note", "note", "string"),
        ),
    ),
)


def request(
    symbol: Any = SYMBOL,
    order_id: Any = ORDER_ID,
    client_order_id: Any = None,
    cancel_restrictions: Any = None,
    recv_window: Any = None,
) -> CancelOrderRequest:
    created = cancel_order_request(symbol, order_id, client_order_id, cancel_restrictions, recv_window)
    check_arguments(BY_ID["cancelOrder"], created.to_dict())
    return created


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
            "order_id or client_order_id must be given, and neither is; allowed: exactly one"
        )

    @pytest.mark.parametrize(
        ("ids", "named"),
        [
            ({"order_id": ORDER_ID, "client_order_id": math.nan}, "client_order_id"),
            ({"order_id": math.nan, "client_order_id": "x"}, "order_id"),
        ],
    )
    def test_one_that_is_not_a_number_in_a_table_is_named(self, ids, named):
        error = rejection(**ids)
        assert error.field == named
        assert "nan" in error.reason

    def test_both_ids_are_one_too_many(self):
        assert "both are" in str(rejection(client_order_id="my-bot_0001"))

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
        ]
    )  # fmt: skip
    def test_is_rejected(self, symbol):
        error = rejection(symbol=symbol)
        assert error.field == "symbol"
        assert "such as BTC-USDT" in error.allowed

    def test_the_rejection_says_what_was_given(self):
        assert str(rejection(symbol="BTC")).startswith("symbol is 'BTC'; allowed: ")
        assert rejection(symbol=5).reason == "is 5"
        assert rejection(order_id="12a").reason == "is '12a'"
        assert rejection(order_id=None, client_order_id="a b").reason == "is 'a b'"

    @pytest.mark.parametrize(
        "slip",
        ["btc-usdt", "btcusdt", "BTCUSDT", "BTC/USDT", "btc_usdt", " BTC-USDT", "BTC USDT", "BTC--USDT"],
    )
    def test_a_slip_is_answered_with_what_it_must_mean(self, slip):
        assert rejection(symbol=slip).reason == f"is {slip!r}; did you mean BTC-USDT?"

    @pytest.mark.parametrize(
        "other",
        ["", "-", "USDT", "BTCXYZ", "BTC/USDT:USDT", "BTC:USDT", "BTC-USDT-PERP", "BTC$-USDT", "\ud800"],
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

    def test_text_of_a_float_is_refused_for_what_it_has_lost(self):
        assert rejection(order_id="1.735964079647111E+18").reason.endswith("has lost its last digits")

    @pytest.mark.parametrize("slip", [" 5", "5\n", "\t5 "])
    def test_white_space_around_it_is_pointed_out(self, slip):
        assert rejection(order_id=slip).reason == f"is {slip!r}; did you mean 5?"

    @pytest.mark.parametrize("other", [Decimal(5), b"5", [5], {"orderId": 5}])
    def test_another_type_is_named_as_the_reason(self, other):
        assert rejection(order_id=other).reason == f"is {other!r}, neither an int nor text"

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
            "+5", " 5", "5\n", "007", "1_000", str(2**63), pytest.param("9" * 5000, id="digits"), "١٢",
            "５", b"5", [5],
        ]
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
        "client_order_id", ["", "A" * 41, "a b", "a\n", "a&b", "a=b", "é", "ｱ", "a/b", "a+b", 5, b"a", True]
    )
    def test_is_rejected(self, client_order_id):
        error = rejection(order_id=None, client_order_id=client_order_id)
        assert error.field == "client_order_id"
        assert error.allowed == "1 to 40 characters out of A-Za-z0-9_.-"


class TestRestriction:
    @pytest.mark.parametrize("restriction", ["NEW", "PENDING", "PARTIALLY_FILLED", CancelRestriction.NEW])
    def test_is_taken_as_a_word_or_as_the_enum(self, restriction):
        assert request(cancel_restrictions=restriction).cancel_restrictions is CancelRestriction(restriction)

    @pytest.mark.parametrize("restriction", ["", "new", "FILLED", "CANCELED", 1, True, ["NEW"]])
    def test_is_rejected(self, restriction):
        error = rejection(cancel_restrictions=restriction)
        assert error.field == "cancel_restrictions"
        assert error.allowed == "one of NEW, PENDING, PARTIALLY_FILLED"


class TestRecvWindow:
    @pytest.mark.parametrize("recv_window", [1, 5000, 60000, 60000.0, 0.5, 5e-324])
    def test_is_taken_as_it_is(self, recv_window):
        assert request(recv_window=recv_window).recv_window == recv_window

    def test_a_whole_number_has_one_text(self):
        assert type(request(recv_window=60000.0).recv_window) is int

    @pytest.mark.parametrize(
        "recv_window",
        [
            0, -0.0, -1, 60000.000001, 60001, pytest.param(10**400, id="large"),
            pytest.param(10**5000, id="huge"), math.nan, math.inf, -math.inf, "5000", True, b"5",
        ]
    )  # fmt: skip
    def test_is_rejected(self, recv_window):
        error = rejection(recv_window=recv_window)
        assert error.field == "recv_window"
        assert error.allowed == "a number above 0 to 60000"

    def test_is_no_text(self):
        assert rejection(recv_window="5000").reason == "is '5000'"


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


def rejected(operation: str, **parameters: Any) -> str:
    with pytest.raises(InvalidInput) as error:
        check_arguments(BY_ID[operation], parameters)
    return str(error.value)


@pytest.mark.parametrize(
    ("operation", "parameters", "said"),
    [
        (
            "cancelAllAfter",
            {"type": "ACTIVATE", "timeOut": 5},
            "time_out is 5; allowed: a whole number from 10",
        ),
        ("cancelAllAfter", {"type": "ACTIVATE", "timeOut": 121}, "time_out is 121; allowed"),
        ("cancelAllAfter", {"type": "ACTIVATE", "timeOut": 30.0}, "time_out is 30.0; allowed"),
        ("cancelAllAfter", {"type": "ACTIVATE"}, "time_out is missing; allowed: a whole number"),
        (
            "cancelAllAfter",
            {"type": "STOP", "timeOut": 30},
            "type_ is 'STOP'; allowed: one of ACTIVATE, CLOSE",
        ),
        ("openOrders", {"symbol": "btc-usdt"}, "symbol is 'btc-usdt'; did you mean BTC-USDT? Allowed: base"),
        ("openOrders", {"symbol": f"{SYMBOL}\n"}, "symbol is 'BTC-USDT\\n'; did you mean BTC-USDT?"),
        ("openOrders", {"recvWindow": 0}, "recv_window is 0; allowed: a number above 0 to 60000"),
        ("openOrders", {"recvWindow": float("nan")}, "recv_window is nan; allowed"),
        (
            "historyOrders",
            {"startTime": 1702713000},
            "start_time is 1702713000; did you mean 1702713000000? "
            "Allowed: Unix milliseconds from 1000000000000 to 9999999999999",
        ),
        ("historyOrders", {"endTime": 0}, "end_time is 0; allowed: Unix milliseconds from"),
        ("historyOrders", {"pageSize": True}, "page_size is True; allowed"),
        ("historyOrders", {"status": "NEW"}, "status is 'NEW'; allowed: one of FILLED, CANCELED, FAILED"),
        (
            "cancelOrders",
            {"symbol": SYMBOL, "orderIds": "1,x"},
            "order_ids is '1,x'; allowed: 1 to 10 items joined by commas, each a whole number from 1",
        ),
        ("cancelOrders", {"symbol": SYMBOL, "orderIds": ",".join(["7"] * 11)}, "order_ids is '7,7"),
        ("cancelOrders", {"symbol": SYMBOL, "orderIds": "1,"}, "order_ids is '1,'"),
        ("cancelOrders", {"symbol": SYMBOL, "clientOrderIDs": "a,,b"}, "client_order_ids is 'a,,b'"),
    ],
)
def test_what_is_not_allowed_is_named(operation: str, parameters: dict[str, Any], said: str) -> None:
    assert rejected(operation, **parameters).startswith(said)


@pytest.mark.parametrize(
    ("operation", "parameters"),
    [
        ("cancelAllAfter", {"type": "CLOSE", "timeOut": 10}),
        ("cancelAllAfter", {"type": "CLOSE", "timeOut": "10"}),
        ("openOrders", {}),
        ("openOrders", {"symbol": "MØTH-USDT", "recvWindow": 0.5}),
        ("historyOrders", {"type": "A_NEW_TYPE", "pageIndex": 1}),
        ("historyOrders", {"startTime": 1702713000000, "endTime": "1702713000001"}),
        (
            "cancelOrders",
            {"symbol": "OTHR#99961-USDT", "orderIds": "1735964997957275648,2"},
        ),
        ("cancelOrders", {"symbol": SYMBOL, "clientOrderIDs": "my-bot_1,a.b"}),
    ],
)
def test_what_is_allowed_passes(operation: str, parameters: dict[str, Any]) -> None:
    check_arguments(BY_ID[operation], parameters)


NUMBER = Parameter("a", "a", "double")
WHOLE = Parameter("a", "a", "int64")
AMOUNT = Parameter("a", "a", "decimal")
LIST = TEXT._replace(form="joined", items=WHOLE)


@pytest.mark.parametrize(
    ("argument", "fitting", "refused"),
    [
        (Parameter("a", "a", "boolean"), [True, False], [1, "true", None]),
        (TEXT, ["", "a"], [5, None, b"a", ["a"]]),
        (TEXT._replace(length=(2, 3)), ["ab", "abc"], ["a", "abcd"]),
        (AMOUNT, ["0.5", "-7"], ["", ".5", "1_0", "1e-9", "inf", " 5", "٣", 0.5, 5, True]),
        (NUMBER, ["0.5", 7, "7", -1.5], [float("inf"), "inf", "x", True, None, "1_0", "+5", " 5", "٣"]),
        (WHOLE._replace(minimum=2, maximum=5), [2, 5, "5"], [1, 6, 2.0, "2.0", 10**400]),
        (NUMBER._replace(minimum=2, maximum=5, exclusive=(True, True)), [2.1, 4.9], [2, 5, 10**400]),
        (LIST._replace(number=(1, 2)), ["1", "1,2"], ["1,2,3", ""]),
        (LIST._replace(number=(2, None)), ["1,2", "1,2,3"], ["1"]),
        (JSON_LIST, ["[]"], ["null", '"x"']),
        (TEXT._replace(enum=("A", "B")), ["A"], ["C", "a"]),
        (TEXT._replace(enum=("A", "B"), open_enum=True), ["A", "C"], [1]),
    ],
)
def test_what_fits(argument: Parameter, fitting: list[Any], refused: list[Any]) -> None:
    assert [value for value in fitting if not fits(argument, value)] == []
    assert [value for value in refused if fits(argument, value)] == []


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        (Parameter("a", "a", "boolean"), "True or False"),
        (TEXT, "text without & = ? or line breaks"),
        (TEXT._replace(length=(1, None)), "text of at least 1 characters without & = ? or line breaks"),
        (TEXT._replace(length=(None, 9)), "text of 0 to 9 characters without & = ? or line breaks"),
        (TEXT._replace(pattern="x+"), "text that matches x+"),
        (AMOUNT, "a decimal number as text, such as 0.5"),
        (TEXT._replace(enum=("A", "B")), "one of A, B"),
        (TEXT._replace(enum=("A", "B"), open_enum=True), "such as A, B"),
        (WHOLE._replace(minimum=1, maximum=2**63 - 1), "a whole number from 1 to 9223372036854775807"),
        (NUMBER._replace(minimum=0.5, maximum=60000.0), "a number from 0.5 to 60000"),
        (NUMBER._replace(minimum=0, maximum=9, exclusive=(True, True)), "a number above 0 below 9"),
        (LIST._replace(number=(None, 10)), "0 to 10 items joined by commas, each a whole number"),
        (LIST._replace(number=(2, None)), "at least 2 items joined by commas, each a whole number"),
    ],
)
def test_what_is_allowed_in_words(argument: Parameter, words: str) -> None:
    assert allowed(argument) == words


@pytest.mark.parametrize(
    ("text", "fitting"),
    [('[{"side":"BUY"}]', True), ('[{"side":"HOLD"}]', False), ("[{}]", False), ("{}", False), ("[", False)],
)
def test_a_json_text_is_looked_into(text: str, fitting: bool) -> None:
    assert fits(JSON_LIST, text) == fitting
    assert allowed(JSON_LIST) == "at least 0 items as a JSON array, each an object"


def test_a_generated_function_is_refused_before_it_sends() -> None:
    body = CancelAllAfterRequest(type_=CountdownAct.ACTIVATE, time_out=5)
    arguments = cancel_all_after._get_kwargs(body=body)
    with pytest.raises(InvalidInput, match="time_out is 5"):
        call_of(**arguments)


@pytest.mark.parametrize("text", ["a&b", "a=b", "a\nb", "\ud800"])
def test_text_that_cannot_be_signed_is_refused_by_its_name_in_python(text: str, monkeypatch) -> None:
    argument = TEXT._replace(name="listenKey", python_name="listen_key")
    operation = replace(BY_ID["openOrders"], arguments=(argument,))
    monkeypatch.setattr("bingx_spot.middleware.OPERATIONS", {("GET", "/"): operation})
    with pytest.raises(InvalidInput, match=r"^listen_key is .* without & = \? or line breaks$"):
        call_of("GET", "/", params={"listenKey": text})


def test_a_caller_who_writes_wire_names_reads_them() -> None:
    with pytest.raises(InvalidInput, match=r"^timeOut is 5"):
        check_arguments(BY_ID["cancelAllAfter"], {"type": "CLOSE", "timeOut": 5}, wire_names=True)


@pytest.mark.parametrize("operation", ["cancelOrder", "queryOrder"])
@pytest.mark.parametrize(
    ("ids", "given"),
    [({}, "neither is"), ({"orderId": 5, "clientOrderID": "x"}, "both are")],
    ids=["none", "both"],
)
@pytest.mark.parametrize(
    ("wire_names", "names"),
    [(True, "orderId or clientOrderID"), (False, "order_id or client_order_id")],
    ids=["wire", "python"],
)
def test_exactly_one_id_is_given(operation, ids, given, wire_names, names):
    with pytest.raises(InvalidInput) as refusal:
        check_arguments(BY_ID[operation], {"symbol": SYMBOL, **ids}, wire_names=wire_names)
    assert str(refusal.value) == (f"{names} must be given, and {given}; allowed: exactly one")


def test_more_than_two_of_several_are_counted():
    operation = replace(BY_ID["cancelOrder"], exactly_one_of=("orderId", "clientOrderID", "symbol"))
    with pytest.raises(InvalidInput, match="must be given, and 3 are; allowed: exactly one"):
        check_arguments(operation, {"symbol": SYMBOL, "orderId": 5, "clientOrderID": "x"})


def test_a_list_is_sent_as_the_text_that_holds_it():
    operation = BY_ID["cancelOrders"]
    sent = as_sent(operation, {"symbol": SYMBOL, "orderIds": [2**62, 7], "process": 1})
    assert sent == {"symbol": SYMBOL, "orderIds": f"{2**62},7", "process": 1}
    assert as_sent(operation, {"orderIds": "1,2"}) == {"orderIds": "1,2"}
    batch = replace(operation, arguments=(JSON_LIST,))
    assert as_sent(batch, {"a": ({"side": "BUY", "note": "é"},)}) == {"a": '[{"side": "BUY", "note": "é"}]'}
    with pytest.raises(InvalidInput, match="order_ids holds '1,2'; allowed: 1 to 10 items joined by commas"):
        as_sent(operation, {"orderIds": ["1,2"]})


def test_an_integer_of_a_library_is_sent_as_one_of_python():
    class Index:
        """A whole number of a library, such as numpy's `int64`."""

        def __index__(self) -> int:
            return ORDER_ID

    assert as_sent(BY_ID["cancelOrders"], {"orderIds": [Index(), 7]}) == {"orderIds": f"{ORDER_ID},7"}
    assert as_sent(BY_ID["queryOrder"], {"orderId": Index()}) == {"orderId": ORDER_ID}


def test_a_json_text_holds_nothing_but_what_the_contract_names():
    batch = replace(BY_ID["cancelOrders"], arguments=(JSON_LIST,))
    with pytest.raises(InvalidInput, match="a holds "):
        as_sent(batch, {"a": [{"side": "BUY", "noet": Decimal(1)}]})
    assert not fits(JSON_LIST, '[{"side": "BUY", "noet": 1}]')
    assert not fits(JSON_LIST, "[" * 100_000)


def test_a_parameter_that_the_contract_gains_is_no_argument_of_a_cancel_yet(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cancel = BY_ID["cancelOrder"]
    gained = replace(cancel, arguments=(*cancel.arguments, Parameter("newOne", "new_one", "string")))
    monkeypatch.setattr("bingx_spot_api.contract.BY_ID", {"cancelOrder": gained})
    names = runpy.run_path(validation.__file__)["WIRE_NAMES"]
    assert list(names) == [each.name for each in fields(CancelRequest)]


@pytest.mark.parametrize("pattern", [None, "^[a-z]+_[a-z]+$"])
def test_a_symbol_of_another_form_is_what_its_contract_allows(pattern: str | None) -> None:
    symbol = Parameter("symbol", "symbol", "string", pattern=pattern)
    assert fits(symbol, "btc_usdt")
    assert "BTC-USDT" not in allowed(symbol)
