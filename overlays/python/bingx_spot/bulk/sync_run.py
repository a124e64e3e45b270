"""Bulk run in threads, for blocking callers."""

import os
from collections.abc import Generator, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bingx_spot.bulk.result import CancelResult
from bingx_spot.bulk.run import MAX_IN_FLIGHT, Run
from bingx_spot.core import runner
from bingx_spot.core.engine import Engine
from bingx_spot.core.runner import CallSteps
from bingx_spot.exceptions import InvalidInput

if TYPE_CHECKING:
    from queue import SimpleQueue

_Finished = CancelResult | BaseException
_EXHAUSTED = object()


class CancelRun(Iterator[CancelResult]):
    """Iterator over the results of a bulk run, each as soon as it is known.

    The items are taken in the thread that iterates, one at a time, each just before it can be sent. To leave
    the loop early sends nothing more and waits for the requests in flight, which `timeout` bounds. `stop`
    lets the loop end with their results, and `close` returns them.

    `BingxSpot.cancel_orders` returns it.
    """

    def __init__(self, run: Run, items: Iterable[object], engine: Engine) -> None:
        self._run = run
        self._unfetched: list[CancelResult] = []
        self._process = os.getpid()
        # The threads have no reference to this object, so that they end when it is dropped.
        self._results = _results(run, items, engine, self._unfetched)

    def __next__(self) -> CancelResult:
        """Return the next result.

        Raises:
            BulkRunAborted: An error that would hit every order aborted the run; all results were returned.
            InvalidInput: The run belongs to the process that this one was forked from.
        """
        if self._is_parents():
            # Its threads do not exist in this process, so that to wait for them would never end.
            raise InvalidInput("run", "was started before a fork", "a run of this process")
        return next(self._results)

    def _is_parents(self) -> bool:
        return os.getpid() != self._process

    @property
    def locked_for(self) -> float:
        """Return for how long the exchange rejects every cancel, in seconds; 0 where it accepts them."""
        return self._run.locked_for()

    def stop(self) -> None:
        """Take no more items and send nothing for waiting orders; the results in flight still follow.

        May be called from any thread, and from a signal handler.
        """
        self._run.stop()

    def close(self) -> list[CancelResult]:
        """Stop, wait for the requests in flight, and return the results that were not fetched yet."""
        if not self._is_parents():
            self._results.close()
        return self._unfetched

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _results(
    run: Run, items: Iterable[object], engine: Engine, unfetched: list[CancelResult]
) -> Generator[CancelResult]:
    # Imported here: both add to the import time of the package.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415
    from queue import SimpleQueue  # noqa: PLC0415

    finished: SimpleQueue[_Finished] = SimpleQueue()
    source = iter(items)
    pool = ThreadPoolExecutor(MAX_IN_FLIGHT, thread_name_prefix="bingx-spot")
    source_error: BaseException | None = None
    try:
        while True:
            while source_error is None and run.can_start():
                try:
                    item = next(source, _EXHAUSTED)
                except Exception as error:  # noqa: BLE001 - the caller's, raised when all orders have ended
                    source_error = error
                    break
                if item is _EXHAUSTED:
                    run.mark_exhausted()
                else:
                    pool.submit(_run_order, run.start(item), engine, finished)
            if not run.in_flight():
                break
            yield _fetch(run, finished.get())
    finally:
        run.stop()
        pool.shutdown()
        while not finished.empty():
            unfetched.append(_fetch(run, finished.get()))
    if source_error is not None:
        raise source_error
    run.raise_if_aborted()


def _run_order(steps: CallSteps[CancelResult], engine: Engine, finished: "SimpleQueue[_Finished]") -> None:
    try:
        finished.put(runner.run(steps, engine))
    except BaseException as error:  # noqa: BLE001 - raised in the thread that iterates
        finished.put(error)


def _fetch(run: Run, finished: _Finished) -> CancelResult:
    if isinstance(finished, BaseException):
        raise finished
    run.finish(finished)
    return finished
