"""Do what a call's steps ask for: one driver that blocks, one that awaits."""

import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event, get_ident
from typing import Any

from bingx_spot.core.effects import CallSteps, Result, Send, Sleep, StepResult
from bingx_spot.exceptions import InvalidInput
from bingx_spot.models import Response
from bingx_spot.transport import Engine


def run(steps: CallSteps[Result], engine: Engine) -> Result:
    """Do what the steps ask for, blocking, and return what they return.

    Raises:
        CallError: What the steps raise.
    """
    came: StepResult = None
    try:
        while True:
            step = steps.send(came)
            try:
                came = _done(step, engine)
            except BaseException as interruption:  # noqa: BLE001 - it goes on: Ctrl-C
                raise _noted(interruption, steps)  # noqa: B904 - it is the same error
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        steps.close()


async def run_async(steps: CallSteps[Result], engine: Engine) -> Result:
    """Do what the steps ask for, awaiting, and return what they return.

    Raises:
        CallError: What the steps raise.
    """
    came: StepResult = None
    try:
        while True:
            step = steps.send(came)
            try:
                came = await _done_async(step, engine)
            except BaseException as interruption:  # noqa: BLE001 - it goes on: a cancelled task
                raise _noted(interruption, steps)  # noqa: B904 - it is the same error
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        steps.close()


def check_on_asyncio(name: str, instead: str) -> None:
    """Refuse what only asyncio's tasks can do where it is not asyncio that runs.

    Args:
        name: What was asked for.
        instead: What can be had elsewhere.

    Raises:
        InvalidInput: No event loop of asyncio's is running.
    """
    import asyncio  # noqa: PLC0415 - a quarter of the start of a program that does not need it

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        raise InvalidInput(name, "needs a task of asyncio's", instead) from None


def _done(step: Sleep | Send, engine: Engine) -> StepResult:
    if isinstance(step, Send):
        came = engine.send(step.request, step.timeout)
        # At once, so that no variable of a frame above the engine holds what a server repeats.
        return came.without(step.request.secrets) if isinstance(came, Response) else came
    if step.wakeup is None:
        time.sleep(step.seconds)
    else:
        woken = Event()
        step.wakeup.subscribe(woken.set)
        woken.wait(step.seconds)
    return None


async def _done_async(step: Sleep | Send, engine: Engine) -> StepResult:
    if isinstance(step, Send):
        came = await engine.send_async(step.request, step.timeout)
        # As above.
        return came.without(step.request.secrets) if isinstance(came, Response) else came
    # Imported here: most calls never wait, and it takes a fifth of the start of a program.
    import anyio  # noqa: PLC0415

    if step.wakeup is None:
        await anyio.sleep(step.seconds)
    else:
        woken = anyio.Event()
        step.wakeup.subscribe(partial(_from_any_thread(), woken.set))
        with anyio.move_on_after(step.seconds):
            await woken.wait()
    return None


def _from_any_thread() -> Callable[[Callable[[], object]], object]:
    """Return what lets other threads call something in this event loop."""
    # AnyIO's own way waits until it was called, which the thread of the loop itself must not do.
    from anyio.lowlevel import current_token  # noqa: PLC0415 - as above

    loop: Any = current_token().native_token
    own = get_ident()
    # The first name is asyncio's, the second one trio's.
    call_soon = getattr(loop, "call_soon_threadsafe", None)
    if call_soon is None:
        call: Callable[[Callable[[], object]], object] = loop.run_sync_soon
        return call
    # In the loop's own thread that would write to a socket, only to wake the loop that is awake.
    return lambda function: function() if get_ident() == own else call_soon(function)


def _noted(interruption: BaseException, steps: CallSteps[Result]) -> BaseException:
    """Let the steps add what they know to an interruption, and return it without their frames."""
    with suppress(BaseException):
        steps.throw(interruption)
    return interruption.with_traceback(None)
