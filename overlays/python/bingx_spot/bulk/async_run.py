"""Bulk run in tasks, for callers on asyncio."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable
from typing import Any, Self, cast

from bingx_spot.bulk.items import check_items
from bingx_spot.bulk.result import CancelResult
from bingx_spot.bulk.run import MAX_IN_FLIGHT, Run, check_not_iterated
from bingx_spot.core import runner
from bingx_spot.core.engine import Engine

_EXHAUSTED = object()


class AsyncCancelRun(AsyncIterator[CancelResult]):
    """Async iterator over the results of a bulk run, each as soon as it is known.

    The items are taken one at a time, each just before it can be sent. To leave the loop early sends nothing
    more; `aclose`, or `async with`, waits for the requests in flight, which `timeout` bounds. `stop` lets the
    loop end with their results. A task that is cancelled while it waits for a result ends them at once, and
    a note on its exception names the orders in flight.

    `AsyncBingxSpot.cancel_orders` returns it; it runs on asyncio.
    """

    def __init__(self, run: Run, items: Iterable[object] | AsyncIterable[object], engine: Engine) -> None:
        check_items(items)
        # The tasks have no reference to this object, so that they end when it is dropped.
        self._tasks = _Tasks(run, engine)
        self._results = self._tasks.results(items)

    async def __anext__(self) -> CancelResult:
        """Return the next result.

        Raises:
            BulkRunAborted: An error that would hit every order aborted the run; all results were returned.
            InvalidInput: No event loop of asyncio is running; nothing was sent.
        """
        return await anext(self._results)

    @property
    def locked_for(self) -> float:
        """Return for how long the exchange rejects every cancel, in seconds; 0 where it accepts them."""
        return self._tasks.run.locked_for()

    def stop(self) -> None:
        """Take no more items and send nothing for waiting orders; the results in flight still follow."""
        self._tasks.stop()

    async def aclose(self) -> list[CancelResult]:
        """Stop, wait for the requests in flight, and return the results that were not fetched yet.

        `InvalidInput` says that another task is waiting for the next one: its loop ends, and has them all.
        """
        self.stop()
        check_not_iterated(cast("Any", self._results).ag_running)
        await self._results.aclose()
        return self._tasks.unfetched

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


class _Tasks:
    """Tasks of a run: one that takes the items, and one for each order in flight."""

    def __init__(self, run: Run, engine: Engine) -> None:
        self.run = run
        self.unfetched: list[CancelResult] = []
        self._engine = engine
        self._feeder: asyncio.Task[None] | None = None
        # The feeder too, where there are no more items.
        self._finished: asyncio.Queue[asyncio.Task[Any]] = asyncio.Queue()
        self._orders: dict[asyncio.Task[CancelResult], object] = {}
        self._slots = asyncio.Semaphore(MAX_IN_FLIGHT)

    def stop(self) -> None:
        """Take no more items, not even one that is being awaited."""
        self.run.stop()
        if self._feeder is not None:
            self._feeder.cancel()

    async def results(self, items: Iterable[object] | AsyncIterable[object]) -> AsyncGenerator[CancelResult]:
        """Yield each result as it is known, and leave no task behind."""
        runner.check_on_asyncio("cancel_orders", "cancel_order on trio")
        feeder = self._feeder = asyncio.create_task(self._feed(items))
        feeder.add_done_callback(self._finished.put_nowait)
        exhausted = False
        try:
            while not exhausted or self.run.in_flight:
                if (finished := await self._finished.get()) is feeder:
                    exhausted = True
                else:
                    yield self._fetch(finished)
        except asyncio.CancelledError as interruption:
            if self._orders:
                items_in_flight = ", ".join(map(str, self._orders.values()))
                interruption.add_note(f"bingx_spot: in flight, outcome not awaited: {items_in_flight}")
            for task in self._orders:
                task.cancel()
            raise
        finally:
            self.stop()
            await asyncio.gather(feeder, *self._orders, return_exceptions=True)
            while not self._finished.empty():
                finished = self._finished.get_nowait()
                if finished is not feeder and not finished.cancelled():
                    self.unfetched.append(self._fetch(finished))
        if not feeder.cancelled():
            # Raises what the caller's iterable has raised.
            feeder.result()
        self.run.raise_if_aborted()

    def _fetch(self, task: asyncio.Task[CancelResult]) -> CancelResult:
        """Return the result of an order, and make room for one more."""
        result = self.run.finish(task.result())
        if self.run.stopping:
            self.stop()
        self._slots.release()
        return result

    async def _feed(self, items: Iterable[object] | AsyncIterable[object]) -> None:
        """Start a task for each item, as soon as there is room for it."""
        source = aiter(items) if isinstance(items, AsyncIterable) else _as_async(items)
        while await self._slots.acquire() and self.run.can_start():
            item = await anext(source, _EXHAUSTED)
            if item is _EXHAUSTED:
                break
            task = asyncio.create_task(runner.run_async(self.run.start(item), self._engine))
            self._orders[task] = item
            task.add_done_callback(self._orders.pop)
            task.add_done_callback(self._finished.put_nowait)


async def _as_async(items: Iterable[object]) -> AsyncIterator[object]:
    for item in items:
        yield item
