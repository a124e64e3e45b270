"""The records: a response, and the order that it states."""

import copy
import json
import pickle
from decimal import Decimal
from types import MappingProxyType
from typing import Any

import pytest

from bingx_spot import Order, OrderSide, OrderStatus, OrderType, Response
from bingx_spot.models import is_integer
from bingx_spot_api.models.cancelled_order import CancelledOrder
from bingx_spot_api.models.queried_order import QueriedOrder
from tests.support.samples import ORDER, ORDER_ID, SYMBOL
from tests.unit.core.playing import answer

QUERIED = {
    "StopPrice": "0.1",
    "time": 1_700_000_000_000,
    "updateTime": 1_700_000_000_001,
    "origQuoteOrderQty": "5",
    "fee": "-0.01",
    "feeAsset": "USDT",
    "avgPrice": "0.15",
}
# A query spells the stop price in another way.
QUERIED_ORDER = {name: value for name, value in ORDER.items() if name != "stopPrice"} | QUERIED


class TestResponse:
    def test_can_be_pickled_and_copied(self) -> None:
        response = Response(200, MappingProxyType({"date": "today"}), b"{}")
        for other in (pickle.loads(pickle.dumps(response)), copy.copy(response)):  # noqa: S301 - our own bytes
            assert (other.http_status, other.headers, other.body) == (200, {"date": "today"}, b"{}")

    def test_parses_its_body_once_it_is_validated_and_no_more(self) -> None:
        parsed: dict[str, Any] = {"code": 0}
        assert Response(200, {}, b'{"code":5}', parsed).json() is parsed
        assert Response(200, {}, b'{"code":5}').json() == {"code": 5}

    def test_compares_without_what_is_parsed(self) -> None:
        assert Response(200, {}, b"{}", {"code": 0}) == Response(200, {}, b"{}")
        assert "parsed" not in repr(Response(200, {}, b"{}", {"code": 0}))

    def test_has_the_member_data(self) -> None:
        assert answer({"code": 0, "data": {"a": 1}}).data() == {"a": 1}

    @pytest.mark.parametrize("data", [None, [], "text", 5], ids=range(4))
    def test_has_no_data_where_the_member_is_no_object(self, data: object) -> None:
        assert answer({"code": 0, "data": data}).data() == {}

    def test_gives_a_copy_of_its_data(self) -> None:
        response = Response(200, {}, b'{"data":{"a":1}}', {"data": {"a": 1}})
        response.data()["a"] = 2
        assert response.data() == {"a": 1}


def order_in(data: dict[str, Any] = ORDER, **changes: Any) -> Order:
    data = data | changes
    return Order.from_data(data, answer({"code": 0, "msg": "", "data": data}))


