"""A request without an answer is given up by what answers usually take, and the next one goes another way."""

import asyncio
import socket
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from bingx_spot import Environment, Response
from bingx_spot.core.engine import TransportFailure
from bingx_spot.limits.client_state import HostTimes, Patience
from bingx_spot.transport.connection_pool import MAXIMUM_IDLE, RequestContext
from bingx_spot.transport.engine import NetworkEngine
from tests.support.cancelling import cancel_awaiting, cancel_blocking, signed
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, awaiting, blocking
from tests.support.scripted_server import Answer, scripted_server

SILENCE = b""
TIMEOUT = 30.0
IMPATIENT = Patience(answer=0.05)

Result = Response | TransportFailure
#: Sends so many requests, one after another or at once, and returns what became of them.
Send = Callable[..., list[Result]]


def send_blocking(engine: NetworkEngine, url: str, *patiences: Patience) -> list[Result]:
    try:
        return [engine.send(signed(url), TIMEOUT, patience) for patience in patiences]
    finally:
        engine.close()


def send_async(engine: NetworkEngine, url: str, *patiences: Patience) -> list[Result]:
    async def main() -> list[Result]:
        try:
            return [await engine.send_async(signed(url), TIMEOUT, patience) for patience in patiences]
        finally:
            await engine.aclose()

    return asyncio.run(main())


@pytest.fixture(params=[send_blocking, send_async], ids=["sync", "async"])
def send(request: pytest.FixtureRequest) -> Send:
    way: Send = request.param
    return way


def in_turn(*answers: Answer) -> Callable[[bytes], Answer]:
    left: Iterator[Answer] = iter(answers)
    return lambda _: next(left)


class TestSilence:
    def test_ends_an_attempt_long_before_the_deadline(self, send: Send) -> None:
        with scripted_server(SILENCE) as server:
            (failure,) = send(NetworkEngine(), server.url, IMPATIENT)
        assert failure == TransportFailure(
            request_sent=True, reason="no complete response within 0.05 s", timed_out=True, reset=True
        )

    def test_over_an_old_connection_says_so_and_the_next_one_is_new(self, send: Send) -> None:
        with scripted_server(in_turn(SUCCESS, SILENCE, SUCCESS)) as server:
            first, silent, last = send(NetworkEngine(), server.url, Patience(), IMPATIENT, Patience())
            assert len(server.connections) == 2
        assert isinstance(first, Response)
        assert isinstance(last, Response)
        assert isinstance(silent, TransportFailure)
        assert silent.reused

    @pytest.mark.parametrize("answer", [SILENCE, None], ids=["silent", "closed"])
    def test_behind_one_address_leads_to_the_next(
        self, send: Send, answer: Answer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """The first address accepts connections, and so each attempt would fall to it."""
        with scripted_server(answer) as bad, scripted_server(SUCCESS) as good:
            ports = [int(server.url.rpartition(":")[2]) for server in (bad, good)]
            found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port)) for port in ports]
            monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
            failure, response = send(NetworkEngine(), "http://exchange.test", IMPATIENT, Patience())
            assert isinstance(failure, TransportFailure)
            assert isinstance(response, Response)
            assert (len(bad.connections), len(good.connections)) == (1, 1)

    def test_through_a_proxy_is_no_proof_that_nothing_arrives(self) -> None:
        context = RequestContext(TIMEOUT, IMPATIENT)
        context.request_sent = True
        assert not NetworkEngine("http://proxy.test:8080")._failure(TimeoutError(), context).reset
        assert NetworkEngine()._failure(TimeoutError(), context).reset

    def test_closes_the_idle_connections_which_are_as_old(self) -> None:
        both, silent = threading.Barrier(2), threading.Event()

        def answer(_: bytes) -> Answer:
            if silent.is_set():
                return SILENCE
            both.wait(20)
            return SUCCESS

        engine = NetworkEngine()
        with scripted_server(answer) as server, ThreadPoolExecutor(2) as threads:
            list(threads.map(lambda _: engine.send(signed(server.url), TIMEOUT, Patience()), range(2)))
            silent.set()
            engine.send(signed(server.url), TIMEOUT, IMPATIENT)
            failure = engine.send(signed(server.url), TIMEOUT, IMPATIENT)
            assert len(server.connections) == 3
            engine.close()
        assert isinstance(failure, TransportFailure)
        assert not failure.reused


class TestLearning:
    def test_notes_what_opening_and_answering_take(self, send: Send) -> None:
        times = HostTimes()
        with scripted_server(SUCCESS) as server:
            send(NetworkEngine(), server.url, *[Patience(times=times)] * 2)
        assert (len(times.opening._recent), len(times.answer._recent)) == (1, 2)

    def test_a_first_answer_may_take_twice_as_long_as_opening_took(
        self, send: Send, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # As on a line so long that opening a connection takes minutes.
        monkeypatch.setattr("bingx_spot.transport.connection_pool._OPENINGS", 1e9)
        released = threading.Event()

        def answer(_: bytes) -> Answer:
            threading.Timer(0.2, released.set).start()
            released.wait(20)
            return SUCCESS

        with scripted_server(answer) as server:
            (result,) = send(NetworkEngine(), server.url, IMPATIENT)
        assert isinstance(result, Response)


class TestCalls:
    """Whole calls on a client with every option at its default."""

    def test_a_dead_connection_costs_one_silence_blocking(self) -> None:
        with scripted_server(in_turn(SUCCESS, SILENCE, SUCCESS)) as server, blocking(server.url) as bingx:
            for _ in range(2):
                assert bingx.cancel_order(SYMBOL, order_id=ORDER_ID).order_id == ORDER_ID
            assert len(server.connections) == 2

    @pytest.mark.anyio
    async def test_a_dead_connection_costs_one_silence_async(self) -> None:
        with scripted_server(in_turn(SUCCESS, SILENCE, SUCCESS)) as server:
            async with awaiting(server.url) as bingx:
                for _ in range(2):
                    assert (await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)).order_id == ORDER_ID
            assert len(server.connections) == 2

    @pytest.mark.parametrize("cancel", [cancel_blocking, cancel_awaiting], ids=["sync", "async"])
    def test_a_silent_host_leads_to_the_fallback(self, cancel: Any) -> None:
        with scripted_server(SILENCE) as primary, scripted_server(SUCCESS) as fallback:
            environment = Environment("test", primary.url, fallback.url)
            assert cancel(environment).order_id == ORDER_ID
            assert (len(primary.requests), len(fallback.requests)) == (1, 1)


def test_no_more_idle_connections_are_kept_than_the_most(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bingx_spot.transport.connection_pool.MAXIMUM_IDLE", 2)
    assert MAXIMUM_IDLE == 100
    arrived = threading.Barrier(4)

    def answer(_: bytes) -> Answer:
        with suppress(threading.BrokenBarrierError):
            arrived.wait(20)
        return SUCCESS

    engine = NetworkEngine()
    with scripted_server(answer) as server, ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda _: engine.send(signed(server.url), TIMEOUT, Patience()), range(4)))
        kept = engine._blocking._pool._idle
        assert [len(idle) for idle in kept.values()] == [2]
        engine.close()
