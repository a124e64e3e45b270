"""Make the attempts of one call, each with its permit, its stamp and its signature, under one deadline."""

import logging
from dataclasses import dataclass, field, replace

from bingx_spot.answers import Answer, server_time, vet
from bingx_spot.engines import CLOSED, Failure
from bingx_spot.errors import (
    Attempt,
    CallError,
    ClockError,
    Evidence,
    NotExecuted,
    NotSent,
    OutcomeUnknown,
    RateLimited,
)
from bingx_spot.parts import Parts
from bingx_spot.policy.blocks import MOMENT
from bingx_spot.request import Call, SignedRequest
from bingx_spot.steps import Came, Send, Steps, Wait
from bingx_spot_api.contract import BY_ID, Operation

# Metadata only: no URL, parameter, header or body is ever handed to this logger.
_log = logging.getLogger("bingx_spot")

# One attempt may use this part of the time that is left, so that some is left to find out what became
# of a request whose answer does not come.
_SHARE = 0.6
_SHORTEST = 0.02
# Below this, in milliseconds, the clock is not what the exchange complains of.
_SMALLEST_OFFSET = 500
# Beyond this, in milliseconds, an answer was not merely long on its way.
_LARGEST_DELAY = 60_000
#: HTTP statuses after which the exchange listens to nothing.
BAN_STATUSES = (403, 418, 429)
#: In place of a rule of the error table: nothing will come of another try.
CLOSED_CLIENT = "closed-client"
#: Likewise: the exchange may still be at work on the request.
TIMED_OUT = "timed-out"
#: Likewise: nothing was sent, for one more equal error could have locked the endpoint.
NEAR_LOCK = "near-lock"
_UNREACHED = "Check the network, the base URL and any proxy; it can safely be sent again."
_NO_ANSWER = "Ask again after a moment."
_NOT_SEEN = ("signature-missing", "parameter-missing")


