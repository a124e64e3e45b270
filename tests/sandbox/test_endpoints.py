from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_sandbox import Sandbox
from bingx_sandbox.accounts import READ, SPOT_TRADING
from tests.sandbox.client import CANCEL, FORM, NOT_OPEN, Client, now

PAGE_FIELDS = {
    "symbol",
    "orderId",
    "price",
    "stopPrice",
    "origQty",
    "executedQty",
    "cummulativeQuoteQty",
    "status",
    "type",
    "side",
}


@pytest.mark.parametrize("symbol", ["MØTH-USDT", "OTHR#99961-USDT"])
@pytest.mark.parametrize("placement", ["json", "query", "form"])
def test_an_order_is_cancelled_in_every_placement(
    client: Client, sandbox: Sandbox, placement: str, symbol: str
) -> None:
    placed = sandbox.place_order(symbol, side="SELL", price="0.0125", origQty="1000", stopPrice="0.02")
    answer = client.cancel(placement, symbol=symbol, orderId=placed["orderId"])
    assert answer == {"code": 0, "msg": "", "debugMsg": "", "data": {**placed, "status": "CANCELED"}}
    assert answer["data"].keys() == PAGE_FIELDS
    assert sandbox.orders()[-1]["status"] == "CANCELED"
    assert (client.last_request()["placement"], client.last_request()["verdict"]) == (placement, "accepted")


def test_the_order_id_is_a_bare_number_of_19_digits(client: Client, sandbox: Sandbox) -> None:
    order_id = sandbox.place_order()["orderId"]
    body = client.http.post(
        sandbox.url + CANCEL,
        json=client.signed({"symbol": "BTC-USDT", "orderId": order_id}),
        headers=client.headers,
    ).text
    assert f'"orderId":{order_id},' in body
    assert len(str(order_id)) == 19


def test_an_order_is_cancelled_by_its_client_order_id(client: Client, sandbox: Sandbox) -> None:
    sandbox.place_order(clientOrderID="my-order_1.0")
    answer = client.cancel(symbol="BTC-USDT", clientOrderID="my-order_1.0")
    assert (answer["data"]["status"], answer["data"]["clientOrderID"]) == ("CANCELED", "my-order_1.0")


def test_json_keys_may_be_in_any_order(client: Client, sandbox: Sandbox) -> None:
    signed = client.signed({"symbol": "BTC-USDT", "orderId": sandbox.orders()[0]["orderId"]})
    assert client.post("json", dict(reversed(signed.items())))["code"] == 0


def test_a_whole_float_is_verified_as_whole(client: Client, sandbox: Sandbox) -> None:
    order_id = sandbox.orders()[0]["orderId"]
    signed = client.signed({"symbol": "BTC-USDT", "orderId": order_id, "recvWindow": 5000})
    body = json.dumps(signed | {"recvWindow": 5000.0}).encode()
    assert b"5000.0" in body
    assert client.post_raw(body, "application/json")["code"] == 0


def test_a_query_string_is_verified_decoded_and_in_the_order_sent(client: Client, sandbox: Sandbox) -> None:
    sandbox.place_order("MØTH-USDT", clientOrderID="q")
    signed = client.signed({"symbol": "MØTH-USDT", "clientOrderID": "q"})
    assert client.post_raw(b"", FORM, f"?{httpx.QueryParams(signed)}")["code"] == 0
    reordered = dict(reversed(signed.items()))
    assert client.post_raw(b"", FORM, f"?{httpx.QueryParams(reordered)}")["code"] == 100001


