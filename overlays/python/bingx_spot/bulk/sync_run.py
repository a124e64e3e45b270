"""Bulk run in threads, for blocking callers."""

import os
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Self

from bingx_spot.bulk.result import CancelResult
from bingx_spot.bulk.run import MAX_IN_FLIGHT, Run
from bingx_spot.core import runner
from bingx_spot.core.engine import Engine
from bingx_spot.core.runner import CallSteps
from bingx_spot.exceptions import InvalidInput


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
        if os.getpid() != self._process:
            # Its threads do not exist in this process, so that to wait for them would never end.
            raise InvalidInput("run", "was started before a fork", "a run of this process")
        return next(self._results)

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
        if os.getpid() == self._process:
            self._results.close()
        return self._unfetched

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _results(
    run: Run, items: Iterable[object], engine: Engine, unfetched: list[CancelResult]
) -> Generator[CancelResult]:
    finished: SimpleQueue[Future[CancelResult]] = SimpleQueue()
    threads: list[Thread] = []

    def work(steps: CallSteps[CancelResult]) -> None:
        result = Future[CancelResult]()
        try:
            result.set_result(runner.run(steps, engine))
        except BaseException as error:  # noqa: BLE001 - raised where the result is taken
            result.set_exception(error)
        finished.put(result)

    def start(steps: CallSteps[CancelResult]) -> bool:
        """Run the steps in a thread, or here where none starts; return whether one has started."""
        thread = Thread(target=work, args=(steps,), name="bingx-spot_cancel")
        threads[:] = [*filter(Thread.is_alive, threads), thread]
        try:
            thread.start()
        except RuntimeError:
            # As at the end of a program (atexit).
            work(steps)
            return False
        return True

    source = iter(items)
    exhausted = False
    source_error: Exception | None = None
    try:
        while True:
            started = True
            while started and not exhausted and run.can_start():
                try:
                    item = next(source)
                except StopIteration:
                    exhausted = True
                except Exception as error:  # noqa: BLE001 - the caller's, raised when all orders have ended
                    source_error, exhausted = error, True
                else:
                    started = start(run.start(item))
            if not run.in_flight:
                break
            yield run.finish(finished.get().result())
    finally:
        run.stop()
        for thread in filter(Thread.is_alive, threads):
            thread.join()
        while not finished.empty():
            unfetched.append(run.finish(finished.get().result()))
    if source_error is not None:
        raise source_error
    run.raise_if_aborted()
