"""Reuse of connections: only live ones, one response for each request, and no request twice."""

import asyncio
import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import anyio
import pytest

from bingx_spot.core.engine import TransportFailure
from bingx_spot.core.request import ApiCall
from bingx_spot.limits.client_state import Patience
from bingx_spot.transport.engine import NetworkEngine
from bingx_spot_api.contract import BY_ID
from tests.support.cancelling import signed
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, awaiting, blocking, success
from tests.support.scripted_server import ScriptedServer, http, scripted_server

QUERY = ApiCall.of(BY_ID["queryOrder"], {"symbol": SYMBOL, "orderId": ORDER_ID})
STRAY_PRICE = "777"


def hang_up(server: ScriptedServer) -> None:
    """Close the connections, as a server closes idle ones."""
    for connection in server.connections:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    time.sleep(0.02)  # until the client's socket has it; loopback needs less


class TestClosedWhileIdle:
    def test_is_noticed_blocking(self):
        with scripted_server(SUCCESS) as server, blocking(server.url) as bingx:
            for _ in range(3):
                assert bingx.cancel_order(SYMBOL, order_id=ORDER_ID).order_id == ORDER_ID
                hang_up(server)
            assert len(server.requests) == len(server.connections) == 3

    @pytest.mark.anyio
    async def test_is_noticed_although_the_event_loop_was_blocked(self):
        with scripted_server(SUCCESS) as server:
            async with awaiting(server.url) as bingx:
                for _ in range(3):
                    assert (await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)).order_id == ORDER_ID
                    # Blocking, so that the event loop has not seen it when the next call begins.
                    hang_up(server)
            assert len(server.requests) == len(server.connections) == 3


def test_a_connection_idle_for_too_long_is_not_reused(monkeypatch):
    monkeypatch.setattr("bingx_spot.transport.connection_pool.KEEPALIVE_EXPIRY", 0.0)
    with scripted_server(SUCCESS) as server, blocking(server.url) as bingx:
        for _ in range(2):
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        assert len(server.connections) == 2


class Stray:
    """Sends a response and, without a request, a second one about the same order, which would be believed."""

    def __init__(self) -> None:
        self._read, self._sent = threading.Semaphore(0), threading.Semaphore(0)

    def __call__(self, _: bytes) -> Iterator[bytes]:
        yield SUCCESS
        self._read.acquire(timeout=20)
        yield http(success(price=STRAY_PRICE))
        self._sent.release()

    def send(self) -> None:
        """Let it send the second, now that the first is read."""
        self._read.release()
        assert self._sent.acquire(timeout=20)


class TestUnrequestedBytes:
    def test_are_not_read_as_the_next_response_blocking(self):
        stray = Stray()
        with scripted_server(stray) as server, blocking(server.url) as bingx:
            for _ in range(3):
                assert bingx.cancel_order(SYMBOL, order_id=ORDER_ID).price != Decimal(STRAY_PRICE)
                stray.send()
            assert len(server.requests) == 3

    @pytest.mark.anyio
    @pytest.mark.parametrize("seen", [True, False], ids=["seen", "unseen"])
    async def test_are_not_read_as_the_next_response_awaiting(self, seen):
        stray = Stray()
        with scripted_server(stray) as server:
            async with awaiting(server.url) as bingx:
                for _ in range(3):
                    order = await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
                    assert order.price != Decimal(STRAY_PRICE)
                    stray.send()  # it blocks the event loop
                    if seen:
                        await asyncio.sleep(0.01)
            assert len(server.requests) == 3


class TestNoSecondRequest:
    """HTTP libraries repeat a GET after a kept connection broke; the engine does not."""

    def test_blocking(self):
        answers = iter([SUCCESS, None, SUCCESS])
        sending = NetworkEngine()
        with scripted_server(lambda _: next(answers)) as server:
            assert not isinstance(sending.send(signed(server.url, QUERY), 2.0, Patience()), TransportFailure)
            result = sending.send(signed(server.url, QUERY), 2.0, Patience())
            assert isinstance(result, TransportFailure)
            assert result.request_sent
            assert len(server.requests) == 2
        sending.close()

    @pytest.mark.anyio
    async def test_awaiting(self):
        answers = iter([SUCCESS, None, SUCCESS])
        sending = NetworkEngine()
        with scripted_server(lambda _: next(answers)) as server:
            assert not isinstance(
                await sending.send_async(signed(server.url, QUERY), 2.0, Patience()), TransportFailure
            )
            result = await sending.send_async(signed(server.url, QUERY), 2.0, Patience())
            assert isinstance(result, TransportFailure)
            assert result.request_sent
            assert len(server.requests) == 2
        await sending.aclose()


@pytest.mark.anyio
async def test_there_are_no_more_connections_than_calls_in_flight():
    with scripted_server(SUCCESS) as server:
        async with awaiting(server.url) as bingx, anyio.create_task_group() as tasks:
            for _ in range(10):
                tasks.start_soon(cancel_five_times, bingx)
        assert 1 <= len(server.connections) <= 10


async def cancel_five_times(bingx: Any) -> None:
    for _ in range(5):
        await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)


class TestAfterThePermitHasExpired:
    """As in a process that was stopped for long: the request is not written, and the connection is kept."""

    def check(self, server: ScriptedServer, *results: Any) -> None:
        late, later, sent = results
        assert [late.request_sent, later.request_sent] == [False, False]
        assert "permit" in late.reason
        assert not isinstance(sent, TransportFailure)
        assert len(server.requests) == len(server.connections) == 1

    def test_blocking(self):
        with scripted_server(SUCCESS) as server:
            engine = NetworkEngine()
            with contextlib.closing(engine):
                patiences = [Patience(writing=-1.0), Patience(writing=-1.0), Patience()]
                self.check(server, *[engine.send(signed(server.url), 5.0, each) for each in patiences])

    @pytest.mark.anyio
    async def test_awaiting(self):
        with scripted_server(SUCCESS) as server:
            engine = NetworkEngine()
            patiences = [Patience(writing=-1.0), Patience(writing=-1.0), Patience()]
            self.check(
                server, *[await engine.send_async(signed(server.url), 5.0, each) for each in patiences]
            )
            await engine.aclose()