@pytest.mark.parametrize("how", ["cancelled", "filled", "never existed", "of another symbol"])
def test_orders_that_are_not_open_get_the_same_text(client: Client, sandbox: Sandbox, how: str) -> None:
    order_id = sandbox.place_order()["orderId"]
    if how == "cancelled":
        client.cancel(symbol="BTC-USDT", orderId=order_id)
    elif how == "filled":
        sandbox.fill(order_id)
    elif how == "never existed":
        order_id += 2
    before = sandbox.orders()
    symbol = "ETH-USDT" if how == "of another symbol" else "BTC-USDT"
    answer = client.cancel(symbol=symbol, orderId=order_id)
    assert (answer["code"], answer["msg"], answer["debugMsg"]) == (100404, NOT_OPEN, "")
    assert "data" not in answer
    assert sandbox.orders() == before


def test_a_partly_filled_order_keeps_its_executed_quantity(client: Client, sandbox: Sandbox) -> None:
    order_id = sandbox.place_order(price="50000", origQty="1")["orderId"]
    sandbox.fill(order_id, "0.25")
    data = client.cancel(symbol="BTC-USDT", orderId=order_id)["data"]
    assert (data["status"], data["executedQty"], data["cummulativeQuoteQty"]) == ("CANCELED", "0.25", "12500")


def test_a_restriction_is_applied(client: Client, sandbox: Sandbox) -> None:
    order_id = sandbox.place_order(status="PENDING")["orderId"]
    rejected = client.cancel(symbol="BTC-USDT", orderId=order_id, cancelRestrictions="NEW")
    assert rejected["code"] == 100400
    assert "cancelRestrictions: the order's status is PENDING, not NEW" in rejected["msg"]
    assert sandbox.orders()[-1]["status"] == "PENDING"
    assert client.cancel(symbol="BTC-USDT", orderId=order_id, cancelRestrictions="PENDING")["code"] == 0


@pytest.mark.parametrize(
    ("parameters", "named"),
    [
        ({"orderId": 1}, "symbol is required"),
        ({"symbol": "btc-usdt", "orderId": 1}, "symbol must be"),
        ({"symbol": "BTC-USDT"}, "orderId or clientOrderID is required"),
        ({"symbol": "BTC-USDT", "orderId": 0}, "orderId must be"),
        ({"symbol": "BTC-USDT", "orderId": -5}, "orderId must be"),
        ({"symbol": "BTC-USDT", "orderId": 2**63}, "orderId must be"),
        ({"symbol": "BTC-USDT", "orderId": "12a"}, "orderId must be"),
        ({"symbol": "BTC-USDT", "orderId": "١٢"}, "orderId must be"),
        ({"symbol": "BTC-USDT", "clientOrderID": "a" * 41}, "clientOrderID must be"),
        ({"symbol": "BTC-USDT", "clientOrderID": ""}, "clientOrderID must be"),
        (
            {"symbol": "BTC-USDT", "orderId": 1, "cancelRestrictions": "OPEN"},
            "cancelRestrictions must be one of",
        ),
        ({"symbol": "BTC-USDT", "orderId": 1, "recvWindow": -1}, "recvWindow must be"),
    ],
)
def test_a_wrong_parameter_is_named(client: Client, parameters: Mapping[str, Any], named: str) -> None:
    answer = client.cancel(**parameters)
    assert answer["code"] == 100400
    assert answer["msg"].startswith(f"invalid parameter: {named}")


def test_a_symbol_that_is_not_listed_is_not_found(client: Client) -> None:
    answer = client.cancel(symbol="NOPE-USDT", orderId=1)
    assert (answer["code"], answer["debugMsg"]) == (100204, "")


@pytest.mark.parametrize("headers", [{}, {"X-BX-APIKEY": "unknown"}])
def test_an_unknown_key_is_rejected_by_the_gateway(client: Client, headers: dict[str, str]) -> None:
    answer = client.answer("POST", CANCEL, json={}, headers=headers)
    assert answer.keys() == {"code", "msg", "timestamp"}
    assert (answer["code"], answer["msg"]) == (100413, "Incorrect apiKey")


def test_a_missing_signature_is_rejected_by_the_gateway(client: Client) -> None:
    answer = client.post("json", {"symbol": "BTC-USDT", "orderId": 1, "timestamp": now()})
    assert answer.keys() == {"code", "msg", "timestamp"}
    assert answer["code"] == 100412


