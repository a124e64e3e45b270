"""Name look-ups: within the deadline, without threads that pile up, and not at all where none is needed."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from unittest import mock

import pytest

from bingx_spot import Environment, NotSent, Response
from bingx_spot.limits.client_state import Patience
from bingx_spot.transport.connection_pool import ConnectionBroken
from bingx_spot.transport.engine import NetworkEngine
from bingx_spot.transport.resolver import Address, Resolver
from tests.support.cancelling import cancel_blocking, once_awaiting, once_blocking, signed
from tests.support.samples import ORDER_ID, SUCCESS
from tests.support.scripted_server import scripted_server

HOST = "exchange.test"
UNKNOWN = socket.gaierror(socket.EAI_NONAME, "Name or service not known")
LOCAL4 = Address(socket.AF_INET, ("127.0.0.1", 80))
LOCAL6 = Address(socket.AF_INET6, ("::1", 80, 0, 0))


class FakeDns:
    """Looks up one host in the system's place, once that is allowed; every other is the system's to find."""

    def __init__(self) -> None:
        self.answer: list[str] | Exception = ["127.0.0.1"]
        self.allowed = threading.Event()
        self.threads: list[threading.Thread] = []
        self._system: Callable[..., Any] = socket.getaddrinfo

    def __call__(self, host: str | bytes, port: int, *more: Any, **named: Any) -> Any:
        if host not in (HOST, HOST.encode()):
            return self._system(host, port, *more, **named)
        self.threads.append(threading.current_thread())
        assert self.allowed.wait(10)
        if isinstance(self.answer, Exception):
            raise self.answer
        return [self._entry(each, port) for each in self.answer]

    def _entry(self, address: str, port: int) -> tuple[Any, ...]:
        if ":" in address:
            return (socket.AF_INET6, socket.SOCK_STREAM, 6, "", (address, port, 0, 0))
        return (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))

    def end(self) -> None:
        """Let every look-up end, and see its thread end."""
        self.allowed.set()
        for thread in self.threads:
            thread.join(5)
            assert not thread.is_alive()


@pytest.fixture
def dns(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeDns]:
    fake = FakeDns()
    monkeypatch.setattr(socket, "getaddrinfo", fake)
    yield fake
    fake.allowed.set()


@pytest.fixture(params=[once_blocking, once_awaiting], ids=["sync", "async"])
def once(request: pytest.FixtureRequest) -> Any:
    return request.param


class TestALookUpThatHangs:
    def test_ends_with_the_deadline_and_nothing_was_sent(self, dns, once):
        began = time.monotonic()
        with pytest.raises(NotSent, match=r"no connection within 0\.\d\d s \(name look-up\)"):
            once(f"https://{HOST}", timeout=0.2)
        assert 0.1 < time.monotonic() - began < 20
        dns.end()

    def test_ends_with_the_bound_of_opening_however_long_the_call_may_take(self, dns, once):
        with pytest.raises(NotSent, match=r"no connection within 0\.10 s \(name look-up\)"):
            once(f"https://{HOST}", timeout=60.0, patience=Patience(opening=0.1))
        dns.end()

    def test_holds_one_thread_however_many_callers_give_up_on_it(self, dns, monkeypatch):
        monkeypatch.setattr("bingx_spot.transport.resolver.monotonic", lambda: 0.0)
        resolver = Resolver()

        def ask(_: int) -> bool:
            with pytest.raises(TimeoutError):
                resolver.resolve(HOST, 443).result(0.05)
            return True

        with ThreadPoolExecutor(20) as callers:
            assert all(callers.map(ask, range(40)))
        assert len(dns.threads) == 1
        dns.end()
        assert resolver.resolve(HOST, 443).result(5.0)
        assert len(dns.threads) == 2

    def test_leads_to_another_each_after_twice_as_long(self, monkeypatch):
        resolver, now, begun = Resolver(), iter(range(70)), list[int]()
        monkeypatch.setattr("bingx_spot.transport.resolver._USUAL", 4.0)
        monkeypatch.setattr("bingx_spot.transport.resolver.monotonic", lambda: next(now))
        for second in range(70):
            with monkeypatch.context() as at_that_time:
                thread = mock.Mock(side_effect=lambda **_: begun.append(second) or mock.Mock())  # noqa: B023
                at_that_time.setattr("bingx_spot.transport.resolver.Thread", thread)
                resolver.resolve(HOST, 443)
        assert begun == [0, 4, 12, 28, 60]

    def test_does_not_count_where_another_ends_first(self, monkeypatch):
        begun, may_end, threads = threading.Event(), threading.Event(), list[threading.Thread]()

        def look_up(*_: Any, **__: Any) -> list[Any]:
            threads.append(threading.current_thread())
            if len(threads) == 1:
                begun.set()
                assert may_end.wait(20)
                raise UNKNOWN
            return [(LOCAL4.family, socket.SOCK_STREAM, 6, "", LOCAL4.target)]

        monkeypatch.setattr("bingx_spot.transport.resolver._USUAL", 0.0)
        monkeypatch.setattr(socket, "getaddrinfo", look_up)
        resolver = Resolver()
        hanging = resolver.resolve(HOST, 80)
        assert begun.wait(20)
        assert resolver.resolve(HOST, 80).result(20) == hanging.result(20) == [LOCAL4]
        may_end.set()
        threads[0].join(20)

    def test_holds_no_caller_where_no_other_can_begin(self, dns, monkeypatch):
        """At the end of a program (atexit) there are no new threads."""
        monkeypatch.setattr("bingx_spot.transport.resolver._USUAL", 0.0)
        resolver = Resolver()
        hanging = resolver.resolve(HOST, 80)
        monkeypatch.setattr(threading.Thread, "start", mock.Mock(side_effect=RuntimeError))
        assert resolver.resolve(HOST, 80) is hanging
        dns.allowed.set()
        assert hanging.result(20) == [LOCAL4]
        assert len(dns.threads) == 1

    def test_keeps_neither_a_program_nor_an_event_loop_from_ending(self, dns):
        began = time.monotonic()
        with pytest.raises(NotSent):
            once_awaiting(f"https://{HOST}", timeout=0.1)  # in `asyncio.run`
        assert time.monotonic() - began < 20
        assert all(thread.daemon for thread in dns.threads)
        dns.end()

    def test_is_not_cancelled_for_others_by_a_task_that_gives_up(self, dns):
        async def main() -> list[Address]:
            resolver = Resolver()
            impatient = asyncio.wrap_future(resolver.resolve(HOST, 80))
            impatient.cancel()
            await asyncio.sleep(0)
            dns.allowed.set()
            return await asyncio.wrap_future(resolver.resolve(HOST, 80))

        assert asyncio.run(main()) == [LOCAL4]


class TestALookUpThatEnds:
    def test_in_time_is_as_good_as_any(self, dns, once):
        with scripted_server(SUCCESS) as server:
            threading.Timer(0.1, dns.allowed.set).start()
            assert once(server.url.replace("127.0.0.1", HOST)).order_id == ORDER_ID

    @pytest.mark.parametrize(
        "problem",
        [
            UNKNOWN,
            UnicodeError("label too long"),
            RuntimeError("a resolver of the program's own"),
            OSError("not allowed in tests"),
        ],
        ids=["name", "label", "other", "without a number"],
    )
    def test_without_an_address_says_why(self, dns, once, problem: Exception):
        dns.answer = problem
        dns.allowed.set()
        with pytest.raises(NotSent, match=f"no address: .*{problem.args[-1]}"):
            once(f"http://{HOST}:1")

    def test_gives_ipv6_and_ipv4_in_turns(self, dns):
        dns.allowed.set()
        dns.answer = ["::1", "::2", "127.0.0.1", "::1", "127.0.0.2", "127.0.0.3"]
        addresses = Resolver().resolve(HOST, 80).result(5.0)
        order = ["::1", "127.0.0.1", "::2", "127.0.0.2", "127.0.0.3"]
        assert [each.target[0] for each in addresses] == order


class TestNoLookUp:
    def test_of_an_address(self):
        with socket.socket() as bound:
            bound.bind(("127.0.0.1", 0))
        assert Resolver().resolve("127.0.0.1", 80).result(0.0) == [LOCAL4]
        assert Resolver().resolve("::1", 80).result(0.0) == [LOCAL6]

    def test_in_a_thread_for_the_machine_itself(self, monkeypatch):
        monkeypatch.delattr(threading.Thread, "start")
        assert set(Resolver().resolve("localhost", 80).result(0.0)) <= {LOCAL4, LOCAL6}

    def test_of_a_host_without_addresses(self, monkeypatch):
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: (_ for _ in ()).throw(UNKNOWN))
        with pytest.raises(ConnectionBroken, match="no address"):
            Resolver().resolve("localhost", 80).result(0.0)


class TestAnOpenConnection:
    """It is used although the name server is down."""

    def test_blocking(self, dns):
        dns.allowed.set()
        engine = NetworkEngine()
        with scripted_server(SUCCESS) as server:
            for _ in range(2):
                response = engine.send(signed(server.url.replace("127.0.0.1", HOST)), 5.0, Patience())
                assert isinstance(response, Response)
                dns.answer = UNKNOWN
            engine.close()
            assert len(server.connections) == 1

    @pytest.mark.anyio
    async def test_async(self, dns):
        dns.allowed.set()
        engine = NetworkEngine()
        with scripted_server(SUCCESS) as server:
            for _ in range(2):
                response = await engine.send_async(
                    signed(server.url.replace("127.0.0.1", HOST)), 5.0, Patience()
                )
                assert isinstance(response, Response)
                dns.answer = UNKNOWN
            await engine.aclose()
            assert len(server.connections) == 1


def test_the_fallback_host_is_used_where_the_look_up_of_the_first_hangs(dns, monkeypatch):
    monkeypatch.setattr("bingx_spot.limits.client_state._UNKNOWN_OPENING", 0.1)
    with scripted_server(SUCCESS) as server:
        environment = Environment("test", f"https://{HOST}", server.url)
        assert cancel_blocking(environment, timeout=10.0).order_id == ORDER_ID
    dns.end()


class TestASignalInAThreadThatBeginsALookUp:
    """No call waits for a look-up that has not begun."""

    def begin(self, monkeypatch: pytest.MonkeyPatch, resolver: Resolver, handler: Callable[[], Any]) -> None:
        class Interrupted(threading.Thread):
            def start(self) -> None:
                monkeypatch.setattr("bingx_spot.transport.resolver.Thread", threading.Thread)
                handler()
                super().start()

        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: [])
        monkeypatch.setattr("bingx_spot.transport.resolver.Thread", Interrupted)
        assert resolver.resolve(HOST, 80).result(10) == []

    def test_that_looks_up_itself(self, monkeypatch: pytest.MonkeyPatch) -> None:
        resolver, found = Resolver(), list[Any]()
        self.begin(monkeypatch, resolver, lambda: found.append(resolver.resolve(HOST, 80).result(10)))
        assert found == [[]]

    def test_that_raises(self, monkeypatch: pytest.MonkeyPatch) -> None:
        def interrupt() -> None:
            raise KeyboardInterrupt

        resolver = Resolver()
        with pytest.raises(KeyboardInterrupt):
            self.begin(monkeypatch, resolver, interrupt)
        assert resolver.resolve(HOST, 80).result(10) == []
