"""Every operation of the contract, called by the method that is generated for it."""

import inspect
import json
from importlib.resources import files

import httpx
import pytest

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, BingxSpot, InvalidInput, OrderNotFound, OutcomeUnknown
from bingx_spot_api import surface
from bingx_spot_api.contract import BY_ID
from tests.support.patience import patiently
from tests.support.samples import ORDER_ID, SYMBOL
from tests.support.sandboxes import keys, options


def test_every_operation_has_a_documented_method() -> None:
    classes = [
        each
        for _, each in inspect.getmembers(surface, inspect.isclass)
        if each.__module__ == surface.__name__
    ]
    methods = [
        method
        for each in classes
        for name, method in inspect.getmembers(each, inspect.isfunction)
        if not name.startswith("_")
    ]
    assert len(methods) == 2 * len(BY_ID)
    for method in methods:
        described = inspect.getdoc(method) or ""
        assert all(
            f"    {name}: " in described for name in inspect.signature(method).parameters if name != "self"
        )


def test_a_read_returns_the_model_with_exact_ids(sandbox):
    order_id = sandbox.place_order(SYMBOL)["orderId"]
    with BingxSpot(keys(sandbox), **options(sandbox)) as bingx:
        order = bingx.trade.query_order(symbol=SYMBOL, order_id=order_id)
        assert (order.order_id, order.status) == (order_id, "NEW")
        assert bingx.server.server_time().server_time > 0
        with pytest.raises(OrderNotFound):
            bingx.trade.query_order(symbol=SYMBOL, order_id=1)


@pytest.mark.anyio
async def test_the_same_awaited(sandbox):
    order_id = sandbox.place_order(SYMBOL)["orderId"]
    async with AsyncBingxSpot(keys(sandbox), **options(sandbox)) as bingx:
        cancelled = await bingx.trade.cancel_order(symbol=SYMBOL, order_id=order_id)
        assert (cancelled.order_id, cancelled.status) == (order_id, "CANCELED")
        assert (await bingx.server.server_time()).server_time > 0


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"symbol": "btc", "order_ids": [1]}, "symbol"),
        ({"symbol": SYMBOL, "order_ids": []}, "order_ids"),
        ({"symbol": SYMBOL, "order_ids": ["1,2"]}, "order_ids"),
        ({"symbol": SYMBOL, "order_ids": [1.5]}, "order_ids"),
        ({"symbol": SYMBOL, "order_ids": list(range(1, 12))}, "order_ids"),
        ({"symbol": SYMBOL, "client_order_ids": ["a b"]}, "client_order_ids"),
        ({"symbol": SYMBOL, "order_ids": [1], "process": 2}, "process"),
        ({"symbol": SYMBOL}, "order_ids or client_order_ids"),
        ({"symbol": SYMBOL, "order_ids": [1], "client_order_ids": ["a"]}, "order_ids or client_order_ids"),
    ],
)
def test_what_the_contract_does_not_allow_is_not_sent(sandbox, arguments, field):
    with BingxSpot(keys(sandbox), **options(sandbox)) as bingx, pytest.raises(InvalidInput) as caught:
        bingx.trade.cancel_orders(**arguments)
    assert caught.value.field == field
    assert sandbox.requests() == []


def test_an_answer_that_the_contract_does_not_believe_is_no_result(sandbox):
    other = {"symbol": "OTHER-USDT", "orderId": ORDER_ID, "status": "NEW"}
    answer = httpx.Response(200, json={"code": 0, "data": {"orders": [other]}})
    transport = httpx.MockTransport(lambda _: answer)
    with BingxSpot(keys(sandbox), **options(sandbox, transport=transport)) as bingx:
        assert bingx.trade.open_orders(symbol="OTHER-USDT").orders[0].order_id == ORDER_ID
        with pytest.raises(OutcomeUnknown):
            patiently(
                lambda timeout: bingx.with_options(timeout=timeout).trade.open_orders(symbol=SYMBOL), 0.5
            )


def test_the_examples_of_the_contract_are_stubs_of_every_operation() -> None:
    stubs = json.loads(files("bingx_spot_api").joinpath("stubs.json").read_bytes())["stubs"]
    assert {(each["method"], each["path"]) for each in stubs} == {
        (operation.method, operation.path) for operation in BY_ID.values()
    }
    # Those of endpoints with real behaviour are left out.
    with Sandbox(stubs=stubs) as sandbox:
        sandbox.place_order(SYMBOL)