def test_a_stale_timestamp_is_rejected_by_the_gateway(client: Client) -> None:
    answer = client.cancel(symbol="BTC-USDT", orderId=1, timestamp=now() - 3_600_000)
    assert answer.keys() == {"code", "msg", "timestamp"}
    assert (answer["code"], answer["msg"]) == (100421, "Null timestamp or timestamp mismatch")


def test_a_wrong_signature_is_rejected_with_the_string_to_sign(client: Client, sandbox: Sandbox) -> None:
    before = sandbox.orders()
    order_id = before[0]["orderId"]
    stamp = now()
    answer = client.cancel(symbol="BTC-USDT", orderId=order_id, timestamp=stamp, signature="0" * 64)
    canonical = f"orderId={order_id}&symbol=BTC-USDT&timestamp={stamp}"
    assert answer["code"] == 100001
    assert answer["debugMsg"].startswith(f"the canonical string to sign is: {canonical}; None of the usual")
    assert sandbox.orders() == before


def test_an_unreadable_body_is_rejected_with_the_reason(client: Client) -> None:
    answer = client.post_raw(b'{"symbol": "BTC-USDT", "symbol": "BTC-USDT"}', "application/json")
    assert (answer["code"], answer["msg"]) == (100400, "invalid parameter: symbol: is given twice")
    answer = client.post_raw(b"x" * 100_000, "application/json")
    assert answer["msg"] == "invalid parameter: the body is larger than 65536 bytes"


def test_a_key_that_may_only_read_can_query_but_not_cancel(http: httpx.Client) -> None:
    with Sandbox(orders=1, permissions=(READ,)) as sandbox:
        client = Client(sandbox, http)
        order_id = sandbox.orders()[0]["orderId"]
        rejected = client.cancel(symbol="BTC-USDT", orderId=order_id)
        assert rejected["code"] == 100004
        assert SPOT_TRADING in rejected["msg"]
        assert client.query(symbol="BTC-USDT", orderId=order_id)["data"]["status"] == "NEW"


def test_a_key_without_read_cannot_query(http: httpx.Client) -> None:
    with Sandbox(orders=1, permissions=(SPOT_TRADING,)) as sandbox:
        client = Client(sandbox, http)
        order_id = sandbox.orders()[0]["orderId"]
        rejected = client.query(symbol="BTC-USDT", orderId=order_id)
        assert (rejected["code"], "need Read permission" in rejected["msg"]) == (100004, True)
        assert client.cancel(symbol="BTC-USDT", orderId=order_id)["code"] == 0


@pytest.mark.parametrize("understood", ["json", "query", "form"])
def test_other_placements_seem_to_have_no_signature(http: httpx.Client, understood: str) -> None:
    with Sandbox(orders=1, placements=[understood]) as sandbox:
        client = Client(sandbox, http)
        order = {"symbol": "BTC-USDT", "orderId": sandbox.orders()[0]["orderId"]}
        for placement in {"json", "query", "form"} - {understood}:
            assert client.cancel(placement, **order)["code"] == 100412
        assert client.query(**order)["data"]["status"] == "NEW"
        assert client.cancel(understood, **order)["code"] == 0


@pytest.mark.parametrize("path", ["/openApi/spot/v1/trade/nope", "/openApi/", CANCEL])
def test_an_unknown_path_or_method_is_rejected_by_the_gateway(client: Client, path: str) -> None:
    answer = client.answer("DELETE", path)
    assert answer.keys() == {"code", "msg", "timestamp"}
    assert answer["code"] == 100404
    assert "no such path or method" in answer["msg"]


