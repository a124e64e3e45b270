"""Event loops of an async client: any kind, one after another, several at the same time."""

import asyncio
import gc
import threading
import warnings
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

import httpx
import pytest
import trio
import uvloop

from bingx_spot import AsyncBingxSpot, InvalidInput, NotSent
from tests.e2e.embedding.echoing import echoing
from tests.support.samples import SYMBOL, awaiting, blocking

Runner = Callable[[Callable[[], Awaitable[Any]]], Any]


def on_asyncio(main: Callable[[], Any]) -> Any:
    return asyncio.run(main())


def on_uvloop(main: Callable[[], Any]) -> Any:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(main())


def on_trio(main: Callable[[], Any]) -> Any:
    return trio.run(main)


@contextmanager
def unclosed_connections() -> Iterator[None]:
    """Ignore warnings about connections that were not closed before their loop ended."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        yield
        gc.collect()


async def cancel(bingx: AsyncBingxSpot, *orders: int) -> list[int]:
    return [(await bingx.cancel_order(SYMBOL, order_id=each)).order_id for each in orders]


async def many(bingx: AsyncBingxSpot) -> list[Any]:
    return [each async for each in bingx.cancel_orders([(SYMBOL, 1)])]


class TestOneLoop:
    @pytest.mark.parametrize("run", [on_asyncio, on_uvloop])
    def test_keeps_its_connection(self, run: Runner):
        with echoing() as (server, echo):

            async def main() -> list[int]:
                async with awaiting(server.url) as bingx:
                    return await cancel(bingx, 1, 2, 3)

            assert run(main) == [1, 2, 3]
            assert list(echo.orders.values()) == [[1, 2, 3]]


class TestOneLoopAfterAnother:
    @pytest.mark.parametrize("run", [on_asyncio, on_uvloop])
    def test_has_connections_of_its_own(self, run: Runner):
        with echoing() as (server, echo), unclosed_connections():
            bingx = awaiting(server.url)
            assert run(lambda: cancel(bingx, 1, 2)) == [1, 2]
            assert run(lambda: cancel(bingx, 3, 4)) == [3, 4]
            run(bingx.aclose)
            assert list(echo.orders.values()) == [[1, 2], [3, 4]]

    def test_can_be_of_another_kind(self):
        with echoing() as (server, echo), unclosed_connections():
            bingx = awaiting(server.url)
            for number, run in enumerate([on_asyncio, on_uvloop, on_asyncio], 1):
                assert run(partial(cancel, bingx, number)) == [number]
            on_asyncio(bingx.aclose)
            assert list(echo.orders.values()) == [[1], [2], [3]]

    def test_logs_no_error_about_loops_that_have_ended(self, caplog):
        with echoing() as (server, _), unclosed_connections():
            bingx = awaiting(server.url)
            for each in range(1, 6):
                on_asyncio(partial(cancel, bingx, each))
            on_asyncio(bingx.aclose)
            del bingx
            gc.collect()
            # aiohttp logs an error about a session that was not closed.
            assert caplog.records == []

    def test_the_same_loop_again_keeps_its_connection(self):
        with echoing() as (server, echo), asyncio.Runner() as runner:
            bingx = awaiting(server.url)
            for each in range(1, 4):
                assert runner.run(cancel(bingx, each)) == [each]
            runner.run(bingx.aclose())
            assert list(echo.orders.values()) == [[1, 2, 3]]


def test_loops_in_two_threads_share_a_client_and_no_connection():
    both = threading.Barrier(2)
    cancelled: dict[int, list[int]] = {}
    with echoing() as (server, echo), unclosed_connections():
        bingx = awaiting(server.url)

        async def main(first: int) -> list[int]:
            both.wait(20)
            return await cancel(bingx, *range(first, first + 20))

        def run_loop(first: int) -> None:
            cancelled[first] = asyncio.run(main(first))

        threads = [threading.Thread(target=run_loop, args=(first,)) for first in (100, 200)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert cancelled == {first: list(range(first, first + 20)) for first in (100, 200)}
        assert sorted(echo.orders.values()) == [cancelled[100], cancelled[200]]
        asyncio.run(bingx.aclose())


def test_a_blocking_client_works_in_a_thread_of_an_event_loop():
    with echoing() as (server, _), blocking(server.url) as bingx:

        async def main() -> list[int]:
            calls = [asyncio.to_thread(bingx.cancel_order, SYMBOL, order_id=each) for each in range(1, 6)]
            return [order.order_id for order in await asyncio.gather(*calls)]

        assert asyncio.run(main()) == list(range(1, 6))


class TestTrio:
    """The client's own connections are asyncio's; on trio they are refused, and nothing is sent."""

    @pytest.mark.parametrize(
        ("act", "refusal"),
        [
            pytest.param(lambda bingx: cancel(bingx, 1), "event loop is not asyncio's", id="cancel_order"),
            pytest.param(many, "cancel_orders needs", id="cancel_orders"),
            pytest.param(lambda bingx: bingx.warm(every=60), "every needs", id="warm"),
        ],
    )
    def test_is_refused(self, act: Callable[[AsyncBingxSpot], Awaitable[Any]], refusal: str):
        with echoing() as (server, _):

            async def main() -> None:
                async with awaiting(server.url) as bingx:
                    await act(bingx)

            with pytest.raises(InvalidInput, match=refusal):
                trio.run(main)
            assert server.requests == []

    def test_works_over_a_transport_of_httpx(self):
        with echoing() as (server, _):

            async def main() -> list[int]:
                async with awaiting(server.url, transport=httpx.AsyncHTTPTransport()) as bingx:
                    return await cancel(bingx, 1, 2)

            assert trio.run(main) == [1, 2]

    def test_can_close_a_client_that_was_kept_warm_on_asyncio(self):
        with echoing() as (server, _), unclosed_connections():
            bingx = awaiting(server.url)
            on_asyncio(partial(bingx.warm, every=60))
            on_trio(bingx.aclose)
            with pytest.raises(NotSent, match="closed"):
                on_asyncio(bingx.server_time)
            assert len(server.requests) == 1


@pytest.mark.parametrize("run", [on_asyncio, on_uvloop])
def test_a_run_of_many_cancels(run: Runner):
    with echoing() as (server, _), unclosed_connections():
        bingx = awaiting(server.url)
        for _ in range(2):
            [result] = run(partial(many, bingx))
            assert result.order is not None
        run(bingx.aclose)


@pytest.mark.parametrize("run", [on_asyncio, on_uvloop])
def test_a_connection_is_kept_open_in_each_loop_that_calls_warm(run: Runner):
    with echoing() as (server, _), unclosed_connections():
        bingx = awaiting(server.url)

        async def main() -> list[str]:
            await bingx.warm(every=60)
            return [each.get_name() for each in asyncio.all_tasks() if each is not asyncio.current_task()]

        assert [run(main), run(main)] == [["bingx-spot-warm"]] * 2
        run(bingx.aclose)
