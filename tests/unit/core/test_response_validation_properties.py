"""Any response becomes this order or one of our errors."""

import json
import pickle

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bingx_spot import BingxError, CallError, Order, Response
from bingx_spot.core.facts import says
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import Send
from tests.support.judging import judged
from tests.support.samples import ORDER, ORDER_ID, SYMBOL, success
from tests.unit.core.playing import CANCELLING, Exchange

SUCCESS = success()
JSON = st.recursive(
    st.one_of(
        st.none(), st.booleans(), st.integers(), st.floats(), st.text(st.characters()),
        st.sampled_from([0, "0", "", "CANCELED", "FILLED", "EXPIRED", str(ORDER_ID), ORDER_ID, SYMBOL]),
    ),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ORDER, "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)  # fmt: skip
ENVELOPE_NAMES = ["code", "msg", "debugMsg", "timestamp", "success", "data", "more"]
# Fields of a query's response, which a cancel's may hold as well.
QUERIED = ["StopPrice", "time", "updateTime", "origQuoteOrderQty", "fee", "feeAsset", "avgPrice"]
CHANGED = st.one_of(
    JSON,
    st.dictionaries(st.sampled_from(ENVELOPE_NAMES), JSON).map(lambda changes: json.loads(SUCCESS) | changes),
    st.dictionaries(st.sampled_from([*ORDER, "clientOrderID", *QUERIED]), JSON).map(
        lambda changes: json.loads(SUCCESS) | {"data": ORDER | changes}
    ),
)
STATUSES = st.one_of(st.just(200), st.integers(200, 999))


def check_order(body: bytes, order: Order) -> None:
    """Check that a success names the order of the request and says that it is cancelled."""
    envelope = json.loads(body)
    assert int(envelope["code"]) == 0
    assert str(envelope["data"]["orderId"]) == str(order.order_id) == str(ORDER_ID)
    assert envelope["data"]["symbol"] == order.symbol == SYMBOL
    assert says(envelope["data"]["status"], ("CANCELED", "CANCELLED"))
    assert repr(order).encode()


def check_error(error: BingxError) -> None:
    """Check that an error can be shown, and pickled."""
    assert str(error).encode()
    assert repr(error).encode()
    assert str(pickle.loads(pickle.dumps(error))) == str(error)  # noqa: S301 - our own bytes


def check(body: bytes, status: int = 200) -> None:
    try:
        order = judged(body, status)
    except BingxError as error:
        check_error(error)
    else:
        check_order(body, order)


@given(CHANGED, STATUSES)
@example(json.loads(SUCCESS), 200)
@example(json.loads(SUCCESS), 520)
@example({"code": "0"}, 200)
@example(json.loads(SUCCESS) | {"data": ORDER | {"fee": "none"}}, 200)
@example(json.loads(SUCCESS) | {"data": ORDER | {"time": [None]}}, 200)
@example(json.loads(SUCCESS) | {"data": ORDER | {"stopPrice": [None]}}, 200)
def test_any_json_becomes_this_order_or_an_error_of_ours(value: object, status: int) -> None:
    check(json.dumps(value).encode(), status)


@given(st.binary(max_size=200), STATUSES)
def test_any_bytes_become_an_error_of_ours(body: bytes, status: int) -> None:
    with pytest.raises(CallError) as failed:
        judged(body, status)
    check_error(failed.value)


@given(st.integers(0, len(SUCCESS) - 1), st.binary(max_size=3))
def test_a_success_with_bytes_replaced_becomes_one_or_the_other(place: int, replacement: bytes) -> None:
    body = SUCCESS.encode()
    check(body[:place] + replacement + body[place + len(replacement) :])


@given(CHANGED, STATUSES)
@example(json.loads(SUCCESS), 200)
@example(json.loads(SUCCESS) | {"data": ORDER | {"stopPrice": [None]}}, 200)
@example(json.loads(SUCCESS) | {"data": ORDER | {"type": [], "side": 5}}, 200)
def test_a_call_whose_every_response_is_the_same_ends_with_this_order_or_an_error_of_ours(
    value: object, status: int
) -> None:
    exchange = Exchange()
    response = Response(status, {}, json.dumps(value).encode())
    steps = resolve(exchange.context, CANCELLING, 2.0)
    result: Response | None = None
    try:
        while True:
            effect = steps.send(result)
            result = response if isinstance(effect, Send) else None
            exchange.time.seconds += 0.05 if isinstance(effect, Send) else effect.seconds
    except CallError as error:
        check_error(error)
    except StopIteration as stop:
        order = Order.from_data(stop.value.json()["data"], stop.value)
        assert (order.order_id, order.symbol) == (ORDER_ID, SYMBOL)
        assert says(str(order.status), ("CANCELED", "CANCELLED"))
    assert exchange.time.seconds <= 1002.0 + 0.05
