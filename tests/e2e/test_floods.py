"""A server that sends without end cannot hold a request beyond its deadline."""

import asyncio
import json
import pickle
import time
import zlib
from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import httpx
import pytest

from bingx_spot import BingxSpot, CallError, Credentials, Response
from bingx_spot.bulk.input_rows import Rows
from bingx_spot.core.engine import TransportFailure
from bingx_spot.transport.connection_pool import MAXIMUM_SIZE
from bingx_spot.transport.engine import NetworkEngine
from bingx_spot.transport.httpx_backend import HttpxEngine
from tests.support.cancelling import signed
from tests.support.journals import new_journal
from tests.support.samples import ORDER_ID, SYMBOL, Unlimited
from tests.support.scripted_server import http, scripted_server

CREDENTIALS = Credentials("sample-api-key", "sample-api-secret")
#: The second is for a machine on which nothing was sent within the first.
TIMEOUTS = (0.15, 2.0)
#: How long a request may take beyond its deadline on a machine with other work, in seconds of the clock and
#: of the processor.
LATE, LATE_CPU = 5.0, 0.8
HEAD = b"HTTP/1.1 200 OK\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"


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


def send_blocking(engine: Any, url: str, timeout: float) -> Response | TransportFailure:
    try:
        return engine.send(signed(url), timeout)
    finally:
        engine.close()


def send_async(engine: Any, url: str, timeout: float) -> Response | TransportFailure:
    async def main() -> Response | TransportFailure:
        try:
            return await engine.send_async(signed(url), timeout)
        finally:
            await engine.aclose()

    return asyncio.run(main())


WAYS: dict[str, Any] = {
    "sync": lambda url, timeout, **options: send_blocking(NetworkEngine(**options), url, timeout),
    "async": lambda url, timeout, **options: send_async(NetworkEngine(**options), url, timeout),
}
# A sync transport of the user's own reads for as long as it likes.
OWN: dict[str, Any] = {
    "httpx async": lambda url, timeout: send_async(HttpxEngine(httpx.AsyncHTTPTransport()), url, timeout)
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


def test_a_text_of_a_megabyte_is_not_kept_for_each_attempt(tmp_path) -> None:
    said = json.dumps({"code": 100500, "msg": "\x1b[2J" + "x" * 900_000})
    journal = tmp_path / "orders.journal"
    rows = "symbol,orderId\n" + "".join(f"BTC-USDT,{n}\n" for n in range(1, 5))
    with (
        scripted_server(http(said)) as server,
        BingxSpot(CREDENTIALS, environment=server.url, timeout=1.0, limits=Unlimited()) as bingx,
    ):
        with pytest.raises(CallError) as failed:
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        imported = new_journal(journal, Rows(BytesIO(rows.encode())))
        with bingx.cancel_orders(imported.pending()) as run:
            for result in run:
                imported.record(result.item.line, result)
        imported.close()
    assert len(failed.value.attempts) > 1
    assert len(pickle.dumps(failed.value)) < 200_000
    assert journal.stat().st_size < 400_000


class TestSetup:
    """Opening a connection has a bound of its own, so that the next attempt gets its chance."""

    @pytest.fixture(autouse=True)
    def short_bound(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr("bingx_spot.transport.connection_pool.SETUP_SECONDS", 0.1)

    def test_of_a_handshake_that_hangs_is_given_up_later_each_time(self) -> None:
        engine, seconds = NetworkEngine(), []
        with scripted_server(b"") as server:
            for _ in range(3):
                began = time.monotonic()
                failure = engine.send(signed(server.url.replace("http:", "https:")), 60.0)
                seconds.append(time.monotonic() - began)
                assert isinstance(failure, TransportFailure)
                assert not failure.request_sent
                assert "TLS handshake" in failure.reason
        # Twice as long each time, for a line that is really slow.
        for bound, took in zip([0.1, 0.2, 0.4], seconds, strict=True):
            assert bound <= took < bound + LATE

    def test_of_a_handshake_that_hangs_is_given_up_async(self) -> None:
        with scripted_server(b"") as server:
            url = server.url.replace("http:", "https:")
            failure = asyncio.run(NetworkEngine().send_async(signed(url), 60.0))
        assert isinstance(failure, TransportFailure)
        assert failure == (False, "no connection within 0.10 s (TLS handshake)", False, False)

    @pytest.mark.parametrize("way", WAYS)
    def test_does_not_shorten_the_request(self, way: str) -> None:
        def answer(_: bytes) -> bytes:
            time.sleep(0.2)
            return http("{}")

        with scripted_server(answer) as server:
            assert isinstance(WAYS[way](server.url, 10.0), Response)
