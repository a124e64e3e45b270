"""Requests through an HTTP proxy: http and https on either side of it, with a password and without."""

import asyncio
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from typing import Any

import pytest
import trustme

from bingx_spot import InvalidInput, Response
from bingx_spot.core.engine import TransportFailure
from bingx_spot.limits.client_state import Patience
from bingx_spot.transport.engine import NetworkEngine
from bingx_spot.transport.tls_and_proxy import Proxy
from tests.support.cancelling import closed_port, signed
from tests.support.samples import SUCCESS
from tests.support.scripted_server import scripted_server


class TunnelProxy:
    """Builds tunnels for CONNECT, and remembers what it was asked."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.asked: list[bytes] = []


@contextmanager
def tunnel_proxy(tls: ssl.SSLContext | None) -> Iterator[TunnelProxy]:
    """Run a proxy until the block ends."""
    with socket.create_server(("127.0.0.1", 0)) as listener, ExitStack() as stack:
        scheme = "http" if tls is None else "https"
        proxy = TunnelProxy(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_accept, args=(listener, proxy, tls, stack))
        thread.start()
        yield proxy
        listener.shutdown(socket.SHUT_RDWR)
        thread.join()


def _accept(
    listener: socket.socket, proxy: TunnelProxy, tls: ssl.SSLContext | None, stack: ExitStack
) -> None:
    with suppress(OSError):
        while True:
            client = stack.enter_context(listener.accept()[0])
            if tls is not None:
                client = stack.enter_context(tls.wrap_socket(client, server_side=True))
            threading.Thread(target=_tunnel, args=(client, proxy, stack), daemon=True).start()


def _tunnel(client: socket.socket, proxy: TunnelProxy, stack: ExitStack) -> None:
    with suppress(OSError):
        asked = client.recv(65536)
        proxy.asked.append(asked)
        host, _, port = asked.split(b" ")[1].decode().rpartition(":")
        server = stack.enter_context(socket.create_connection((host.strip("[]"), int(port))))
        client.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
        threading.Thread(target=_copy, args=(server, client), daemon=True).start()
        _copy(client, server)


def _copy(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_RDWR)


@pytest.fixture
def trusting(authority: trustme.CA) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(context)
    return context


def send_blocking(url: str, **options: Any) -> list[Response | TransportFailure]:
    engine = NetworkEngine(**options)
    try:
        return [engine.send(signed(url), 10.0, Patience()) for _ in range(2)]
    finally:
        engine.close()


def send_async(url: str, **options: Any) -> list[Response | TransportFailure]:
    async def main() -> list[Response | TransportFailure]:
        engine = NetworkEngine(**options)
        try:
            return [await engine.send_async(signed(url), 10.0, Patience()) for _ in range(2)]
        finally:
            await engine.aclose()

    return asyncio.run(main())


@pytest.mark.parametrize("send", [send_blocking, send_async], ids=["sync", "async"])
@pytest.mark.parametrize("secure", [False, True], ids=["http proxy", "https proxy"])
class TestTunnel:
    def test_to_an_https_origin(
        self, send: Any, secure: bool, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
    ) -> None:
        with (
            scripted_server(SUCCESS, server_tls) as server,
            tunnel_proxy(server_tls if secure else None) as proxy,
        ):
            through = proxy.url.replace("//", "//us%40er:word@")
            results = send(server.url, proxy=through, tls=trusting)
            assert [type(result) for result in results] == [Response, Response]
            assert len(server.requests) == 2
        # One tunnel, which is used again; the proxy sees the password and nothing of the request.
        [asked] = proxy.asked
        host = server.url.removeprefix("https://")
        assert asked.startswith(f"CONNECT {host} HTTP/1.1\r\nHost: {host}\r\n".encode())
        assert b"\r\nProxy-Authorization: Basic dXNAZXI6d29yZA==\r\n" in asked
        assert b"sample-api-key" not in asked

    def test_is_not_used_for_a_server_that_is_not_trusted(
        self, send: Any, secure: bool, server_tls: ssl.SSLContext, trusting: ssl.SSLContext
    ) -> None:
        other = trustme.CA()
        untrusted = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        other.issue_cert("127.0.0.1").configure_cert(untrusted)
        with (
            scripted_server(SUCCESS, untrusted) as server,
            tunnel_proxy(server_tls if secure else None) as proxy,
        ):
            results = send(server.url, proxy=proxy.url, tls=trusting)
            assert server.requests == []
        for result in results:
            assert isinstance(result, TransportFailure)
            assert not result.request_sent
            assert "certificate" in result.reason.lower()


@pytest.mark.parametrize("send", [send_blocking, send_async], ids=["sync", "async"])
def test_a_proxy_sees_no_request_in_clear(send: Any) -> None:
    # A client refuses such options; the engine by itself sends nothing.
    with scripted_server(SUCCESS) as proxy:
        for result in send("http://127.0.0.1:9", proxy=proxy.url.replace("//", "//user:word@")):
            assert isinstance(result, TransportFailure)
            assert not result.request_sent
        assert proxy.requests == []


@pytest.mark.parametrize("send", [send_blocking, send_async], ids=["sync", "async"])
def test_a_proxy_that_refuses_is_named(send: Any) -> None:
    with closed_port() as proxy:
        for result in send("https://exchange.test", proxy=proxy):
            assert not result.request_sent
            assert result.reason.endswith("refused (through the proxy)")


@pytest.mark.anyio
async def test_a_proxy_that_falls_silent_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        engine = NetworkEngine(proxy=f"http://127.0.0.1:{listener.getsockname()[1]}")
        request, patience = signed("https://exchange.test"), Patience(opening=0.1)
        failures = engine.send(request, 10.0, patience), await engine.send_async(request, 10.0, patience)
        await engine.aclose()
    for failure in failures:
        assert failure == TransportFailure(request_sent=False, reason="no connection within 0.10 s (proxy)")


class TestUrl:
    @pytest.mark.parametrize(
        ("url", "port", "authority"),
        [
            ("http://proxy", 80, "proxy"),
            ("https://proxy", 443, "proxy"),
            ("http://proxy:8080", 8080, "proxy:8080"),
            ("http://user:word@[::1]:8080", 8080, "[::1]:8080"),
        ],
    )
    def test_says_where_the_proxy_is(self, url: str, port: int, authority: str) -> None:
        origin = Proxy.parse(url).origin
        assert (origin.port, origin.authority) == (port, authority)

    @pytest.mark.parametrize(
        "url",
        [
            "",
            "proxy:8080",
            "socks5://proxy",
            "http://",
            "http://proxy:port",
            "http://proxy:",
            "http://pro\nxy:80",
            "\thttp://proxy:80",
            "http://proxy\x9b:80",
            "http://proxy:0",
            "http://proxy:80/path",
            "http://proxy:80?word",
            "http://pro\\xy:80",
            "http://[::1]proxy:80",
            "http://pr%6fxy:80",
        ],
    )
    def test_that_is_none_is_refused_and_not_repeated(self, url: Any) -> None:
        with pytest.raises(InvalidInput) as refusal:
            Proxy.parse(url)
        assert refusal.value.field == "proxy"
        assert "proxy:" not in str(refusal.value)

    def test_shows_no_password(self) -> None:
        assert "word" not in repr(Proxy.parse("http://user:word@proxy"))
