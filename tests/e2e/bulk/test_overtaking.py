"""A single cancel during a bulk run, at the documented limits: it gets the next permit."""

import asyncio
import threading

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials
from bingx_spot.limits.permit_queue import PermitQueue, Waiter

ORDERS = 18
# Results after which a single order is cancelled: all of them when the first burst is over.
MOMENTS = (7, 10, 13)
ASKED, SINGLE, BULK = "a single call asks", "a single call's permit", "a permit of the run"


@pytest.fixture
def log(monkeypatch) -> list[str]:
    """Write down who gets the permits, in the order in which they are given: the queue's own lock is held."""
    found: list[str] = []
    poll, grant, known = PermitQueue.poll, PermitQueue.grant, set[Waiter]()

    def recording_poll(queue: PermitQueue, waiter: Waiter, now: float, deadline: float) -> float:
        if not waiter.bulk and waiter not in known:
            known.add(waiter)
            found.append(ASKED)
        return poll(queue, waiter, now, deadline)

    def recording_grant(queue: PermitQueue, waiter: Waiter, now: float) -> None:
        found.append(BULK if waiter.bulk else SINGLE)
        grant(queue, waiter, now)

    monkeypatch.setattr(PermitQueue, "poll", recording_poll)
    monkeypatch.setattr(PermitQueue, "grant", recording_grant)
    return found


def check(log: list[str], sandbox: Sandbox) -> None:
    places = [place for place, what in enumerate(log) if what == ASKED]
    assert len(places) == len(MOMENTS)
    assert [log[place + 1] for place in places] == [SINGLE] * len(MOMENTS)
    assert BULK in log[places[-1] :], "the run was in the middle"
    assert log.count(BULK) == ORDERS
    assert not any(sandbox.refused_by_limits().values())


def test_between_threads(log):
    with Sandbox(orders=0) as sandbox:
        keys = Credentials(sandbox.api_key, sandbox.api_secret)
        singles = dict(zip(MOMENTS, sandbox.place_orders(len(MOMENTS)), strict=True))
        threads = []
        with BingxSpot(keys, environment=sandbox.url) as bingx:
            for number, result in enumerate(bingx.cancel_orders(sandbox.place_orders(ORDERS)), 1):
                assert result.cancelled
                if number in singles:
                    named = ("BTC-USDT",), {"order_id": singles[number]["orderId"]}
                    threads.append(
                        threading.Thread(target=bingx.cancel_order, args=named[0], kwargs=named[1])
                    )
                    threads[-1].start()
            for thread in threads:
                thread.join()
        check(log, sandbox)
        assert {order["status"] for order in sandbox.orders()} == {"CANCELED"}


def test_between_tasks(log):
    async def run(sandbox: Sandbox) -> None:
        keys = Credentials(sandbox.api_key, sandbox.api_secret)
        singles = dict(zip(MOMENTS, sandbox.place_orders(len(MOMENTS)), strict=True))
        async with AsyncBingxSpot(keys, environment=sandbox.url) as bingx:
            tasks, number = [], 0
            async for result in bingx.cancel_orders(sandbox.place_orders(ORDERS)):
                assert result.cancelled
                number += 1
                if number in singles:
                    single = bingx.cancel_order("BTC-USDT", order_id=singles[number]["orderId"])
                    tasks.append(asyncio.ensure_future(single))
            await asyncio.gather(*tasks)

    with Sandbox(orders=0) as sandbox:
        asyncio.run(run(sandbox))
        check(log, sandbox)
        assert {order["status"] for order in sandbox.orders()} == {"CANCELED"}
