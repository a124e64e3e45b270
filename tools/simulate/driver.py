"""Play a call: most effect by effect, a share through the real runners, blocking and awaiting."""

import random
from collections.abc import Generator
from typing import Any, cast

from bingx_spot import CallError, Response
from bingx_spot.core import runner
from bingx_spot.core.clock import Clock
from bingx_spot.core.engine import TransportFailure
from bingx_spot.core.facts import MAXIMUM_ATTEMPTS, MAXIMUM_QUERIES
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import CallContext, Send, Sleep
from bingx_spot.environments import Placement
from bingx_spot.limits.client_state import ClientState, HostSelector, PlacementSelector
from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from bingx_spot.limits.sliding_window import MARGIN
from bingx_spot_api.contract import BY_ID
from tools.simulate.scenario import SEEN_CODE, Scenario
from tools.simulate.timing import BEGIN_MS
from tools.simulate.virtual_time import VirtualEngine, awaited, blocking_time, send
from tools.simulate.wire import ONE_HOST, TWO_HOSTS, signer
from tools.simulate.wording import SYMBOL

Result = Response | Exception

#: What the SDK documents: the most cancels and the most queries of one call, and how many equal errors of
#: one operation it lets happen.
MOST_CANCELS, MOST_QUERIES, MOST_EQUAL_ERRORS = MAXIMUM_ATTEMPTS, MAXIMUM_QUERIES, 17
#: How long after its permit a request without a response is counted from, in seconds.
PERMIT_MARGIN = MARGIN

#: More effects than any call has.
_ENDLESS = 2000


class EndlessCall(Exception):
    """A call that goes on and on without time passing."""


def play(call: Scenario) -> Result:
    """Play a call to its end, and return the believed response or the error that was raised."""
    if call.runner == "steps":
        return _play_steps(call)
    try:
        if call.runner == "blocking":
            world = call.world
            with blocking_time(lambda seconds: world.advance(world.now + seconds + call.stall())):
                return runner.run(_steps(call), VirtualEngine(call))
        return awaited(call, runner.run_async(_steps(call), VirtualEngine(call)))
    except Exception as error:
        return _released(error)


def _released(error: Exception) -> Exception:
    # The frames refer to the error, and the garbage collector would have to find that out.
    return error.with_traceback(None) if isinstance(error, CallError) else error


def _steps(call: Scenario) -> Generator[Sleep | Send, Any, Response]:
    # The jitter of the pauses comes from here.
    random.seed(call.seed)
    parameters: dict[str, object] = {"symbol": SYMBOL}
    parameters.update(
        {"orderId": call.order_id} if call.order_id is not None else {"clientOrderID": call.client_id}
    )
    if call.recv_window is not None:
        parameters["recvWindow"] = call.recv_window
    return resolve(_context(call), ApiCall.of(BY_ID[call.operation], parameters), call.timeout)


class Steps:
    """A call that is played effect by effect.

    Args:
        call: The scenario.

    Attributes:
        effects: The generator that yields them.
    """

    def __init__(self, call: Scenario) -> None:
        self._call = call
        self.effects = _steps(call)
        self._taken = 0

    def next(self, received: Response | TransportFailure | None) -> Send | Result:
        """Give the call what became of its last request; return the next request, or the result."""
        call = self._call
        try:
            while True:
                self._taken += 1
                step = self.effects.send(received)
                if isinstance(step, Send):
                    return step
                if self._taken > _ENDLESS:
                    return EndlessCall()
                call.world.advance(call.world.now + step.seconds + call.stall())
                received = None
        except StopIteration as done:
            return cast("Response", done.value)
        except Exception as error:
            return _released(error)


def _play_steps(call: Scenario) -> Result:
    steps, received = Steps(call), None
    while isinstance(step := steps.next(received), Send):
        received = send(call, *step)
    return step


def _context(call: Scenario) -> CallContext:
    world = call.world

    def now() -> float:
        return world.now

    environment = TWO_HOSTS if call.fallback else ONE_HOST
    clock = Clock(lambda: BEGIN_MS * 1_000_000, lambda: round(world.now * 1_000_000_000))
    lockouts = Lockouts(now)
    state = ClientState(
        HostSelector(environment, now=now),
        PlacementSelector(cast("Placement | None", call.placement)),
        lockouts,
        RepeatedErrorGuard(now, lambda: 0.0),
    )
    for _ in range(call.seen):
        for name in ("cancelOrder", "queryOrder"):
            state.repeated_errors.record(name, SEEN_CODE)
    while not call.retries and state.retry_budget.can_spend():
        state.retry_budget.spend()
    limits = LocalRateLimiter(now, lockouts=lockouts)
    return CallContext(environment, signer(call), clock, limits, state, call.timeout, now)


def said(result: Result) -> str:
    """Return a result in a word: `cancelled`, or the name of the error's class."""
    return "cancelled" if isinstance(result, Response) else type(result).__name__


def order_of(result: Result) -> tuple[int | None, str]:
    """Return the id and the status of the order that a result states, or None and nothing."""
    if isinstance(result, Response):
        data = result.data()
        return int(data["orderId"]), str(data["status"])
    order = getattr(result, "order", None)
    return (None, "") if order is None else (order.order_id, str(order.status))


def attempts_of(result: Result) -> int | None:
    """Return how many requests an error lists, or None for a response and for what is no `CallError`."""
    return len(result.attempts) if isinstance(result, CallError) else None


def is_ours(result: Result) -> bool:
    """Tell whether a result is one that a call may have."""
    return isinstance(result, Response | CallError)
