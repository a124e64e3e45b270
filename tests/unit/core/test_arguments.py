"""Arguments that the contract does not allow are refused before anything is sent."""

from dataclasses import replace
from typing import Any

import pytest

from bingx_spot import InvalidInput
from bingx_spot.core.arguments import allowed, as_sent, check_arguments, fits
from bingx_spot.middleware import call_of
from bingx_spot_api.api.trade import cancel_all_after
from bingx_spot_api.contract import BY_ID, Parameter
from bingx_spot_api.models import CancelAllAfterRequest, CountdownAct
from tests.support.plain_ids import plain
from tests.support.samples import SYMBOL

TEXT = Parameter("a", "a", "string")
JSON_LIST = TEXT._replace(
    form="json",
    items=Parameter(
        "", "", "object", members=(Parameter("side", "side", "string", required=True, enum=("BUY", "SELL")),)
    ),
)


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
        ("openOrders", {"symbol": "btc-usdt"}, "symbol is 'btc-usdt'; allowed: text that matches"),
        ("openOrders", {"symbol": f"{SYMBOL}\n"}, "symbol is 'BTC-USDT\\n'; allowed"),
        ("openOrders", {"recvWindow": 0}, "recv_window is 0; allowed: a number above 0 to 60000"),
        ("openOrders", {"recvWindow": float("nan")}, "recv_window is nan; allowed"),
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
    ids=plain,
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
        (
            "cancelOrders",
            {"symbol": "OTHR#99961-USDT", "orderIds": "1735964997957275648,2"},
        ),
        ("cancelOrders", {"symbol": SYMBOL, "clientOrderIDs": "my-bot_1,a.b"}),
    ],
    ids=plain,
)
def test_what_is_allowed_passes(operation: str, parameters: dict[str, Any]) -> None:
    check_arguments(BY_ID[operation], parameters)


NUMBER = Parameter("a", "a", "double")
WHOLE = Parameter("a", "a", "int64")
LIST = TEXT._replace(form="joined", items=WHOLE)


@pytest.mark.parametrize(
    ("argument", "fitting", "refused"),
    [
        (Parameter("a", "a", "boolean"), [True, False], [1, "true", None]),
        (TEXT, ["", "a"], [5, None, b"a", ["a"]]),
        (TEXT._replace(length=(2, 3)), ["ab", "abc"], ["a", "abcd"]),
        (NUMBER, ["0.5", 7, "7", -1.5], [float("inf"), "inf", "x", True, None]),
        (WHOLE._replace(minimum=2, maximum=5), [2, 5, "5"], [1, 6, 2.0, "2.0"]),
        (NUMBER._replace(minimum=2, maximum=5, exclusive=(True, True)), [2.1, 4.9], [2, 5]),
        (LIST._replace(number=(1, 2)), ["1", "1,2"], ["1,2,3", ""]),
        (LIST._replace(number=(2, None)), ["1,2", "1,2,3"], ["1"]),
        (JSON_LIST, ["[]"], ["null", '"x"']),
        (TEXT._replace(enum=("A", "B")), ["A"], ["C", "a"]),
        (TEXT._replace(enum=("A", "B"), open_enum=True), ["A", "C"], [1]),
    ],
    ids=plain,
)
def test_what_fits(argument: Parameter, fitting: list[Any], refused: list[Any]) -> None:
    assert [value for value in fitting if not fits(argument, value)] == []
    assert [value for value in refused if fits(argument, value)] == []


@pytest.mark.parametrize(
    ("argument", "words"),
    [
        (Parameter("a", "a", "boolean"), "True or False"),
        (TEXT, "text"),
        (TEXT._replace(pattern="x+"), "text that matches x+"),
        (TEXT._replace(enum=("A", "B")), "one of A, B"),
        (TEXT._replace(enum=("A", "B"), open_enum=True), "such as A, B"),
        (WHOLE._replace(minimum=1, maximum=2**63 - 1), "a whole number from 1 to 9223372036854775807"),
        (NUMBER._replace(minimum=0.5, maximum=60000.0), "a number from 0.5 to 60000"),
        (NUMBER._replace(minimum=0, maximum=9, exclusive=(True, True)), "a number above 0 below 9"),
        (LIST._replace(number=(None, 10)), "0 to 10 items joined by commas, each a whole number"),
        (LIST._replace(number=(2, None)), "at least 2 items joined by commas, each a whole number"),
    ],
    ids=plain,
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


def test_a_caller_who_writes_wire_names_reads_them() -> None:
    with pytest.raises(InvalidInput, match=r"^timeOut is 5"):
        check_arguments(BY_ID["cancelAllAfter"], {"type": "CLOSE", "timeOut": 5}, wire_names=True)


@pytest.mark.parametrize("operation", ["cancelOrder", "queryOrder"])
@pytest.mark.parametrize(
    ("ids", "given"), [({}, 0), ({"orderId": 5, "clientOrderID": "x"}, 2)], ids=["none", "both"]
)
@pytest.mark.parametrize(
    ("wire_names", "names"),
    [(True, "orderId or clientOrderID"), (False, "order_id or client_order_id")],
    ids=["wire", "python"],
)
def test_exactly_one_id_is_given(operation, ids, given, wire_names, names):
    with pytest.raises(InvalidInput) as refusal:
        check_arguments(BY_ID[operation], {"symbol": SYMBOL, **ids}, wire_names=wire_names)
    assert str(refusal.value) == (
        f"{names} must name what is meant, and {given} are given; allowed: exactly one"
    )


def test_a_list_is_sent_as_the_text_that_holds_it():
    operation = BY_ID["cancelOrders"]
    sent = as_sent(operation, {"symbol": SYMBOL, "orderIds": [2**62, 7], "process": 1})
    assert sent == {"symbol": SYMBOL, "orderIds": f"{2**62},7", "process": 1}
    assert as_sent(operation, {"orderIds": "1,2"}) == {"orderIds": "1,2"}
    batch = replace(operation, arguments=(JSON_LIST,))
    assert as_sent(batch, {"a": ({"side": "BUY"},)}) == {"a": '[{"side": "BUY"}]'}
    with pytest.raises(InvalidInput, match="order_ids holds '1,2'; allowed: 1 to 10 items joined by commas"):
        as_sent(operation, {"orderIds": ["1,2"]})
