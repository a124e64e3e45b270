"""A connection on asyncio: what arrives late, and what arrives without a request."""

import asyncio
import socket
import traceback

import pytest

from bingx_spot.limits.client_state import Patience
from bingx_spot.transport.async_backend import AsyncConnection
from bingx_spot.transport.connection_pool import RequestContext
from bingx_spot.transport.http11 import Flow


async def exchanged(*arrives: bytes) -> bytes:
    """Write, let these bytes arrive while the program stands still beyond the deadline, and read."""
    own, peer = socket.socketpair()

    def flow() -> Flow[bytes]:
        yield b"request"
        for data in arrives:
            peer.sendall(data)
        return (yield None)

    with own, peer:
        loop = asyncio.get_running_loop()
        transport, connection = await loop.create_connection(lambda: AsyncConnection(own), sock=own)
        try:
            return await connection.run(flow(), RequestContext(0.0, Patience()))
        finally:
            transport.abort()
            await asyncio.sleep(0)


@pytest.mark.anyio
async def test_what_arrived_before_the_first_read_counts_after_the_deadline() -> None:
    assert await exchanged(b"response") == b"response"


@pytest.mark.anyio
async def test_where_nothing_arrived_the_time_is_over() -> None:
    with pytest.raises(TimeoutError):
        await exchanged()


@pytest.mark.anyio
@pytest.mark.parametrize("arrives", [b"HTTP/1.1 200 OK\r\n", b""], ids=["a response", "the end"])
@pytest.mark.parametrize("busy", [True, False], ids=["busy", "idle"])
async def test_what_nobody_asked_for_ends_the_connection(arrives: bytes, busy: bool) -> None:
    own, peer = socket.socketpair()
    with own, peer:
        loop = asyncio.get_running_loop()
        transport, connection = await loop.create_connection(lambda: AsyncConnection(own), sock=own)
        assert connection.is_usable()
        peer.sendall(arrives) if arrives else peer.shutdown(socket.SHUT_WR)
        if not busy:
            await asyncio.sleep(0)
            await asyncio.sleep(0)
        assert not connection.is_usable()
        assert transport.is_closing() is not busy
        transport.abort()
        await asyncio.sleep(0)


@pytest.mark.anyio
async def test_a_lost_connection_says_why() -> None:
    def flow() -> Flow[bytes]:
        yield b"request"
        return (yield None)

    own, peer = socket.socketpair()
    with own, peer:
        loop = asyncio.get_running_loop()
        transport, connection = await loop.create_connection(lambda: AsyncConnection(own), sock=own)
        loop.call_soon(transport.abort)
        with pytest.raises(ConnectionAbortedError):
            await connection.run(flow(), RequestContext(5.0, Patience()))
        with pytest.raises(ConnectionAbortedError):
            await connection.run(flow(), RequestContext(5.0, Patience()))


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, SystemExit])
def test_what_a_signal_handler_raises_within_the_event_loop_carries_no_frame_with_a_request(
    interruption: type[BaseException],
) -> None:
    def flow() -> Flow[bytes]:
        request = b"the request"
        yield request
        yield None
        raise interruption  # as a signal handler does, at any line

    async def exchange() -> None:
        own, peer = socket.socketpair()
        with own, peer:
            loop = asyncio.get_running_loop()
            transport, connection = await loop.create_connection(lambda: AsyncConnection(own), sock=own)
            peer.sendall(b"response")
            try:
                await connection.run(flow(), RequestContext(5.0, Patience()))
            finally:
                transport.abort()

    with pytest.raises(interruption) as raised:
        asyncio.run(exchange())
    passed = [frame for frame, _ in traceback.walk_tb(raised.value.__traceback__)]
    assert [frame.f_code.co_name for frame in passed if b"the request" in frame.f_locals.values()] == []
