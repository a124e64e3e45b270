"""Keep a connection open by asking something over it now and then."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from threading import Event, Thread

from bingx_spot.exceptions import BingxError, InvalidInput, shown
from bingx_spot.fork_safety import register_fork_aware

#: The least time between two questions, in seconds.
SHORTEST_EVERY = 1.0


def check_every(every: float | None) -> None:
    """Refuse what is no time to ask again after.

    Raises:
        InvalidInput: It is not None and not a number of seconds, or too short.
    """
    if every is None:
        return
    number = isinstance(every, int | float) and not isinstance(every, bool)
    # NaN compares false with everything.
    if not (number and SHORTEST_EVERY <= every < float("inf")):
        raise InvalidInput("every", f"is {shown(every)}", f"seconds, at least {SHORTEST_EVERY:.0f}, or None")


class KeepAlive:
    """Ask now and then, in a thread.

    Args:
        ask: Asks once.
        every: How long to pause before each question, in seconds.
    """

    def __init__(self, ask: Callable[[], object], every: float) -> None:
        self._ask = ask
        self._every = every
        self._ended = Event()
        # A daemon: a program that forgets to close its client ends all the same.
        self._thread = Thread(target=self._go_on, name="bingx-spot-warm", daemon=True)
        self._thread.start()
        register_fork_aware(self)

    def begin_anew(self) -> None:
        """Be at an end: the thread is the parent process's, and so may be what it waits with."""
        self._ended = Event()

    def is_at_work(self) -> bool:
        """Tell whether it asks; in a child process it does not."""
        return self._thread.is_alive()

    def end(self) -> None:
        """Ask no more, and leave no thread behind; this waits for a question under way."""
        self._ended.set()
        self._thread.join()

    def _go_on(self) -> None:
        while not self._ended.wait(self._every):
            # A question that fails harms nobody; the next call finds out for itself.
            with suppress(BingxError):
                self._ask()


class AsyncKeepAlive:
    """Ask now and then, in a task of asyncio's.

    Args:
        ask: Asks once.
        every: How long to pause before each question, in seconds.
    """

    def __init__(self, ask: Callable[[], Awaitable[object]], every: float) -> None:
        import asyncio  # noqa: PLC0415 - a quarter of the start of a program that does not need it

        self._ask = ask
        self._every = every
        self._sleep = asyncio.sleep
        self._cancelled = asyncio.CancelledError
        self._running = asyncio.get_running_loop
        self._task = asyncio.get_running_loop().create_task(self._go_on(), name="bingx-spot-warm")

    def is_at_work(self) -> bool:
        """Tell whether it asks; in another event loop than the one that it began in it does not."""
        try:
            running = self._running()
        except RuntimeError:
            return False  # trio's
        return self._task.get_loop() is running and not self._task.done()

    async def end(self) -> None:
        """Ask no more, and leave no task behind."""
        if not self.is_at_work():
            return
        self._task.cancel()
        with suppress(self._cancelled):
            await self._task

    async def _go_on(self) -> None:
        while True:
            await self._sleep(self._every)
            with suppress(BingxError):
                await self._ask()
