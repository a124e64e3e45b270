"""Bulk run in tasks, for callers on asyncio."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Iterator
from types import TracebackType
from typing import Self

from bingx_spot.bulk.result import CancelResult
from bingx_spot.bulk.run import MAX_IN_FLIGHT, Run
from bingx_spot.core import runner
from bingx_spot.core.engine import Engine
from bingx_spot.core.runner import CallSteps

_EXHAUSTED = object()
# None where there are no more items.
_Finished = CancelResult | BaseException | None


class AsyncCancelRun(AsyncIterator[CancelResult]):
    """Async iterator over the results of a bulk run, each as soon as it is known.

    The items are taken one at a time, each just before it can be sent. To leave the loop early sends nothing
    more; `aclose`, or `async with`, waits for the requests in flight, which `timeout` bounds. `stop` lets the
    loop end with their results. A task that is cancelled while it waits for a result ends them at once, and
    a note on its exception names the orders in flight.

    `AsyncBingxSpot.cancel_orders` returns it; it runs on asyncio.
    """

    def __init__(self, run: Run, items: Iterable[object] | AsyncIterable[object], engine: Engine) -> None:
        self._run = run
        self._unfetched: list[CancelResult] = []
        self._tasks = _Tasks(run, engine)
        self._results = _results(self._tasks, items, self._unfetched)

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
        return self._run.locked_for()

    def stop(self) -> None:
        """Take no more items and send nothing for waiting orders; the results in flight still follow."""
        self._tasks.stop()

    async def aclose(self) -> list[CancelResult]:
        """Stop, wait for the requests in flight, and return the results that were not fetched yet."""
        await self._results.aclose()
        return self._unfetched

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class _Tasks:
    """Tasks of a run: one that takes the items, and one for each order in flight."""

    def __init__(self, run: Run, engine: Engine) -> None:
        self.run = run
        self.finished: asyncio.Queue[_Finished] = asyncio.Queue()
        self.source_error: BaseException | None = None
        self._engine = engine
        self._slots = asyncio.Semaphore(MAX_IN_FLIGHT)
        self._orders: dict[asyncio.Task[None], object] = {}
        self._feeder: asyncio.Task[None] | None = None

    def start(self, items: Iterable[object] | AsyncIterable[object]) -> None:
        """Start to take items.

        Raises:
            InvalidInput: No event loop of asyncio is running.
        """
        runner.check_on_asyncio("cancel_orders", "cancel_order on trio")
        self._feeder = asyncio.create_task(self._feed(_as_async(items)))

    def stop(self) -> None:
        """Take no more items, not even one that is being awaited."""
        self.run.stop()
        if self._feeder is not None:
            self._feeder.cancel()

    def fetch(self, finished: _Finished) -> CancelResult:
        """Record that a result was fetched, which makes room for one more order, and return it."""
        if isinstance(finished, BaseException):
            raise finished
        assert finished is not None  # noqa: S101 - for the type checker
        self.run.finish(finished)
        if self.run.stopping:
            self.stop()
        self._slots.release()
        return finished

    async def join(self) -> None:
        """Wait until every task has ended."""
        await asyncio.gather(*self._all(), return_exceptions=True)

    def cancel(self, interruption: BaseException) -> None:
        """Cancel every task, and add a note with the orders in flight."""
        for task in self._all():
            task.cancel()
        if self._orders:
            items = ", ".join(map(str, self._orders.values()))
            interruption.add_note(f"bingx_spot: in flight, outcome not awaited: {items}")

    def unfetched(self) -> Iterator[_Finished]:
        """Yield the results that were not fetched yet."""
        while not self.finished.empty():
            if (finished := self.finished.get_nowait()) is not None:
                yield finished

    def _all(self) -> list[asyncio.Task[None]]:
        return [*self._orders, *([self._feeder] if self._feeder else [])]

    async def _feed(self, items: AsyncIterator[object]) -> None:
        try:
            while await self._slots.acquire() and self.run.can_start():
                item = await anext(items, _EXHAUSTED)
                if item is _EXHAUSTED:
                    break
                task = asyncio.create_task(self._run_order(self.run.start(item)))
                self._orders[task] = item
                task.add_done_callback(self._orders.pop)
        except Exception as error:  # noqa: BLE001 - the caller's, raised when all orders have ended
            self.source_error = error
        finally:
            self.run.mark_exhausted()
            self.finished.put_nowait(None)

    async def _run_order(self, steps: CallSteps[CancelResult]) -> None:
        try:
            self.finished.put_nowait(await runner.run_async(steps, self._engine))
        except Exception as error:  # noqa: BLE001 - raised in the task that iterates
            self.finished.put_nowait(error)


async def _results(
    tasks: _Tasks, items: Iterable[object] | AsyncIterable[object], unfetched: list[CancelResult]
) -> AsyncGenerator[CancelResult]:
    """Yield each result as it is known, and leave no task behind."""
    tasks.start(items)
    exhausted = False
    try:
        while not exhausted or tasks.run.in_flight():
            finished = await tasks.finished.get()
            if finished is None:
                exhausted = True
            else:
                yield tasks.fetch(finished)
    except asyncio.CancelledError as interruption:
        tasks.cancel(interruption)
        raise
    finally:
        tasks.stop()
        await tasks.join()
        unfetched.extend(tasks.fetch(finished) for finished in tasks.unfetched())
    if tasks.source_error is not None:
        raise tasks.source_error
    tasks.run.raise_if_aborted()


async def _as_async(items: Iterable[object] | AsyncIterable[object]) -> AsyncGenerator[object]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
