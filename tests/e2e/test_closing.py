"""A request that is given up: by its deadline, by a task's cancellation, by closing the client."""

import asyncio
import copy
import gc
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from bingx_spot import CallError, NotSent, OutcomeUnknown, Response
from bingx_spot.core.engine import CLOSED, MAYBE_SENT_NOTE, TransportFailure, interrupted
from bingx_spot.keepalive import KeepAlive
from bingx_spot.limits.client_state import Patience
from bingx_spot.transport.engine import NetworkEngine
from tests.support.cancelling import signed
from tests.support.permits import Permits
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, awaiting, blocking
from tests.support.scripted_server import ScriptedServer, scripted_server

SILENCE = b""
HTTPS = "https:"


class Listener:
    """Accepts connections, reads one request from each, and tells how each connection ended."""

    def __init__(self, listening: socket.socket) -> None:
        self._listening = listening
        self.url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self.received = threading.Event()
        self.ended = threading.Event()
        self.end = ""
        self.thread = threading.Thread(target=self._run)
        self.thread.start()

    def _run(self) -> None:
        with suppress(OSError):
            connection, _ = self._listening.accept()
            with connection:
                try:
                    while connection.recv(65536):
                        self.received.set()
                    self.end = "closed"
                except ConnectionResetError:
                    self.end = "reset"
        self.ended.set()


@pytest.fixture
def listener() -> Iterator[Listener]:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        running = Listener(listening)
        yield running
        with suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
    running.thread.join()


@pytest.fixture
def unreachable() -> Iterator[str]:
    """The URL of a host that answers no SYN: a listener whose queue is full."""
    with ExitStack() as stack:
        full = stack.enter_context(socket.socket())
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):
            filler = stack.enter_context(socket.socket())
            filler.setblocking(False)
            with suppress(BlockingIOError):
                filler.connect(full.getsockname())
        yield f"http://127.0.0.1:{full.getsockname()[1]}"


