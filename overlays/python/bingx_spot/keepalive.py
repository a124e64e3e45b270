"""Keep a connection open by a ping now and then."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from threading import Thread

from bingx_spot.core.runner import running_loop
from bingx_spot.exceptions import BingxError, InvalidInput, shown

#: The shortest interval between two pings, in seconds.
SHORTEST_EVERY = 1.0
# How long closing a client waits for the thread to end, in seconds. Without its connection it ends at once.
_LONGEST_JOIN = 1.0


def check_every(every: float | None) -> None:
    """Raise `InvalidInput` unless an interval is None or a number of seconds, and long enough."""
    number = isinstance(every, int | float) and not isinstance(every, bool)
    # NaN compares false with everything.
    if every is not None and not (number and SHORTEST_EVERY <= every < float("inf")):
        raise InvalidInput("every", f"is {shown(every)}", f"seconds, at least {SHORTEST_EVERY:.0f}, or None")


class KeepAlive:
    """Pings the server every so many seconds, in a daemon thread."""

    def __init__(self, ping: Callable[[], object], every: float) -> None:
        self._ping = ping
        self._every = every
        # A queue, which a signal handler may put to while its own thread does; an Event has a lock.
        self._stopped = SimpleQueue[None]()
        # A daemon: a program that forgets to close its client ends all the same.
        self._thread = Thread(target=self._run, name="bingx-spot-warm", daemon=True)
        self._thread.start()

    def is_running(self) -> bool:
        """Return whether pings are sent; in a child process they are not."""
        return self._thread.is_alive()

    def stop(self) -> None:
        """Send no more pings. A ping in flight goes on."""
        self._stopped.put(None)

    def join(self) -> None:
        """Wait until the thread has ended, which it does at once when its connections are closed."""
        self._thread.join(_LONGEST_JOIN)

    def _run(self) -> None:
        while True:
            with suppress(Empty):
                return self._stopped.get(timeout=self._every)
            # A failed ping does no harm; the next call finds out for itself.
            with suppress(BingxError):
                self._ping()


class AsyncKeepAlive:
    """Pings the server every so many seconds, in an asyncio task."""

    def __init__(self, ping: Callable[[], Awaitable[object]], every: float) -> None:
        import asyncio

        self._ping, self._every, self._asyncio = ping, every, asyncio
        self._task = asyncio.get_running_loop().create_task(self._run(), name="bingx-spot-warm")

    def is_running(self) -> bool:
        """Return whether pings are sent in the event loop that is running."""
        return self._task.get_loop() is running_loop() and not self._task.done()

    async def stop(self) -> None:
        """Send no more pings, and end the task. A ping in flight is cancelled."""
        if self.is_running():
            self._task.cancel()
            # Not `await` of the task: that would swallow the cancellation of the caller.
            await self._asyncio.wait([self._task])

    async def _run(self) -> None:
        while True:
            await self._asyncio.sleep(self._every)
            with suppress(BingxError):
                await self._ping()
