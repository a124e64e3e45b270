"""A connection on asyncio whose program is kept from its work."""

import asyncio
import socket

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
