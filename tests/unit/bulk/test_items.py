"""Items of a bulk run: a request, a mapping, a pair, an order; and what is rejected."""

import dataclasses
import pickle

import pytest

from bingx_spot import (
    AsyncBingxSpot,
    BingxSpot,
    CancelRequest,
    CancelRestriction,
    Credentials,
    InvalidInput,
    Order,
    Response,
)
from bingx_spot.bulk.items import format_input_error, match_fields
from bingx_spot.validation import WIRE_NAMES
from tests.support.samples import ORDER

ORDER_ID = 1735964079647111281


@pytest.mark.parametrize(
    "item",
    [
        CancelRequest("BTC-USDT", order_id=ORDER_ID),
        CancelRequest("BTC-USDT", order_id=str(ORDER_ID)),
        ("BTC-USDT", ORDER_ID),
        ("BTC-USDT", str(ORDER_ID)),
        {"symbol": "BTC-USDT", "orderId": ORDER_ID},
        {"symbol": "BTC-USDT", "order_id": str(ORDER_ID)},
        {"Symbol": "BTC-USDT", "Order ID": ORDER_ID},
        {"symbol": "BTC-USDT", "orderId": ORDER_ID, "clientOrderID": "", "status": "NEW", "price": "1"},
        {"symbol": "BTC-USDT", "orderId": ORDER_ID, "recvWindow": None, "origClientOrderId": "x"},
    ],
)
def test_one_order_in_many_forms(item):
    request = CancelRequest.of(item)
    assert request == CancelRequest("BTC-USDT", order_id=ORDER_ID)
    assert request.parameters() == {"symbol": "BTC-USDT", "orderId": ORDER_ID}


def test_parameters_have_the_names_of_the_api():
    item = {
        "symbol": "MØTH-USDT",
        "client_order_id": "my-bot_0001",
        "cancel_restrictions": "NEW",
        "recv_window": 3000.0,
    }
    request = CancelRequest.of(item)
    assert request.cancel_restrictions is CancelRestriction.NEW
    assert request.parameters() == {
        "symbol": "MØTH-USDT",
        "clientOrderID": "my-bot_0001",
        "cancelRestrictions": "NEW",
        "recvWindow": 3000,
    }


def test_an_order_of_a_response_names_itself():
    order = Order.from_data(ORDER, Response(200, {}, b""))
    assert CancelRequest.of(order) == CancelRequest("BTC-USDT", order_id=ORDER["orderId"])


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ("BTC-USDT", "item"),
        (("BTC-USDT",), "item"),
        (["BTC-USDT", ORDER_ID], "item"),
        ({1: 2}, "item"),
        ({"orderId": ORDER_ID}, "symbol"),
        ({"symbol": "btc", "orderId": ORDER_ID}, "symbol"),
        ({"symbol": "BTC-USDT"}, "order_id or client_order_id"),
        ({"symbol": "BTC-USDT", "orderId": ORDER_ID, "clientOrderID": "a"}, "order_id or client_order_id"),
        ({"symbol": "BTC-USDT", "orderId": 1.7e18}, "order_id"),
        ({"symbol": "BTC-USDT", "orderId": 1, "order_id": 1}, "orderId"),
        ({"symbol": "BTC-USDT", "orderId": 1, "cancelRestriction": "NEW"}, "'cancelRestriction'"),
        ({"symbol": "BTC-USDT", "orderId": 1, "cancelRestrictions": "FILLED"}, "cancel_restrictions"),
        ({"symbol": "BTC-USDT", "orderId": 1, "recvWindow": "5000"}, "recv_window"),
        (("BTC-USDT", True), "order_id"),
    ],
)
def test_an_item_without_an_order_is_rejected_with_the_field(item, field):
    with pytest.raises(InvalidInput) as caught:
        CancelRequest.of(item)
    assert caught.value.field == field


@pytest.mark.parametrize("kind", [BingxSpot, AsyncBingxSpot])
@pytest.mark.parametrize("one", [{"symbol": "BTC-USDT", "orderId": 1}, "BTC-USDT", b"1"])
def test_one_order_in_place_of_a_list_is_rejected_at_once(kind, one):
    with pytest.raises(InvalidInput, match=r"orders is of type .*; allowed: a list; each a CancelRequest"):
        kind(Credentials("key", "secret")).cancel_orders(one)


def test_a_request_is_a_value():
    request = CancelRequest("BTC-USDT", order_id="7")
    assert request == CancelRequest("BTC-USDT", order_id=7)
    assert hash(request) == hash(CancelRequest("BTC-USDT", order_id=7))
    assert pickle.loads(pickle.dumps(request)) == request  # noqa: S301 - the test's own
    with pytest.raises(dataclasses.FrozenInstanceError):
        request.symbol = "ETH-USDT"  # type: ignore[misc]


def test_names_are_matched_whatever_their_case_and_separators():
    names = ["Symbol", "Order ID", "client_order_id", "price", "origClientOrderId"]
    assert match_fields(names) == {
        "Symbol": "symbol",
        "Order ID": "order_id",
        "client_order_id": "client_order_id",
    }


def test_an_error_about_a_row_has_the_names_of_the_api():
    error = InvalidInput("order_id or client_order_id", "must name the order", "exactly one of the two")
    assert format_input_error(error, WIRE_NAMES) == (
        "orderId or clientOrderID must name the order; allowed: exactly one of the two"
    )
