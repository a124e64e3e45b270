"""The only module that knows how the SDK plays a call: its effects, its context, its runners.

A share of the calls goes through the real runners, blocking and on an event loop whose time is virtual; the
others are played effect by effect, which is faster.
"""

import asyncio
import json
import random
import selectors
import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from types import SimpleNamespace
from typing import Any, cast
from unittest import mock
from urllib.parse import unquote_plus

from bingx_spot import CallError, Credentials, Response
from bingx_spot.core import runner
from bingx_spot.core.clock import Clock
from bingx_spot.core.engine import TransportFailure
from bingx_spot.core.facts import MAXIMUM_ATTEMPTS, MAXIMUM_QUERIES
from bingx_spot.core.request import ApiCall, RequestSigner, SignedRequest
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import CallContext, Send, Sleep
from bingx_spot.environments import Environment, Placement
from bingx_spot.limits.client_state import ClientState, HostSelector, PlacementSelector
from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from bingx_spot.limits.sliding_window import MARGIN
from bingx_spot_api.contract import BY_ID
from tools.simulate.exchange import Sent
from tools.simulate.scenario import SEEN_CODE, Scenario
from tools.simulate.timing import BEGIN_MS, RECV_WINDOW
from tools.simulate.wording import SYMBOL, Reply

Result = Response | Exception

#: What the SDK documents: the most cancels and the most queries of one call, and how many equal errors of
#: one operation it lets happen.
MOST_CANCELS, MOST_QUERIES, MOST_EQUAL_ERRORS = MAXIMUM_ATTEMPTS, MAXIMUM_QUERIES, 17
#: How long after its permit a request without a response is counted from, in seconds.
PERMIT_MARGIN = MARGIN

_DOMAIN = ".test"
_TWO_HOSTS = Environment("test", f"https://primary{_DOMAIN}", f"https://fallback{_DOMAIN}")
_ONE_HOST = Environment("test", _TWO_HOSTS.base_url)
_OPERATIONS = {
    BY_ID[name].path: short for name, short in (("cancelOrder", "cancel"), ("queryOrder", "query"))
}
_CREDENTIALS = Credentials("sample-api-key-of-the-simulation", "sample-secret")
#: More effects than any call has.
_ENDLESS = 2000
_STALL = 6.0


class EndlessCall(Exception):
    """A call that goes on and on without time passing."""


def play(call: Scenario) -> Result:
    """Play a call to its end, and return the believed response or the error that was raised."""
    if call.runner == "steps":
        return _play_steps(call)
    try:
        if call.runner == "blocking":
            with _blocking_time(call):
                return runner.run(_steps(call), VirtualEngine(call))
        return _await(call, runner.run_async(_steps(call), VirtualEngine(call)))
    except Exception as error:
        return error


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
    """

    def __init__(self, call: Scenario) -> None:
        self._call = call
        self._steps = _steps(call)
        self._taken = 0

    def next(self, came: Response | TransportFailure | None) -> Send | Result:
        """Give the call what became of its last request; return the next request, or the result."""
        call = self._call
        try:
            while True:
                self._taken += 1
                step = self._steps.send(came)
                if isinstance(step, Send):
                    return step
                if self._taken > _ENDLESS:
                    return EndlessCall()
                call.world.advance(call.world.now + step.seconds + _stalled(call))
                came = None
        except StopIteration as done:
            return cast("Response", done.value)
        except Exception as error:
            return error

    def request(self, step: Send) -> Sent:
        """Return a request as the exchange reads it."""
        return _seen(self._call, step.request)


def _play_steps(call: Scenario) -> Result:
    steps, came = Steps(call), None
    while isinstance(step := steps.next(came), Send):
        came = _send(call, step.request, step.timeout)
    return step


def _stalled(call: Scenario) -> float:
    """Return how much longer a wait takes because the caller's machine stands still."""
    stalls = call.exchange.conditions.stalls
    if not stalls or call.exchange.dice.random() >= stalls:
        return 0.0
    seconds = call.exchange.dice.random() * _STALL
    call.stalled += seconds
    call.world.note(f"    the caller's machine stands still for {seconds:.3f} s")
    return seconds


def _send(call: Scenario, request: SignedRequest, timeout: float) -> Response | TransportFailure:
    for came in call.network.exchanged(_seen(call, request), timeout):
        if not isinstance(came, float):
            return as_the_engine_says(came)
        call.world.advance(came)
    raise AssertionError("the network gives no result")


