"""Run generators of effects on a virtual clock, each request answered by the next reply."""

from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from bingx_spot import CallError, Response
from bingx_spot.core.attempt import AttemptResult, AttemptRunner
from bingx_spot.core.engine import TransportFailure
from bingx_spot.core.request import ApiCall, SignedRequest
from bingx_spot.core.runner import CallSteps, Deadline, Send, Sleep
from tests.unit.core.playing import CANCELLING, Exchange

Result = TypeVar("Result")


class Late(NamedTuple):
    """A reply that takes time.

    Attributes:
        reply: The response, or the failure.
        seconds: How long it takes.
    """

    reply: Response | TransportFailure
    seconds: float


Reply = Response | TransportFailure | Late


@dataclass
class Run(Generic[Result]):
    """What a generator has yielded, and what it has returned."""

    result: Result
    effects: list[Send | Sleep] = field(default_factory=list)

    @property
    def requests(self) -> list[SignedRequest]:
        """Return the requests."""
        return [effect.request for effect in self.effects if isinstance(effect, Send)]

    @property
    def timeouts(self) -> list[float]:
        """Return how long each request may take, in seconds."""
        return [effect.timeout for effect in self.effects if isinstance(effect, Send)]

    @property
    def pauses(self) -> list[float]:
        """Return how long each pause takes, in seconds."""
        return [effect.seconds for effect in self.effects if isinstance(effect, Sleep)]


def drive(exchange: Exchange, steps: CallSteps[Result], *replies: Reply) -> Run[Result]:
    """Run a generator to its end. It must use every reply.

    Args:
        exchange: Its virtual clock goes on with pauses and late replies.
        steps: The generator.
        *replies: One for each request.
    """
    left, effects = list(replies), list[Send | Sleep]()
    value: Any = None
    while True:
        try:
            effect = steps.send(value)
        except StopIteration as stop:
            assert not left, f"{len(effects)} effects did not use {left}"
            return Run(stop.value, effects)
        effects.append(effect)
        if isinstance(effect, Sleep):
            assert effect.seconds >= 0
            exchange.time.seconds += effect.seconds
            value = None
            continue
        assert left, f"no reply is left for {effect.request}"
        reply = left.pop(0)
        value, seconds = reply if isinstance(reply, Late) else (reply, 0.0)
        exchange.time.seconds += seconds


def runner_of(exchange: Exchange, timeout: float = 10.0) -> AttemptRunner:
    """Return the attempts of a call that begins now."""
    return AttemptRunner(exchange.context, deadline_in(exchange, timeout))


def deadline_in(exchange: Exchange, seconds: float) -> Deadline:
    """Return the deadline in so many seconds from now."""
    return Deadline(exchange.time() + seconds, exchange.time)


def attempt(
    exchange: Exchange, *replies: Reply, call: ApiCall = CANCELLING, timeout: float = 10.0
) -> Run[AttemptResult]:
    """Make one attempt of a call."""
    return drive(exchange, runner_of(exchange, timeout).send_once(call), *replies)


def error_of(run: Run[AttemptResult]) -> CallError:
    """Return the error that an attempt has ended with."""
    assert isinstance(run.result.result, CallError), run.result
    return run.result.result
