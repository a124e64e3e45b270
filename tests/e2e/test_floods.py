"""A server that sends without end cannot hold a request beyond its deadline."""

import asyncio
import time
import zlib
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bingx_spot import Response
from bingx_spot.core.engine import TransportFailure
from bingx_spot.limits.client_state import Patience
from bingx_spot.transport.connection_pool import MAXIMUM_SIZE
from bingx_spot.transport.engine import NetworkEngine
from bingx_spot.transport.httpx_backend import HttpxEngine
from tests.support.cancelling import signed
from tests.support.scripted_server import http, scripted_server

#: The second is for a machine on which nothing was sent within the first.
TIMEOUTS = (0.15, 2.0)
#: How long a request may take beyond its deadline on a machine with other work, in seconds of the clock and
#: of the processor.
LATE, LATE_CPU = 5.0, 0.8
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


UNBOUNDED = Patience()


def endless(first: bytes, piece: bytes, pause: float = 0.0) -> Callable[[bytes], Iterator[bytes]]:
    def pieces(_: bytes) -> Iterator[bytes]:
        yield first
        while True:
            time.sleep(pause)
            yield piece

    return pieces


def gzip_bomb(mebibytes: int) -> bytes:
    """Return gzip data that unpacks to so many MiB: the same block again and again."""
    packer, blank = zlib.compressobj(wbits=31), b" " * 2**20
    first, again = (packer.compress(blank) + packer.flush(zlib.Z_FULL_FLUSH) for _ in range(2))
    return first + again * (mebibytes - 1)


FLOODS: dict[str, Any] = {
    "1xx": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "dripped 1xx": endless(b"", b"HTTP/1.1 100 Continue\r\n\r\n", 0.02),
    "header bytes": endless(HEAD + b"X: ", b"x", 0.0005),
    "headers": endless(HEAD, b"X: y\r\n", 0.0005),
    "chunk extension": endless(CHUNKED + b"2;", b"x", 0.0005),
    "chunks": endless(CHUNKED, b"1\r\nx\r\n", 0.0005),
    "trailers": endless(CHUNKED + b"0\r\n", b"X: y\r\n", 0.0005),
    "body": endless(HEAD + b"Content-Length: 1000000\r\n\r\n", b"x", 0.0005),
    "body without a length": endless(HEAD + b"\r\n", b"x" * 65536),
    "gzip bomb": http(gzip_bomb(512), headers="Content-Encoding: gzip"),
    "gzip bomb in chunks": endless(
        CHUNKED.replace(b"\r\n\r\n", b"\r\nContent-Encoding: gzip\r\n\r\n"),
        b"4\r\n\x1f\x8b\x08\x00\r\n",
        0.001,
    ),
    "silence": b"",
}


def send_blocking(
    engine: Any, url: str, timeout: float, patience: Patience = UNBOUNDED
) -> Response | TransportFailure:
    try:
        return engine.send(signed(url), timeout, patience)
    finally:
        engine.close()


def send_async(
    engine: Any, url: str, timeout: float, patience: Patience = UNBOUNDED
) -> Response | TransportFailure:
    async def main() -> Response | TransportFailure:
        try:
            return await engine.send_async(signed(url), timeout, patience)
        finally:
            await engine.aclose()

    return asyncio.run(main())


WAYS: dict[str, Any] = {
    "sync": lambda url, timeout, **options: send_blocking(NetworkEngine(**options), url, timeout),
    "async": lambda url, timeout, **options: send_async(NetworkEngine(**options), url, timeout),
}
# A sync transport of the user's own reads for as long as it likes.
OWN: dict[str, Any] = {
    "httpx async": lambda url, timeout: send_async(
        HttpxEngine(httpx.AsyncHTTPTransport(verify=False)), url, timeout
    )
}


@pytest.mark.parametrize("way", [*WAYS, *OWN])
@pytest.mark.parametrize("name", FLOODS)
def test_ends_with_the_deadline(name: str, way: str) -> None:
    for timeout in TIMEOUTS:
        with scripted_server(FLOODS[name]) as server:
            began, cpu = time.monotonic(), time.thread_time()
            failure = (WAYS | OWN)[way](server.url, timeout)
            took, cpu = time.monotonic() - began, time.thread_time() - cpu
        assert isinstance(failure, TransportFailure)
        assert took < timeout + LATE
        # httpx itself takes long to parse a flood, and is given up at the deadline all the same.
        assert cpu < timeout + LATE_CPU or way in OWN
        if failure.request_sent:
            break
    assert failure.request_sent


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", ["1xx", "dripped 1xx", "header bytes", "headers", "silence"])
def test_of_a_proxy_ends_with_the_deadline(name: str, way: str) -> None:
    with scripted_server(FLOODS[name]) as proxy:
        began = time.monotonic()
        failure = WAYS[way]("https://exchange.test", TIMEOUTS[0], proxy=proxy.url)
        took = time.monotonic() - began
    assert isinstance(failure, TransportFailure)
    assert not failure.request_sent
    assert took < TIMEOUTS[0] + LATE


def test_a_bomb_is_unpacked_no_further_than_a_response_may_be_long() -> None:
    with scripted_server(http(gzip_bomb(64), headers="Content-Encoding: gzip")) as server:
        failure = WAYS["sync"](server.url, 10.0)
    assert isinstance(failure, TransportFailure)
    assert failure.too_large
    assert str(MAXIMUM_SIZE) in failure.reason


def test_many_headers_over_a_transport_of_the_user_s_own_are_read_in_time() -> None:
    flood = httpx.Response(200, headers=[(f"x-{number}", "y") for number in range(20_000)])
    cpu = time.thread_time()
    response = HttpxEngine(httpx.MockTransport(lambda _: flood)).send(
        signed("http://localhost"), 60.0, UNBOUNDED
    )
    assert time.thread_time() - cpu < LATE_CPU
    assert isinstance(response, Response)
    assert response.headers["x-19999"] == "y"


@pytest.mark.parametrize("way", [send_blocking, send_async], ids=["sync", "async"])
class TestOpening:
    """Opening a connection has a bound of its own, so that the next attempt gets its chance."""

    def test_ends_where_a_handshake_hangs(self, way: Any) -> None:
        with scripted_server(b"") as server:
            failure = way(NetworkEngine(), server.url.replace("http:", "https:"), 60.0, Patience(opening=0.1))
        assert isinstance(failure, TransportFailure)
        assert failure[:2] == (False, "no connection within 0.10 s (TLS handshake)")

    def test_does_not_shorten_the_request(self, way: Any) -> None:
        def answer(_: bytes) -> bytes:
            time.sleep(0.6)
            return http("{}")

        with scripted_server(answer) as server:
            # Ample for a busy machine, and shorter than the answer takes.
            assert isinstance(way(NetworkEngine(), server.url, 60.0, Patience(opening=0.5)), Response)
