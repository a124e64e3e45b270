"""Responses as they arrive over a socket."""

import pickle

import pytest

from bingx_spot import CallError
from tests.support.cancelling import once_blocking
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, blocking
from tests.support.scripted_server import http, scripted_server


@pytest.mark.parametrize("status", ["520 Unknown", "999 Unlisted", "418 I'm a teapot", "600 "])
def test_a_status_that_no_rfc_lists_is_only_a_number(status: str) -> None:
    page = http("<html></html>", status, "Content-Type: text/html")
    with scripted_server(page) as server, pytest.raises(CallError) as failed:
        once_blocking(server.url)
    assert failed.value.http_status == int(status[:3])


def test_an_order_can_be_pickled() -> None:
    with scripted_server(SUCCESS) as server, blocking(server.url) as bingx:
        order = bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
    copied = pickle.loads(pickle.dumps(order))  # noqa: S301 - our own bytes
    assert (copied, copied.raw) == (order, order.raw)
    assert order.response.headers["content-type"] == "application/json"
    assert order.response.http_status == 200
