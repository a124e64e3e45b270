"""What can be read of a list of open orders that proves nothing."""

import json
from typing import Any

import pytest

from bingx_spot import ErrorDetails, Response
from bingx_spot.emergency.open_orders import readable_orders
from bingx_spot_api.contract import BY_ID
from tests.support.samples import ORDER, ORDER_ID, SYMBOL

OPEN = ORDER | {"status": "PENDING"}


def read(*rows: Any, symbol: str | None = None) -> list[tuple[str, int]]:
    return ids(json.dumps({"code": 0, "data": {"orders": rows}}).encode(), symbol)


def ids(body: bytes, symbol: str | None = None, code: object = 0) -> list[tuple[str, int]]:
    states, details = BY_ID["cancelOrder"].states, ErrorDetails.of(Response(200, {}, body), "", code=code)
    assert states is not None
    return [(order.symbol, order.order_id) for order in readable_orders(details, symbol, states)]


@pytest.mark.parametrize("status", ["PENDING", "", None, 5, "委托中"])
def test_an_order_that_is_not_said_to_have_ended(status: object) -> None:
    assert read(None, 5, OPEN | {"status": status}) == [(SYMBOL, ORDER_ID)]


@pytest.mark.parametrize("status", ["FILLED", "CANCELED", "EXPIRED"])
def test_no_order_that_has_ended(status: str) -> None:
    assert read(OPEN | {"status": status}) == []


@pytest.mark.parametrize("spelt", ["BTC-USDT", "btc-usdt", "BTC_USDT"])
@pytest.mark.parametrize("symbol", [None, SYMBOL])
def test_a_pair_in_another_spelling(spelt: str, symbol: str | None) -> None:
    assert read(OPEN | {"symbol": spelt}, symbol=symbol) == [(SYMBOL, ORDER_ID)]


@pytest.mark.parametrize("missing", ["", None])
def test_a_pair_that_is_missing_is_that_of_the_request(missing: str | None) -> None:
    assert read(OPEN | {"symbol": missing}, symbol=SYMBOL) == [(SYMBOL, ORDER_ID)]
    assert read(OPEN | {"symbol": missing}) == []


def test_no_order_of_another_pair() -> None:
    assert read(OPEN | {"symbol": "ETH-USDT"}, symbol=SYMBOL) == []


@pytest.mark.parametrize("odd", [0, -1, None, "", 1.5, True, 10**19, [1]], ids=str)
def test_no_order_without_an_id(odd: object) -> None:
    assert read(OPEN | {"orderId": odd}, OPEN) == [(SYMBOL, ORDER_ID)]


@pytest.mark.parametrize("code", [None, 100500, "100500"])
def test_nothing_of_an_error(code: object) -> None:
    assert ids(json.dumps({"code": code, "data": {"orders": [OPEN]}}).encode(), code=code) == []


def test_of_a_long_list_what_an_error_has_of_it() -> None:
    rows = [OPEN | {"orderId": number} for number in range(1, 1_001)]
    numbers = [number for _, number in read(*rows)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert 200 < len(numbers) < 1_000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>",
        b"[]",
        b'{"code":0}',
        b'{"code":0,"data":{"orders":[{"orderId":1',
        b'"orders":' + b"[" * 9_999,
    ],
)
def test_nothing_of_what_is_no_list(body: bytes) -> None:
    assert ids(body) == []
