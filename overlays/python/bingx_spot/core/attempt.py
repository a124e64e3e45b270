"""Make the attempts of one call, each with its permit, its stamp and its signature, under one deadline."""

import logging
from dataclasses import dataclass, field, replace

from bingx_spot.core.admission import SHORTEST, acquire_permit
from bingx_spot.core.context import CallContext
from bingx_spot.core.effects import CallSteps, Send, StepResult
from bingx_spot.core.request import ApiCall, SignedRequest
from bingx_spot.core.response_validation import allowance, server_time, time_there, validate_response
from bingx_spot.exceptions import (
    Attempt,
    CallError,
    ClockError,
    ErrorDetails,
    NotExecuted,
    NotSent,
    OutcomeUnknown,
    RateLimited,
)
from bingx_spot.limits.rate_limiter import Reservation
from bingx_spot.models import Response
from bingx_spot.transport import CLOSED, TransportFailure
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
class AttemptRunner:
    """Make attempts, and remember them for whoever has to be told.

    Attributes:
        parts: What an attempt is made with.
        deadline: When the time is up, on the monotonic clock of the parts, in seconds.
        made: The attempts so far.
    """

    parts: CallContext
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

    def once(self, call: ApiCall, *, vouched: bool = False) -> CallSteps[Response | CallError]:
        """Make one attempt and return the believed answer, or the error that it is.

        Args:
            call: What is asked.
            vouched: Whether it is known that the answer will not be one more of too many equal errors.
        """
        before = self.made[-1].result if self.made else ""
        reservation = yield from acquire_permit(
            self.parts, self.deadline, call.operation, vouched=vouched, before=before
        )
        if isinstance(reservation, CallError):
            return reservation
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
            self._used(reservation, came)
            self._note(call.operation, host, result)
            return result
        finally:
            memory.equal_errors.leave(call.operation.operation_id)

    def repaired(self, call: ApiCall, error: CallError) -> CallSteps[bool]:
        """Mend what made the exchange refuse, and tell whether the call can be tried again at once.

        Both are refusals: the order is untouched.
        """
        if isinstance(error, ClockError) and not self._clock_repaired:
            self._clock_repaired = True
            return (yield from self._clock_is_right_now(error))
        if error.details.rule in _NOT_SEEN and call.operation.method != "GET":
            tried = error.details.request.placement if error.details.request else None
            return self.parts.memory.placing.move(self.made[-1].host, tried)
        return False

    def told(self, error: CallError, **changes: object) -> CallError:
        """Return the error with all the attempts in its details, ready to be raised.

        Args:
            error: What went wrong in the end.
            **changes: Fields of the evidence to change.
        """
        details = replace(error.details, attempts=tuple(self.made), **changes)  # type: ignore[arg-type]
        return error.with_details(details)

    def _used(self, reservation: Reservation, came: StepResult) -> None:
        """Tell whoever counts what became of the permit."""
        if isinstance(came, Response):
            left = allowance(came.headers)
            if left is None:
                reservation.complete()
            else:
                now = time_there(came, self._sent_at, self.parts.clock.timestamp())
                reservation.complete(left.requests, (left.until - now) / 1000)
        elif isinstance(came, TransportFailure) and not came.request_sent:
            reservation.release()

    def _result(
        self, call: ApiCall, request: SignedRequest, came: StepResult, host: str
    ) -> Response | CallError:
        if isinstance(came, Response):
            try:
                return validate_response(call, came)
            except CallError as error:
                details = replace(error.details, request=request.shown)
                return self._learnt(call.operation, error.with_details(details))
        assert isinstance(came, TransportFailure)  # noqa: S101 - a driver answers every Send
        details = ErrorDetails(came.reason, request=request.shown, rule=TIMED_OUT if came.timed_out else "")
        if came is CLOSED:
            return NotSent(replace(details, rule=CLOSED_CLIENT, hint="Make another client."))
        if not came.too_large:
            self.parts.memory.hosts.failed(host)
        if came.request_sent:
            return OutcomeUnknown(replace(details, hint=_NO_ANSWER))
        return NotSent(replace(details, hint=_UNREACHED.format(host)))

    def _learnt(self, operation: Operation, error: CallError) -> CallError:
        """Keep in memory what an error says of the future, and return it with the time filled in."""
        memory, details = self.parts.memory, error.details
        if details.code is not None and int(details.code) != 0:
            memory.equal_errors.count(operation.operation_id, details.code)
        if not isinstance(error, RateLimited):
            return error
        now = time_there(details, self._sent_at, self.parts.clock.timestamp())
        until = details.retry_at or now + (details.lock_seconds or 1) * 1000
        everything = details.http_status in BAN_STATUSES
        memory.blocks.close(None if everything else operation.operation_id, (until - now) / 1000)
        return RateLimited(replace(details, retry_at=until))

    def _clock_is_right_now(self, error: ClockError) -> CallSteps[bool]:
        clock = self.parts.clock
        if clock.offset != self._offset:
            # Another call has set it since this one was stamped.
            return True
        told = server_time(error.details)
        if told is None:
            told = yield from self._asked_time()
        own = clock.timestamp() - round((self.parts.now() - self._began) * 500)
        if told is None or clock.offset != self._offset or abs(told - own) < _SMALLEST_OFFSET:
            return clock.offset != self._offset
        return clock.learn(told, own)

    def _asked_time(self) -> CallSteps[int | None]:
        answer = yield from self.once(ApiCall.of(BY_ID["serverTime"], {}))
        return int(answer.data()["serverTime"]) if isinstance(answer, Response) else None

    def _note(self, operation: Operation, host: str, result: Response | CallError) -> None:
        if isinstance(result, Response):
            self.parts.memory.budget.earn()
            text = f"HTTP {result.http_status}, believed"
        else:
            text = _in_words(result)
        self.made.append(Attempt(self._sent_at, operation.operation_id, host, text))
        _log.debug("%s: %s", operation.operation_id, type(result).__name__)


def _in_words(result: CallError) -> str:
    sure = "surely not executed" if isinstance(result, NotExecuted) else "maybe executed"
    details = result.details
    facts = [f"HTTP {details.http_status}"] if details.http_status is not None else []
    facts += [f"code {details.code}"] if details.code is not None else []
    return f"{', '.join([*facts, sure])}: {details.message}"
