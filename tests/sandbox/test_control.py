from __future__ import annotations

import asyncio
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_sandbox import Sandbox
from bingx_sandbox.accounts import create_accounts
from bingx_sandbox.app import build_app
from bingx_sandbox.connection import is_loopback
from bingx_sandbox.exchange import Exchange
from tests.sandbox.client import Client
from tests.sandbox.wire import (
    TIME,
    cancel_request,
    is_success,
    send,
)

ORDER = {"symbol": "SOL-USDT", "side": "SELL", "type": "LIMIT", "price": "120.5", "origQty": "3"}


def test_an_order_is_placed(client: Client) -> None:
    placed = client.control("POST", "/orders", json=ORDER | {"clientOrderID": "mine", "stopPrice": "125"})
    order = placed.json()
    assert placed.status_code == 200
    assert len(str(order.pop("orderId"))) == 19
    assert order == {
        **ORDER,
        "clientOrderID": "mine",
        "stopPrice": "125",
        "status": "NEW",
        "executedQty": "0",
        "cummulativeQuoteQty": "0",
    }
    assert client.control("GET", "/orders").json()["orders"][-1]["clientOrderID"] == "mine"


def test_endpoints_are_listed(client: Client) -> None:
    served = client.control("GET", "/endpoints").json()["endpoints"]
    assert served["POST /openApi/spot/v1/trade/cancel"] == {"signed": True, "stub": False}
    assert served["GET /openApi/swap/v2/server/time"] == {"signed": False, "stub": False}


def test_amounts_can_be_numbers(client: Client) -> None:
    order = client.control("POST", "/orders", json=ORDER | {"price": 120.5, "origQty": 3}).json()
    assert (order["price"], order["origQty"]) == ("120.5", "3")


def test_an_order_for_a_new_pair_lists_it(client: Client) -> None:
    order = client.control("POST", "/orders", json=ORDER | {"symbol": "NEWPAIR-USDT"}).json()
    assert client.cancel(symbol="NEWPAIR-USDT", orderId=order["orderId"])["code"] == 0


@pytest.mark.parametrize(
    ("status", "executed"),
    [
        ("NEW", "0"),
        ("PENDING", "0"),
        ("PARTIALLY_FILLED", "1.5"),
        ("FILLED", "3"),
        ("CANCELED", "0"),
        ("FAILED", "0"),
    ],
)
def test_an_order_can_be_placed_in_any_status(client: Client, status: str, executed: str) -> None:
    order = client.control("POST", "/orders", json=ORDER | {"status": status}).json()
    assert (order["status"], order["executedQty"]) == (status, executed)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (b'{"symbol": "btc"}', "symbol"),
        (b"{}", "symbol"),
        (b'{"symbol": null}', "symbol"),
        (b'{"quantity": "1"}', "quantity"),
        (b"not json", None),
        (b"1", None),
        (b"\xff", None),
        (b"x" * 100_000, None),
    ],
)
def test_a_wrong_order_is_named(client: Client, body: bytes, field: str | None) -> None:
    before = client.sandbox.orders()
    rejected = client.control("POST", "/orders", content=body)
    assert rejected.status_code == 400
    assert rejected.json()["field"] == field
    assert rejected.json()["error"]
    assert client.sandbox.orders() == before


def test_a_list_of_orders_is_placed_and_answered_as_a_list(client: Client, sandbox: Sandbox) -> None:
    listed = [ORDER | {"clientOrderID": f"bulk-{number}"} for number in range(1000)]
    placed = client.control("POST", "/orders", json=listed).json()
    assert [order["clientOrderID"] for order in placed] == [order["clientOrderID"] for order in listed]
    assert len({order["orderId"] for order in placed}) == 1000
    assert sandbox.orders()[-1000:] == placed
    assert client.cancel(symbol="SOL-USDT", orderId=placed[-1]["orderId"])["code"] == 0
    assert client.control("POST", "/orders", content=b" []").json() == []


@pytest.mark.parametrize(
    ("listed", "field"),
    [
        ([ORDER, {"symbol": "btc"}], "[1].symbol"),
        ([ORDER, ORDER | {"price": "0"}], "[1].price"),
        ([ORDER, 1], "[1]"),
        ([ORDER | {"clientOrderID": "same"}] * 2, "[1].clientOrderID"),
        ([ORDER, ORDER | {"clientOrderID": "seeded-2"}], "[1].clientOrderID"),
        ([ORDER, {"symbol": None}], "[1].symbol"),
    ],
)
def test_a_list_with_a_wrong_order_places_none(
    client: Client, sandbox: Sandbox, listed: list[Any], field: str
) -> None:
    before = sandbox.orders()
    rejected = client.control("POST", "/orders", json=listed)
    assert (rejected.status_code, rejected.json()["field"]) == (400, field)
    assert sandbox.orders() == before