async def until(happened: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not happened():  # noqa: ASYNC110 - it happens in a thread
            await asyncio.sleep(0.005)


class TestAGivenUpRequest:
    """Its connection is reset: otherwise the kernel goes on delivering it, for minutes."""

    def test_by_the_deadline_is_reset(self, listener: Listener) -> None:
        engine = NetworkEngine()
        failure = engine.send(signed(listener.url), 0.1, Patience())
        assert isinstance(failure, TransportFailure)
        assert failure.timed_out
        assert listener.ended.wait(20)
        assert listener.end == "reset"
        engine.close()

    @pytest.mark.anyio
    async def test_by_the_deadline_is_reset_async(self, listener: Listener) -> None:
        engine = NetworkEngine()
        failure = await engine.send_async(signed(listener.url), 0.1, Patience())
        assert isinstance(failure, TransportFailure)
        assert failure.timed_out
        await until(listener.ended.is_set)
        assert listener.end == "reset"
        await engine.aclose()

    @pytest.mark.anyio
    async def test_by_a_cancelled_task_is_reset_and_says_that_it_was_out(self, listener: Listener) -> None:
        engine = NetworkEngine()
        task = asyncio.create_task(engine.send_async(signed(listener.url), 60.0, Patience()))
        await until(listener.received.is_set)
        task.cancel()
        with pytest.raises(asyncio.CancelledError) as cancelled:
            await task
        assert cancelled.value.__notes__ == [MAYBE_SENT_NOTE]
        ended = interrupted(cancelled.value)
        assert (ended.request_sent, ended.reset) == (True, True)
        await until(listener.ended.is_set)
        assert listener.end == "reset"
        await engine.aclose()

    def test_by_closing_the_client_is_reset(self, listener: Listener) -> None:
        engine = NetworkEngine()
        with ThreadPoolExecutor(1) as threads:
            sending = threads.submit(engine.send, signed(listener.url), 60.0, Patience())
            assert listener.received.wait(20)
            engine.close()
            failure = sending.result(20.0)
        assert isinstance(failure, TransportFailure)
        assert failure.request_sent
        assert "the client was closed" in failure.reason
        assert listener.ended.wait(20)


class TestATaskThatIsCancelled:
    """Where nothing was sent its permit is free again at once."""

    @pytest.mark.anyio
    async def test_while_its_connection_is_opened_gives_its_permit_back(self, unreachable: str) -> None:
        released: list[bool] = []

        class Limits(Permits):
            def release(self) -> None:
                released.append(True)

        async with awaiting(unreachable, limits=Limits(lambda _: 0.0), timeout=60.0) as bingx:
            task = asyncio.create_task(bingx.cancel_order(SYMBOL, order_id=ORDER_ID))
            await asyncio.sleep(0.1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await task
        assert released == [True]
        assert "no request was sent" in cancelled.value.__notes__[0]

    @pytest.mark.anyio
    async def test_while_its_request_is_out_keeps_it(self, listener: Listener) -> None:
        released: list[bool] = []

        class Limits(Permits):
            def release(self) -> None:
                released.append(True)

        async with awaiting(listener.url, limits=Limits(lambda _: 0.0), timeout=60.0) as bingx:
            task = asyncio.create_task(bingx.cancel_order(SYMBOL, order_id=ORDER_ID))
            await until(listener.received.is_set)
            task.cancel()
            with pytest.raises(asyncio.CancelledError) as cancelled:
                await task
        assert released == []
        assert cancelled.value.__notes__ == [MAYBE_SENT_NOTE]


def url_of(phase: str, silent: str, unreachable: str) -> str:
    return {"request": silent, "TLS": silent.replace("http:", HTTPS), "TCP": unreachable}[phase]


PHASES = pytest.mark.parametrize(("phase", "sent"), [("request", True), ("TLS", False), ("TCP", False)])


class TestClosingWithACallInFlight:
    """The call ends at once, and says whether its request may have been sent."""

    @PHASES
    def test_of_a_thread(self, phase: str, sent: bool, unreachable: str) -> None:
        with scripted_server(SILENCE) as server, ThreadPoolExecutor(1) as threads:
            bingx = blocking(url_of(phase, server.url, unreachable), timeout=60.0)
            call = threads.submit(bingx.cancel_order, SYMBOL, order_id=ORDER_ID)
            asyncio.run(self.reached(phase, server))
            bingx.close()
            error = call.exception(20.0)
        self.check(error, sent)

    @PHASES
    @pytest.mark.anyio
    async def test_of_a_task(self, phase: str, sent: bool, unreachable: str) -> None:
        with scripted_server(SILENCE) as server:
            bingx = awaiting(url_of(phase, server.url, unreachable), timeout=60.0)
            call = asyncio.create_task(bingx.cancel_order(SYMBOL, order_id=ORDER_ID))
            await self.reached(phase, server)
            await bingx.aclose()
            async with asyncio.timeout(20):
                [error] = await asyncio.gather(call, return_exceptions=True)
        self.check(error, sent)

    @pytest.mark.anyio
    async def test_of_a_task_whose_attempt_to_connect_is_being_given_up(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        given_up, closed = asyncio.Event(), asyncio.Event()

        async def hang(*_: object) -> None:
            try:
                await asyncio.sleep(600)
            finally:
                given_up.set()
                await closed.wait()

        monkeypatch.setattr("bingx_spot.transport.async_backend.connect_async", hang)
        bingx = awaiting("http://127.0.0.1:1", timeout=0.1)
        call = asyncio.create_task(bingx.cancel_order(SYMBOL, order_id=ORDER_ID))
        async with asyncio.timeout(20):
            await given_up.wait()
            await bingx.aclose()
            closed.set()
            [error] = await asyncio.gather(call, return_exceptions=True)
        self.check(error, sent=False)

    async def reached(self, phase: str, server: ScriptedServer) -> None:
        """Wait until the call is in the phase; of an attempt to connect there is nothing to be seen."""
        if phase == "TCP":
            await asyncio.sleep(0.1)
        else:
            await until(lambda: bool(server.requests if phase == "request" else server.connections))

    def check(self, error: Any, sent: bool) -> None:
        assert type(error) is (OutcomeUnknown if sent else NotSent)
        assert isinstance(error, CallError)
        # No attempt follows on a client that is closed.
        assert len(error.attempts) <= 2

    @pytest.mark.anyio
    async def test_of_another_event_loop(self) -> None:
        with scripted_server(SILENCE) as server, ThreadPoolExecutor(1) as threads:
            bingx = awaiting(server.url, timeout=60.0)

            async def cancel() -> None:
                await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

            call = threads.submit(asyncio.run, cancel())
            await until(lambda: len(server.requests) == 1)
            await bingx.aclose()
            assert isinstance(call.exception(20.0), OutcomeUnknown)

    @pytest.mark.filterwarnings("ignore::ResourceWarning")
    def test_of_an_event_loop_that_has_ended(self) -> None:
        """Nothing is left to close them, but the next call and `aclose`; not the collection of garbage."""

        async def ask() -> None:
            assert isinstance(await engine.send_async(signed(server.url), 20.0, Patience()), Response)

        gc.disable()
        try:
            with scripted_server(SUCCESS) as server:
                engine = NetworkEngine()
                asyncio.run(ask())
                asyncio.run(ask())
                asyncio.run(until(lambda: server.connections[0].fileno() < 0))
                asyncio.run(engine.aclose())
                asyncio.run(until(lambda: server.connections[1].fileno() < 0))
        finally:
            gc.enable()
            gc.collect()  # asyncio warns of what outlived its event loop, closed or not


class TestClosed:
    def test_is_every_request_on_a_closed_client(self) -> None:
        engine = NetworkEngine()
        engine.close()
        assert engine.send(signed("https://exchange.test"), 1.0, Patience()) is CLOSED
        assert asyncio.run(engine.send_async(signed("https://exchange.test"), 1.0, Patience())) is CLOSED

    def test_twice_is_no_harm(self) -> None:
        with scripted_server(SUCCESS) as server:
            bingx = blocking(server.url)
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            bingx.close()
            bingx.close()
            with pytest.raises(NotSent):
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

    def test_a_copy_leaves_the_first_client_open(self) -> None:
        with scripted_server(SUCCESS) as server, blocking(server.url) as bingx:
            with copy.copy(bingx) as duplicate:
                assert duplicate.cancel_order(SYMBOL, order_id=ORDER_ID).order_id == ORDER_ID
            assert bingx.cancel_order(SYMBOL, order_id=ORDER_ID).order_id == ORDER_ID

    def test_a_client_whose_ping_is_in_flight_takes_no_time(self) -> None:
        with scripted_server(SILENCE) as server:
            bingx = blocking(server.url, timeout=60.0)
            bingx._keepalive = KeepAlive(bingx.server_time, every=0.01)
            while not server.requests:
                time.sleep(0.005)
            began = time.monotonic()
            bingx.close()
            assert time.monotonic() - began < 20
            assert not bingx._keepalive.is_running()
