"""Few requests to an endpoint are in flight while errors repeat, and every waiting call gets its permit."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from bingx_spot import Order
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, awaiting, blocking
from tests.support.scripted_server import scripted_server

BUSY, OTHERS = 17, 20


def test_threads_that_send_all_the_time_leave_room_for_others() -> None:
    ended = Event()
    with scripted_server(SUCCESS) as server, blocking(server.url, timeout=30) as bingx:

        def once() -> Order:
            return bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

        def on_and_on() -> None:
            while not ended.is_set():
                once()

        with ThreadPoolExecutor(BUSY + OTHERS) as threads:
            busy = [threads.submit(on_and_on) for _ in range(BUSY)]
            others = [threads.submit(once) for _ in range(OTHERS)]
            try:
                assert all(other.result(timeout=60).status == "CANCELED" for other in others)
            finally:
                ended.set()
            for each in busy:
                each.result(timeout=60)


@pytest.mark.anyio
async def test_tasks_that_send_all_the_time_leave_room_for_others() -> None:
    ended = asyncio.Event()
    with scripted_server(SUCCESS) as server:
        async with awaiting(server.url, timeout=30) as bingx:

            async def on_and_on() -> None:
                while not ended.is_set():
                    await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

            busy = [asyncio.ensure_future(on_and_on()) for _ in range(BUSY)]
            others = [bingx.cancel_order(SYMBOL, order_id=ORDER_ID) for _ in range(OTHERS)]
            try:
                assert all(order.status == "CANCELED" for order in await asyncio.gather(*others))
            finally:
                ended.set()
            await asyncio.gather(*busy)
