"""A bulk run in virtual time: a scripted exchange responds, and nothing waits."""

import heapq
import itertools
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from bingx_spot import CancelResult, Credentials, Response
from bingx_spot.bulk.run import Run
from bingx_spot.core.engine import TransportFailure
from bingx_spot.core.request import RequestSigner
from bingx_spot.core.runner import CallContext, CallSteps, EffectResult, Send
from bingx_spot.environments import Environment
from bingx_spot.limits.client_state import ClientState, HostSelector, PlacementSelector
from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from tests.support.samples import ORDER, Unlimited
from tests.support.scripted_time import ScriptedTime

Exchange = Callable[[Send], Response | TransportFailure]


def response(envelope: dict[str, Any], status: int = 200) -> Response:
    return Response(status, {}, json.dumps(envelope).encode())


def cancelled(send: Send) -> Response:
    """Respond that the order of the request is cancelled."""
    order = {**ORDER, "orderId": send.request.info.parameters["orderId"]}
    return response({"code": 0, "msg": "", "data": order})


@dataclass
class VirtualRun:
    """Runs the steps of each order in one thread, on a clock that jumps to the next event.

    Attributes:
        exchange: Responds to each request.
        limits: Rate limiter.
        timeout: Seconds that an order may take.
        round_trip: Seconds that a response takes.
    """

    exchange: Exchange
    limits: Any = field(default_factory=Unlimited)
    timeout: float = 10.0
    round_trip: float = 0.05
    time: ScriptedTime = field(default_factory=ScriptedTime)
    run: Run = field(init=False)
    results: list[CancelResult] = field(default_factory=list)
    requests: list[Send] = field(default_factory=list)
    most_in_flight: int = 0

    def __post_init__(self) -> None:
        environment, clock = Environment("test", "https://primary.test", None), self.time.clock()
        hosts, placement = HostSelector(environment, now=self.time), PlacementSelector(None)
        state = ClientState(hosts, placement, Lockouts(self.time), RepeatedErrorGuard(self.time, lambda: 0.0))
        signer = RequestSigner(Credentials("sample-api-key", "sample-secret"))
        self.run = Run(
            CallContext(environment, signer, clock, self.limits, state, self.timeout, self.time, bulk=True)
        )

    def cancel(
        self, items: Iterable[object], watch: Callable[[CancelResult], object] = lambda _: None
    ) -> list[str]:
        """Run to the end, and return the outcomes in the order of the items."""
        source, number = iter(items), itertools.count()
        events: list[tuple[float, int, CallSteps[CancelResult], EffectResult]] = []
        while True:
            while self.run.can_start():
                for item in source:
                    heapq.heappush(events, (self.time.seconds, next(number), self.run.start(item), None))
                    break
                else:
                    break
            self.most_in_flight = max(self.most_in_flight, self.run.in_flight)
            if not events:
                break
            at, _, steps, result = heapq.heappop(events)
            self.time.seconds = max(self.time.seconds, at)
            try:
                effect = steps.send(result)
            except StopIteration as stop:
                self._finish(stop.value, watch)
                continue
            result, seconds = self._perform(effect) if isinstance(effect, Send) else (None, effect.seconds)
            heapq.heappush(events, (self.time.seconds + seconds, next(number), steps, result))
        return [str(result.outcome) for result in sorted(self.results, key=lambda each: each.position)]

    def _perform(self, send: Send) -> tuple[EffectResult, float]:
        self.requests.append(send)
        result = self.exchange(send)
        is_hanging = isinstance(result, TransportFailure) and result.timed_out
        return result, send.timeout if is_hanging else self.round_trip

    def _finish(self, result: CancelResult, watch: Callable[[CancelResult], object]) -> None:
        self.run.finish(result)
        self.results.append(result)
        watch(result)
