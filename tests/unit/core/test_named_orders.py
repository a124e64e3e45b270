"""Responses whose `data` holds a list of orders, is a list, or depends on a parameter; ids of one order."""

import json
from dataclasses import replace
from typing import Any

import pytest

from bingx_spot import OutcomeUnknown, Response
from bingx_spot.core.named_orders import names_same_order
from bingx_spot.core.request import ApiCall
from bingx_spot.core.response_validation import schema_mismatch, validate_response
from bingx_spot_api.contract import BY_ID, Field, Items
from tests.support.samples import BY_ORDER_ID, CANCEL, ORDER, SYMBOL
from tests.unit.core.playing import BAD_GATEWAY, RESET, Exchange, answer

FIRST, SECOND = 1735964997957275648, 1735965127519326208
ONE_PAIR = ApiCall.of(BY_ID["cancelOpenOrders"], {"symbol": SYMBOL})
ALL_PAIRS = ApiCall.of(BY_ID["cancelOpenOrders"], {})
BOTH = ApiCall.of(BY_ID["cancelOrders"], {"symbol": SYMBOL, "orderIds": f"{FIRST},{SECOND}"})
BY_CLIENT_IDS = ApiCall.of(BY_ID["cancelOrders"], {"symbol": SYMBOL, "clientOrderIDs": "a,b"})
BY_CLIENT_ORDER_ID = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "my-bot_0001"})
OPEN_ORDERS = ApiCall.of(BY_ID["openOrders"], {"symbol": SYMBOL})


def state(order_id: int = FIRST, status: str = "CANCELED", **changes: Any) -> dict[str, Any]:
    return ORDER | {"orderId": order_id, "status": status} | changes


def problem(call: ApiCall, data: Any, message: str = "") -> str:
    """Return why a success is not believed, or nothing."""
    body = json.dumps({"code": 0, "msg": message, "data": data}).encode()
    try:
        validate_response(call, Response(200, {}, body))
    except OutcomeUnknown as error:
        return error.message.removesuffix(f"; the exchange said {message!r}")
    return ""


class TestCancelOpenOrders:
    @pytest.mark.parametrize("data", [{}, {"orders": None}, {"orders": []}])
    def test_no_orders_may_be_written_in_three_ways(self, data: Any) -> None:
        played = Exchange().play(answer({"code": 0, "data": data}), call=ONE_PAIR)
        assert isinstance(played.result, Response)

    def test_the_orders_are_those_of_the_pair(self) -> None:
        assert problem(ONE_PAIR, {"orders": [state(), state(SECOND)]}) == ""
        other = {"orders": [state(), state(SECOND, symbol="ETH-USDT")]}
        assert problem(ONE_PAIR, other).startswith("the response names another order: symbol is 'ETH-USDT'")
        assert problem(ALL_PAIRS, other) == ""

    @pytest.mark.parametrize("word", ["NEW", "PARTIALLY_FILLED", "working", "PENDING_CANCEL", "CANСELED", ""])
    def test_an_order_that_may_be_open_contradicts(self, word: str) -> None:
        assert problem(ALL_PAIRS, {"orders": [state(status=word)]}) == (
            f"the response says success and, of an order, status {word!r}"
        )

    def test_an_order_that_was_filled_meanwhile_is_believed(self) -> None:
        assert problem(ALL_PAIRS, {"orders": [state(status="FILLED", executedQty="126")]}) == ""

    @pytest.mark.parametrize(
        "data", [None, [], "orders", {"orders": {}}, {"orders": [None]}, {"orders": [{}]}]
    )
    def test_another_shape_is_not_believed(self, data: Any) -> None:
        assert problem(ALL_PAIRS, data)

    @pytest.mark.parametrize("reply", [BAD_GATEWAY, RESET], ids=["502", "reset"])
    def test_a_lost_answer_is_not_asked_for_twice_and_the_advice_is_its_own(self, reply: Any) -> None:
        played = Exchange().play(reply, call=ONE_PAIR)
        assert type(played.error) is OutcomeUnknown
        assert played.error.details.summary == "Unknown whether cancelOpenOrders took effect."
        assert "openOrders" in played.error.hint
        assert "no harm" not in str(played.error)


FAILED = {"orderId": str(SECOND), "error": "can not find order"}
TWICE = "the response names an order twice"