@given(st.binary(max_size=100) | st.sampled_from([b"[", b"{", b'[{"fault"', b'{"faults":[{}]}', b"[[]]"]))
def test_any_body_gets_a_json_response(fuzzed_client: Client, body: bytes) -> None:
    for path in ("/orders", "/faults"):
        rejected = fuzzed_client.control("POST", path, content=body)
        assert rejected.status_code == 400 or body.strip() == b"[]"
        assert rejected.json()


def test_an_order_is_filled_in_two_parts(client: Client, sandbox: Sandbox) -> None:
    path = f"/orders/{sandbox.orders()[1]['orderId']}/fill"
    part = client.control("POST", path, json={"quantity": "0.2"}).json()
    assert (part["status"], part["executedQty"], part["cummulativeQuoteQty"]) == (
        "PARTIALLY_FILLED",
        "0.2",
        "800",
    )
    assert client.control("POST", path).json()["status"] == "FILLED"
    assert client.control("POST", path).status_code == 409


def test_an_order_is_cancelled_by_hand(client: Client, sandbox: Sandbox) -> None:
    path = f"/orders/{sandbox.orders()[0]['orderId']}/cancel"
    assert client.control("POST", path).json()["status"] == "CANCELED"
    rejected = client.control("POST", path)
    assert (rejected.status_code, rejected.json()["field"]) == (409, None)
    assert sandbox.orders()[0]["status"] == "CANCELED"


def test_one_request_is_shown_by_its_number(client: Client) -> None:
    for _ in range(3):
        client.query(symbol="BTC-USDT", orderId=1)
    listed = client.control("GET", "/requests").json()["requests"]
    assert client.control("GET", "/requests/2").json() == listed[1]
    assert client.control("GET", "/requests/4").status_code == 404
    assert client.control("GET", "/requests/0").status_code == 404


@pytest.mark.parametrize("body", [{"quantity": "0"}, {"quantity": "-1"}, {"quantity": "99"}, {"qty": "1"}])
def test_a_wrong_quantity_is_named(client: Client, sandbox: Sandbox, body: dict[str, str]) -> None:
    rejected = client.control("POST", f"/orders/{sandbox.orders()[0]['orderId']}/fill", json=body)
    assert rejected.status_code == 400
    assert rejected.json()["field"] in body
    assert sandbox.orders()[0]["executedQty"] == "0"


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/orders/1/fill", 404),
        ("POST", "/orders/one/fill", 404),
        ("POST", "/orders/1/cancel", 404),
        ("GET", "/requests/1", 404),
        ("GET", "/requests/one", 404),
        ("GET", "/nope", 404),
        ("DELETE", "/orders", 405),
        ("GET", "/reset", 405),
    ],
)
def test_an_unknown_path_gets_a_json_error(client: Client, method: str, path: str, status: int) -> None:
    rejected = client.control(method, path)
    assert (rejected.status_code, rejected.json().keys()) == (status, {"error", "field"})


def test_a_reset_restores_the_initial_state(client: Client, sandbox: Sandbox) -> None:
    initial = sandbox.orders()
    client.control("POST", "/orders", json=ORDER | {"symbol": "NEWPAIR-USDT"})
    client.cancel(symbol="BTC-USDT", orderId=initial[0]["orderId"])
    assert client.control("POST", "/reset").json() == {"orders": initial}
    assert client.control("GET", "/requests").json() == {"requests": []}
    assert client.cancel(symbol="NEWPAIR-USDT", orderId=1)["code"] == 100204


def test_seed_orders_are_the_same_each_time(sandbox: Sandbox) -> None:
    with Sandbox(orders=5) as another:
        assert another.orders() == sandbox.orders()
    first = sandbox.orders()[0]
    assert (first["symbol"], first["type"], first["status"]) == ("BTC-USDT", "LIMIT", "NEW")
    assert "clientOrderID" not in first
    assert len({order["symbol"] for order in sandbox.orders()}) == 5


