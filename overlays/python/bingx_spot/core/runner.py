"""Run a call: what it runs with, the effects that it yields, and the two drivers.

The code that decides is a generator: it yields effects and receives their results. So it is written once for
blocking and awaiting callers.
"""

import sys
import time
from collections import deque
from collections.abc import Callable, Generator
from contextlib import suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from threading import get_ident
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from bingx_spot.core.clock import Clock
from bingx_spot.core.engine import Engine, TransportFailure
from bingx_spot.core.request import RequestSigner, SignedRequest
from bingx_spot.environments import Environment
from bingx_spot.exceptions import BingxError, InvalidInput
from bingx_spot.limits.client_state import ClientState, Patience
from bingx_spot.limits.permit_queue import Wakeup
from bingx_spot.limits.rate_limiter import RateLimiter
from bingx_spot.models import Response
from bingx_spot.redaction import Redactor, leaving_no_frame

if TYPE_CHECKING:
    import asyncio

#: With less time than this before the deadline, in seconds, nothing more is sent.
SHORTEST_ATTEMPT = 0.02
# A server that finds duplicates may repeat the signature of an earlier request: so many are remembered.
_REMEMBERED = 16


@dataclass(frozen=True, slots=True)
class CallContext:
    """What the calls of a client have in common."""

    environment: Environment
    signer: RequestSigner
    clock: Clock
    limits: RateLimiter
    state: ClientState  # what earlier calls have learnt
    timeout: float  # of a call, in seconds
    now: Callable[[], float] = time.monotonic
    bulk: bool = False  # whether single calls overtake them in the queue for permits


class Deadline(NamedTuple):
    """The moment at which a call ends, on a monotonic clock, in seconds."""

    at: float
    now: Callable[[], float]

    def seconds_left(self) -> float:
        """Return how much time is left, in seconds; never negative."""
        return max(self.at - self.now(), 0.0)

    def is_over(self) -> bool:
        """Return whether too little time is left to send anything."""
        return self.at - self.now() < SHORTEST_ATTEMPT


Result = TypeVar("Result")


class Sleep(NamedTuple):
    """The effect of waiting so long, unless something ends it earlier."""

    seconds: float
    wakeup: Wakeup | None = None


class Send(NamedTuple):
    """The effect of sending a request."""

    request: SignedRequest
    timeout: float  # how long it may take, in seconds
    patience: Patience  # how long each step of it may take


#: What an effect returns: the response or the failure of a Send, None for a Sleep.
EffectResult = Response | TransportFailure | None
#: A generator of effects that returns a `Result`.
CallSteps = Generator[Sleep | Send, EffectResult, Result]


def run(steps: CallSteps[Result], engine: Engine) -> Result:
    """Run the steps, blocking, and return or raise what they do."""
    result: EffectResult = None
    handled = sys.exception()  # the caller's
    sent: deque[SignedRequest] = deque(maxlen=_REMEMBERED)
    try:
        while True:
            effect, result = steps.send(result), None
            if isinstance(effect, Send):
                sent.append(effect.request)
                result = _redacted(engine.send(*effect), sent)
            else:
                _sleep(effect)
    except StopIteration as stop:
        value: Result = stop.value
        return value
    except BaseException as error:  # Ctrl-C, too, and what a signal handler raises
        _end(steps, error, handled)
        raise


async def run_async(steps: CallSteps[Result], engine: Engine) -> Result:
    """Run the steps, awaiting, and return or raise what they do."""
    result: EffectResult = None
    handled = sys.exception()  # the caller's
    sent: deque[SignedRequest] = deque(maxlen=_REMEMBERED)
    try:
        while True:
            effect, result = steps.send(result), None
            if isinstance(effect, Send):
                sent.append(effect.request)
                result = _redacted(await engine.send_async(*effect), sent)
            else:
                await _sleep_async(effect)
    except StopIteration as stop:
        value: Result = stop.value
        return value
    except BaseException as error:  # a cancelled task, too
        _end(steps, error, handled)
        raise


def running_loop() -> "asyncio.AbstractEventLoop | None":
    """Return the event loop of asyncio that runs in this thread, or None, as on trio."""
    # Not imported: that takes a quarter of the start of a program that does not need it.
    loaded = sys.modules.get("asyncio")
    try:
        return None if loaded is None else loaded.get_running_loop()
    except RuntimeError:
        return None


def check_on_asyncio(name: str, instead: str) -> None:
    """Raise `InvalidInput` for an argument that needs asyncio, unless an event loop of it is running."""
    if running_loop() is None:
        raise InvalidInput(name, "needs an asyncio task", instead)


def _sleep(effect: Sleep) -> None:
    if effect.wakeup is None:
        time.sleep(effect.seconds)
    else:
        # A queue, since a signal handler may set the wakeup: it would wait for ever for the lock of an Event.
        woken = SimpleQueue[None]()
        effect.wakeup.subscribe(lambda: woken.put(None))
        with suppress(Empty):
            woken.get(timeout=effect.seconds)


async def _sleep_async(effect: Sleep) -> None:
    # Not by AnyIO: importing it takes up to 0.2 s, in which the loop would run nothing else.
    wait = _wait_on_trio if running_loop() is None else _wait_on_asyncio
    await wait(effect.seconds, effect.wakeup or Wakeup())


async def _wait_on_asyncio(seconds: float, wakeup: Wakeup) -> None:
    import asyncio  # a loop of it runs, so it is loaded

    loop, own, woken = asyncio.get_running_loop(), get_ident(), asyncio.Event()
    # In the loop's own thread a call from outside would write to a socket only to wake a loop that is awake.
    wakeup.subscribe(lambda: woken.set() if get_ident() == own else loop.call_soon_threadsafe(woken.set))
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await woken.wait()


async def _wait_on_trio(seconds: float, wakeup: Wakeup) -> None:
    import anyio
    from anyio.lowlevel import current_token

    loop: Any = current_token().native_token
    woken = anyio.Event()
    wakeup.subscribe(lambda: loop.run_sync_soon(woken.set))
    with anyio.move_on_after(seconds):
        await woken.wait()


@leaving_no_frame
def _redacted(result: Response | TransportFailure, sent: deque[SignedRequest]) -> Response | TransportFailure:
    """Return a result without the secrets of the requests, which a server may repeat."""
    # At once, so that no variable of a frame above holds one.
    secrets = sent[-1].secrets
    if len(sent) > 1:
        secrets = tuple(dict.fromkeys(secret for request in sent for secret in request.secrets))
    redactor = Redactor(secrets, sent[-1].parameters)
    if isinstance(result, Response):
        body, headers = redactor.response(result.body, result.headers)
        if body is result.body and headers is result.headers:
            return result
        return Response(result.http_status, headers, body)
    # A transport of the caller's own may name the request in its errors.
    reason = redactor.text(result.reason)
    return result if reason is result.reason else result._replace(reason=reason)  # `CLOSED` stays itself


def _end(steps: CallSteps[Result], error: BaseException, handled: BaseException | None) -> None:
    """End the steps; an interruption gets their note, and none of their frames, which hold secrets.

    The exceptions in its context lose theirs too, up to the one that the caller handles.
    """
    if isinstance(error, BingxError):
        steps.close()
        return
    trace = error.__traceback__ if isinstance(error, Exception) else None
    with suppress(BaseException):
        steps.throw(error)
    error.__traceback__ = trace
    while (context := error.__context__) is not None and context is not handled:
        context.__traceback__, error = None, context
