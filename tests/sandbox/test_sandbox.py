from __future__ import annotations

import socket
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from bingx_sandbox import Sandbox, SandboxError
from tests.sandbox.client import CANCEL, Client


def address_of(sandbox: Sandbox) -> tuple[str, int]:
    url = urlsplit(sandbox.url)
    assert url.hostname is not None
    assert url.port is not None
    return url.hostname, url.port


def test_the_end_of_the_block_stops_everything() -> None:
    threads = threading.enumerate()
    with Sandbox() as sandbox:
        address = address_of(sandbox)
        # One connection stays idle and one stops in the middle of its body.
        with socket.create_connection(address) as idle, socket.create_connection(address) as hanging:
            idle.sendall(b"GET /openApi/swap/v2/server/time HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert idle.recv(15) == b"HTTP/1.1 200 OK"
            hanging.sendall(
                f"POST {CANCEL} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{{".encode()
            )
            sandbox.__exit__(None, None, None)
            assert threading.enumerate() == threads
            with pytest.raises(ConnectionRefusedError):
                socket.create_connection(address)


def test_it_stops_at_once() -> None:
    began = time.monotonic()
    for _ in range(50):
        with Sandbox():
            pass
    # uvicorn by itself takes two tenths of a second for each.
    assert time.monotonic() - began < 8


def test_a_client_that_disconnects_within_a_request_does_no_harm(client: Client, sandbox: Sandbox) -> None:
    with socket.create_connection(address_of(sandbox)) as leaving:
        leaving.sendall(f"POST {CANCEL} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{{".encode())
    assert client.query(symbol="BTC-USDT", orderId=sandbox.orders()[0]["orderId"])["code"] == 0
    assert [request["method"] for request in sandbox.requests()] == ["GET"]


def test_it_is_not_running_outside_its_block() -> None:
    sandbox = Sandbox()
    with pytest.raises(SandboxError, match="the sandbox is not running"):
        _ = sandbox.url
    with sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")
    with pytest.raises(SandboxError, match="the sandbox is not running"):
        _ = sandbox.url


def test_two_sandboxes_know_nothing_of_each_other(http: httpx.Client) -> None:
    with Sandbox() as one, Sandbox() as other:
        order_id = one.place_order()["orderId"]
        assert Client(one, http).cancel(symbol="BTC-USDT", orderId=order_id)["code"] == 0
        assert len(other.orders()) == 3
        assert other.requests() == []
        assert one.api_secret != other.api_secret


def test_given_credentials_are_used_and_not_in_the_repr() -> None:
    sandbox = Sandbox(api_key="my-own-api-key", api_secret="my-own-secret")
    assert (sandbox.api_key, sandbox.api_secret) == ("my-own-api-key", "my-own-secret")
    shown = repr(sandbox) + repr(vars(sandbox))
    assert "my-own" not in shown


def test_an_order_is_placed_with_defaults(sandbox: Sandbox) -> None:
    order = sandbox.place_order()
    assert (order["symbol"], order["type"], order["status"]) == ("BTC-USDT", "LIMIT", "NEW")
    assert sandbox.place_order("ETH-USDT", price=4000, clientOrderID=None)["price"] == "4000"
    with pytest.raises(SandboxError, match=r"^side: must be one of BUY, SELL$"):
        sandbox.place_order(side="HOLD")


def test_many_orders_are_placed_at_once(sandbox: Sandbox) -> None:
    placed = sandbox.place_orders(10_000, "ETH-USDT", price=4000)
    assert sandbox.orders()[-10_000:] == placed
    assert {order["price"] for order in placed} == {"4000"}
    assert len(sandbox.executed()) == 10_005
    with pytest.raises(SandboxError, match=r"^\[1\]\.clientOrderID: is in use by another order$"):
        sandbox.place_orders(2, clientOrderID="shared")


def test_a_wrong_fill_is_rejected(sandbox: Sandbox) -> None:
    order_id = sandbox.place_order(origQty="1")["orderId"]
    assert sandbox.fill(order_id, "0.5")["status"] == "PARTIALLY_FILLED"
    with pytest.raises(SandboxError, match=r"^quantity: "):
        sandbox.fill(order_id, "0.6")
    with pytest.raises(SandboxError, match="there is no order 1"):
        sandbox.fill(1)


def test_an_order_is_cancelled_by_hand_without_a_request(sandbox: Sandbox) -> None:
    order_id = sandbox.place_order(status="PARTIALLY_FILLED")["orderId"]
    assert sandbox.cancel(order_id)["status"] == "CANCELED"
    assert sandbox.requests() == []
    assert sandbox.executed()[str(order_id)] == {
        "status": "CANCELED",
        "cancelRequests": 0,
        "cancelledBy": None,
    }
    with pytest.raises(SandboxError, match=f"order {order_id} is CANCELED"):
        sandbox.cancel(order_id)


@pytest.mark.parametrize(
    ("arguments", "field"),
    [
        ({"orders": -1}, "orders"),
        ({"accounts": 0}, "accounts"),
        ({"keys": 101}, "keys"),
        ({"limits": "few"}, "limits"),
        ({"lock_seconds": -1}, "lockSeconds"),
        ({"orders": True}, "orders"),
        ({"orders": 100_001}, "orders"),
        ({"placements": []}, "placements"),
        ({"placements": ["body"]}, "placements"),
        ({"api_key": ""}, "apiKey"),
        ({"api_secret": "with space"}, "apiSecret"),
        ({"api_secret": "line\n"}, "apiSecret"),
        ({"faults": [{"fault": "nonsense"}]}, r"faults\[0\]\.fault"),
    ],
)
def test_a_wrong_argument_is_named(arguments: dict[str, Any], field: str) -> None:
    with pytest.raises(SandboxError, match=rf"^{field}: must be") as rejected:
        Sandbox(**arguments)
    assert rejected.value.field == field.replace("\\", "")
    assert "with space" not in str(rejected.value)


def test_only_one_of_many_clients_cancels_an_order(client: Client, sandbox: Sandbox) -> None:
    order_id = sandbox.place_order()["orderId"]
    with ThreadPoolExecutor(8) as threads:
        answers = threads.map(lambda _: client.cancel(symbol="BTC-USDT", orderId=order_id), range(40))
        codes = sorted(answer["code"] for answer in answers)
    assert codes == [0] + [100404] * 39


def test_it_does_not_import_the_sdk() -> None:
    script = """
import pkgutil, sys, bingx_sandbox
for module in pkgutil.iter_modules(bingx_sandbox.__path__):
    __import__(f"bingx_sandbox.{module.name}")
print([name for name in sys.modules if name.startswith("bingx_spot")])
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("missing", ["starlette", "uvicorn"])
def test_a_missing_extra_is_named(missing: str) -> None:
    script = f"""
import sys
sys.modules[{missing!r}] = None
try:
    import bingx_sandbox
except ImportError as error:
    print(error)
"""
    run = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == f"the sandbox needs {missing}: install the extra, bingx-spot[sandbox]"
