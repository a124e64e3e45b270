"""Play one call against a scripted exchange, on a clock that only the script moves."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from bingx_spot import CallError, Credentials, Response
from bingx_spot.core.clock import Clock
from bingx_spot.core.engine import TransportFailure
from bingx_spot.core.request import ApiCall, RequestSigner
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import CallContext, Send, Sleep
from bingx_spot.environments import Environment, Placement
from bingx_spot.limits.client_state import ClientState, HostSelector, PlacementSelector, backoff
from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from bingx_spot.limits.rate_limiter import RateLimiter
from bingx_spot_api.contract import BY_ID
from tests.support.samples import ORDER, ORDER_ID, SYMBOL, Unlimited
from tests.support.scripted_time import ScriptedTime, constant

PRIMARY, FALLBACK = "https://primary.test", "https://fallback.test"
CANCEL, QUERY, SERVER_TIME = BY_ID["cancelOrder"], BY_ID["queryOrder"], BY_ID["serverTime"]
CANCELLING = ApiCall.of(CANCEL, {"symbol": SYMBOL, "orderId": ORDER_ID})
QUERYING = ApiCall.of(QUERY, {"symbol": SYMBOL, "orderId": ORDER_ID})
ASKING_TIME = ApiCall.of(SERVER_TIME, {})

#: More effects than any call has.
ENDLESS = 500

REFUSED = TransportFailure(request_sent=False, reason="connection refused")
RESET = TransportFailure(request_sent=True, reason="connection reset")
HANGS = TransportFailure(request_sent=True, reason="no whole answer in time", timed_out=True)


def answer(envelope: Any, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return a response; an envelope that is not bytes is written as JSON."""
    body = envelope if isinstance(envelope, bytes) else json.dumps(envelope).encode()
    return Response(status, headers or {}, body)


def order(status: str, **changes: Any) -> Response:
    """Return the response that states the order with this status."""
    return answer({"code": 0, "msg": "", "data": ORDER | {"status": status} | changes})


def says(code: int, message: str = "", status: int = 200, **members: Any) -> Response:
    """Return the response with an error code."""
    return answer({"code": code, "msg": message} | members, status)


CANCELLED, OPEN, FILLED = order("CANCELED"), order("NEW"), order("FILLED")
NOT_OPEN = says(
    100404,
    "the order you want to cancel is FILLED or CANCELLED already, or is not a valid order id ,please verify",
)
NOT_FOUND = says(100404, "order not exist")
HTML = answer(b"<html>")
DENIED = says(100004, "no permission")
BAD_GATEWAY = answer(b"<html>", 502)
UNLISTED = says(123456, "what is this?")


@dataclass(frozen=True)
class After:
    """A response or a failure after so many seconds; None for the end of its time."""

    result: Response | TransportFailure
    seconds: float | None = None


Reply = Response | TransportFailure | After


@dataclass
class Played:
    """The effects of a call, and its result."""

    result: Response | CallError | None = None
    steps: list[Send | Sleep] = field(default_factory=list)

    @property
    def sent(self) -> list[Send]:
        return [step for step in self.steps if isinstance(step, Send)]

    @property
    def waits(self) -> list[float]:
        return [step.seconds for step in self.steps if isinstance(step, Sleep)]

    @property
    def asked(self) -> str:
        """Return the requests as one word: c for a cancel, q for a query, t for the time."""
        letters = {operation.path: operation.operation_id[0] for operation in (CANCEL, QUERY)}
        letters[SERVER_TIME.path] = "t"
        paths = [send.request.info.url.removeprefix(PRIMARY).removeprefix(FALLBACK) for send in self.sent]
        return "".join(letters[path] for path in paths)

    @property
    def error(self) -> CallError:
        assert isinstance(self.result, CallError), self.result
        return self.result


