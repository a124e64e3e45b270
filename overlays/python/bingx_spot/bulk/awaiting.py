"""Run many cancels in tasks, and hand over each result as it is known."""

from collections.abc import AsyncIterable, AsyncIterator, Iterable
from types import TracebackType
from typing import Self

from bingx_spot.bulk.result import CancelResult
from bingx_spot.bulk.run import Run
from bingx_spot.engines import Engine


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
        from bingx_spot.bulk.tasks import Tasks, results  # noqa: PLC0415

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