class TestCancelOrders:
    def test_each_id_is_in_one_list(self) -> None:
        assert problem(BOTH, {"orders": [state(), state(SECOND)]}) == ""
        assert problem(BOTH, {"orders": [state()], "fails": [FAILED]}) == ""
        assert problem(BOTH, {"orders": None, "fails": [FAILED, {"orderId": str(FIRST)}]}) == ""

    @pytest.mark.parametrize("name", ["error", "msg"])
    def test_an_order_that_may_yet_be_cancelled_is_not_one_that_failed(self, name: str) -> None:
        busy = {"orderId": str(SECOND), name: "system busy"}
        said = "the response lists an order as failed and says 'system busy'"
        assert problem(BOTH, {"orders": [state()], "fails": [busy]}) == said
        named = {"clientOrderID": "ok", "error": "can not find order"}
        by_name = ApiCall.of(BOTH.operation, {"symbol": SYMBOL, "clientOrderIDs": "ok"})
        assert problem(by_name, {"orders": [], "fails": [named]}) == "", "an id is no text"

    @pytest.mark.parametrize(
        ("data", "said"),
        [
            ({"orders": [state()]}, f"the response does not say what became of {SECOND}"),
            ({}, f"the response does not say what became of {FIRST}, {SECOND}"),
            (
                {"orders": [state(), state(SECOND)], "fails": [FAILED]},
                f"{TWICE}: {SECOND}",
            ),
            ({"orders": [state(), state()]}, f"{TWICE}: {FIRST}"),
            ({"orders": [state(), state(SECOND), state(7)]}, "the response names another order: 7"),
            (
                {"orders": [state()], "fails": [{"orderId": "9", "clientOrderID": "b"}]},
                "the response names another order: 9, b",
            ),
            ({"orders": [state()], "fails": [{"error": "busy"}]}, "the response names another order: "),
            (
                {"orders": [state(), state(SECOND, "NEW")]},
                "the response says success and, of an order, status 'NEW'",
            ),
            (
                {"orders": [state(), state(SECOND, "FILLED", executedQty="126")]},
                "the response says success and, of an order, status 'FILLED'",
            ),
            (
                {"orders": [state(), state(SECOND, "PENDING_CANCEL")]},
                "the response says success and, of an order, status 'PENDING_CANCEL'",
            ),
            (
                {"orders": [state(), state(SECOND, "")]},
                "the response says success and, of an order, status ''",
            ),
            (
                {"orders": [state(), state(SECOND, executedQty="126")]},
                "the response contradicts itself: an order is cancelled, and everything of it is executed",
            ),
        ],
        ids=range(12),
    )
    def test_everything_else_is_not_believed(self, data: Any, said: str) -> None:
        assert problem(BOTH, data) == said

    @pytest.mark.parametrize("failed", [{"clientOrderID": "b"}, {"orderId": "b"}])
    def test_a_failure_by_client_order_id_may_stand_under_either_name(self, failed: Any) -> None:
        assert problem(BY_CLIENT_IDS, {"orders": [state(clientOrderID="a")], "fails": [failed]}) == ""
        assert problem(BY_CLIENT_IDS, {"orders": [state(clientOrderID="A")], "fails": [failed]})


class TestOpenOrders:
    def test_nothing_is_open_only_where_the_list_says_so(self) -> None:
        assert problem(OPEN_ORDERS, {"orders": []}) == ""
        assert problem(OPEN_ORDERS, {"orders": None}) == ""
        assert problem(OPEN_ORDERS, {}) == "the response lacks orders"
        assert problem(OPEN_ORDERS, None) == "the response says success and holds no data"

    @pytest.mark.parametrize("call", [OPEN_ORDERS, ONE_PAIR], ids=["read", "cancel"])
    def test_an_empty_list_beside_a_failure_is_not_believed(self, call: ApiCall) -> None:
        nothing: dict[str, Any] = {"orders": []}
        for message in (
            "lock fail, try again later",
            "系统繁忙",
            "over 20 error code:100202",
            "Sistem sibuk",
        ):
            assert problem(call, nothing, message) == "the response says success and lists nothing"
            assert problem(call, {"orders": [state(status="FILLED")]}, message) == ""
        for message in ("success", "OK", "Cancelled successfully", "No open orders found"):
            assert problem(call, nothing, message) == ""

    def test_without_a_list_nothing_is_known_to_be_open(self) -> None:
        with pytest.raises(OutcomeUnknown, match="holds no data"):
            validate_response(OPEN_ORDERS, Response(200, {}, b'{"code":0,"price":5}'))

    def test_orders_that_are_only_read_may_have_any_state(self) -> None:
        reading = replace(OPEN_ORDERS.operation, states=BOTH.operation.states)
        assert problem(ApiCall.of(reading, OPEN_ORDERS.parameters), {"orders": [state(status="NEW")]}) == ""

    def test_a_price_that_cannot_be_read_is_left_out(self) -> None:
        body = {"code": 0, "msg": "", "data": {"orders": [state(status="NEW", price="N/A"), state(SECOND)]}}
        response = validate_response(OPEN_ORDERS, Response(200, {}, json.dumps(body).encode()))
        first, second = response.json()["data"]["orders"]
        assert "price" not in first
        assert (first["orderId"], second["price"]) == (FIRST, ORDER["price"])

    @pytest.mark.parametrize("data", [{"orders": "x"}, {"orders": [], "fails": "x"}, {"orders": [5]}])
    def test_a_list_that_cannot_be_read_is_no_empty_list(self, data: Any) -> None:
        operation = OPEN_ORDERS.operation
        assert operation.data is not None
        [orders] = operation.data.fields
        lists = (orders._replace(required=False), orders._replace(name="fails", required=False))
        both = replace(
            operation,
            data=operation.data._replace(fields=lists),
            items=operation.items and operation.items._replace(failures="fails"),
        )
        assert problem(ApiCall.of(both, OPEN_ORDERS.parameters), {}) == ""
        assert problem(ApiCall.of(both, OPEN_ORDERS.parameters), data) != ""

    def test_an_order_that_was_filled_while_it_was_cancelled_is_no_contradiction(self) -> None:
        filled = state(executedQty=ORDER["origQty"])
        assert problem(OPEN_ORDERS, {"orders": [filled]}) == ""
        assert "everything of it is executed" in problem(BOTH, {"orders": [filled, state(SECOND)]})

    def test_every_item_is_looked_at(self) -> None:
        item = Field("orders", "int64", nullable=True)
        assert schema_mismatch((Field("orders", "array", items=item),), {"orders": [None, 1]}) == ""
        assert schema_mismatch((Field("orders", "array", items=item),), {"orders": [None, "x"]}) != ""
        assert (
            schema_mismatch((Field("flags", "array", items=Field("", "boolean")),), {"flags": [True]}) == ""
        )

    def test_a_pair_in_other_letters_is_the_same(self) -> None:
        assert problem(OPEN_ORDERS, {"orders": [state(status="NEW", symbol=SYMBOL.lower())]}) == ""
        assert problem(BOTH, {"orders": [state(), state(SECOND, symbol=SYMBOL.lower())]}) != ""

    def test_an_order_of_another_pair_is_not_believed(self) -> None:
        assert problem(OPEN_ORDERS, {"orders": [state(status="NEW", symbol="ETH-USDT")]})


