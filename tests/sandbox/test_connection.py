from __future__ import annotations

import gc
import socket
import threading
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bingx_sandbox import Sandbox
from tests.sandbox.client import CANCEL, Client
from tests.sandbox.wire import (
    address_of,
    can_connect,
    cancel_request,
    connect,
    is_success,
    query_request,
    receive_all,
    receive_response,
    send,
    wait_until,
)


@pytest.mark.parametrize("rule", [{"fault": "html"}, {"fault": "huge-body"}, {"fault": "data-null"}])
def test_a_well_formed_response_leaves_the_connection_usable(
    client: Client, sandbox: Sandbox, order_id: int, rule: dict[str, Any]
) -> None:
    sandbox.faults([{**rule, "when": "before", "times": 1}])
    with connect(sandbox) as connection:
        connection.sendall(cancel_request(client, order_id, keep_alive=True))
        receive_response(connection)
        connection.sendall(cancel_request(client, order_id, keep_alive=True))
        assert is_success(receive_response(connection), order_id)


def test_an_idle_connection_is_closed_without_announcement(
    client: Client, sandbox: Sandbox, order_id: int
) -> None:
    sandbox.faults([{"fault": "close-idle", "times": 1}])
    with connect(sandbox) as connection:
        connection.sendall(cancel_request(client, order_id, keep_alive=True))
        response = receive_all(connection)
    assert is_success(response, order_id)
    assert response.end == "closed"
    assert "connection" not in response.headers


def test_a_trickle_sends_single_bytes_until_the_client_disconnects(
    client: Client, sandbox: Sandbox, order_id: int
) -> None:
    sandbox.faults([{"fault": "trickle", "bytesPerSecond": 0.02}])
    with connect(sandbox) as connection:
        connection.sendall(cancel_request(client, order_id))
        assert connection.recv(100) == b"H"
    assert sandbox.requests()[-1]["answered"] == "cut"
    assert sandbox.requests()[-1]["executed"]


@pytest.mark.parametrize(
    ("fault", "status"), [("hang-before-executing", "NEW"), ("hang-after-executing", "CANCELED")]
)
def test_other_requests_are_answered_while_one_hangs(
    client: Client, sandbox: Sandbox, order_id: int, fault: str, status: str
) -> None:
    sandbox.faults([{"fault": fault, "operation": "cancel"}])
    with connect(sandbox) as connection:
        connection.sendall(cancel_request(client, order_id))
        wait_until(sandbox.requests)
        assert client.query(symbol="BTC-USDT", orderId=order_id)["data"]["status"] == status
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_a_slow_request_is_not_executed_after_its_client_disconnects(
    client: Client, sandbox: Sandbox, order_id: int
) -> None:
    sandbox.faults([{"fault": "slow-start", "seconds": 60, "when": "before"}])
    with connect(sandbox) as connection:
        connection.sendall(cancel_request(client, order_id))
        wait_until(sandbox.requests)
    wait_until(lambda: not sandbox._server.server_state.tasks)
    assert sandbox.executed()[str(order_id)]["status"] == "NEW"


def test_a_closed_port_refuses_only_new_connections(http: httpx.Client) -> None:
    rule = {"fault": "refuse", "seconds": 60, "operation": "cancel"}
    with Sandbox(faults=[rule]) as sandbox, connect(sandbox) as standing:
        client = Client(sandbox, http)
        order_id = sandbox.place_order()["orderId"]
        assert send(sandbox, cancel_request(client, order_id)).end == "reset"
        with pytest.raises(ConnectionRefusedError):
            connect(sandbox)
        standing.sendall(query_request(client, order_id, keep_alive=True))
        assert receive_response(standing).json["data"]["status"] == "NEW"


def test_the_port_can_be_closed_again_and_again(client: Client, sandbox: Sandbox, order_id: int) -> None:
    sandbox.faults([{"fault": "refuse", "seconds": 0.02, "times": 3}])
    for _ in range(3):
        wait_until(lambda: can_connect(sandbox))
        assert send(sandbox, cancel_request(client, order_id)).end == "reset"
    wait_until(lambda: can_connect(sandbox))
    assert is_success(send(sandbox, cancel_request(client, order_id)), order_id)


def test_half_a_request_meets_no_fault(sandbox: Sandbox) -> None:
    sandbox.faults([{"fault": "html"}])
    with connect(sandbox) as leaving:
        leaving.sendall(f"POST {CANCEL} HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{{".encode())
    assert sandbox.faults_in_force()[0]["acted"] == 0
    assert sandbox.requests() == []


@pytest.fixture
def nothing_leaks() -> Iterator[None]:
    threads = threading.enumerate()
    yield
    assert threading.enumerate() == threads
    # A socket that was not closed says so when it is collected, and a warning is an error here.
    gc.collect()


@pytest.mark.usefixtures("nothing_leaks")
def test_hanging_requests_and_a_closed_port_end_with_the_server(caplog: pytest.LogCaptureFixture) -> None:
    hanging = ["hang-before-executing", "hang-after-executing", "slow-start", "trickle", "refuse"]
    with httpx.Client(trust_env=False) as http, Sandbox() as sandbox:
        client = Client(sandbox, http)
        orders = [order["orderId"] for order in sandbox.place_orders(len(hanging))]
        settings = {"trickle": {"bytesPerSecond": 0.02}}
        sandbox.faults(
            {"fault": name, "orderId": order_id, **settings.get(name, {"seconds": 60})}
            for name, order_id in zip(hanging, orders, strict=True)
        )
        connections = [connect(sandbox) for _ in orders]
        for connection, order_id in zip(connections, orders, strict=True):
            connection.sendall(cancel_request(client, order_id))
        wait_until(lambda: len(sandbox.requests()) == len(orders))
        address = address_of(sandbox)
    for connection in connections:
        assert len(receive_all(connection).data) <= 1
        connection.close()
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(address)
    assert [record.message for record in caplog.records if record.levelname in ("WARNING", "ERROR")] == []
