"""The dead man's switch: the exchange cancels every open order if this program does not renew it in time."""

import os
from threading import Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

from bingx_spot.core.engine import Engine
from bingx_spot.core.runner import check_on_asyncio, run, run_async
from bingx_spot.emergency.countdown import Countdown
from bingx_spot.exceptions import InvalidInput

if TYPE_CHECKING:
    import asyncio


class _Switch:
    """What the blocking and the async switch share.

    Args:
        countdown: The state, and the steps.
        engine: Sends requests.
    """

    def __init__(self, countdown: Countdown, engine: Engine) -> None:
        self._countdown = countdown
        self._engine = engine
        self._process = os.getpid()
        self._entered = False

    @property
    def triggers_at(self) -> int:
        """Return when the exchange will cancel every open order, in Unix milliseconds, unless it is renewed.

        It is what the exchange said last; each renewal moves it on.
        """
        return self._countdown.triggers_at

    @property
    def seconds_left(self) -> float:
        """Return for how long the countdown goes on at least, in seconds, by this machine's clock."""
        return self._countdown.seconds_left()

    @property
    def lapsed(self) -> bool:
        """Return whether the countdown may have ended since it began: every open order may be cancelled."""
        return self._countdown.lapsed

    def _enter(self) -> None:
        if self._entered:
            raise InvalidInput("switch", "was used before", "a new one from dead_mans_switch()")
        self._entered = True

    def _is_crash(self, error: BaseException | None) -> bool:
        # sys.exit(0) and a plain sys.exit() are clean ends.
        return error is not None and not (isinstance(error, SystemExit) and not error.code)


class DeadMansSwitch(_Switch):
    """A switch that a thread renews while its `with` block lasts; `BingxSpot.dead_mans_switch` returns it."""

    def __enter__(self) -> Self:
        self._enter()
        run(self._countdown.begin(), self._engine)
        # A daemon, so that the countdown ends with a program that ends in any other way.
        self._thread = Thread(target=self._keep, name="bingx-spot-switch", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if os.getpid() != self._process:
            return  # a forked child that leaves the block: the switch is its parent's
        self._countdown.closing.set()
        if self._is_crash(error):
            return
        # A renewal in flight must not arrive after the request that closes.
        self._thread.join()
        run(self._countdown.close(), self._engine)

    def _keep(self) -> None:
        run(self._countdown.keep(), self._engine)


class AsyncDeadMansSwitch(_Switch):
    """A switch that a task renews while its block lasts; `AsyncBingxSpot.dead_mans_switch` returns it."""

    _task: "asyncio.Task[None]"

    async def __aenter__(self) -> Self:
        check_on_asyncio("dead_mans_switch", "asyncio; not trio")
        self._enter()
        await run_async(self._countdown.begin(), self._engine)
        import asyncio  # a quarter of the start of a program that does not need it

        self._task = asyncio.create_task(
            run_async(self._countdown.keep(), self._engine), name="bingx-spot-switch"
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if os.getpid() != self._process:
            return
        self._countdown.closing.set()
        if self._is_crash(error):
            self._task.cancel()
            return
        await self._task
        await run_async(self._countdown.close(), self._engine)
