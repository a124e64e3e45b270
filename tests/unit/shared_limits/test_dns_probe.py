"""A store whose name nobody can tell: it is done without, as one that is slow or gone."""

import logging
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bingx_spot import Order
from tests.e2e.shared_limits.redis_server import free_port, redis_server
from tests.unit.shared_limits.calling import Arrivals, arrivals, cancelled, client, until

HOST = "store.test"
GONE = "the shared limit cannot be had: the name server does not tell where it is"
BACK = "the shared limit is back"


class NameServer:
    """Tell where one host is, once that is allowed; every other is the system's to find."""

    def __init__(self) -> None:
        self.allowed = threading.Event()
        self.asked = 0
        self._system: Callable[..., Any] = socket.getaddrinfo

    def __call__(self, host: str | bytes | None, port: Any, *more: Any, **named: Any) -> Any:
        if host != HOST:
            return self._system(host, port, *more, **named)
        self.asked += 1
        assert self.allowed.wait(60)
        return self._system("127.0.0.1", port, *more, **named)


@pytest.fixture
def name_server(monkeypatch: pytest.MonkeyPatch) -> Iterator[NameServer]:
    name_server = NameServer()
    monkeypatch.setattr(socket, "getaddrinfo", name_server)
    yield name_server
    name_server.allowed.set()


@pytest.fixture
def server() -> Iterator[Arrivals]:
    with arrivals() as server:
        yield server


@pytest.fixture
def port() -> Iterator[int]:
    port = free_port()
    with redis_server("--port", str(port)):
        yield port


def test_a_look_up_that_hangs_costs_no_cancel_and_one_thread(
    server: Arrivals, name_server: NameServer, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING), client(server, f"redis://{HOST}:{port}", timeout=30) as bingx:
        assert all(isinstance(cancelled(bingx), Order) for _ in range(6))
        assert caplog.text.count(GONE) == 1
        assert name_server.asked == 1
        # It answers after all, and the store is found.
        name_server.allowed.set()
        until(lambda: isinstance(cancelled(bingx), Order) and BACK in caplog.text)
    assert server.fullest_second() <= 5


def test_a_name_that_is_told_is_used(
    server: Arrivals, name_server: NameServer, port: int, caplog: pytest.LogCaptureFixture
) -> None:
    name_server.allowed.set()
    with client(server, f"redis://{HOST}:{port}?socket_timeout=10", timeout=30) as bingx:
        assert isinstance(cancelled(bingx), Order)
    assert caplog.text.count("cannot be had") == 0
    # Ours, and redis-py's, which it makes again for the connection.
    assert name_server.asked == 2
