"""The sandbox's exchange in virtual time: it answers a call's steps without a socket, and nothing waits."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TypeVar
from urllib.parse import urlsplit

from bingx_sandbox.accounts import create_accounts
from bingx_sandbox.conditions import NORMAL, Conditions
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.rates import read_scale
from bingx_spot import Credentials, Response
from bingx_spot.core.clock import Clock
from bingx_spot.core.engine import TransportFailure
from bingx_spot.core.request import RequestSigner, SignedRequest
from bingx_spot.core.runner import CallContext, CallSteps, EffectResult, Send, Sleep
from bingx_spot.environments import Environment
from bingx_spot.limits.client_state import ClientState, HostSelector, Patience, PlacementSelector
from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from bingx_spot.limits.rate_limiter import Unlimited

URL = "https://exchange.test"
RESET = TransportFailure(request_sent=True, reason="connection reset")
REFUSED = TransportFailure(request_sent=False, reason="connection refused")

#: The machine's clock when a simulation begins, in Unix milliseconds.
BEGIN = 1_700_000_000_000
_START = 1000.0

Result = TypeVar("Result")
Reply = Response | TransportFailure


class VirtualTime:
    """A monotonic clock in seconds that only the simulation moves."""

    def __init__(self) -> None:
        self.seconds = _START

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.seconds

    def clock(self) -> Clock:
        """Return a clock that begins at BEGIN and goes with this time."""
        return Clock(lambda: BEGIN * 1_000_000, lambda: round((self.seconds - _START) * 1_000_000_000))


@dataclass
class VirtualExchange:
    """An exchange, and a client's context for it.

    Attributes:
        faults: By operation, what answers its requests in turn in place of the exchange; the last one stays.
            A fault is given the request and the exchange, and `None` in its place is no fault.
        round_trip: Seconds that a response takes.
    """

    orders: int = 3
    round_trip: float = 0.05
    time: VirtualTime = field(default_factory=VirtualTime)
    faults: dict[str, list["Fault | None"]] = field(default_factory=dict)
    sent: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        scale = read_scale("off", None, False)
        self.exchange = Exchange(create_accounts(), orders=self.orders, clock=self.now, scale=scale)
        key = self.exchange.accounts[0].keys[0]
        environment, clock = Environment("test", URL, None), self.time.clock()
        hosts, placement = HostSelector(environment, now=self.time), PlacementSelector(None)
        state = ClientState(hosts, placement, Lockouts(self.time), RepeatedErrorGuard(self.time, lambda: 0.0))
        signer = RequestSigner(Credentials(key.api_key, key.api_secret))
        self.context = CallContext(environment, signer, clock, Unlimited(), state, 10.0, self.time)

    def now(self) -> int:
        """Return the exchange's time, in Unix milliseconds."""
        return BEGIN + round((self.time.seconds - _START) * 1000)

    def moment(self, unix_ms: int) -> float:
        """Return a time of the exchange, in seconds of virtual time."""
        return _START + (unix_ms - BEGIN) / 1000

    def run(self, steps: CallSteps[Result]) -> Result:
        """Run the steps to their end, on a clock that jumps."""
        result: EffectResult = None
        try:
            while True:
                result = self.perform(steps.send(result))
        except StopIteration as stop:
            value: Result = stop.value
            return value

    def perform(self, effect: Send | Sleep) -> EffectResult:
        """Answer a request, or let time pass."""
        if isinstance(effect, Send):
            return self.send(*effect)
        self.sleep(effect.seconds)
        return None

    def send(self, request: SignedRequest, timeout: float, patience: Patience) -> Reply:
        """Answer a request, as the engine of a client does."""
        operation = urlsplit(request.url).path.rpartition("/")[2]
        self.sent.append(operation)
        self.time.seconds += self.round_trip
        faults = self.faults.get(operation, [])
        fault = faults.pop(0) if len(faults) > 1 else next(iter(faults), None)
        send = Send(request, timeout, patience)
        return self.execute(send) if fault is None else fault(self, send)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time.seconds += seconds

    def execute(self, send: Send, conditions: Conditions = NORMAL) -> Response:
        """Let the exchange execute a request, and return its answer."""
        url = urlsplit(send.request.url)
        headers = {name.lower(): value for name, value in send.request.headers.items()}
        body = bytes(send.request.content)
        query = url.query.encode()
        request = HttpRequest(send.request.method, url.path, query, headers, body, self.now(), "127.0.0.1")
        envelope = self.exchange.respond(self.exchange.receive(request), conditions)
        return Response(envelope.status, {}, envelope.body)

    def count(self, operation: str) -> int:
        """Return how many requests an operation got, by the last part of its path."""
        return self.sent.count(operation)


Fault = Callable[[VirtualExchange, Send], Reply]


def lost(virtual: VirtualExchange, send: Send) -> Reply:
    """Execute, and lose the answer."""
    virtual.execute(send)
    return RESET


def swallowed(_virtual: VirtualExchange, _send: Send) -> Reply:
    """Lose the request; nobody can know that."""
    return RESET


def unreached(_virtual: VirtualExchange, _send: Send) -> Reply:
    """Refuse the connection."""
    return REFUSED


def slow(seconds: float, fault: Fault | None = None) -> Fault:
    """Keep a request for some seconds, before another fault, or none, acts."""

    def answer(virtual: VirtualExchange, send: Send) -> Reply:
        virtual.sleep(min(seconds, send.timeout))
        if seconds > send.timeout:
            return TransportFailure(request_sent=True, reason="no whole answer in time", timed_out=True)
        return virtual.execute(send) if fault is None else fault(virtual, send)

    return answer


def under(**conditions: object) -> Fault:
    """Answer under conditions, such as `read_lag`."""
    return lambda virtual, send: virtual.execute(send, Conditions(**conditions))  # type: ignore[arg-type]


def late(seconds: float) -> Fault:
    """Lose the answer, and execute later."""

    def fault(virtual: VirtualExchange, send: Send) -> Reply:
        virtual.execute(send, Conditions(cancel_delay=round(seconds * 1000)))
        return RESET

    return fault


def filling(random: Random, fault: Fault | None) -> Fault:
    """Execute one open order before another fault, or none, acts."""

    def fill(virtual: VirtualExchange, send: Send) -> Reply:
        opened = [order.order_id for order in virtual.exchange.book.orders() if order.is_open]
        if opened:
            virtual.exchange.fill(random.choice(opened))
        return virtual.execute(send) if fault is None else fault(virtual, send)

    return fill


def saying(body: str) -> Fault:
    """Answer with a body, and execute nothing."""
    return lambda _virtual, _send: Response(200, {}, body.encode())


def busy_until(moment: float) -> Fault:
    """Return a fault: until a moment of virtual time the exchange is busy, and executes nothing."""
    busy = saying('{"code":100500,"msg":"The current system is busy, please try again later"}')

    def fault(virtual: VirtualExchange, send: Send) -> Reply:
        return busy(virtual, send) if virtual.time.seconds < moment else virtual.execute(send)

    return fault
