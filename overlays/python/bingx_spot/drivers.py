"""Do what a call's steps ask for: one driver that blocks, one that awaits."""

import time
from contextlib import suppress

from bingx_spot.answers import Answer
from bingx_spot.engines import Engine, Failure
from bingx_spot.steps import Came, Result, Send, Steps, Wait


def run(steps: Steps[Result], engine: Engine) -> Result:
    """Do what the steps ask for, blocking, and return what they return.

    Raises:
        CallError: What the steps raise.
    """
    came: Came = None
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


async def run_async(steps: Steps[Result], engine: Engine) -> Result:
    """Do what the steps ask for, awaiting, and return what they return.

    Raises:
        CallError: What the steps raise.
    """
    came: Came = None
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


def _done(step: Wait | Send, engine: Engine) -> Came:
    if isinstance(step, Wait):
        time.sleep(step.seconds)
        return None
    return _masked(engine.send(step.request, step.timeout), step)


async def _done_async(step: Wait | Send, engine: Engine) -> Came:
    if isinstance(step, Wait):
        # Imported here: most calls never wait, and it takes a fifth of the start of a program.
        import anyio  # noqa: PLC0415

        await anyio.sleep(step.seconds)
        return None
    return _masked(await engine.send_async(step.request, step.timeout), step)


def _noted(interruption: BaseException, steps: Steps[Result]) -> BaseException:
    """Let the steps add what they know to an interruption, and return it without their frames."""
    with suppress(BaseException):
        steps.throw(interruption)
    return interruption.with_traceback(None)


def _masked(came: Answer | Failure, step: Send) -> Answer | Failure:
    # At once, so that no variable of a frame above the engine holds what a server repeats.
    return came.without(step.request.secrets) if isinstance(came, Answer) else came
