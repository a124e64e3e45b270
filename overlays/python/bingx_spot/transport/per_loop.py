"""Keep one async way for each event loop that a client is used in.

A connection of an async library belongs to the event loop in which it was opened. A client may be made
before there is any, and be used in one `asyncio.run` after another, or in two threads with a loop each.
"""

import asyncio
from collections.abc import Callable
from typing import Any

from bingx_spot.fork_safety import fork_lock
from bingx_spot.transport.backend import AsyncBackend


class PerLoop:
    """Give each event loop its own way.

    Args:
        make: Makes a way for the loop that is running.
    """

    def __init__(self, make: Callable[[], AsyncBackend]) -> None:
        self._make = make
        self._ways: dict[object, AsyncBackend] = {}

    def way(self) -> AsyncBackend:
        """Return the way of the loop that is running."""
        running = _running()
        way = self._ways.get(running)
        if way is None:
            # One at a time, for threads may come with a loop each; and it imports an HTTP library.
            with fork_lock:
                self._drop_ended()
                way = self._ways[running] = self._make()
        return way

    async def aclose(self) -> None:
        """Close the connections of the running loop, and drop those of others, which end with these."""
        own = self._ways.pop(_running(), None)
        self.abandon()
        if own is not None:
            await own.aclose()

    def abandon(self) -> None:
        """Drop all connections without a word to any loop."""
        while self._ways:
            self._ways.popitem()[1].abandon()

    def _drop_ended(self) -> None:
        for loop in [each for each in self._ways if _has_ended(each)]:
            self._ways.pop(loop).abandon()


def _running() -> object:
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        from anyio.lowlevel import current_token  # noqa: PLC0415 - it takes its time, and asyncio needs none

        return current_token().native_token


def _has_ended(loop: Any) -> bool:
    if isinstance(loop, asyncio.AbstractEventLoop):
        return loop.is_closed()
    try:
        loop.run_sync_soon(_nothing)  # trio's, which says it in no other way
    except RuntimeError:
        return True
    return False


def _nothing() -> None:
    pass
