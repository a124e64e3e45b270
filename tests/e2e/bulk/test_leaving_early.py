"""A loop that ends early leaves no thread and no task; an async iterable may take its time."""

import asyncio
import json
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials, InvalidInput
from bingx_spot.bulk.run import MAX_IN_FLIGHT
from tests.e2e.bulk.commands import wait_until
from tests.e2e.bulk.runners import run_async
from tests.support.samples import Unlimited


def threads():
    """Return the threads of runs, and not those of limits that other tests shared."""
    return [thread for thread in threading.enumerate() if thread.name.startswith("bingx-spot_")]


class TestLeavingEarly:
    def test_a_sync_loop_leaves_no_thread(self, sandbox):
        orders = sandbox.place_orders(100)
        keys = Credentials(sandbox.api_key, sandbox.api_secret)
        with BingxSpot(keys, environment=sandbox.url, limits=Unlimited()) as bingx:
            for result in bingx.cancel_orders(orders):
                assert result.cancelled
                break
            assert not threads()
            sent = len(sandbox.requests())
            time.sleep(0.1)
        assert sent == len(sandbox.requests()) <= 1 + 2 * MAX_IN_FLIGHT

    def test_close_returns_the_results_in_flight(self, sandbox):
        orders = sandbox.place_orders(100)
        keys = Credentials(sandbox.api_key, sandbox.api_secret)
        with BingxSpot(keys, environment=sandbox.url, limits=Unlimited()) as bingx:
            with bingx.cancel_orders(orders) as run:
                first = next(run)
                left = run.close()
            results = [first, *left]
            assert not threads()
        cancelled = {result.order.order_id for result in results if result.order is not None}
        executed = {int(order_id) for order_id, order in sandbox.executed().items() if order["cancelledBy"]}
        assert cancelled == executed

    def test_an_async_loop_leaves_no_task(self, sandbox):
        orders = sandbox.place_orders(100)
        keys = Credentials(sandbox.api_key, sandbox.api_secret)

        async def leave() -> int:
            async with AsyncBingxSpot(keys, environment=sandbox.url, limits=Unlimited()) as bingx:
                async with bingx.cancel_orders(orders) as run:
                    first = await anext(run)
                    left = await run.aclose()
                assert len(asyncio.all_tasks()) == 1
                return len([result for result in [first, *left] if result.cancelled])

        cancelled = asyncio.run(leave())
        executed = [order for order in sandbox.executed().values() if order["cancelledBy"]]
        assert cancelled == len(executed)

    def test_an_async_loop_that_breaks_leaves_no_task(self, sandbox):
        orders = sandbox.place_orders(100)
        keys = Credentials(sandbox.api_key, sandbox.api_secret)

        async def leave() -> None:
            async with AsyncBingxSpot(keys, environment=sandbox.url, limits=Unlimited()) as bingx:
                async for _ in bingx.cancel_orders(orders):
                    break
                for _ in range(200):
                    await asyncio.sleep(0.01)
                    if len(asyncio.all_tasks()) == 1:
                        return
                raise AssertionError(asyncio.all_tasks())

        asyncio.run(leave())

    def test_a_cancelled_task_names_the_orders_in_flight(self, sandbox):
        [order] = sandbox.place_orders(1)
        keys = Credentials(sandbox.api_key, sandbox.api_secret)
        sandbox.faults([{"fault": "hang-after-executing", "seconds": 20.0}])

        async def cut_off() -> None:
            async with AsyncBingxSpot(keys, environment=sandbox.url, limits=Unlimited()) as bingx:
                run = bingx.cancel_orders([order])
                waiting = asyncio.ensure_future(anext(run))
                await asyncio.to_thread(wait_until, sandbox.requests)
                waiting.cancel()
                with pytest.raises(asyncio.CancelledError) as caught:
                    await waiting
                assert str(order["orderId"]) in "".join(caught.value.__notes__)
                assert len(asyncio.all_tasks()) == 1

        asyncio.run(cut_off())


class TestAsyncIterable:
    def test_results_are_yielded_while_the_next_item_is_awaited(self, sandbox):
        orders = sandbox.place_orders(2)
        keys = Credentials(sandbox.api_key, sandbox.api_secret)

        async def waiting() -> list[int]:
            first_is_known = asyncio.Event()

            async def each():
                yield orders[0]
                await first_is_known.wait()
                yield orders[1]

            positions = []
            async with AsyncBingxSpot(keys, environment=sandbox.url, limits=Unlimited()) as bingx:
                async for result in bingx.cancel_orders(each()):
                    positions.append(result.position)
                    first_is_known.set()
            return positions

        assert asyncio.run(waiting()) == [0, 1]

    def test_a_stop_ends_the_wait_for_the_next_item(self, sandbox):
        [order] = sandbox.place_orders(1)

        async def each():
            yield order
            await asyncio.Event().wait()

        finished = run_async(sandbox, each(), lambda _, run: run.stop())
        assert finished.outcomes == ["cancelled"]


AT_EXIT = """
import atexit, json, sys
from bingx_spot import BingxSpot

settings = json.loads(sys.argv[1])
bingx = BingxSpot.from_env(environment=settings["url"])
if settings["warm"]:
    bingx.server_time()

@atexit.register
def cancel_all() -> None:
    for result in bingx.cancel_orders(map(tuple, settings["orders"])):
        print(result.outcome)
"""


@pytest.mark.parametrize("warm", [True, False], ids=["open connection", "new connection"])
def test_orders_are_cancelled_when_the_program_ends_and_no_thread_can_be_started(sandbox, warm):
    orders = [["BTC-USDT", order["orderId"]] for order in sandbox.place_orders(3)]
    settings = json.dumps({"url": sandbox.url, "orders": orders, "warm": warm})
    keys = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}
    command = [sys.executable, "-c", AT_EXIT, settings]
    run = subprocess.run(command, capture_output=True, text=True, check=False, env=keys, timeout=60)
    assert run.stderr == ""
    assert run.stdout == "cancelled\n" * 3


class TestClosedElsewhere:
    """While a loop waits for its next result: the loop is stopped, and has every result."""

    def test_in_another_thread(self, sandbox):
        waiting, closed = threading.Event(), threading.Event()

        def items():
            yield from sandbox.place_orders(1)
            waiting.set()
            assert closed.wait(20)

        keys = Credentials(sandbox.api_key, sandbox.api_secret)
        with BingxSpot(keys, environment=sandbox.url, limits=Unlimited()) as bingx:
            run = bingx.cancel_orders(items())
            with ThreadPoolExecutor(1) as other:
                results = other.submit(list, run)
                assert waiting.wait(20)
                with pytest.raises(InvalidInput, match="elsewhere"):
                    run.close()
                closed.set()
                assert [result.cancelled for result in results.result(20)] == [True]

    def test_in_another_task(self, sandbox):
        async def main():
            waiting = asyncio.Event()

            async def items():
                for order in sandbox.place_orders(1):
                    yield order
                waiting.set()
                await asyncio.sleep(600)

            keys = Credentials(sandbox.api_key, sandbox.api_secret)
            async with AsyncBingxSpot(keys, environment=sandbox.url, limits=Unlimited()) as bingx:
                run = bingx.cancel_orders(items())

                async def results():
                    return [result.cancelled async for result in run]

                loop = asyncio.create_task(results())
                await waiting.wait()
                with pytest.raises(InvalidInput, match="elsewhere"):
                    await run.aclose()
                return await loop

        assert asyncio.run(main()) == [True]
