"""Whatever comes as an answer, nothing gets past the gate as something else."""

import json
import pickle

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from bingx_spot import BingxError, CallError, Order
from tests.support.judging import judged
from tests.support.samples import ORDER, ORDER_ID, SYMBOL, blocking, success
from tests.support.scripted_server import ScriptedServer, http, scripted_server

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
# What a query tells beside that, and a cancel may hold as well.
QUERIED = ["StopPrice", "time", "updateTime", "origQuoteOrderQty", "fee", "feeAsset", "avgPrice"]
CHANGED = st.one_of(
    JSON,
    st.dictionaries(st.sampled_from(ENVELOPE_NAMES), JSON).map(lambda changes: json.loads(SUCCESS) | changes),
    st.dictionaries(st.sampled_from([*ORDER, "clientOrderID", *QUERIED]), JSON).map(
        lambda changes: json.loads(SUCCESS) | {"data": ORDER | changes}
    ),
)
STATUSES = st.one_of(st.just(200), st.integers(200, 999))


def assert_believed_or_ours(body: bytes, order: Order | BingxError) -> None:
    """Hold that a success names the order asked for, and that an error can be shown and handed on."""
    if isinstance(order, Order):
        data = json.loads(body)["data"]
        assert json.loads(body)["code"] == 0
        assert str(data["orderId"]) == str(order.order_id) == str(ORDER_ID)
        assert data["symbol"] == order.symbol == SYMBOL
        assert order.status not in ("NEW", "PENDING", "PARTIALLY_FILLED", "FILLED", "FAILED")
        assert repr(order).encode()
    else:
        assert str(order).encode()
        assert repr(order).encode()
        assert str(pickle.loads(pickle.dumps(order))) == str(order)  # noqa: S301 - our own bytes


class TestAnything:
    @settings(max_examples=500, deadline=None)
    @given(CHANGED, STATUSES)
    @example({"code": "0"}, 200)
    @example(json.loads(SUCCESS) | {"data": ORDER | {"fee": "none"}}, 200)
    @example(json.loads(SUCCESS) | {"data": ORDER | {"time": [None]}}, 200)
    def test_any_json_is_believed_for_this_order_or_becomes_an_error_of_ours(self, value, status):
        body = json.dumps(value).encode()
        try:
            came: Order | BingxError = judged(body, status)
        except BingxError as error:
            came = error
        assert_believed_or_ours(body, came)

    @given(st.binary(max_size=200), STATUSES)
    def test_any_bytes_become_an_error_of_ours(self, body, status):
        with pytest.raises(CallError) as failed:
            judged(body, status)
        assert_believed_or_ours(body, failed.value)

    @given(st.integers(0, len(SUCCESS) - 1), st.binary(max_size=3))
    def test_a_success_with_bytes_exchanged_becomes_one_or_the_other(self, place, bytes_there):
        body = SUCCESS.encode()[:place] + bytes_there + SUCCESS.encode()[place + len(bytes_there) :]
        try:
            came: Order | BingxError = judged(body)
        except BingxError as error:
            came = error
        assert_believed_or_ours(body, came)


@pytest.fixture(scope="module")
def server():
    with scripted_server(None) as running:
        yield running


@pytest.fixture
def bingx(server):
    with blocking(server.url, timeout=0.5) as client:
        yield client


class TestOverASocket:
    @settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(value=CHANGED, status=STATUSES)
    @example(json.loads(SUCCESS), 200)
    @example(json.loads(SUCCESS), 520)
    @example(json.loads(SUCCESS) | {"data": ORDER | {"stopPrice": [None]}}, 200)
    @example(json.loads(SUCCESS) | {"data": ORDER | {"fee": "none"}}, 200)
    def test_any_json_is_believed_for_this_order_or_becomes_an_error_of_ours(
        self, server: ScriptedServer, value: object, status: int
    ) -> None:
        body = json.dumps(value).encode()
        server.answer = lambda _: http(body, f"{status} X")
        # A client of its own: one that has seen as many refusals would rather ask no more.
        with blocking(server.url, timeout=0.3) as bingx:
            try:
                came: Order | BingxError = bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            except BingxError as error:
                came = error
        assert_believed_or_ours(body, came)

    @pytest.mark.parametrize("status", ["520 Unknown", "999 Nobody Knows", "418 I'm a teapot", "600 "])
    def test_a_status_that_no_rfc_lists_is_only_a_number(self, server, bingx, status):
        server.answer = lambda _: http("<html></html>", status, "Content-Type: text/html")
        with pytest.raises(CallError) as failed:
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        assert failed.value.http_status == int(status[:3])

    def test_the_order_that_comes_back_can_be_handed_to_another_process(self, server, bingx):
        server.answer = lambda _: http(SUCCESS)
        order = bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        copied = pickle.loads(pickle.dumps(order))  # noqa: S301 - our own bytes
        assert (copied, copied.raw) == (order, order.raw)
        assert order.response.headers["content-type"] == "application/json"
        assert order.response.http_status == 200