@pytest.mark.parametrize(
    ("peer", "url", "status"),
    [
        ("127.0.0.1", "http://127.0.0.1/_sandbox/orders", 200),
        ("::1", "http://[::1]/_sandbox/orders", 200),
        ("192.0.2.7", "http://127.0.0.1/_sandbox/orders", 403),
        ("127.0.0.1", "http://rebound.example/_sandbox/orders", 403),
    ],
)
def test_the_control_interface_is_for_this_machine_only(peer: str, url: str, status: int) -> None:
    # Tests cannot come from another machine, so the address of the peer is passed to the application.
    app = build_app(Exchange(create_accounts()))

    async def get() -> httpx.Response:
        transport = httpx.ASGITransport(app, client=(peer, 5000))
        async with httpx.AsyncClient(transport=transport) as http:
            return await http.get(url)

    response = asyncio.run(get())
    answer: dict[str, Any] = response.json()
    assert response.status_code == status
    assert ("orders" in answer) == (status == 200)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("localhost", True), ("127.9.9.9", True), ("::1", True), ("10.0.0.1", False), ("localhost.evil", False)],
)
def test_loopback_hosts(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_faults_are_set_listed_and_cleared(client: Client, sandbox: Sandbox, order_id: int) -> None:
    rule = {"fault": "html", "status": 520, "operation": "cancel"}
    assert client.control("POST", "/faults", json={"faults": [rule]}).json() == {
        "faults": [{**rule, "acted": 0}]
    }
    assert send(sandbox, cancel_request(client, order_id)).status == 520
    assert client.control("GET", "/faults").json() == {"faults": [{**rule, "acted": 1}]}
    assert client.control("DELETE", "/faults").json() == {"faults": []}
    assert is_success(send(sandbox, cancel_request(client, order_id)), order_id)
    kinds = client.control("GET", "/faults/kinds").json()["kinds"]
    assert kinds["html"]["settings"]["status"]["default"] == 502


def test_a_wrong_rule_is_named_and_the_others_stay_active(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults([{"fault": "nan"}])
    rejected = client.control("POST", "/faults", json={"faults": [{"fault": "html", "status": 1}]})
    assert rejected.status_code == 400
    assert rejected.json() == {
        "error": "faults[0].status: must be an HTTP status from 200 to 299 or 400 to 599, except 204 and 205",
        "field": "faults[0].status",
    }
    assert client.control("POST", "/faults", content=b"[").status_code == 400
    assert sandbox.faults_in_force() == [{"fault": "nan", "acted": 0}]


def test_control_requests_meet_no_faults_and_a_reset_clears_them(client: Client, sandbox: Sandbox) -> None:
    sandbox.faults([{"fault": "reset-before-reading"}])
    assert client.control("GET", "/orders").status_code == 200
    with pytest.raises(httpx.TransportError):
        client.http.get(sandbox.url + TIME)
    assert client.control("POST", "/reset").status_code == 200
    assert client.control("GET", "/faults").json() == {"faults": []}


def test_a_sandbox_can_start_with_faults(http: httpx.Client) -> None:
    with Sandbox(faults=[{"fault": "html", "status": 503}]) as sandbox:
        assert http.get(sandbox.url + TIME).status_code == 503
        sandbox.clear_faults()
        assert http.get(sandbox.url + TIME).json()["code"] == 0


def test_one_type_is_enabled_and_disabled(client: Client, sandbox: Sandbox) -> None:
    other = {"fault": "empty-body", "operation": "cancel", "orderId": 2**63 - 1, "times": 1}
    sandbox.faults([other, {"fault": "html", "status": 503}])
    assert send(sandbox, cancel_request(client, 2**63 - 1)).body == b""
    switched = client.control("PUT", "/faults/html", json={"status": 520, "operation": "time"}).json()
    assert switched["faults"] == [
        {**other, "acted": 1},
        {"fault": "html", "status": 520, "operation": "time", "acted": 0},
    ]
    assert client.http.get(sandbox.url + TIME).status_code == 520
    assert client.control("PUT", "/faults/data-null").json()["faults"][-1] == {
        "fault": "data-null",
        "acted": 0,
    }
    # Its one time is over, whatever has been switched since.
    assert send(sandbox, cancel_request(client, 2**63 - 1)).json["code"] == 0
    assert [rule["fault"] for rule in client.control("DELETE", "/faults/html").json()["faults"]] == [
        "empty-body",
        "data-null",
    ]
    assert client.http.get(sandbox.url + TIME).json()["data"] is None


@pytest.mark.parametrize(
    ("kind", "body", "field"),
    [
        ("html", b'{"status": 1}', "status"),
        ("html", b'{"fault": "nan"}', "fault"),
        ("html", b"[]", "faults"),
        ("html", b"{", "faults"),
        ("no-such", b"{}", "fault"),
        ("error", b"", "code"),
    ],
)
def test_a_wrong_setting_of_a_fault_changes_nothing(
    client: Client, sandbox: Sandbox, kind: str, body: bytes, field: str
) -> None:
    sandbox.faults([{"fault": "html"}])
    rejected = client.control("PUT", f"/faults/{kind}", content=body)
    assert (rejected.status_code, rejected.json()["field"]) == (400, field)
    assert sandbox.faults_in_force() == [{"fault": "html", "acted": 0}]