class TestCancelAllAfter:
    @pytest.mark.parametrize(
        ("act", "word", "believed"),
        [
            ("ACTIVATE", "ACTIVATED", True),
            ("ACTIVATE", "activated", True),
            ("ACTIVATE", "CLOSED", False),
            ("ACTIVATE", "FAILED", False),
            ("CLOSE", "CLOSED", True),
            ("CLOSE", "ACTIVATED", False),
            ("CLOSE", "FAILED", False),
        ],
    )
    def test_the_words_depend_on_the_act(self, act: str, word: str, believed: bool) -> None:
        call = ApiCall.of(BY_ID["cancelAllAfter"], {"type": act, "timeOut": 30})
        said = problem(call, {"triggerTime": 1710389137, "status": word})
        assert said == ("" if believed else f"the response says success and status {word!r}")

    def test_after_a_lost_answer_that_of_the_repeat_counts(self) -> None:
        call = ApiCall.of(BY_ID["cancelAllAfter"], {"type": "ACTIVATE", "timeOut": 30})
        success = answer({"code": 0, "data": {"triggerTime": 1710389137, "status": "ACTIVATED"}})
        assert Exchange().play(RESET, success, call=call).result is not None


class TestDataThatIsAList:
    CANDLES = replace(
        BY_ID["serverTime"],
        data=Field("data", "array", items=Field("data", "array", items=Field("data", "decimal"))),
    )
    TICKERS = replace(
        BY_ID["serverTime"],
        data=Field(
            "data",
            "array",
            items=Field("data", "object", fields=(Field("symbol", "string", required=True),)),
        ),
        items=Items(None, ("symbol",), (), None, (), ()),
    )

    @pytest.mark.parametrize("data", [None, {}, "nonsense", [1], [["high"]], [[None]]])
    def test_nonsense_is_not_believed(self, data: Any) -> None:
        assert problem(ApiCall(self.CANDLES, {}), data)

    def test_what_fits_is(self) -> None:
        assert problem(ApiCall(self.CANDLES, {}), [[1696751141337, "0.15", 0.2]]) == ""
        assert problem(ApiCall(self.CANDLES, {}), []) == ""

    def test_its_items_are_those_of_the_request(self) -> None:
        call = ApiCall(self.TICKERS, {"symbol": SYMBOL})
        assert problem(call, [{"symbol": SYMBOL}]) == ""
        assert problem(call, [{}]) == "the response lacks symbol, in data"
        assert problem(call, [{"symbol": "ETH-USDT"}]).startswith("the response names another order")


class TestNamesSameOrder:
    @pytest.mark.parametrize(
        ("stated", "same"),
        [
            ({}, True),
            ({"clientOrderID": None}, True),
            ({"clientOrderID": ""}, True),
            ({"clientOrderID": "my-bot_0001"}, True),
            ({"clientOrderID": "MY-BOT_0001"}, True),
            ({"clientOrderID": "my-bot_0002"}, False),
            ({"orderId": 5, "clientOrderID": "my-bot_0001"}, True),
        ],
    )
    def test_by_client_order_id(self, stated: dict[str, Any], same: bool) -> None:
        assert names_same_order(BY_CLIENT_ORDER_ID, stated) == same

    def test_by_order_id_leaves_the_order_id_to_validation(self) -> None:
        assert names_same_order(BY_ORDER_ID, {"orderId": 5, "clientOrderID": "x"})