class TestOrder:
    def test_has_exact_and_typed_fields(self) -> None:
        order = order_in(clientOrderID="my-bot")
        assert (order.symbol, order.order_id, order.client_order_id) == (SYMBOL, ORDER_ID, "my-bot")
        assert (order.status, order.type, order.side) == (
            OrderStatus.CANCELED,
            OrderType.LIMIT,
            OrderSide.SELL,
        )
        assert (order.price, order.stop_price) == (Decimal("0.1532"), Decimal("0.1532"))
        assert (order.orig_qty, order.executed_qty, order.cummulative_quote_qty) == (126, 0, 0)

    def test_of_a_cancel_has_none_of_a_query_s_fields(self) -> None:
        order = order_in()
        more = (order.time, order.update_time, order.orig_quote_order_qty, order.fee, order.fee_asset)
        assert (*more, order.avg_price) == (None,) * 6

    def test_of_a_query_has_more_fields(self) -> None:
        order = order_in(QUERIED_ORDER)
        assert (order.time, order.update_time) == (1_700_000_000_000, 1_700_000_000_001)
        assert (order.orig_quote_order_qty, order.fee, order.fee_asset) == (5, Decimal("-0.01"), "USDT")
        assert (order.avg_price, order.stop_price) == (Decimal("0.15"), Decimal("0.1"))

    def test_of_a_query_may_have_a_time_as_text(self) -> None:
        assert order_in(QUERIED_ORDER, time="1700000000000").time == 1_700_000_000_000

    def test_may_have_amounts_as_numbers_and_none_at_all(self) -> None:
        order = order_in(price=0, stopPrice=0.0, origQty=5)
        assert (order.price, order.stop_price, order.orig_qty) == (0, 0, 5)

    @pytest.mark.parametrize("empty", ["", None], ids=["empty", "null"])
    def test_has_none_where_the_exchange_left_a_field_out(self, empty: str | None) -> None:
        names = ["clientOrderID", "type", "side", "price", "stopPrice", "origQty", "fee", "feeAsset", "time"]
        order = order_in(**dict.fromkeys(names, empty))
        assert (order.client_order_id, order.type, order.side, order.price) == (None,) * 4
        assert (order.stop_price, order.orig_qty, order.fee, order.fee_asset, order.time) == (None,) * 5

    def test_keeps_the_word_of_its_state_and_its_pair_where_they_are_empty(self) -> None:
        order = order_in(status="", symbol="")
        assert (order.order_id, str(order.status), order.symbol) == (ORDER_ID, "", "")

    @pytest.mark.parametrize(
        "more",
        [
            {"fee": "none"}, {"fee": "NaN"}, {"fee": True}, {"time": [None]}, {"time": "soon"},
            {"time": True}, {"avgPrice": {}}, {"feeAsset": 5}, {"time": "1" * 5_000},
        ],
        ids=range(9),
    )  # fmt: skip
    def test_has_none_where_a_field_of_a_query_cannot_be_read(self, more: dict[str, Any]) -> None:
        order = order_in(**more)
        assert (order.order_id, order.time, order.fee, order.fee_asset) == (ORDER_ID, None, None, None)
        assert order.avg_price is None
        assert order.raw == ORDER | more

    @pytest.mark.parametrize("word", ["EXPIRED", "canceled", "ÜBER"], ids=["expired", "lower", "unlisted"])
    def test_keeps_a_word_that_is_not_listed(self, word: str) -> None:
        order = order_in(status=word, type=word, side=word)
        assert (str(order.status), order.type, order.side) == (word, word, word)
        assert order.status not in list(OrderStatus)

    def test_cannot_be_changed(self) -> None:
        order = order_in()
        with pytest.raises(AttributeError):
            order.status = OrderStatus.NEW  # type: ignore[misc] # is what must fail
        with pytest.raises(TypeError):
            order.raw["status"] = "NEW"  # type: ignore[index] # is what must fail

    def test_can_be_pickled_and_compared(self) -> None:
        order = order_in(status="EXPIRED")
        copied = pickle.loads(pickle.dumps(order))  # noqa: S301 - our own bytes
        assert copied == order
        assert copied.raw == order.raw

    def test_compares_and_shows_without_the_response(self) -> None:
        data = dict(ORDER)
        one = Order.from_data(data, Response(200, {"date": "today"}, b"{}"))
        assert one == Order.from_data(data, Response(200, {}, json.dumps({"data": data}).encode()))
        assert "response" not in repr(one)


class TestFromAModel:
    """The generated functions return models; the clients make orders of them."""

    def test_of_a_cancel(self) -> None:
        response = answer({"data": ORDER})
        assert Order.from_model(CancelledOrder.from_dict(ORDER), response) == order_in()

    def test_of_a_query(self) -> None:
        response = answer({"data": QUERIED_ORDER})
        assert Order.from_model(QueriedOrder.from_dict(QUERIED_ORDER), response) == order_in(QUERIED_ORDER)

    def test_of_a_cancel_that_a_query_has_settled(self) -> None:
        response = answer({"data": QUERIED_ORDER})
        assert Order.from_model(CancelledOrder.from_dict(QUERIED_ORDER), response) == order_in(QUERIED_ORDER)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(value, True) for value in (0, -5, "0", "007", 2**63 - 1, str(2**63 - 1))]
    + [
        (value, False)
        for value in (2**63, str(2**63), "9" * 20, True, 0.0, None, "", "-5", " 5", "5\n", "\u0665", [], {})
    ],
)
def test_an_integer_is_a_number_or_its_digits(value: object, expected: bool) -> None:
    assert is_integer(value) == expected
