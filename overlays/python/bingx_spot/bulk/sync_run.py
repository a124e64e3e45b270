"""Run many cancels in threads, and hand over each result as it is known."""

import os
from collections.abc import Generator, Iterable, Iterator
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bingx_spot.bulk.result import CancelResult
from bingx_spot.bulk.run import AT_ONCE, Run
from bingx_spot.core.runner import CallSteps
from bingx_spot.core.runner import run as drive
from bingx_spot.exceptions import InvalidInput
from bingx_spot.transport import Engine

if TYPE_CHECKING:
    from queue import SimpleQueue

_Came = CancelResult | BaseException
_NO_MORE = object()


class CancelRun(Iterator[CancelResult]):
    """Iterate over the results of many cancels, each as soon as it is known.

    The items are taken in the thread that iterates, one at a time, each when its turn to be sent has come.
    Leaving the loop early sends nothing more and waits for the requests that are out, which `timeout` bounds;
    `stop` lets the loop end with their results, and `close` returns them.

    Made by `BingxSpot.cancel_orders`.
    """

    def __init__(self, run: Run, items: Iterable[object], engine: Engine) -> None:
        self._run = run
        self._left: list[CancelResult] = []
        self._process = os.getpid()
        # The threads know nothing of this object, so that dropping it ends them.
        self._results = _results(run, items, engine, self._left)

    def __next__(self) -> CancelResult:
        """Return the next result.

        Raises:
            RunStopped: An error that would hit every order has stopped the run; all results were returned.
            InvalidInput: The run belongs to the process that this one was forked from.
        """
        if self._is_parents():
            # Its threads are not here; whoever waited for them would wait for ever.
            raise InvalidInput("run", "was begun before a fork", "one of this process's own")
        return next(self._results)

    def _is_parents(self) -> bool:
        return os.getpid() != self._process

    @property
    def locked_for(self) -> float:
        """Return how long the exchange will not listen to a cancel yet, in seconds; 0 where it does."""
        return self._run.locked_for()

    def stop(self) -> None:
        """Take no more items and send nothing for those that wait; the results of the rest still come.

        May be called from any thread, and from a signal's handler.
        """
        self._run.stop()

    def close(self) -> list[CancelResult]:
        """Stop, wait for the requests that are out, and return the results that nobody has taken yet."""
        if not self._is_parents():
            self._results.close()
        return self._left

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _results(
    run: Run, items: Iterable[object], engine: Engine, left: list[CancelResult]
) -> Generator[CancelResult]:
    # Only here, for they take their share of the time that importing this package takes.
    from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415
    from queue import SimpleQueue  # noqa: PLC0415

    ended: SimpleQueue[_Came] = SimpleQueue()
    source = iter(items)
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="bingx-spot")
    problem: BaseException | None = None
    try:
        while True:
            while problem is None and run.has_room():
                try:
                    item = next(source, _NO_MORE)
                except Exception as error:  # noqa: BLE001 - the caller's own, and raised once all has ended
                    problem = error
                    break
                if item is _NO_MORE:
                    run.drained()
                else:
                    pool.submit(_one, run.begin(item), engine, ended)
            if not run.under_way():
                break
            yield _taken(run, ended.get())
    finally:
        run.stop()
        pool.shutdown()
        while not ended.empty():
            left.append(_taken(run, ended.get()))
    if problem is not None:
        raise problem
    run.check()


def _one(steps: CallSteps[CancelResult], engine: Engine, ended: "SimpleQueue[_Came]") -> None:
    try:
        ended.put(drive(steps, engine))
    except BaseException as error:  # noqa: BLE001 - raised in the thread that iterates
        ended.put(error)


def _taken(run: Run, came: _Came) -> CancelResult:
    if isinstance(came, BaseException):
        raise came
    run.ended(came)
    return came
