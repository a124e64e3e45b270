"""A client that speaks only TCP, to see exactly what the sandbox sends."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bingx_sandbox import Sandbox
from tests.sandbox.client import CANCEL, QUERY, Client

TIME = "/openApi/swap/v2/server/time"
# Longer than anything takes unless it never happens.
TIMEOUT = 30


@dataclass(frozen=True)
class WireResponse:
    """The bytes received over one connection, and its end: `closed`, `reset` or still `open`."""

    data: bytes
    end: str

    @property
    def status_line(self) -> str:
        return self.data.partition(b"\r\n")[0].decode()

    @property
    def status(self) -> int:
        return int(self.status_line.split(" ")[1])

    @property
    def headers(self) -> dict[str, str]:
        lines = self.data.partition(b"\r\n\r\n")[0].decode().split("\r\n")[1:]
        pairs = [line.partition(":") for line in lines]
        return {name.lower(): value.strip() for name, _, value in pairs}

    @property
    def body(self) -> bytes:
        return self.data.partition(b"\r\n\r\n")[2]

    @property
    def json(self) -> dict[str, Any]:
        answer: dict[str, Any] = json.loads(self.body)
        return answer


def address_of(sandbox: Sandbox) -> tuple[str, int]:
    url = urlsplit(sandbox.url)
    assert url.hostname is not None
    assert url.port is not None
    return url.hostname, url.port


def connect(sandbox: Sandbox) -> socket.socket:
    return socket.create_connection(address_of(sandbox), timeout=TIMEOUT)


def cancel_request(client: Client, order_id: int, *, keep_alive: bool = False, **parameters: Any) -> bytes:
    order = {"symbol": "BTC-USDT", "orderId": order_id, **parameters}
    body = json.dumps(client.signed(order)).encode()
    return _head(client, "POST", CANCEL, keep_alive, {"Content-Length": str(len(body))}) + body


def query_request(client: Client, order_id: int, *, keep_alive: bool = False) -> bytes:
    signed = client.signed({"symbol": "BTC-USDT", "orderId": order_id})
    query = "&".join(f"{name}={value}" for name, value in signed.items())
    return _head(client, "GET", f"{QUERY}?{query}", keep_alive, {})


def get_request(client: Client, path: str, *, keep_alive: bool = False) -> bytes:
    return _head(client, "GET", path, keep_alive, {})


def receive_all(connection: socket.socket) -> WireResponse:
    """Receive until the connection ends."""
    data = bytearray()
    try:
        while chunk := connection.recv(65_536):
            data += chunk
    except ConnectionResetError:
        return WireResponse(bytes(data), "reset")
    return WireResponse(bytes(data), "closed")


def receive_response(connection: socket.socket) -> WireResponse:
    """Receive one complete response from a connection that stays open."""
    data = bytearray()
    while b"\r\n\r\n" not in data:
        data += _more(connection)
    response = WireResponse(bytes(data), "open")
    length = int(response.headers["content-length"])
    while len(WireResponse(bytes(data), "open").body) < length:
        data += _more(connection)
    return WireResponse(bytes(data), "open")


def send(sandbox: Sandbox, request: bytes) -> WireResponse:
    """Send a request over a new connection and receive until it ends."""
    with connect(sandbox) as connection:
        connection.sendall(request)
        return receive_all(connection)


def is_success(response: WireResponse, order_id: int) -> bool:
    data = response.json["data"]
    return (response.json["code"], data["orderId"], data["status"]) == (0, order_id, "CANCELED")


def can_connect(sandbox: Sandbox) -> bool:
    try:
        connect(sandbox).close()
    except ConnectionRefusedError:
        return False
    return True


def wait_until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + TIMEOUT
    while not condition():
        assert time.monotonic() < deadline, "the condition did not become true"
        time.sleep(0.01)


def _more(connection: socket.socket) -> bytes:
    chunk = connection.recv(65_536)
    assert chunk, "the connection was closed within a response"
    return chunk


def _head(client: Client, method: str, path: str, keep_alive: bool, headers: Mapping[str, str]) -> bytes:
    all_headers = {
        "Host": "127.0.0.1",
        "X-BX-APIKEY": client.sandbox.api_key,
        "Content-Type": "application/json",
        **({} if keep_alive else {"Connection": "close"}),
        **headers,
    }
    lines = [f"{name}: {value}" for name, value in all_headers.items()]
    return "\r\n".join([f"{method} {path} HTTP/1.1", *lines, "", ""]).encode()
