"""Do what a call's steps ask for: one driver that blocks, one that awaits."""

import time

import anyio

from bingx_spot.engines import Engine
from bingx_spot.steps import Came, Result, Steps, Wait


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
                came = engine.send(step.request, step.timeout)
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
                came = await engine.send_async(step.request, step.timeout)
    except StopIteration as done:
        result: Result = done.value
        return result
    finally:
        steps.close()
