"""One table of servers that say more, or other things, than HTTP allows, against every way of sending.

After any response to the first request, the second request gets its own response or none.
"""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from functools import partial
from select import select
from typing import Any

import httpx
import pytest

from bingx_spot import Response
from bingx_spot.core.engine import Engine, TransportFailure
from bingx_spot.limits.client_state import Patience
from bingx_spot.transport import async_backend, backend
from bingx_spot.transport.engine import NetworkEngine
from bingx_spot.transport.httpx_backend import HttpxEngine
from tests.support.cancelling import signed
from tests.support.samples import success
from tests.support.scripted_server import Answer, Cut, http, scripted_server

FIRST, SECOND, STRAY = success(price="1"), success(price="2"), success(price="777")
CHUNKED = "Transfer-Encoding: chunked"
Odd = bytes | Cut | tuple[bytes, bytes]


class Turns:
    """Events by which client and server wait for each other, however busy the machine is."""

    def __init__(self) -> None:
        self.received, self.sent = threading.Event(), threading.Event()


def late(first: bytes, stray: bytes) -> Callable[[], tuple[bytes, bytes]]:
    """Answer, and send something else when the client has read the answer."""
    return lambda: (first, stray)


def in_turns(answer: Odd, turns: Turns) -> Answer:
    """Return an answer that tells when all of it is sent."""
    if isinstance(answer, Cut):
        turns.sent.set()  # the end of the connection is the end of the response
        return answer

    def pieces() -> Iterator[bytes]:
        first, *stray = answer if isinstance(answer, tuple) else (answer,)
        yield first
        if stray:
            turns.received.wait(10)
            yield from stray
        turns.sent.set()

    return pieces()


def chunked(body: str) -> bytes:
    head = f"HTTP/1.1 200 OK\r\n{CHUNKED}\r\n\r\n"
    return f"{head}{len(body):x}\r\n{body}\r\n0\r\n\r\n".encode()