def as_the_engine_says(came: Reply | tuple[bool, bool, str]) -> Response | TransportFailure:
    """Return what an engine would return, for what the model gives."""
    if isinstance(came, Reply):
        return Response(came.status, came.headers, came.body)
    request_sent, timed_out, reason = came
    return TransportFailure(request_sent, reason, timed_out)


def _seen(call: Scenario, request: SignedRequest) -> Sent:
    """Return the request as the exchange reads it from the wire."""
    address, _, query = request.url.partition("?")
    host, _, path = address.partition(_DOMAIN)
    operation = _OPERATIONS.get(path, "time")
    placement = "query"
    if request.content[:1] == b"{":
        placement, parameters = "json", json.loads(request.content)
    elif request.content:
        placement, parameters = "form", _pairs(request.content.decode())
    else:
        parameters = _pairs(query)
    order_id = parameters.get("orderId")
    window = parameters.get("recvWindow")
    return Sent(
        operation=operation,
        order_id=None if order_id is None else int(order_id),
        client_id=parameters.get("clientOrderID", ""),
        timestamp=int(parameters.get("timestamp", 0)),
        window=RECV_WINDOW if window is None else float(window) / 1000,
        placement=placement,
        host=host.removeprefix("https://"),
        at=call.world.now,
    )


def _pairs(text: str) -> dict[str, str]:
    # Three times as fast as parse_qsl, which is a twentieth of a call.
    pairs = (pair.partition("=") for pair in text.split("&"))
    return {name: unquote_plus(value) if "%" in value or "+" in value else value for name, _, value in pairs}


def _context(call: Scenario) -> CallContext:
    world = call.world

    def now() -> float:
        return world.now

    environment = _TWO_HOSTS if call.fallback else _ONE_HOST
    clock = Clock(lambda: BEGIN_MS * 1_000_000, lambda: round(world.now * 1_000_000_000))
    lockouts = Lockouts(now)
    state = ClientState(
        HostSelector(environment, now=now),
        PlacementSelector(cast("Placement | None", call.placement)),
        lockouts,
        RepeatedErrorGuard(now),
    )
    for _ in range(call.seen):
        for name in ("cancelOrder", "queryOrder"):
            state.repeated_errors.record(name, SEEN_CODE)
    while not call.retries and state.retry_budget.can_spend():
        state.retry_budget.spend()
    signer = RequestSigner(_CREDENTIALS, clock)
    limits = LocalRateLimiter(now, lockouts=lockouts)
    return CallContext(environment, signer, clock, limits, state, call.timeout, now)


class VirtualEngine:
    """An engine whose network is the model.

    Args:
        call: The scenario.
    """

    def __init__(self, call: Scenario) -> None:
        self._call = call

    def send(self, request: SignedRequest, timeout: float) -> Response | TransportFailure:
        """Send the request and return what the model makes of it."""
        return _send(self._call, request, timeout)

    async def send_async(self, request: SignedRequest, timeout: float) -> Response | TransportFailure:
        """Send the request and await what the model makes of it."""
        for came in self._call.network.exchanged(_seen(self._call, request), timeout):
            if not isinstance(came, float):
                return as_the_engine_says(came)
            await asyncio.sleep(max(came - self._call.world.now, 0.0))
            # The event loop's timers are no finer than its clock.
            self._call.world.advance(came)
        raise AssertionError("the network gives no result")

    def close(self) -> None:
        """Close nothing."""

    async def aclose(self) -> None:
        """Close nothing."""


@contextmanager
def _blocking_time(call: Scenario) -> Iterator[None]:
    """Let the blocking runner sleep in virtual time."""
    world = call.world

    def sleep(seconds: float) -> None:
        world.advance(world.now + seconds + _stalled(call))

    class Woken(threading.Event):
        def wait(self, timeout: float | None = None) -> bool:
            sleep(timeout or 0.0)
            return self.is_set()

    with (
        mock.patch.object(runner, "time", SimpleNamespace(sleep=sleep)),
        mock.patch.object(runner, "Event", Woken),
    ):
        yield


class _VirtualSelector(selectors.SelectSelector):
    """Waits by letting virtual time pass."""

    pass_time: Callable[[float], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout:
            self.pass_time(timeout)
        return []


def _await(call: Scenario, awaited: Any) -> Response:
    world, selector = call.world, _VirtualSelector()
    selector.pass_time = lambda seconds: world.advance(world.now + seconds)
    loop = asyncio.SelectorEventLoop(selector)
    loop.time = lambda: world.now  # type: ignore[method-assign]
    try:
        return cast("Response", loop.run_until_complete(awaited))
    finally:
        loop.close()


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
