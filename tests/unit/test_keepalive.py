"""Pings in an asyncio task, and a caller that is cancelled while it ends them."""

import asyncio

import pytest

from bingx_spot.keepalive import AsyncKeepAlive, KeepAlive
from tests.support.handling import handled_at_every_line


@pytest.mark.anyio
async def test_a_caller_that_is_cancelled_while_it_waits_stays_cancelled() -> None:
    pinging = asyncio.Event()

    async def ping() -> None:
        pinging.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0)

    keepalive = AsyncKeepAlive(ping, 0.0)
    await pinging.wait()
    stopping = asyncio.create_task(keepalive.stop())
    await asyncio.sleep(0)
    stopping.cancel()
    await asyncio.wait([stopping])
    assert stopping.cancelled()


@pytest.mark.anyio
async def test_stops_a_ping_in_flight() -> None:
    pinging = asyncio.Event()

    async def ping() -> None:
        pinging.set()
        await asyncio.Event().wait()

    keepalive = AsyncKeepAlive(ping, 0.0)
    await pinging.wait()
    assert keepalive.is_running()
    await keepalive.stop()
    assert not keepalive.is_running()


def test_a_signal_handler_may_stop_it_while_its_own_thread_does() -> None:
    started: list[KeepAlive] = []

    def start_and_stop() -> None:
        started.append(KeepAlive(lambda: None, 60.0))
        started[-1].stop()

    assert handled_at_every_line(start_and_stop, lambda: started and started[-1].stop()) > 5
    for each in started:
        each.join()
        assert not each.is_running()
