"""Make the attempts of one call, each with its permit, its stamp and its signature, under one deadline."""

import logging
from dataclasses import dataclass, field, replace

from bingx_spot.admission import SHORTEST, admitted
from bingx_spot.answers import Answer, server_time, vet
from bingx_spot.engines import CLOSED, Failure
from bingx_spot.errors import CallError, ClockError, NotExecuted, NotSent, OutcomeUnknown, RateLimited
from bingx_spot.evidence import Attempt, Evidence
from bingx_spot.parts import Parts
from bingx_spot.policy.limits import Ticket
from bingx_spot.request import Call, SignedRequest
from bingx_spot.steps import Came, Send, Steps
from bingx_spot.told import allowance, time_there
from bingx_spot_api.contract import BY_ID, Operation

# Metadata only: no URL, parameter, header or body is ever handed to this logger.
_log = logging.getLogger("bingx_spot")

# One attempt may use this part of the time that is left, so that some is left to find out what became
# of a request whose answer does not come.
_SHARE = 0.6
# Below this, in milliseconds, the clock is not what the exchange complains of.
_SMALLEST_OFFSET = 500
#: HTTP statuses after which the exchange listens to nothing.
BAN_STATUSES = (403, 418, 429)
#: In place of a rule of the error table: nothing will come of another try.
CLOSED_CLIENT = "closed-client"
#: Likewise: the exchange may still be at work on the request.
TIMED_OUT = "timed-out"
_UNREACHED = "Check the network, the base URL {} and any proxy; it can safely be sent again."
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
        return self.left() < SHORTEST

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
        before = self.made[-1].result if self.made else ""
        ticket = yield from admitted(
            self.parts, self.deadline, call.operation, vouched=vouched, before=before
        )
        if isinstance(ticket, CallError):
            return ticket
        memory, clock = self.parts.memory, self.parts.clock
        try:
            host = memory.hosts.choose()
            self._sent_at, self._began, self._offset = clock.timestamp(), self.parts.now(), clock.offset
            request = self.parts.stamper.stamp(call, host, memory.placing.choose(host), self._sent_at)
            left = self.deadline - self._began
            share = _SHARE if call.operation.repeatable else 1.0
            came = yield Send(request, max(left * share, min(left, SHORTEST)))
            result = self._result(call, request, came, host)
            # After what an answer says of a lock is known, for that goes to other processes with it.
            self._used(ticket, came)
            self._note(call.operation, host, result)
            return result
        finally:
            memory.equal_errors.leave(call.operation.operation_id)

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

    def _used(self, ticket: Ticket, came: Came) -> None:
        """Tell whoever counts what became of the permit."""
        if isinstance(came, Answer):
            left = allowance(came.headers)
            if left is None:
                ticket.answered()
            else:
                now = time_there(came, self._sent_at, self.parts.clock.timestamp())
                ticket.answered(left.requests, (left.until - now) / 1000)
        elif isinstance(came, Failure) and not came.written:
            ticket.give_back()

    def _result(self, call: Call, request: SignedRequest, came: Came, host: str) -> Answer | CallError:
        if isinstance(came, Answer):
            try:
                return vet(call, came)
            except CallError as error:
                evidence = replace(error.evidence, request=request.shown)
                return self._learnt(call.operation, error.with_evidence(evidence))
        assert isinstance(came, Failure)  # noqa: S101 - a driver answers every Send
        evidence = Evidence(came.reason, request=request.shown, rule=TIMED_OUT if came.pending else "")
        if came is CLOSED:
            return NotSent(replace(evidence, rule=CLOSED_CLIENT, hint="Make another client."))
        if not came.answered:
            self.parts.memory.hosts.failed(host)
        if came.written:
            return OutcomeUnknown(replace(evidence, hint=_NO_ANSWER))
        return NotSent(replace(evidence, hint=_UNREACHED.format(host)))

    def _learnt(self, operation: Operation, error: CallError) -> CallError:
        """Keep in memory what an error says of the future, and return it with the time filled in."""
        memory, evidence = self.parts.memory, error.evidence
        if evidence.code is not None and int(evidence.code) != 0:
            memory.equal_errors.count(operation.operation_id, evidence.code)
        if not isinstance(error, RateLimited):
            return error
        now = time_there(evidence, self._sent_at, self.parts.clock.timestamp())
        until = evidence.retry_at or now + (evidence.lock_seconds or 1) * 1000
        everything = evidence.http_status in BAN_STATUSES
        memory.blocks.close(None if everything else operation.operation_id, (until - now) / 1000)
        return RateLimited(replace(evidence, retry_at=until))

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
        if isinstance(result, Answer):
            self.parts.memory.budget.earn()
            text = f"HTTP {result.http_status}, believed"
        else:
            text = _in_words(result)
        self.made.append(Attempt(self._sent_at, operation.operation_id, host, text))
        _log.debug("%s: %s", operation.operation_id, type(result).__name__)


def _in_words(result: CallError) -> str:
    sure = "surely not executed" if isinstance(result, NotExecuted) else "maybe executed"
    evidence = result.evidence
    facts = [f"HTTP {evidence.http_status}"] if evidence.http_status is not None else []
    facts += [f"code {evidence.code}"] if evidence.code is not None else []
    return f"{', '.join([*facts, sure])}: {evidence.message}"
