"""What happens to one call between the generated client and the network.

Written once, as a generator that yields what it wants done and is told what came of it; two small
drivers run it, one sync and one async:

    permit -> stamp and sign -> send -> gate
"""

import logging
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass

import anyio

from bingx_spot.answers import Answer, vet
from bingx_spot.engines import Engine, Failure
from bingx_spot.environments import Environment
from bingx_spot.errors import Evidence, NotSent, OutcomeUnknown
from bingx_spot.policy.limits import Permits
from bingx_spot.request import Call, SignedRequest, Stamper

# Metadata only: no URL, parameter, header or body is ever handed to this logger.
_log = logging.getLogger("bingx_spot")


@dataclass(frozen=True, slots=True)
class Wait:
    """Ask the driver to wait.

    Attributes:
        seconds: How long.
    """

    seconds: float


@dataclass(frozen=True, slots=True)
class Send:
    """Ask the driver to send a request.

    Attributes:
        request: Stamped and signed.
        timeout: How long it may take, in seconds.
    """

    request: SignedRequest
    timeout: float


Steps = Generator[Wait | Send, Answer | Failure | None, Answer]


@dataclass(frozen=True, slots=True)
class Middleware:
    """Take a call through permit, stamp, signature, network and gate.

    Attributes:
        environment: Where requests go.
        stamper: Stamps and signs, once per attempt.
        limits: Gives out permits.
        timeout: How long a call may take, in seconds, waiting for a permit included.
        now: A monotonic clock, in seconds.
    """

    environment: Environment
    stamper: Stamper
    limits: Permits
    timeout: float
    now: Callable[[], float] = time.monotonic

    def steps(self, call: Call, timeout: float | None = None) -> Steps:
        """Yield what is to be done for the call, and return the believed answer.

        Args:
            call: What is asked.
            timeout: How long this call may take, in seconds; None for what holds for all.

        Raises:
            CallError: Whatever else came of it.
        """
        timeout = self.timeout if timeout is None else timeout
        deadline = self.now() + timeout
        pause = self.limits.reserve(call.operation, timeout)
        if pause > 0:
            yield Wait(pause)
        request = self.stamper.stamp(call, self.environment.base_url)
        came = yield Send(request, max(deadline - self.now(), 0.001))
        _record(call, came)
        if isinstance(came, Answer):
            return vet(call, came)
        raise _error(request, came)


def run(steps: Steps, engine: Engine) -> Answer:
    """Do what the steps ask for, blocking.

    Raises:
        CallError: What the steps raise.
    """
    came: Answer | Failure | None = None
    while True:
        try:
            step = steps.send(came)
        except StopIteration as done:
            answer: Answer = done.value
            return answer
        if isinstance(step, Send):
            came = _masked(engine.send(step.request, step.timeout), step.request)
        else:
            time.sleep(step.seconds)


async def run_async(steps: Steps, engine: Engine) -> Answer:
    """Do what the steps ask for, awaiting.

    Raises:
        CallError: What the steps raise.
    """
    came: Answer | Failure | None = None
    while True:
        try:
            step = steps.send(came)
        except StopIteration as done:
            answer: Answer = done.value
            return answer
        if isinstance(step, Send):
            came = _masked(await engine.send_async(step.request, step.timeout), step.request)
        else:
            await anyio.sleep(step.seconds)


def _masked(came: Answer | Failure, request: SignedRequest) -> Answer | Failure:
    # At once, so that no variable of a frame above the engine holds what a server repeats.
    return came.without(request.secrets) if isinstance(came, Answer) else came


def _error(request: SignedRequest, failure: Failure | None) -> NotSent | OutcomeUnknown:
    assert failure is not None, "a driver answers every Send"  # noqa: S101 - a driver's mistake, not a user's
    evidence = Evidence(failure.reason, request=request.shown)
    return OutcomeUnknown(evidence) if failure.written else NotSent(evidence)


def _record(call: Call, came: Answer | Failure | None) -> None:
    if isinstance(came, Answer):
        _log.debug("%s: HTTP %d", call.operation.operation_id, came.http_status)
    elif came is not None:
        _log.debug("%s: no answer, maybe executed: %s", call.operation.operation_id, came.written)