@dataclass
class Exchange:
    """A client: its state, its clock, its time."""

    time: ScriptedTime = field(default_factory=ScriptedTime)
    limits: RateLimiter = field(default_factory=Unlimited)
    placement: Placement | None = None
    fallback: str | None = FALLBACK
    context: CallContext = field(init=False)
    clock: Clock = field(init=False)
    state: ClientState = field(init=False)

    def __post_init__(self) -> None:
        environment = Environment("test", PRIMARY, self.fallback)
        self.clock = self.time.clock()
        hosts, placing = HostSelector(environment, now=self.time), PlacementSelector(self.placement)
        self.state = ClientState(
            hosts, placing, Lockouts(self.time), RepeatedErrorGuard(self.time, lambda: 0.0)
        )
        stamper = RequestSigner(Credentials("sample-api-key", "sample-secret"))
        self.context = CallContext(environment, stamper, self.clock, self.limits, self.state, 10.0, self.time)

    def play(
        self,
        *replies: Reply,
        call: ApiCall = CANCELLING,
        timeout: float | None = None,
        chance: float = 1.0,
    ) -> Played:
        """Play a call, each request answered by the next reply; every reply must be used, and no more."""
        left = iter(replies)
        played = self.play_on(lambda send: _next(left, send), call, timeout, chance)
        unused = list(left)
        assert not unused, f"{played.asked} did not ask for {unused}"
        return played

    def play_on(
        self,
        reply: Callable[[Send], Reply],
        call: ApiCall = CANCELLING,
        timeout: float | None = None,
        chance: float = 1.0,
    ) -> Played:
        """Play a call, each request answered by `reply`."""
        played, result = Played(), None
        with mock.patch("bingx_spot.core.resolution.backoff", lambda tries: backoff(tries, constant(chance))):
            running = resolve(self.context, call, timeout)
            try:
                while True:
                    step = running.send(result)
                    played.steps.append(step)
                    assert len(played.steps) < ENDLESS, "the call does not end"
                    result = self._done(step, reply)
            except StopIteration as done:
                played.result = done.value
            except CallError as error:
                played.result = error
        if isinstance(played.result, CallError):
            assert played.result.hint, f"{played.result} does not say what to do"
        return played

    def interrupted(
        self, reply: Callable[[Send], Reply], interruption: BaseException, call: ApiCall = CANCELLING
    ) -> list[str]:
        """Play a call until `reply` raises the interruption, throw it in, and return its notes."""
        running, result = resolve(self.context, call), None
        while True:
            step = running.send(result)
            try:
                result = self._done(step, reply)
            except type(interruption):
                break
        try:
            running.throw(interruption)
        except type(interruption) as thrown:
            return list(thrown.__notes__)
        raise AssertionError("the interruption was swallowed")

    def _done(self, step: Send | Sleep, reply: Callable[[Send], Reply]) -> Response | TransportFailure | None:
        if isinstance(step, Sleep):
            assert step.seconds >= 0
            self.time.seconds += step.seconds
            return None
        replied = reply(step)
        if not isinstance(replied, After):
            replied = After(replied, None if replied is HANGS else 0.0)
        self.time.seconds += seconds(step) if replied.seconds is None else replied.seconds
        return replied.result

    def lock_soon(self, name: str = "cancelOrder", code: int = 100404) -> None:
        """Record so many equal errors that one more could lock the endpoint."""
        for _ in range(17):
            self.state.repeated_errors.record(name, code)

    def spend_budget(self) -> None:
        """Spend every retry."""
        while self.state.retry_budget.can_spend():
            self.state.retry_budget.spend()


def seconds(send: Send) -> float:
    """Return how long a request over an open connection may take, in seconds."""
    return min(send.timeout, send.patience.answer)


def _next(replies: Iterator[Reply], send: Send) -> Reply:
    for reply in replies:
        return reply
    raise AssertionError(f"no reply is left for {send.request.info.url}")


def forever(reply: Reply) -> Iterator[Reply]:
    """Yield the same reply each time."""
    while True:
        yield reply


def by_operation(cancel: Iterable[Reply], query: Iterable[Reply]) -> Callable[[Send], Reply]:
    """Return a function that answers cancels by the one list, queries by the other."""
    cancels, queries = iter(cancel), iter(query)
    return lambda send: _next(cancels if CANCEL.path in send.request.info.url else queries, send)
