"""Do what a call's steps ask for: one driver that blocks, one that awaits."""

import time

import anyio

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
            if isinstance(step, Wait):
                time.sleep(step.seconds)
                came = None
            else:
                came = _masked(engine.send(step.request, step.timeout), step)
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
            if isinstance(step, Wait):
                await anyio.sleep(step.seconds)
                came = None
            else:
                came = _masked(await engine.send_async(step.request, step.timeout), step)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        steps.close()


def _masked(came: Answer | Failure, step: Send) -> Answer | Failure:
    # At once, so that no variable of a frame above the engine holds what a server repeats.
    return came.without(step.request.secrets) if isinstance(came, Answer) else came