@dataclass(slots=True)
class Attempts:
    """Make attempts, and remember them for whoever has to be told.

    Attributes:
        parts: What an attempt is made with.
        deadline: When the time is up, on the monotonic clock of the parts, in seconds.
        made: The attempts so far.
    """

    parts: Parts
    deadline: float
    made: list[Attempt] = field(default_factory=list)
    _clock_repaired: bool = False
    _sent_at: int = 0
    _began: float = 0.0
    _offset: int = 0

    def left(self) -> float:
        """Return how much time is left, in seconds."""
        return self.deadline - self.parts.now()

    def over(self) -> bool:
        """Tell whether too little time is left for anything more."""
        return self.left() < _SHORTEST

    def count(self, operation: Operation) -> int:
        """Return how many attempts of this operation were made."""
        return sum(attempt.operation == operation.operation_id for attempt in self.made)

    def opens_in_time(self, operation: Operation) -> bool:
        """Tell whether the exchange will listen to the operation before the time is up."""
        return self.parts.memory.blocks.left(operation.operation_id) < self.left()

    def once(self, call: Call, *, vouched: bool = False) -> Steps[Answer | CallError]:
        """Make one attempt and return the believed answer, or the error that it is.

        Args:
            call: What is asked.
            vouched: Whether it is known that the answer will not be one more of too many equal errors.
        """
        refused = yield from self._admitted(call.operation, vouched=vouched)
        if refused is not None:
            return refused
        try:
            return (yield from self._sent(call))
        finally:
            self.parts.memory.equal_errors.leave(call.operation.operation_id)

    def _sent(self, call: Call) -> Steps[Answer | CallError]:
        memory, left = self.parts.memory, self.left()
        host = memory.hosts.choose()
        self._sent_at, self._began = self.parts.clock.timestamp(), self.parts.now()
        self._offset = self.parts.clock.offset
        request = self.parts.stamper.stamp(call, host, memory.placing.choose(host))
        share = _SHARE if call.operation.repeatable else 1.0
        came = yield Send(request, max(left * share, min(left, _SHORTEST)))
        result = self._result(call, request, came, host)
        self._note(call.operation, host, result)
        return result

    def repaired(self, call: Call, error: CallError) -> Steps[bool]:
        """Mend what made the exchange refuse, and tell whether the call can be tried again at once.

        Both are refusals: the order is untouched.
        """
        if isinstance(error, ClockError) and not self._clock_repaired:
            self._clock_repaired = True
            return (yield from self._clock_is_right_now(error))
        if error.evidence.rule in _NOT_SEEN and call.operation.method != "GET":
            tried = error.evidence.request.placement if error.evidence.request else None
            return self.parts.memory.placing.move(self.made[-1].host, tried)
        return False

    def told(self, error: CallError, **changes: object) -> CallError:
        """Return the error with all the attempts in its evidence, ready to be raised.

        Args:
            error: What went wrong in the end.
            **changes: Fields of the evidence to change.
        """
        evidence = replace(error.evidence, attempts=tuple(self.made), **changes)  # type: ignore[arg-type]
        return error.with_evidence(evidence)

    def _admitted(self, operation: Operation, *, vouched: bool) -> Steps[CallError | None]:
        """Wait until the request may go, and return why it may not where the time does not suffice."""
        permitted = False
        while True:
            # Asked again after each wait: another call may have met a lock meanwhile.
            held = self._held(operation, vouched=vouched)
            if isinstance(held, RateLimited):
                return held
            if held > 0:
                # Those who have waited together must not go together, so each takes a new permit.
                permitted = False
                yield Wait(held)
                continue
            if permitted:
                if self.over():
                    return self._late(operation)
                if self.parts.memory.equal_errors.enter(operation.operation_id, vouched=vouched):
                    return None
                permitted = False
                continue
            try:
                pause = self.parts.limits.reserve(operation, max(self.left(), 0.0))
            except RateLimited as error:
                return error
            permitted = True
            if pause > 0:
                yield Wait(pause)

    def _late(self, operation: Operation) -> NotSent:
        text = f"the time was up before {operation.operation_id} could be sent"
        # The reason of the attempt before is what the person who reads this can do something about.
        before = f"; the attempt before: {self.made[-1].result}" if self.made else ""
        return NotSent(Evidence(text + before, hint="Give the call more time."))

    def _held(self, operation: Operation, *, vouched: bool) -> float | RateLimited:
        """Return how long to wait before the exchange may be asked, in seconds, or why not in time."""
        name, memory, left = operation.operation_id, self.parts.memory, max(self.left(), 0.0)
        closed = memory.blocks.left(name)
        if 0 < closed >= left:
            text = f"not sent: the exchange will not listen to {name} for another {closed:.0f} s"
            return self._not_before(closed, text, "each request before it makes the lock longer.")
        near = 0.0 if vouched else memory.equal_errors.left(name)
        # What can be settled is asked about instead of waited for, unless it is only a matter of a moment.
        if near > MOMENT and (near >= left or operation.settled_by is not None):
            text = f"not sent: one more equal error of {name} could lock it"
            return self._not_before(near, text, "find out why it is refused again and again.", NEAR_LOCK)
        return max(closed, min(near, left))

    def _not_before(self, seconds: float, text: str, reason: str, rule: str = "") -> RateLimited:
        until = self.parts.clock.timestamp() + round(seconds * 1000)
        hint = f"Wait until the time in retry_at; {reason}"
        return RateLimited(Evidence(text, retry_at=until, hint=hint, rule=rule))

    def _result(self, call: Call, request: SignedRequest, came: Came, host: str) -> Answer | CallError:
        if isinstance(came, Answer):
            try:
                return vet(call, came)
            except CallError as error:
                return self._learnt(call.operation, error)
        assert isinstance(came, Failure)  # noqa: S101 - a driver answers every Send
        evidence = Evidence(came.reason, request=request.shown, rule=TIMED_OUT if came.pending else "")
        if came is CLOSED:
            return NotSent(replace(evidence, rule=CLOSED_CLIENT, hint="Make another client."))
        if not came.answered:
            self.parts.memory.hosts.failed(host)
        if came.written:
            return OutcomeUnknown(replace(evidence, hint=_NO_ANSWER))
        return NotSent(replace(evidence, hint=_UNREACHED))

    def _learnt(self, operation: Operation, error: CallError) -> CallError:
        """Keep in memory what an error says of the future, and return it with the time filled in."""
        memory, evidence = self.parts.memory, error.evidence
        if evidence.code is not None and int(evidence.code) != 0:
            memory.equal_errors.count(operation.operation_id, evidence.code)
        if not isinstance(error, RateLimited):
            return error
        now = self._now_there(evidence)
        until = evidence.retry_at or now + (evidence.lock_seconds or 1) * 1000
        everything = evidence.http_status in BAN_STATUSES
        memory.blocks.close(None if everything else operation.operation_id, (until - now) / 1000)
        return RateLimited(replace(evidence, retry_at=until))

    def _now_there(self, evidence: Evidence) -> int:
        """Return the exchange's time; its own word counts where this clock was never set by it and is off."""
        own, told = self.parts.clock.timestamp(), server_time(evidence)
        return told if told is not None and abs(told - own) > _LARGEST_DELAY else own

    def _clock_is_right_now(self, error: ClockError) -> Steps[bool]:
        clock = self.parts.clock
        if clock.offset != self._offset:
            # Another call has set it since this one was stamped.
            return True
        told = server_time(error.evidence)
        if told is None:
            told = yield from self._asked_time()
        own = clock.timestamp() - round((self.parts.now() - self._began) * 500)
        if told is None or clock.offset != self._offset or abs(told - own) < _SMALLEST_OFFSET:
            return clock.offset != self._offset
        return clock.learn(told, own)

    def _asked_time(self) -> Steps[int | None]:
        answer = yield from self.once(Call.of(BY_ID["serverTime"], {}))
        return int(answer.data()["serverTime"]) if isinstance(answer, Answer) else None

    def _note(self, operation: Operation, host: str, result: Answer | CallError) -> None:
        text = _in_words(result)
        self.made.append(Attempt(self._sent_at, operation.operation_id, host, text))
        if isinstance(result, Answer):
            self.parts.memory.budget.earn()
        _log.debug("%s: %s", operation.operation_id, type(result).__name__)


def _in_words(result: Answer | CallError) -> str:
    if isinstance(result, Answer):
        return f"HTTP {result.http_status}, believed"
    sure = "surely not executed" if isinstance(result, NotExecuted) else "maybe executed"
    evidence = result.evidence
    facts = [f"HTTP {evidence.http_status}"] if evidence.http_status is not None else []
    facts += [f"code {evidence.code}"] if evidence.code is not None else []
    return f"{', '.join([*facts, sure])}: {evidence.message}"
