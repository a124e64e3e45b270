"""The connections of the engine: trust, proxies, reuse, closing."""

import gc
import ssl
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from bingx_spot import CallError, InvalidInput, NotSent, OutcomeUnknown
from tests.support.cancelling import closed_port
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, blocking
from tests.support.scripted_server import Cut, http, scripted_server

SILENCE = b""
OPEN_FILES = Path("/dev/fd")


class TestTrust:
    def test_a_certificate_that_the_given_context_trusts(self, cancel, authority, server_tls):
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority.configure_trust(trusting)
        with scripted_server(SUCCESS, server_tls) as server:
            assert cancel(server.url, tls=trusting).order_id == ORDER_ID
            assert len(server.requests) == 1


class TestProxy:
    def test_beside_a_server_without_tls_is_refused(self, cancel):
        with scripted_server(SUCCESS) as proxy, scripted_server(SUCCESS) as server:
            with pytest.raises(InvalidInput, match="proxy would see the API key"):
                cancel(server.url, proxy=proxy.url)
            assert proxy.requests == server.requests == []

    def test_gets_connect_with_its_password_and_without_the_api_key(self, cancel):
        with scripted_server(http("no", "407 Proxy Authentication Required")) as proxy:
            for timeout in (0.5, 20.0):
                with pytest.raises(NotSent):
                    cancel(
                        "https://example.com", proxy=proxy.url.replace("//", "//user:word@"), timeout=timeout
                    )
                # Where a busy machine did not get there in that time, it gets more.
                if proxy.requests:
                    break
            request = proxy.requests[0].lower()
            assert request.startswith(b"connect example.com:443")
            assert b"proxy-authorization: basic dxnlcjp3b3jk" in request
            assert b"sample-api-key" not in request

    def test_of_the_environment_is_not_used(self, cancel, monkeypatch):
        with closed_port() as proxy, scripted_server(SUCCESS) as server:
            for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "all_proxy"):
                monkeypatch.setenv(name, proxy)
            assert cancel(server.url).order_id == ORDER_ID


class EndlessStream(httpx.SyncByteStream, httpx.AsyncByteStream):
    """An endless body, for sync and async, that records whether it was closed."""

    def __init__(self) -> None:
        self.closed = False

    def __iter__(self) -> Iterator[bytes]:
        while True:
            yield b" " * 65536

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self:
            yield piece

    def close(self) -> None:
        self.closed = True

    async def aclose(self) -> None:
        self.closed = True


class TestConnections:
    def test_are_reused(self):
        with scripted_server(SUCCESS) as server, blocking(server.url) as bingx:
            for _ in range(3):
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            assert len(server.connections) == 1

    def test_are_shared_with_a_client_of_with_options(self):
        with scripted_server(SUCCESS) as server, blocking(server.url) as first:
            with first.with_options(timeout=4.0) as second:
                second.cancel_order(SYMBOL, order_id=ORDER_ID)
            first.cancel_order(SYMBOL, order_id=ORDER_ID)
            assert len(server.connections) == 1

    def test_are_closed_when_a_response_is_not_read_to_its_end(self, cancel):
        stream = EndlessStream()
        transport = httpx.MockTransport(lambda _: httpx.Response(200, stream=stream))
        with pytest.raises(OutcomeUnknown, match="larger than"):
            cancel("https://example.com", transport=transport, timeout=1.0)
        assert stream.closed

    def test_are_closed_with_the_first_client(self):
        with scripted_server(SUCCESS) as server:
            with blocking(server.url) as first:
                second = first.with_options(timeout=4.0)
            with pytest.raises(NotSent, match="closed"):
                second.cancel_order(SYMBOL, order_id=ORDER_ID)

    @pytest.mark.parametrize(
        "answer",
        [SUCCESS, None, Cut(reset=True), Cut(SUCCESS[:-5]), SILENCE],
        ids=["success", "closed", "reset", "cut short", "silence"],
    )
    def test_leave_no_socket_behind(self, cancel, answer):
        gc.collect()
        before = len(list(OPEN_FILES.iterdir()))
        with scripted_server(answer) as server:
            for _ in range(3):
                try:
                    cancel(server.url, timeout=5.0 if answer == SUCCESS else 0.1)
                except CallError:
                    assert answer != SUCCESS
        assert len(list(OPEN_FILES.iterdir())) == before
