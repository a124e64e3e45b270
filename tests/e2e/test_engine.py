"""The engine on real sockets: how it reports every failure between client and server."""

import ssl
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bingx_spot import InvalidInput, NotSent, OutcomeUnknown
from bingx_spot.transport.connection_pool import MAXIMUM_SIZE
from tests.support.cancelling import (
    cancel_awaiting,
    cancel_blocking,
    closed_port,
    once_awaiting,
    once_blocking,
)
from tests.support.patience import patiently
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, awaiting, blocking, success
from tests.support.scripted_server import Cut, http, scripted_server

SILENCE = b""


@pytest.fixture(params=[once_blocking, once_awaiting], ids=["sync", "async"])
def by_default(request: pytest.FixtureRequest) -> Any:
    """Send one request; takes every option of the engine."""
    return request.param


@pytest.fixture(
    params=[once_blocking, once_awaiting],
    ids=["sync", "async"],
)
def cancel(request: pytest.FixtureRequest) -> Any:
    """Send one request by the engine itself, without retries."""
    return request.param


class TestNotSent:
    def test_a_refused_connection(self, cancel):
        with closed_port() as url, pytest.raises(NotSent) as failed:
            cancel(url)
        assert failed.value.http_status is None
        assert failed.value.request.url == f"{url}/openApi/spot/v1/trade/cancel"

    def test_an_unknown_host_name(self, cancel):
        with pytest.raises(NotSent):
            cancel("https://unknown.invalid", timeout=5.0)

    def test_a_certificate_that_is_not_trusted(self, cancel, server_tls):
        with scripted_server(SUCCESS, server_tls) as server:
            with pytest.raises(NotSent, match=r"(?i)certificate"):
                cancel(server.url)
            assert server.requests == []

    def test_a_certificate_for_another_host(self, by_default, authority):
        other = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert("example.com").configure_cert(other)
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        authority.configure_trust(trusting)
        with scripted_server(SUCCESS, other) as server:
            with pytest.raises(NotSent):
                by_default(server.url, tls=trusting)
            assert server.requests == []

    def test_an_error_of_tls_without_a_number(self, by_default):
        class OfTheSystem(ssl.SSLContext):
            """Verifies as the system does, which truststore does on some."""

            def wrap_bio(self, *_: object, **__: object) -> ssl.SSLObject:
                raise ssl.SSLError("the system does not trust it")

        with scripted_server(SUCCESS) as server:
            with pytest.raises(NotSent, match="the system does not trust it"):
                by_default(server.url.replace("http", "https"), tls=OfTheSystem(ssl.PROTOCOL_TLS_CLIENT))
            assert server.requests == []

    def test_a_handshake_that_never_ends(self, cancel):
        with scripted_server(SILENCE) as server, pytest.raises(NotSent, match=r"(?i)no connection within"):
            cancel(server.url.replace("http:", "https:"), timeout=0.3)

    def test_a_closed_client(self):
        with scripted_server(SUCCESS) as server:
            bingx = blocking(server.url)
            bingx.close()
            with pytest.raises(NotSent, match="client is closed"):
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            assert server.requests == []

    @pytest.mark.anyio
    async def test_a_closed_async_client(self):
        with scripted_server(SUCCESS) as server:
            bingx = awaiting(server.url)
            await bingx.aclose()
            with pytest.raises(NotSent, match="client is closed"):
                await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            assert server.requests == []

    def test_a_proxy_that_refuses_the_connection(self, by_default):
        with closed_port() as proxy, scripted_server(SUCCESS) as server:
            with pytest.raises(NotSent):
                by_default(server.url, proxy=proxy)
            assert server.requests == []

    def test_a_proxy_that_builds_no_tunnel(self, by_default):
        with scripted_server(http("no", "403 Forbidden")) as proxy, pytest.raises(NotSent):
            by_default("https://example.com", proxy=proxy.url)


