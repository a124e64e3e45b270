"""The real runners, blocking and awaiting, in virtual time: an engine, a sleep and an event loop."""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from queue import SimpleQueue
from types import SimpleNamespace
from typing import Any
from unittest import mock

from bingx_spot import Response
from bingx_spot.core import runner
from bingx_spot.core.engine import TransportFailure
from bingx_spot.core.request import SignedRequest
from bingx_spot.limits.client_state import Patience
from tools.simulate.scenario import Scenario
from tools.simulate.wire import received
from tools.simulate.wording import Reply


def send(
    call: Scenario, request: SignedRequest, timeout: float, patience: Patience
) -> Response | TransportFailure:
    """Send a request, let time pass, and return what the model makes of it."""
    began = call.world.now
    for moment_or_end in call.network.exchanged(received(call, request), min(timeout, patience.answer)):
        if not isinstance(moment_or_end, float):
            if isinstance(moment_or_end, Reply):
                patience.times.answer.note(call.world.now - began)
            return as_the_engine_says(moment_or_end)
        call.world.advance(moment_or_end)
    raise AssertionError("the network gives no result")


def as_the_engine_says(end: Reply | tuple[bool, bool, str]) -> Response | TransportFailure:
    """Return what an engine would return, for what the model gives."""
    if isinstance(end, Reply):
        return Response(end.status, end.headers, end.body)
    request_sent, timed_out, reason = end
    return TransportFailure(request_sent, reason, timed_out)


class VirtualEngine:
    """An engine whose network is the model.

    Args:
        call: The scenario.
    """

    def __init__(self, call: Scenario) -> None:
        self._call = call

    def send(self, request: SignedRequest, timeout: float, patience: Patience) -> Response | TransportFailure:
        """Send the request and return what the model makes of it."""
        return send(self._call, request, timeout, patience)

    async def send_async(
        self, request: SignedRequest, timeout: float, patience: Patience
    ) -> Response | TransportFailure:
        """Send the request and await what the model makes of it."""
        world = self._call.world
        began, seconds = world.now, min(timeout, patience.answer)
        for moment_or_end in self._call.network.exchanged(received(self._call, request), seconds):
            if not isinstance(moment_or_end, float):
                if isinstance(moment_or_end, Reply):
                    patience.times.answer.note(world.now - began)
                return as_the_engine_says(moment_or_end)
            await asyncio.sleep(max(moment_or_end - world.now, 0.0))
            # The event loop's timers are no finer than its clock.
            world.advance(moment_or_end)
        raise AssertionError("the network gives no result")

    def close(self) -> None:
        """Close nothing."""

    async def aclose(self) -> None:
        """Close nothing."""


@contextmanager
def blocking_time(sleep: Callable[[float], object]) -> Iterator[None]:
    """Let the blocking runner sleep in virtual time, by a function that is given the seconds."""

    class Woken(SimpleQueue[None]):
        def get(self, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002 - as above
            sleep(timeout or 0.0)
            return super().get(block=False)

    with (
        mock.patch.object(runner, "time", SimpleNamespace(sleep=sleep)),
        mock.patch.object(runner, "SimpleQueue", Woken),
    ):
        yield


class _VirtualSelector(selectors.SelectSelector):
    """Waits by letting virtual time pass."""

    pass_time: Callable[[float], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout:
            self.pass_time(timeout)
        return []


def awaited(call: Scenario, steps: Coroutine[Any, Any, Response]) -> Response:
    """Run a coroutine on an event loop whose time is virtual."""
    world, selector = call.world, _VirtualSelector()
    selector.pass_time = lambda seconds: world.advance(world.now + seconds)
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: world.now  # type: ignore[method-assign]
    try:
        return loop.run_until_complete(steps)
    finally:
        loop.close()
