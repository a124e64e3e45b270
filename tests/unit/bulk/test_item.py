"""What a run may be given: a request, a mapping, a pair, an order; and what it refuses."""

import dataclasses
import pickle

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import BingxSpot, CancelRequest, CancelRestriction, Credentials, InvalidInput
from tests.support.samples import Unlimited

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


def test_every_field_goes_out_under_its_wire_name():
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


def test_an_order_as_the_exchange_stated_it_names_itself():
    with Sandbox(limits="off", orders=1) as sandbox:
        order_id = sandbox.orders()[0]["orderId"]
        keys = Credentials(sandbox.api_key, sandbox.api_secret)
        with BingxSpot(keys, environment=sandbox.url, limits=Unlimited()) as bingx:
            order = bingx.query_order("BTC-USDT", order_id=order_id)
    assert CancelRequest.of(order) == CancelRequest("BTC-USDT", order_id=order_id)


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
        ({"symbol": "BTC-USDT", "orderId": 1, "order_id": 1}, "order_id"),
        ({"symbol": "BTC-USDT", "orderId": 1, "cancelRestriction": "NEW"}, "'cancelRestriction'"),
        ({"symbol": "BTC-USDT", "orderId": 1, "cancelRestrictions": "FILLED"}, "cancel_restrictions"),
        ({"symbol": "BTC-USDT", "orderId": 1, "recvWindow": "5000"}, "recv_window"),
        (("BTC-USDT", True), "order_id"),
    ],
)
def test_what_names_no_order_is_refused_with_the_field(item, field):
    with pytest.raises(InvalidInput) as caught:
        CancelRequest.of(item)
    assert caught.value.field == field


def test_a_request_is_a_value():
    request = CancelRequest("BTC-USDT", order_id="7")
    assert request == CancelRequest("BTC-USDT", order_id=7)
    assert hash(request) == hash(CancelRequest("BTC-USDT", order_id=7))
    assert pickle.loads(pickle.dumps(request)) == request  # noqa: S301 - its own
    with pytest.raises(dataclasses.FrozenInstanceError):
        request.symbol = "ETH-USDT"  # type: ignore[misc]
