from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bingx_sandbox import Sandbox, SandboxError, offset_clock, serve
from bingx_sandbox.server import listen, reserve_port, url_of

SERVE = """
import json, sys
from bingx_sandbox import Sandbox, serve
serve(Sandbox(**json.loads(sys.argv[1])))
"""


class Served:
    """A sandbox in a process of its own."""

    def __init__(self, **arguments: Any) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, json.dumps(arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert self.process.stdout is not None
        self.announced: dict[str, str] = json.loads(self.process.stdout.readline())

    def end(self, how: signal.Signals) -> tuple[int, str, str]:
        self.process.send_signal(how)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


@pytest.fixture
def served() -> Iterator[Served]:
    served = Served(api_key="given-key", orders=7)
    yield served
    served.process.kill()
    served.process.communicate()


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM])
def test_it_announces_itself_and_stops_without_output(
    served: Served, http: httpx.Client, how: signal.Signals
) -> None:
    assert served.announced.keys() == {"url", "apiKey", "apiSecret", "accounts"}
    assert served.announced["apiKey"] == "given-key"
    url = served.announced["url"]
    assert len(http.get(f"{url}/_sandbox/orders").json()["orders"]) == 7
    # One connection is idle and one stops in the middle; nothing but the announcement is ever printed.
    with socket.create_connection(("127.0.0.1", int(url.rpartition(":")[2]))) as hanging:
        hanging.sendall(b"POST /openApi/x HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
        assert len(http.get(f"{url}/_sandbox/orders").json()["orders"]) == 7
        assert served.end(how) == (0, "", "")


@pytest.mark.parametrize("offset", [True, "1", 1.5, 10**15])
def test_a_wrong_clock_offset_is_named(offset: Any) -> None:
    with pytest.raises(SandboxError, match=r"^clockOffset: must be a whole number from -"):
        offset_clock(offset)


def test_a_port_in_use_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(SandboxError, match=rf"^port: {port} is in use on 127\.0\.0\.1") as rejected:
            serve(Sandbox(), port=port)
    assert "\n" not in str(rejected.value)


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.1", "sandbox.example", "", "127.0.0.1 "])  # noqa: S104
def test_a_host_must_be_loopback(host: str) -> None:
    with pytest.raises(SandboxError, match=r"^host: must be a loopback address"):
        serve(Sandbox(), host=host)


@pytest.mark.parametrize("port", [-1, 65_536, True, "80"])
def test_a_wrong_port_is_named(port: Any) -> None:
    with pytest.raises(SandboxError, match=r"^port: must be a whole number from 0"):
        serve(Sandbox(), port=port)


def test_port_0_picks_a_free_one() -> None:
    with listen() as one, listen() as other:
        assert url_of(one) != url_of(other)
        assert url_of(one) == f"http://127.0.0.1:{one.getsockname()[1]}"


def test_localhost_is_accepted() -> None:
    with listen("localhost") as listener:
        assert listener.getsockname()[0] == "127.0.0.1"


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this machine has no IPv6")
def test_an_ipv6_address_is_in_brackets() -> None:
    with listen("::1") as listener:
        assert url_of(listener) == f"http://[::1]:{listener.getsockname()[1]}"


def test_a_reserved_port_refuses_until_it_listens() -> None:
    listener = listen()
    address = listener.getsockname()
    standing = socket.create_connection(address)
    accepted, _ = listener.accept()
    listener.close()
    with standing, accepted, reserve_port(socket.AF_INET, address) as held:
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(address)
        held.listen()
        socket.create_connection(address).close()


def test_connections_have_nagle_disabled() -> None:
    with listen() as listener, socket.create_connection(listener.getsockname()):
        connection, _ = listener.accept()
        with connection:
            assert connection.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
