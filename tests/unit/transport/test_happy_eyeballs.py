"""Happy eyeballs: the first address that accepts wins, and one that is dead costs a quarter of a second."""

import asyncio
import gc
import socket
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest

from bingx_spot.limits.client_state import Patience
from bingx_spot.transport import happy_eyeballs
from bingx_spot.transport.connection_pool import ConnectionBroken, RequestContext
from bingx_spot.transport.resolver import Address

Connect = Callable[..., socket.socket]


def connect_blocking(
    addresses: list[Address], seconds: float = 10.0, failed: dict[object, float] | None = None
) -> socket.socket:
    return happy_eyeballs.connect(
        addresses, RequestContext(seconds, Patience()), {} if failed is None else failed
    )


def connect_async(
    addresses: list[Address], seconds: float = 10.0, failed: dict[object, float] | None = None
) -> socket.socket:
    async def connect() -> socket.socket:
        context = RequestContext(seconds, Patience())
        async with asyncio.timeout(seconds):
            return await happy_eyeballs.connect_async(addresses, context, {} if failed is None else failed)

    return asyncio.run(connect())


@pytest.fixture(params=[connect_blocking, connect_async], ids=["sync", "async"])
def connect(request: pytest.FixtureRequest) -> Any:
    return request.param


@pytest.fixture
def listening() -> Iterator[Address]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield Address(socket.AF_INET, listener.getsockname())


@pytest.fixture
def refusing() -> Iterator[Address]:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield Address(socket.AF_INET, bound.getsockname())


@pytest.fixture
def silent() -> Iterator[Address]:
    """An address that answers no SYN: a listener whose queue is full."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        while True:
            filler = stack.enter_context(socket.socket())
            filler.settimeout(0.05)
            try:
                filler.connect(listener.getsockname())
            except TimeoutError:
                break
        yield Address(socket.AF_INET, listener.getsockname())


#: Longer than any machine takes for an address that refuses.
LONG = 5.0
SHORT = 0.1


@pytest.fixture
def stagger(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Return a function that sets how long an address is alone."""
    return lambda seconds: monkeypatch.setattr(happy_eyeballs, "STAGGER", seconds)


def timed(connect: Connect, *addresses: Address, seconds: float = 10.0) -> tuple[Address, float]:
    began = time.monotonic()
    with connect(list(addresses), seconds) as connected:
        return Address(connected.family, connected.getpeername()), time.monotonic() - began


def test_the_first_address_that_accepts_wins(connect, listening):
    assert timed(connect, listening)[0] == listening


def test_one_that_refuses_costs_nothing(connect, refusing, listening, stagger):
    stagger(LONG)
    address, took = timed(connect, refusing, refusing, listening)
    assert address == listening
    assert took < LONG


def test_one_that_is_silent_costs_a_quarter_of_a_second(connect, silent, listening, stagger):
    assert happy_eyeballs.STAGGER == 0.25
    stagger(SHORT)
    address, took = timed(connect, silent, listening, seconds=60.0)
    assert address == listening
    assert SHORT <= took < 20


def test_one_that_was_tried_in_vain_comes_last_from_then_on(connect, silent, listening, stagger):
    failed: dict[object, float] = {}
    with pytest.raises(TimeoutError):
        connect([silent], 0.05, failed)
    stagger(LONG)
    began = time.monotonic()
    connect([silent, listening], 60.0, failed).close()
    assert time.monotonic() - began < LONG


def test_one_that_has_lost_a_race_comes_last_in_the_next(connect, silent, listening, stagger):
    failed: dict[object, float] = {}
    stagger(SHORT)
    connect([silent, listening], 60.0, failed).close()
    stagger(LONG)
    began = time.monotonic()
    connect([silent, listening], 60.0, failed).close()
    assert time.monotonic() - began < LONG


def test_all_that_are_silent_end_with_the_deadline(connect, silent):
    began = time.monotonic()
    with pytest.raises(TimeoutError):
        connect([silent, silent], 0.3)
    assert 0.3 <= time.monotonic() - began < 20


def test_where_all_refuse_the_reason_is_the_system_s(connect, refusing):
    with pytest.raises(ConnectionBroken, match=r"ConnectionRefusedError: .*refused"):
        connect([refusing, refusing])


def test_a_family_that_the_machine_does_not_have_costs_nothing(connect, silent, listening):
    missing = Address(10_000, ("2001:db8::1", 443, 0, 0))
    assert timed(connect, missing, listening)[0] == listening
    assert timed(connect, silent, missing, listening)[0] == listening
    with pytest.raises(ConnectionBroken, match=r"OSError: .*not supported"):
        connect([missing])


def test_without_an_address_there_is_no_connection(connect):
    with pytest.raises(ConnectionBroken, match="no address"):
        connect([])


def test_no_socket_is_left_behind(connect, silent, refusing, listening):
    before = open_sockets()
    timed(connect, silent, refusing, listening)
    with pytest.raises(TimeoutError):
        connect([silent, silent], 0.3)
    assert open_sockets() == before


@pytest.mark.parametrize("steps", range(12))
def test_a_task_that_is_cancelled_leaves_no_socket_behind(
    silent: Address, listening: Address, stagger: Callable[[float], None], steps: int
) -> None:
    async def connect_and_cancel() -> None:
        context = RequestContext(10.0, Patience())
        connecting = happy_eyeballs.connect_async([silent, listening], context, {})
        task = asyncio.get_running_loop().create_task(connecting)
        for _ in range(steps):
            await asyncio.sleep(0)
        task.cancel()
        with suppress(asyncio.CancelledError):
            (await task).close()

    stagger(0.0)
    before = open_sockets()
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always", ResourceWarning)
        asyncio.run(connect_and_cancel())
        gc.collect()
    assert [str(each.message) for each in caught] == []
    assert open_sockets() == before


def test_small_packets_are_not_held_back_and_a_dead_line_is_noticed(connect, listening):
    with connect([listening]) as connected:
        assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        if hasattr(socket, "TCP_USER_TIMEOUT"):
            assert connected.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 1000


def open_sockets() -> int:
    from tests.e2e.outcome.interrupted import sockets

    return sockets()