#: What the server sends for the first request, and whether that holds a response to it.
SERVERS: dict[str, tuple[Callable[[], Odd], bool]] = {
    "a second response": (lambda: http(FIRST) + http(STRAY), True),
    "a second response a moment later": (late(http(FIRST), http(STRAY)), True),
    "half of a second response": (lambda: http(FIRST) + http(STRAY)[:40], True),
    "a rate limit a moment later": (late(http(FIRST), http("", "429 Too Many Requests")), True),
    "408 a moment later": (late(http(FIRST), http("", "408 Request Timeout")), True),
    "a body longer than its length": (lambda: http(FIRST) + STRAY.encode(), True),
    "garbage": (lambda: http(FIRST) + b"\x00\x01\x02", True),
    "a response behind the last chunk": (lambda: chunked(FIRST) + http(STRAY), True),
    "204 with a body": (lambda: http(STRAY, "204 No Content"), True),
    "205 with a response behind it": (lambda: http("", "205 Reset Content") + http(STRAY), True),
    "304 with a body": (lambda: http(STRAY, "304 Not Modified"), True),
    "1xx before and a response behind": (
        lambda: b"HTTP/1.1 103 Early Hints\r\n\r\n" + http(FIRST) + http(STRAY),
        True,
    ),
    "no length": (lambda: Cut(f"HTTP/1.1 200 OK\r\n\r\n{FIRST}".encode()), True),
    "101": (lambda: b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n" + http(STRAY), False),
    "another protocol": (lambda: b"SSH-2.0-OpenSSH_9.6\r\n" + http(STRAY), False),
}


def network() -> NetworkEngine:
    return NetworkEngine()


def own_transport() -> HttpxEngine:
    return HttpxEngine(httpx.HTTPTransport(verify=False))


def own_async_transport() -> HttpxEngine:
    return HttpxEngine(httpx.AsyncHTTPTransport(verify=False))


def send_blocking(engine: Engine, url: str, turns: Turns) -> list[Response | TransportFailure]:
    results = []
    for _ in range(3):
        results.append(engine.send(signed(url), 10.0, Patience()))
        turns.received.set()
        turns.sent.wait(10)  # what the server sends meanwhile is there
    engine.close()
    return results


def send_async(
    engine: Engine, url: str, turns: Turns, busy: bool = False
) -> list[Response | TransportFailure]:
    async def main() -> list[Response | TransportFailure]:
        results = []
        for _ in range(3):
            results.append(await engine.send_async(signed(url), 10.0, Patience()))
            turns.received.set()
            turns.sent.wait(10)
            if not busy:
                await asyncio.sleep(0.01)
        await engine.aclose()
        return results

    return asyncio.run(main())


send_async_from_a_busy_program = partial(send_async, busy=True)


WAYS = {
    "sync": (network, send_blocking),
    "async": (network, send_async),
    "async, busy": (network, send_async_from_a_busy_program),
    "httpx": (own_transport, send_blocking),
    "httpx async": (own_async_transport, send_async),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("name", SERVERS)
def test_no_request_gets_the_response_of_another(name: str, way: str) -> None:
    odd, responds = SERVERS[name]
    numbers, turns = iter(range(1, 10)), Turns()

    def answer(_: bytes) -> Answer:
        return in_turns(odd(), turns) if next(numbers) == 1 else http(SECOND)

    engine, send = WAYS[way]
    with scripted_server(answer) as server:
        first, *others = send(engine(), server.url, turns)
        assert len(server.requests) == 3
    assert isinstance(first, Response) == responds, first
    assert not (isinstance(first, Response) and b"777" in first.body)
    for other in others:
        assert isinstance(other, Response), other
        assert other.body == SECOND.encode()


@pytest.mark.parametrize("send", [send_blocking, send_async], ids=["sync", "async"])
def test_a_server_that_speaks_first_is_not_asked(send: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    # So that what the server sends is there before the request would be.
    def connect_slowly(*arguments: Any) -> socket.socket:
        connected = connect(*arguments)
        assert select([connected], [], [], 20.0)[0]
        return connected

    async def connect_slowly_async(*arguments: Any) -> socket.socket:
        connected = await connect_async(*arguments)
        assert select([connected], [], [], 20.0)[0]
        return connected

    connect, connect_async = backend.connect, async_backend.connect_async
    monkeypatch.setattr(backend, "connect", connect_slowly)
    monkeypatch.setattr(async_backend, "connect_async", connect_slowly_async)
    with scripted_server(http(SECOND), greeting=http(STRAY)) as server:
        turns = Turns()
        turns.sent.set()
        results = send(NetworkEngine(), server.url, turns)
        assert server.requests == []
    for result in results:
        assert isinstance(result, TransportFailure)
        assert not result.request_sent
        assert "before it was asked" in result.reason


BAN = "429 Too Many Requests"
BANS: dict[str, bytes | Cut] = {
    "cut short": Cut(http("{}", BAN, "Retry-After: 30")[:-1]),
    "reset": Cut(http("{}", BAN, "Retry-After: 30")[:-1], reset=True),
    "never complete": http("{}", BAN, "Retry-After: 30")[:-1],
    "not compressed as it says": http("{}", BAN, "Retry-After: 30\r\nContent-Encoding: gzip"),
    "not chunked as it says": f"HTTP/1.1 {BAN}\r\nRetry-After: 30\r\n{CHUNKED}\r\n\r\nx".encode(),
    "too large": http("x" * 2_000_000, "403 Forbidden", "Retry-After: 30"),
}


@pytest.mark.parametrize("way", ["sync", "async", "httpx", "httpx async"])
@pytest.mark.parametrize("name", BANS)
def test_a_ban_is_known_by_its_head_whatever_becomes_of_its_body(name: str, way: str) -> None:
    engine, url = WAYS[way][0](), ""
    patience = Patience(opening=0.2, answer=0.2)

    async def send() -> Response | TransportFailure:
        try:
            return await engine.send_async(signed(url), 10.0, patience)
        finally:
            await engine.aclose()

    with scripted_server(BANS[name]) as server:
        url = server.url
        result = asyncio.run(send()) if "async" in way else engine.send(signed(url), 10.0, patience)
    engine.close()
    assert isinstance(result, Response), result
    assert result.http_status in (403, 429)
    assert result.headers["retry-after"] == "30"
