"""Run many cancels in tasks, and hand over each result as it is known."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterable, Iterator
from types import TracebackType
from typing import Self

from bingx_spot.bulk.result import CancelResult
from bingx_spot.bulk.run import AT_ONCE, Run
from bingx_spot.core.runner import CallSteps, check_on_asyncio
from bingx_spot.core.runner import run_async as drive
from bingx_spot.transport import Engine


class AsyncCancelRun(AsyncIterator[CancelResult]):
    """Iterate over the results of many cancels, each as soon as it is known.

    The items are taken one at a time, each when its turn to be sent has come. Leaving the loop early sends
    nothing more; wait with `aclose`, or `async with`, until the requests that are out have ended, which
    `timeout` bounds. `stop` lets the loop end with their results. A task that is cancelled while it waits
    for a result ends them at once, and a note on its error names the orders that were out.

    Made by `AsyncBingxSpot.cancel_orders`; it runs on asyncio.
    """

    def __init__(self, run: Run, items: Iterable[object] | AsyncIterable[object], engine: Engine) -> None:
        self._run = run
        self._left: list[CancelResult] = []
        # Only here, for asyncio takes a tenth of the time that importing this package takes.
        pass

        self._tasks = Tasks(run, engine)
        self._results = results(self._tasks, items, self._left)

    async def __anext__(self) -> CancelResult:
        """Return the next result.

        Raises:
            RunStopped: An error that would hit every order has stopped the run; all results were returned.
            InvalidInput: It is not asyncio that runs here; nothing was sent.
        """
        return await anext(self._results)

    @property
    def locked_for(self) -> float:
        """Return how long the exchange will not listen to a cancel yet, in seconds; 0 where it does."""
        return self._run.locked_for()

    def stop(self) -> None:
        """Take no more items and send nothing for those that wait; the results of the rest still come."""
        self._tasks.stop()

    async def aclose(self) -> list[CancelResult]:
        """Stop, wait for the requests that are out, and return the results that nobody has taken yet."""
        await self._results.aclose()
        return self._left

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


_NO_MORE = object()
_Came = CancelResult | BaseException | None


class Tasks:
    """Hold the tasks of a run: one that takes the items, and one for each order that is under way."""

    def __init__(self, run: Run, engine: Engine) -> None:
        self.run = run
        self.ended: asyncio.Queue[_Came] = asyncio.Queue()
        self.problem: BaseException | None = None
        self._engine = engine
        self._room = asyncio.Semaphore(AT_ONCE)
        self._orders: dict[asyncio.Task[None], object] = {}
        self._feeder: asyncio.Task[None] | None = None

    def start(self, items: Iterable[object] | AsyncIterable[object]) -> None:
        """Begin to take items.

        Raises:
            InvalidInput: No event loop of asyncio's is running.
        """
        check_on_asyncio("cancel_orders", "cancel_order on trio")
        self._feeder = asyncio.create_task(self._feed(_each(items)))

    def stop(self) -> None:
        """Take no more items, not even one that is being waited for."""
        self.run.stop()
        if self._feeder is not None:
            self._feeder.cancel()

    def taken(self, came: _Came) -> CancelResult:
        """Note that a result has been fetched, which makes room for one more order."""
        if isinstance(came, BaseException):
            raise came
        assert came is not None  # noqa: S101 - a mistake of ours
        self.run.ended(came)
        if self.run.stopping:
            self.stop()
        self._room.release()
        return came

    async def finished(self) -> None:
        """Wait until nothing runs any more."""
        await asyncio.gather(*self._all(), return_exceptions=True)

    def cut_off(self, interruption: BaseException) -> None:
        """End what is under way at once, and say of which orders nobody will hear."""
        for task in self._all():
            task.cancel()
        if self._orders:
            items = ", ".join(map(str, self._orders.values()))
            interruption.add_note(f"bingx_spot: under way, and not waited for: {items}")

    def remaining(self) -> Iterator[_Came]:
        """Yield what nobody has fetched yet."""
        while not self.ended.empty():
            if (came := self.ended.get_nowait()) is not None:
                yield came

    def _all(self) -> list[asyncio.Task[None]]:
        return [*self._orders, *([self._feeder] if self._feeder else [])]

    async def _feed(self, items: AsyncIterator[object]) -> None:
        try:
            while await self._room.acquire() and self.run.has_room():
                item = await anext(items, _NO_MORE)
                if item is _NO_MORE:
                    break
                task = asyncio.create_task(self._one(self.run.begin(item)))
                self._orders[task] = item
                task.add_done_callback(self._orders.pop)
        except Exception as error:  # noqa: BLE001 - the caller's own, and raised once all has ended
            self.problem = error
        finally:
            self.run.drained()
            self.ended.put_nowait(None)

    async def _one(self, steps: CallSteps[CancelResult]) -> None:
        try:
            self.ended.put_nowait(await drive(steps, self._engine))
        except Exception as error:  # noqa: BLE001 - raised in the task that iterates
            self.ended.put_nowait(error)


async def results(
    tasks: Tasks, items: Iterable[object] | AsyncIterable[object], left: list[CancelResult]
) -> AsyncGenerator[CancelResult]:
    """Yield each result as it is known, and leave no task behind.

    Args:
        tasks: Of this run alone.
        items: What is to be cancelled.
        left: Takes the results that nobody fetches.
    """
    tasks.start(items)
    fed = False
    try:
        while not fed or tasks.run.under_way():
            came = await tasks.ended.get()
            if came is None:
                fed = True
            else:
                yield tasks.taken(came)
    except asyncio.CancelledError as interruption:
        tasks.cut_off(interruption)
        raise
    finally:
        tasks.stop()
        await tasks.finished()
        left.extend(tasks.taken(came) for came in tasks.remaining())
    if tasks.problem is not None:
        raise tasks.problem
    tasks.run.check()


async def _each(items: Iterable[object] | AsyncIterable[object]) -> AsyncGenerator[object]:
    if isinstance(items, AsyncIterable):
        async for item in items:
            yield item
    else:
        for item in items:
            yield item
