"""Looking hosts up: within the deadline, and without threads that pile up."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpcore
import pytest

from bingx_spot import NotSent
from bingx_spot.transport.httpcore_streams import Backend
from bingx_spot.transport.request_context import RequestContext, current_request
from bingx_spot.transport.resolver import Resolver
from tests.support.cancelling import cancel_blocking, once_blocking
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, awaiting
from tests.support.scripted_server import scripted_server

HOST = "exchange.test"
UNKNOWN = socket.gaierror(socket.EAI_NONAME, "Name or service not known")


class SlowNames:
    """Look up one host in the system's place, once that is allowed; every other is the system's to find."""

    def __init__(self) -> None:
        self.found: list[str] | Exception = ["127.0.0.1"]
        self.allowed = threading.Event()
        self.threads: list[threading.Thread] = []
        self._system: Callable[..., Any] = socket.getaddrinfo

    def __call__(self, host: str | bytes, port: int, *more: Any, **named: Any) -> Any:
        if host not in (HOST, HOST.encode()):
            return self._system(host, port, *more, **named)
        self.threads.append(threading.current_thread())
        assert self.allowed.wait(10)
        if isinstance(self.found, Exception):
            raise self.found
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in self.found]

    def end(self) -> None:
        """Let every look-up end, and see its thread end."""
        self.allowed.set()
        for thread in self.threads:
            thread.join(5)
            assert not thread.is_alive()


@pytest.fixture
def resolver(monkeypatch: pytest.MonkeyPatch) -> Iterator[SlowNames]:
    names = SlowNames()
    monkeypatch.setattr(socket, "getaddrinfo", names)
    yield names
    names.allowed.set()


class TestALookUpThatHangs:
    def test_ends_with_the_deadline_and_nothing_was_sent(self, resolver: SlowNames) -> None:
        began = time.monotonic()
        with pytest.raises(NotSent, match="no connection within") as failed:
            cancel_blocking(f"https://{HOST}", timeout=0.3)
        assert 0.2 < time.monotonic() - began < 2
        assert "surely not executed: no connection within 0.18 s" in failed.value.attempts[0].result
        resolver.end()

    def test_holds_one_thread_however_many_give_up_on_it(self, resolver: SlowNames) -> None:
        addresses = Resolver()

        def ask(_: int) -> bool:
            with pytest.raises(TimeoutError):
                addresses.of(HOST, 443, 0.05)
            return True

        with ThreadPoolExecutor(20) as callers:
            assert all(callers.map(ask, range(40)))
        assert len(resolver.threads) == 1
        assert resolver.threads[0].daemon
        resolver.end()
        assert addresses.of(HOST, 443, 5.0) == ["127.0.0.1"]
        assert len(resolver.threads) == 2

    def test_of_an_async_call_does_not_outlast_the_deadline(self, resolver: SlowNames) -> None:
        async def cancel() -> None:
            async with awaiting(f"https://{HOST}", timeout=0.3) as bingx:
                began = time.monotonic()
                with pytest.raises(NotSent, match="no connection within"):
                    await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
                assert 0.2 < time.monotonic() - began < 2
            # asyncio's own thread; the end of the loop waits for it.
            resolver.allowed.set()

        asyncio.run(cancel())


class TestALookUpThatEnds:
    def test_in_time_is_as_good_as_any(self, resolver: SlowNames) -> None:
        with scripted_server(SUCCESS) as server:
            threading.Timer(0.1, resolver.allowed.set).start()
            order = once_blocking(server.url.replace("127.0.0.1", HOST))
        assert order.order_id == ORDER_ID

    @pytest.mark.parametrize("problem", [UNKNOWN, UnicodeError("label too long")], ids=["name", "label"])
    def test_without_an_address_says_why(self, resolver: SlowNames, problem: Exception) -> None:
        resolver.found = problem
        resolver.allowed.set()
        with pytest.raises(NotSent, match=str(problem.args[-1])):
            once_blocking(f"http://{HOST}:1")

    def test_with_an_address_that_refuses_goes_on_to_the_next(self, resolver: SlowNames) -> None:
        # The server listens on 127.0.0.1 alone.
        resolver.found = ["127.0.0.2", "127.0.0.1", "127.0.0.2"]
        resolver.allowed.set()
        with scripted_server(SUCCESS) as server:
            assert once_blocking(server.url.replace("127.0.0.1", HOST)).order_id == ORDER_ID


class Silent(httpcore.NetworkBackend):
    """Meet nothing but silence, and remember for how long."""

    def __init__(self) -> None:
        self.waited: list[tuple[str, float]] = []

    def connect_tcp(self, host: str, *more: Any) -> httpcore.NetworkStream:
        self.waited.append((host, round(more[1])))
        raise httpcore.ConnectTimeout


class TestAddresses:
    def test_of_an_address_needs_no_look_up(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(socket, "getaddrinfo")
        for address in ("127.0.0.1", "::1", "fe80::1%2"):
            assert Resolver().of(address, 80, 0.0) == [address]

    def test_of_the_machine_itself_needs_no_thread(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delattr(threading.Thread, "start")
        assert set(Resolver().of("localhost", 80, 0.0)) <= {"127.0.0.1", "::1"}

    def test_that_are_silent_leave_time_for_the_others(self, resolver: SlowNames) -> None:
        resolver.found = ["192.0.2.1", "192.0.2.2", "192.0.2.3"]
        resolver.allowed.set()
        silent = Silent()
        token = current_request.set(RequestContext(time.monotonic() + 60, secure=True))
        with pytest.raises(httpcore.ConnectTimeout):
            Backend(silent).connect_tcp(HOST, 443)
        current_request.reset(token)
        assert silent.waited == [("192.0.2.1", 20), ("192.0.2.2", 30), ("192.0.2.3", 60)]
