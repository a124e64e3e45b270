from __future__ import annotations

from typing import Any

import httpx
import pytest

from bingx_sandbox import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.wire import (
    cancel_request,
    connect,
    query_request,
    receive_response,
    send,
)


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