class TestOutcomeUnknown:
    @pytest.mark.parametrize(
        "answer",
        [
            pytest.param(None, id="closed without a response"),
            pytest.param(Cut(reset=True), id="reset after reading"),
            pytest.param(Cut(b"H"), id="one byte, then closed"),
            pytest.param(Cut(b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n"), id="closed within the headers"),
            pytest.param(Cut(SUCCESS[:-10]), id="body cut short"),
            pytest.param(Cut(SUCCESS[:-10], reset=True), id="reset within the body"),
            pytest.param(Cut(b"ICY 200 OK\r\n\r\n"), id="garbage status line"),
            pytest.param(Cut(b"HTTP/1.1 banana\r\n\r\n"), id="no number for a status"),
            pytest.param(Cut(b"\x16\x03\x01\x00\x01"), id="TLS on a plain connection"),
            pytest.param(Cut(b"SSH-2.0-OpenSSH_9.6\r\n"), id="another protocol"),
            pytest.param(Cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n"), id="no chunk"),
            pytest.param(
                Cut(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n"),
                id="last chunk missing",
            ),
            pytest.param(
                http(b"\x1f\x8b\x08\x00junk", headers="Content-Encoding: gzip"),
                id="not the compression that it names",
            ),
            pytest.param(http(success() + " " * MAXIMUM_SIZE), id="larger than a mebibyte"),
            pytest.param(http(success(), "204 No Content"), id="no content"),
        ],
    )
    def test_after_exactly_one_request(self, cancel, answer):
        with scripted_server(answer) as server:
            with pytest.raises(OutcomeUnknown):
                cancel(server.url)
            assert len(server.requests) == 1

    @pytest.mark.parametrize("begun", [SILENCE, b"H", b"HTTP/1.1 200 OK\r\n", SUCCESS[:-10]], ids=len)
    def test_no_response_before_the_timeout(self, cancel, begun):
        with scripted_server(begun) as server:
            with pytest.raises(
                OutcomeUnknown, match=r"(?i)no complete response within (0\.(30|2\d)|\d\d\.\d\d) s"
            ):
                patiently(lambda timeout: cancel(server.url, timeout=timeout), 0.3)
            assert len(server.requests) == 1

    def test_a_body_that_is_slower_than_the_timeout(self, cancel):
        def drip(request: bytes) -> Iterator[bytes]:
            yield b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
            for _ in range(1000):
                time.sleep(0.05)
                yield b" "

        with scripted_server(drip) as server:
            with pytest.raises(OutcomeUnknown, match=r"(?i)no complete response"):
                patiently(lambda timeout: cancel(server.url, timeout=timeout), 0.3)
            assert len(server.requests) == 1

    def test_a_connection_kept_alive_and_closed_by_the_server(self):
        answers = iter([SUCCESS, None, SUCCESS])
        with scripted_server(lambda _: next(answers)) as server, blocking(server.url) as bingx:
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            assert bingx.cancel_order(SYMBOL, order_id=ORDER_ID).order_id == ORDER_ID
            assert len(server.requests) == 3

    def test_any_exception_of_the_caller_s_transport(self, by_default):
        def fail(request: httpx.Request) -> httpx.Response:
            raise RuntimeError(f"broken at {request.url}?signature={request.content.decode()}")

        with pytest.raises(OutcomeUnknown, match="RuntimeError") as failed:
            by_default("https://example.com", transport=httpx.MockTransport(fail))
        assert "signature" not in str(failed.value)
        assert failed.value.__context__ is None


class TestRedirects:
    @pytest.mark.parametrize(
        "status", ["301 Moved", "302 Found", "303 See Other", "307 Same", "308 For Ever"]
    )
    def test_are_not_followed(self, cancel, status):
        with scripted_server(SUCCESS) as other:
            answer = http("", status, f"Location: {other.url}/openApi/spot/v1/trade/cancel")
            with scripted_server(answer) as server:
                with pytest.raises(OutcomeUnknown) as failed:
                    cancel(server.url)
                assert len(server.requests) == 1
            assert other.requests == []
        assert failed.value.http_status == int(status[:3])
        assert "another address" in str(failed.value)


class TestOwnTransport:
    def test_gets_the_signed_request(self, by_default):
        seen: list[httpx.Request] = []

        def answer(request: httpx.Request) -> httpx.Response:
            seen.append(request)
            return httpx.Response(200, text=success())

        assert by_default("https://example.com", transport=httpx.MockTransport(answer)).order_id == ORDER_ID
        assert len(seen) == 1
        assert seen[0].headers["X-BX-APIKEY"] == "sample-api-key"
        assert b'"signature":"' in seen[0].content

    def test_gets_the_timeout_of_each_phase(self, by_default):
        given: list[float] = []

        def answer(request: httpx.Request) -> httpx.Response:
            timeout = request.extensions["timeout"]
            given.extend(timeout[phase] for phase in ("connect", "read", "write", "pool"))
            given.append(timeout.get("read"))
            assert timeout.get("other") is None
            return httpx.Response(200, text=success())

        by_default("https://example.com", transport=httpx.MockTransport(answer), timeout=3.0)
        assert len(given) == 5
        assert all(0 < seconds <= 3 for seconds in given)

    def test_each_phase_gets_the_time_that_is_left(self, by_default):
        def answer(request: httpx.Request) -> httpx.Response:
            before = request.extensions["timeout"]["connect"]
            time.sleep(0.05)
            assert request.extensions["timeout"]["read"] <= before - 0.05
            return httpx.Response(200, text=success())

        assert by_default("https://example.com", transport=httpx.MockTransport(answer)).order_id == ORDER_ID

    def test_may_return_late_what_arrived_while_the_process_was_stopped(self):
        def answer(_: httpx.Request) -> httpx.Response:
            time.sleep(0.02)
            return httpx.Response(200, text=success())

        transport = httpx.MockTransport(answer)
        assert once_blocking("https://example.com", timeout=0.01, transport=transport).order_id == ORDER_ID

    def test_an_async_one_in_a_blocking_client_is_refused_and_the_reverse(self):
        with pytest.raises(InvalidInput, match="transport is an async one") as refusal:
            cancel_blocking("https://example.com", transport=httpx.AsyncHTTPTransport(trust_env=False))
        assert refusal.value.field == "transport"
        with pytest.raises(InvalidInput, match="transport is a sync one") as refusal:
            cancel_awaiting("https://example.com", transport=httpx.HTTPTransport(trust_env=False))
        assert refusal.value.field == "transport"