def test_a_query_returns_the_current_state(client: Client, sandbox: Sandbox) -> None:
    order_id = sandbox.place_order(price="50000", origQty="1", stopPrice="49000")["orderId"]
    sandbox.fill(order_id, "0.5")
    data = client.query(symbol="BTC-USDT", orderId=order_id)["data"]
    assert data.keys() == PAGE_FIELDS - {"stopPrice"} | {
        "StopPrice",
        "time",
        "updateTime",
        "origQuoteOrderQty",
        "fee",
        "feeAsset",
        "avgPrice",
    }
    assert (data["status"], data["executedQty"], data["StopPrice"]) == ("PARTIALLY_FILLED", "0.5", "49000")
    assert data["time"] <= data["updateTime"] <= now()


def test_a_symbol_with_a_number_sign_is_queried(client: Client, sandbox: Sandbox) -> None:
    order_id = sandbox.place_order("OTHR#99961-USDT")["orderId"]
    assert client.query(symbol="OTHR#99961-USDT", orderId=order_id)["data"]["symbol"] == "OTHR#99961-USDT"


@pytest.mark.parametrize("placement", ["json", "query", "form"])
def test_a_window_of_0_is_the_default_window(client: Client, sandbox: Sandbox, placement: str) -> None:
    order_id = sandbox.place_order()["orderId"]
    order = {"symbol": "BTC-USDT", "orderId": order_id, "recvWindow": 0}
    assert client.cancel(placement, **order, timestamp=now() - 60_000)["code"] == 100421
    assert client.cancel(placement, **order)["code"] == 0


def test_a_query_for_no_order_is_rejected(client: Client) -> None:
    answer = client.query(symbol="BTC-USDT", orderId=1)
    assert (answer["code"], answer["msg"]) == (100404, "order does not exist")


def test_the_server_time_is_public(client: Client) -> None:
    before = now()
    answer = client.answer("GET", "/openApi/swap/v2/server/time", headers={})
    assert answer == {"code": 0, "msg": "", "data": {"serverTime": answer["data"]["serverTime"]}}
    assert before <= answer["data"]["serverTime"] <= now()


def test_a_client_order_id_finds_its_order_for_two_hours(http: httpx.Client) -> None:
    clock = [now()]
    with Sandbox(orders=0, clock=lambda: clock[0]) as sandbox:
        client = Client(sandbox, http)
        sandbox.place_order(clientOrderID="old")
        clock[0] += 2 * 60 * 60 * 1000 + 1
        old: dict[str, Any] = {"symbol": "BTC-USDT", "clientOrderID": "old", "timestamp": clock[0]}
        assert client.cancel(**old)["code"] == 100404
        del old["clientOrderID"]
        assert client.cancel(**old, orderId=sandbox.orders()[0]["orderId"])["code"] == 0


@given(
    body=st.binary(max_size=300)
    | st.dictionaries(
        st.sampled_from(["symbol", "orderId", "timestamp", "signature", "recvWindow", "clientOrderID"]),
        st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.integers()),
    ).map(lambda value: json.dumps(value).encode()),
    content_type=st.sampled_from(["application/json", FORM, "text/plain", ""]),
    query=st.binary(max_size=60).map(lambda raw: httpx.QueryParams({"symbol": raw.decode("latin-1")})),
)
def test_every_body_gets_an_envelope(
    fuzzed_client: Client, body: bytes, content_type: str, query: httpx.QueryParams
) -> None:
    answer = fuzzed_client.post_raw(body, content_type, f"?{query}")
    assert answer["code"] in {100400, 100412, 100421, 100001}


@given(
    st.dictionaries(
        st.sampled_from(["symbol", "orderId", "clientOrderID", "cancelRestrictions", "recvWindow", "x"]),
        st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")) | st.just("BTC-USDT"),
    )
)
def test_every_signed_request_gets_an_envelope(fuzzed_client: Client, parameters: dict[str, Any]) -> None:
    texts = {
        name: str(value).lower() if value in (True, False) else value for name, value in parameters.items()
    }
    answer = fuzzed_client.cancel("json", **texts)
    # A window of a millisecond is over before a busy machine has answered.
    assert answer["code"] in {100400, 100204, 100404, 100421}
