"""Bulk run in threads, for blocking callers."""

import os
from collections.abc import Generator, Iterable, Iterator
from concurrent.futures import Future
from queue import SimpleQueue
from threading import Thread
from typing import Any, Self, cast

from bingx_spot.bulk.items import check_items
from bingx_spot.bulk.result import CancelResult
from bingx_spot.bulk.run import Run, check_not_iterated
from bingx_spot.core import runner
from bingx_spot.core.engine import Engine
from bingx_spot.core.runner import CallSteps
from bingx_spot.exceptions import InvalidInput

_EXHAUSTED = object()


class CancelRun(Iterator[CancelResult]):
    """Iterator over the results of a bulk run, each as soon as it is known.

    The items are taken in the thread that iterates, one at a time, each just before it can be sent. To leave
    the loop early sends nothing more and waits for the requests in flight, which `timeout` bounds. `stop`
    lets the loop end with their results, and `close` returns them.

    `BingxSpot.cancel_orders` returns it.
    """

    def __init__(self, run: Run, items: Iterable[object], engine: Engine) -> None:
        check_items(items)
        self._process = os.getpid()
        # The threads have no reference to this object, so that they end when it is dropped.
        self._threads = _Threads(run, engine)
        self._results = self._threads.results(items)

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
        return self._threads.run.locked_for()

    def stop(self) -> None:
        """Take no more items and send nothing for waiting orders; the results in flight still follow.

        May be called from any thread, and from a signal handler.
        """
        self._threads.run.stop()

    def close(self) -> list[CancelResult]:
        """Stop, wait for the requests in flight, and return the results that were not fetched yet.

        `InvalidInput` says that another thread is waiting for the next one: its loop ends, and has them all.
        """
        if os.getpid() == self._process:
            self.stop()
            check_not_iterated(cast("Any", self._results).gi_running)
            self._results.close()
        return self._threads.unfetched

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Threads:
    """Threads of a run: one for each order in flight."""

    def __init__(self, run: Run, engine: Engine) -> None:
        self.run = run
        self.unfetched: list[CancelResult] = []
        self._engine = engine
        self._finished: SimpleQueue[Future[CancelResult]] = SimpleQueue()
        self._threads: list[Thread] = []

    def results(self, items: Iterable[object]) -> Generator[CancelResult]:
        """Yield each result as it is known, and leave no thread behind."""
        source, has_more = iter(items), True
        source_error: Exception | None = None
        try:
            while True:
                try:
                    has_more = has_more and self._feed(source)
                except Exception as error:  # noqa: BLE001 - the caller's, raised when all orders have ended
                    source_error, has_more = error, False
                if not self.run.in_flight:
                    break
                yield self.run.finish(self._finished.get().result())
        finally:
            self.run.stop()
            for thread in filter(Thread.is_alive, self._threads):
                thread.join()
            while not self._finished.empty():
                self.unfetched.append(self.run.finish(self._finished.get().result()))
        if source_error is not None:
            raise source_error
        self.run.raise_if_aborted()

    def _feed(self, source: Iterator[object]) -> bool:
        """Start the orders for which there is room, and return whether there may be more."""
        has_room = True
        while has_room and self.run.can_start():
            item = next(source, _EXHAUSTED)
            if item is _EXHAUSTED:
                return False
            has_room = self._start(self.run.start(item))
        return True

    def _start(self, steps: CallSteps[CancelResult]) -> bool:
        """Run the steps in a thread, or here where none starts; return whether one has started."""
        thread = Thread(target=self._work, args=(steps,), name="bingx-spot_cancel")
        self._threads = [*filter(Thread.is_alive, self._threads), thread]
        try:
            thread.start()
        except RuntimeError:
            # As at the end of a program (atexit).
            self._work(steps)
            return False
        return True

    def _work(self, steps: CallSteps[CancelResult]) -> None:
        result = Future[CancelResult]()
        try:
            result.set_result(runner.run(steps, self._engine))
        except BaseException as error:  # noqa: BLE001 - raised where the result is taken
            result.set_exception(error)
        self._finished.put(result)
