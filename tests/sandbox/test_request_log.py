from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from bingx_sandbox import Sandbox
from bingx_sandbox.request_log import LOG_SIZE, RequestLog, RequestRecord, explain_rejections
from tests.sandbox.client import CANCEL, Client, now
from tests.sandbox.wire import (
    cancel_request,
    connect,
    query_request,
    receive_response,
    send,
)


def test_a_wrong_signature_is_logged_with_the_expected_one(client: Client, sandbox: Sandbox) -> None:
    order_id = sandbox.orders()[0]["orderId"]
    stamp = now()
    client.cancel(symbol="BTC-USDT", orderId=order_id, timestamp=stamp, signature="f" * 64)
    request = client.last_request()
    assert (request["number"], request["method"], request["path"]) == (1, "POST", CANCEL)
    assert request["verdict"] == "100001 Signature verification failed due to signature mismatch"
    assert request["code"] == 100001
    assert request["receivedSignature"] == "f" * 64
    assert request["expectedCanonicalString"] == f"orderId={order_id}&symbol=BTC-USDT&timestamp={stamp}"
    assert len(request["expectedSignature"]) == 64
    assert request["parameters"] == {
        "orderId": str(order_id),
        "symbol": "BTC-USDT",
        "timestamp": str(stamp),
    }
    assert stamp <= request["receivedAt"] <= now()


def test_an_accepted_request_can_still_be_rejected_for_its_order(client: Client) -> None:
    client.cancel(symbol="BTC-USDT", orderId=1)
    request = client.last_request()
    assert (request["verdict"], request["code"]) == ("accepted", 100404)


def test_parameters_are_logged_as_received(client: Client) -> None:
    client.post_raw(b"", "text/plain", "?z=1&a=%C3%98&signature=ab")
    request = client.last_request()
    assert request["query"] == "z=1&a=%C3%98&signature=ab"
    assert list(request["parameters"].items()) == [("z", "1"), ("a", "Ø")]
    assert request["placement"] == "query"
    assert request["headers"]["content-type"] == "text/plain"


def test_the_log_contains_neither_secret_nor_key(client: Client, sandbox: Sandbox) -> None:
    client.cancel(symbol="BTC-USDT", orderId=1)
    client.cancel(symbol="BTC-USDT", orderId=1, signature="0" * 64)
    logged = json.dumps(sandbox.requests())
    assert sandbox.api_key not in logged
    assert sandbox.api_secret not in logged
    assert client.last_request()["headers"]["x-bx-apikey"] == f"{sandbox.api_key[:4]}…"


def test_a_short_key_is_masked_completely(client: Client) -> None:
    client.answer("POST", CANCEL, headers={"X-BX-APIKEY": "short"})
    assert client.last_request()["headers"]["x-bx-apikey"] == "…"
    assert client.last_request()["detail"] == "no account has this API key"


def test_only_the_last_requests_are_kept() -> None:
    journal = RequestLog()
    for _ in range(LOG_SIZE + 5):
        journal.add(RequestRecord(path=CANCEL))
    numbers = [record["number"] for record in journal.records()]
    assert (numbers[0], numbers[-1], len(numbers)) == (6, LOG_SIZE + 5, LOG_SIZE)


def test_records_are_found_by_number_after_the_first_are_dropped() -> None:
    journal = RequestLog()
    assert (journal.find(1), journal.latest(3)) == (None, [])
    for number in range(1, LOG_SIZE + 11):
        journal.add(RequestRecord(path=f"/{number}"))
    assert journal.find(10) is None
    assert journal.find(LOG_SIZE + 11) is None
    for number in (11, 12, LOG_SIZE + 10):
        record = journal.find(number)
        assert record is not None
        assert (record["number"], record["path"]) == (number, f"/{number}")
    assert [record["number"] for record in journal.latest(3)] == [LOG_SIZE + 10, LOG_SIZE + 9, LOG_SIZE + 8]


def test_a_terminal_obeys_nothing_that_a_request_holds() -> None:
    record: Any = {
        "number": 1, "method": "GET", "path": "/\x1b[2J\u202e", "verdict": "no",
        "diagnosis": {"words": "the value is \x9b1m\nnot that"},
    }  # fmt: skip
    shown = list(explain_rejections([record], {}))
    assert shown == [r"Request 1, GET /\x1b[2J\u202e", r"  no. the value is \x9b1m\nnot that"]


def test_of_many_reasons_the_first_are_shown() -> None:
    records: Any = [
        {"number": n, "method": "GET", "path": "/", "verdict": "no", "diagnosis": {"words": str(n // 2)}}
        for n in range(44)
    ]
    shown = list(explain_rejections(records, {}))
    assert shown[:2] == ["Request 0, GET /, and 1 more", "  no. 0"]
    assert shown[40:] == ["4 more requests were rejected."]


def test_a_fault_for_one_order_matches_either_id(client: Client, sandbox: Sandbox) -> None:
    aimed = sandbox.place_order(clientOrderID="aimed-at")
    other = sandbox.place_order()
    sandbox.faults([{"fault": "data-null", "orderId": aimed["orderId"]}])
    assert client.cancel(symbol="BTC-USDT", orderId=other["orderId"])["data"]
    assert client.query(symbol="BTC-USDT", clientOrderID="aimed-at")["data"] is None
    for placement in ("json", "query", "form"):
        assert client.cancel(placement, symbol="BTC-USDT", orderId=aimed["orderId"])["data"] is None


def test_every_cancel_request_is_counted_and_the_one_that_cancelled_is_named(
    client: Client, sandbox: Sandbox, order_id: int
) -> None:
    sandbox.faults([{"fault": "reset-before-reading", "times": 1}])
    send(sandbox, cancel_request(client, order_id))
    send(sandbox, cancel_request(client, order_id, signature="0" * 64))
    send(sandbox, cancel_request(client, order_id))
    send(sandbox, cancel_request(client, order_id))
    send(sandbox, query_request(client, order_id))
    executed = client.control("GET", "/executed").json()["orders"]
    assert executed[str(order_id)] == {"status": "CANCELED", "cancelRequests": 4, "cancelledBy": 3}
    assert [record["executed"] for record in sandbox.requests()] == [False, False, True, False, False]


@pytest.mark.parametrize("understood", ["query", "form"])
def test_a_cancel_in_another_placement_is_counted_and_not_executed(
    http: httpx.Client, understood: str
) -> None:
    with Sandbox(orders=1, placements=[understood]) as sandbox:
        client = Client(sandbox, http)
        order: dict[str, Any] = {"symbol": "BTC-USDT", "orderId": sandbox.orders()[0]["orderId"]}
        rejected = client.cancel("json", **order)
        assert (rejected["code"], rejected["msg"]) == (100412, "Null signature")
        executed = sandbox.executed()[str(order["orderId"])]
        assert executed == {"status": "NEW", "cancelRequests": 1, "cancelledBy": None}


def test_counters_outlive_the_request_log(client: Client, sandbox: Sandbox) -> None:
    orders = [order["orderId"] for order in sandbox.place_orders(1100)]
    with connect(sandbox) as connection:
        for order_id in orders:
            connection.sendall(cancel_request(client, order_id, keep_alive=True))
            receive_response(connection)
    assert len(sandbox.requests()) == 1000
    executed = sandbox.executed()
    cancelled_by = [executed[str(order_id)]["cancelledBy"] for order_id in orders]
    assert cancelled_by == list(range(1, 1101))
