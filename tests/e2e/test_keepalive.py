"""`warm`: how many round trips the first cancel after a pause takes."""

import asyncio
import json
import ssl
import threading
import time
from typing import Any

import pytest
import trustme

from bingx_spot import InvalidInput, NotSent
from bingx_spot.transport import connection_pool as connections
from tests.support.cancelling import closed_port
from tests.support.round_trips import counted_round_trips
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, awaiting, blocking
from tests.support.scripted_server import http, scripted_server

TIME = http(json.dumps({"code": 0, "msg": "", "data": {"serverTime": 1696751141337}}))
#: Opening the connection, the handshake of TLS 1.3, and the request. Session tickets, for which the
#: client does not wait, can add to the count.
COLD = 3
PAUSE = 60.0


def answer(request: bytes) -> bytes:
    return TIME if b"/server/time" in request else SUCCESS


@pytest.fixture
def client_options(authority: trustme.CA) -> dict[str, Any]:
    """Return the options of a client that trusts the tests' own authority."""
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(trusting)
    return {"tls": trusting, "fallback": False}


def advance_clock(monkeypatch: pytest.MonkeyPatch, seconds: float) -> None:
    """Let the connection pool's clock go on by that many seconds."""
    now = time.monotonic
    fake = type("Clock", (), {"monotonic": staticmethod(lambda: now() + seconds)})
    monkeypatch.setattr(connections, "time", fake)


class TestRoundTrips:
    """`make bench` times this on a link of 50 ms; here the round trips themselves are counted."""

    def test_blocking(self, server_tls, client_options, monkeypatch):
        with scripted_server(answer, server_tls) as server, counted_round_trips(server.url) as trips:
            with blocking(trips.url, **client_options) as bingx:
                bingx.warm()
                assert trips.take() >= COLD
                advance_clock(monkeypatch, PAUSE)
                for _ in range(3):
                    bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
                    assert trips.take() == 1
            assert len(server.connections) == 1

    @pytest.mark.anyio
    async def test_awaiting(self, server_tls, client_options, monkeypatch):
        with scripted_server(answer, server_tls) as server, counted_round_trips(server.url) as trips:
            async with awaiting(trips.url, **client_options) as bingx:
                await bingx.warm()
                assert trips.take() >= COLD
                advance_clock(monkeypatch, PAUSE)
                for _ in range(3):
                    await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
                    assert trips.take() == 1
            assert len(server.connections) == 1

    def test_a_cold_cancel_takes_all(self, server_tls, client_options):
        with (
            scripted_server(answer, server_tls) as server,
            counted_round_trips(server.url) as trips,
            blocking(trips.url, **client_options) as bingx,
        ):
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            assert trips.take() >= COLD


class TestKeepingWarm:
    def test_repeats_the_request_and_leaves_no_thread_behind(self, monkeypatch):
        monkeypatch.setattr("bingx_spot.keepalive.SHORTEST_EVERY", 0.0)
        before = threading.active_count()
        with scripted_server(answer) as server:
            with blocking(server.url) as bingx:
                bingx.warm(every=0.1)
                bingx.warm(every=0.1)  # once is enough
                until(lambda: len(server.requests) > 3)
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            before_close = len(server.requests)
            time.sleep(0.25)
            assert len(server.requests) == before_close
            assert sum(thread.name == "bingx-spot-warm" for thread in threading.enumerate()) == 0
        # The threads of the name resolver end a little later.
        until(lambda: threading.active_count() <= before)

    @pytest.mark.anyio
    async def test_repeats_the_request_and_leaves_no_task_behind(self, monkeypatch):
        monkeypatch.setattr("bingx_spot.keepalive.SHORTEST_EVERY", 0.0)
        before = asyncio.all_tasks()
        with scripted_server(answer) as server:
            async with awaiting(server.url) as bingx:
                await bingx.warm(every=0.1)
                while len(server.requests) <= 3:  # noqa: ASYNC110 - the server runs in threads
                    await asyncio.sleep(0.01)
                await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            assert asyncio.all_tasks() == before

    def test_goes_on_after_a_server_was_away(self, monkeypatch):
        monkeypatch.setattr("bingx_spot.keepalive.SHORTEST_EVERY", 0.0)
        answers = iter([TIME, *[None] * 4])
        with (
            scripted_server(lambda _: next(answers, TIME)) as server,
            blocking(server.url) as bingx,
        ):
            bingx.warm(every=0.1)
            until(lambda: len(server.requests) > 8)
            assert bingx.server_time() == 1696751141337


def until(happened: Any) -> None:
    ends = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < ends, "it did not happen in 30 s"
        time.sleep(0.005)


def test_warm_raises_for_a_server_that_cannot_be_reached():
    with closed_port() as url, blocking(url, timeout=0.3) as bingx, pytest.raises(NotSent):
        bingx.warm(every=30)


@pytest.mark.parametrize("every", [0, 0.5, -1, float("nan"), float("inf"), True, "30"])
def test_an_interval_that_is_not_allowed_is_refused(every):
    with scripted_server(answer) as server, blocking(server.url) as bingx:
        with pytest.raises(InvalidInput) as refusal:
            bingx.warm(every=every)
        assert refusal.value.field == "every"
        assert server.requests == []
