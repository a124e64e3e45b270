"""Make one attempt: permit, host, timestamp and signature, send, validate."""

from dataclasses import dataclass, field, replace
from logging import DEBUG
from typing import NamedTuple

from bingx_spot.core.admission import acquire_permit
from bingx_spot.core.clock import exchange_time, rate_limit_headers, server_time
from bingx_spot.core.engine import BAN_STATUSES, CLOSED, TransportFailure, interrupted
from bingx_spot.core.request import ApiCall, SignedRequest
from bingx_spot.core.response_validation import validate_response
from bingx_spot.core.runner import SHORTEST_ATTEMPT, CallContext, CallSteps, Deadline, EffectResult, Send
from bingx_spot.error_details import Attempt, ErrorDetails
from bingx_spot.exceptions import CallError, ClockError, NotExecuted, NotSent, OutcomeUnknown, RateLimited
from bingx_spot.limits.client_state import Patience
from bingx_spot.limits.lockouts import LONGEST_BAN, LONGEST_LOCK
from bingx_spot.limits.rate_limiter import Reservation
from bingx_spot.limits.sliding_window import MARGIN, WRITTEN_WITHIN
from bingx_spot.logger import log
from bingx_spot.models import Response
from bingx_spot_api.contract import BY_ID, SIGNING, Operation

# The share of the remaining time that one attempt may use, so that some is left to settle its outcome.
_SHARE = 0.6
# With less than so many times what an answer usually takes, an attempt is likely to be cut short.
_ENOUGH = 1.6
# Below this offset, in milliseconds, the clock is not what the exchange complains about.
_SMALLEST_OFFSET = 500
# Which operation says the exchange's time, and in which field of its data.
_EXCHANGE_TIME = next((rule.corrected_by for rule in SIGNING.inject if rule.corrected_by), None)
# A time in the past, by whichever clock is wrong, is no licence to send at once: the lock in its place.
_PAST_LOCK = 1.0
#: In place of a rule of the error table: the client is closed, and no attempt can succeed.
CLOSED_CLIENT = "closed-client"
#: Rules of the error table: the server has not seen the parameters where they were.
PARAMETERS_NOT_SEEN = ("signature-missing", "parameter-missing", "timestamp-null", "http-media-type")
_UNREACHED = "Check the network, the base URL {} and any proxy."
_UNREACHED_HERE = "Start what should run at {}: `bingx-spot sandbox` starts a sandbox, and says where."
_NO_RESPONSE = "Try again after a moment."
# The deadline cuts the last attempts short: one with less time, in seconds, does not say what is wrong.
_LONG_ENOUGH = 0.25
# How many attempts an error keeps of the beginning, and how many of the end: a call of an hour makes 90.
_KEPT_ATTEMPTS = 32


def _seconds_alone(operation: Operation) -> float:
    """Return for how long an attempt without an answer is the only one that the rate limit allows.

    Where no query settles the outcome, nothing is gained by giving up earlier.
    """
    limit = operation.uid_limit
    if limit is None or limit.requests > 1 or operation.settled_by is not None:
        return 0.0
    return MARGIN + limit.seconds


class AttemptResult(NamedTuple):
    """One attempt and its result: the verified response, or the error."""

    operation: Operation
    result: Response | CallError
    host: str = ""  # its base URL; empty where nothing was sent
    timestamp: int = 0  # of the request, in Unix milliseconds by the exchange's clock
    began: float = 0.0  # on the monotonic clock, in seconds
    offset: int = 0  # the clock's, at that time, in milliseconds
    timeout: float = 0.0  # how long it might take, in seconds

    @property
    def is_telling(self) -> bool:
        """Return whether the result says more than that the deadline cut the attempt short."""
        if isinstance(self.result, Response) or self.timeout >= _LONG_ENOUGH:
            return True
        details = self.result.details
        return details.http_status is not None or details.rule == CLOSED_CLIENT

    def shown(self) -> Attempt:
        """Return the attempt as an error has it."""
        return Attempt(self.timestamp, self.operation.operation_id, self.host, self.in_words())

    def in_words(self) -> str:
        """Return the result in words."""
        result = self.result
        if isinstance(result, Response):
            return f"HTTP {result.http_status}, verified"
        details = result.details
        facts = [f"HTTP {details.http_status}"] if details.http_status is not None else []
        facts += [f"code {details.code}"] if details.code is not None else []
        if self.operation.act != "read":
            facts.append("not executed" if isinstance(result, NotExecuted) else "maybe executed")
        return f"{', '.join(facts)}: {details.message}" if facts else details.message


@dataclass(slots=True)
class AttemptRunner:
    """Make the attempts of one call, and record them for error reports."""

    context: CallContext
    deadline: Deadline
    history: list[AttemptResult] = field(default_factory=list)
    may_have_acted: bool = False  # the last request, as far as its attempt has come
    waited: float = 0.0  # the last attempt, in vain, in seconds
    _unopened: int = 0
    _silent: float = 0.0
    _clock_repaired: bool = False

    def can_open_in_time(self, operation: Operation) -> bool:
        """Return whether the exchange accepts the operation before the deadline, as far as is known."""
        state, name = self.context.state, operation.operation_id
        failing = state.repeated_errors.seconds_left(name, known_open=True)
        return max(state.lockouts.seconds_left(name), failing) < self.deadline.seconds_left()

    def send_once(self, call: ApiCall, *, known_open: bool = False) -> CallSteps[AttemptResult]:
        """Make one attempt and return its result.

        With `known_open` a query has just found the order open, so that "not open" is not expected.
        """
        state, operation = self.context.state, call.operation
        previous = self.history[-1].in_words() if self.history else ""
        admission = yield from acquire_permit(
            self.context, self.deadline, operation, known_open=known_open, previous=previous
        )
        if isinstance(admission, CallError):
            return AttemptResult(operation, admission)
        reservation, asked = admission
        try:
            host = state.hosts.get()
            clock = self.context.clock
            timestamp, began, offset = clock.timestamp(), self.context.now(), clock.offset
            request = self.context.signer.sign_request(call, host, timestamp, state.placement.get(host))
            self.may_have_acted = operation.act != "read"
            try:
                sending = self._sending(request, operation, host, asked)
                effect_result = yield sending
            except BaseException as interruption:
                ended = interrupted(interruption)
                self.may_have_acted = self.may_have_acted and ended.request_sent
                self._complete(reservation, ended, timestamp)
                raise
            failed = isinstance(effect_result, TransportFailure)
            self.waited = self.context.now() - began if failed else 0.0
            result = self._interpret(call, request, effect_result, host, timestamp)
            self.may_have_acted = self.may_have_acted and not isinstance(result, NotExecuted)
            # Last: a lock in the response is known then, and reaches other processes with the permit.
            self._complete(reservation, effect_result, timestamp)
            attempt = AttemptResult(operation, result, host, timestamp, began, offset, sending.timeout)
            self._record(attempt)
            return attempt
        finally:
            state.repeated_errors.release(operation.operation_id)

    def send_repaired(self, call: ApiCall, *, known_open: bool = False) -> CallSteps[AttemptResult]:
        """Make one attempt, and another one where the cause of a rejection is repaired."""
        attempt = yield from self.send_once(call, known_open=known_open)
        if (yield from self.try_repair(call, attempt)):
            attempt = yield from self.send_once(call)
        return attempt

    def try_repair(self, call: ApiCall, attempt: AttemptResult) -> CallSteps[bool]:
        """Repair the cause of a rejection, and return whether the call can be sent again at once."""
        error = attempt.result
        if not isinstance(error, CallError):
            return False
        if isinstance(error, ClockError) and not self._clock_repaired:
            self._clock_repaired = True
            if (yield from self._repair_clock(error, attempt)):
                return True
        if error.details.rule in PARAMETERS_NOT_SEEN and call.operation.method != "GET":
            tried = error.details.request.placement if error.details.request else None
            return self.context.state.placement.fall_back(attempt.host, tried)
        return False

    def cause_of(self, error: CallError | None) -> CallError | None:
        """Return the error, or an earlier one of its kind where the deadline cut its attempt short."""
        last = next((each for each in reversed(self.history) if each.result is error), None)
        if last is None or last.is_telling:
            return error
        kind = NotSent if isinstance(error, NotSent) else OutcomeUnknown
        earlier = (each for each in reversed(self.history) if each.operation is last.operation)
        causes = (each.result for each in earlier if each.is_telling and isinstance(each.result, kind))
        return next(causes, error)

    def with_history(self, error: CallError, order_id: int | None = None) -> CallError:
        """Return the error with every attempt in its details, and the order id that a query has named."""
        attempts, left_out = [each.shown() for each in self.history], len(self.history) - 2 * _KEPT_ATTEMPTS
        if left_out > 0:
            note = replace(attempts[_KEPT_ATTEMPTS], result=f"{left_out} attempts from here on are not kept")
            attempts = [*attempts[:_KEPT_ATTEMPTS], note, *attempts[-_KEPT_ATTEMPTS:]]
        return error.with_details(replace(error.details, attempts=tuple(attempts), order_id=order_id))

    def _sending(self, request: SignedRequest, operation: Operation, host: str, asked: float) -> Send:
        """Return the effect that sends a request, with the time that it and its steps may take."""
        left = self.deadline.seconds_left()
        times = self.context.state.times.of(host, operation.operation_id)
        writing = WRITTEN_WITHIN - (self.context.now() - asked)
        if operation.repeat == "never":
            # There is no other attempt: this one gets all the time.
            return Send(request, left, Patience(times=times, writing=writing))
        alone = _seconds_alone(operation)
        timeout = max(left * _SHARE, min(left, max(SHORTEST_ATTEMPT, alone)))
        if timeout < times.answer.usual * _ENOUGH and times.answer.usual <= left:
            timeout = left
        return Send(request, timeout, Patience.of(times, self._unopened, self._silent, alone, writing))

    def _complete(self, reservation: Reservation, result: EffectResult, timestamp: int) -> None:
        """Tell the rate limiter the fate of the permit."""
        if isinstance(result, Response):
            headers = rate_limit_headers(result.headers)
            if headers is None:
                reservation.complete()
            else:
                now = exchange_time(result, timestamp, self.context.clock.timestamp())
                reservation.complete(headers.remaining, (headers.window_end - now) / 1000)
        elif isinstance(result, TransportFailure):
            if not result.request_sent:
                reservation.release()
            elif result.reset:
                reservation.give_up()

    def _interpret(
        self, call: ApiCall, request: SignedRequest, result: EffectResult, host: str, timestamp: int
    ) -> Response | CallError:
        if isinstance(result, Response):
            try:
                return validate_response(call, result)
            except CallError as error:
                details = replace(error.details, request=request.info)
                return self._learn(call.operation, error.with_details(details), timestamp)
        assert isinstance(result, TransportFailure)  # a driver answers every Send
        details = ErrorDetails(result.reason, request=request.info)
        if result is CLOSED:
            return NotSent(replace(details, rule=CLOSED_CLIENT, hint="Create another client."))
        if result.timed_out:
            # An old connection is more likely to be dead than the host to be slow.
            self._silent += 0.5 if result.reused else 1.0
        self._unopened += not result.request_sent
        if not result.too_large and not result.reused:
            self.context.state.hosts.mark_failed(host)
        if result.request_sent:
            return OutcomeUnknown(replace(details, hint=_NO_RESPONSE))
        # Plain http stays on this machine.
        hint = _UNREACHED_HERE if host.startswith("http:") else _UNREACHED
        return NotSent(replace(details, hint=hint.format(host)))

    def _learn(self, operation: Operation, error: CallError, timestamp: int) -> CallError:
        """Remember what an error says about later requests, and return it with the time in it."""
        state, details = self.context.state, error.details
        if details.code is not None and int(details.code) != 0:
            is_failure = isinstance(error, OutcomeUnknown)
            state.repeated_errors.record(operation.operation_id, details.code, is_failure=is_failure)
        if not isinstance(error, RateLimited):
            return error
        banned = details.http_status in BAN_STATUSES
        now = exchange_time(details, timestamp, self.context.clock.timestamp())
        stated = (
            details.retry_at if details.retry_at is not None else now + (details.lock_seconds or 1) * 1000
        )
        longest = LONGEST_BAN if banned else LONGEST_LOCK
        seconds = min((stated - now) / 1000, longest) if stated > now else _PAST_LOCK
        if stated - now > longest * 1000:
            log.warning("the exchange gave a lock beyond any documented one; using %d s", longest)
            used = f"The exchange gave a time beyond any documented lock; {longest:.0f} s are used."
            details = replace(details, hint=f"{details.hint} {used}".strip())
        state.lockouts.lock(None if banned else operation.operation_id, seconds)
        return RateLimited(replace(details, retry_at=now + round(seconds * 1000)))

    def _repair_clock(self, error: ClockError, attempt: AttemptResult) -> CallSteps[bool]:
        clock = self.context.clock
        if clock.offset != attempt.offset:
            # Another call has set it since this one was stamped.
            return True
        time, began = server_time(error.details), attempt.began
        if time is None and _EXCHANGE_TIME is not None:
            operation, field = _EXCHANGE_TIME
            queried = yield from self.send_once(ApiCall.of(BY_ID[operation], {}))
            if isinstance(queried.result, Response):
                time, began = int(queried.result.data()[field]), queried.began
        # The response left the exchange half a round trip ago.
        own = clock.timestamp() - round((self.context.now() - began) * 500)
        if time is None or clock.offset != attempt.offset or abs(time - own) < _SMALLEST_OFFSET:
            return clock.offset != attempt.offset
        return clock.learn(time, own)

    def _record(self, attempt: AttemptResult) -> None:
        if attempt.operation.signed and not isinstance(attempt.result, ClockError):
            # The timestamp was not refused; the clock may step again.
            self._clock_repaired = False
        if isinstance(attempt.result, Response):
            self.context.state.retry_budget.refund()
            self.context.state.repeated_errors.record_success(attempt.operation.operation_id)
        self.history.append(attempt)
        if log.isEnabledFor(DEBUG):
            result = "success" if isinstance(attempt.result, Response) else type(attempt.result).__name__
            log.debug("%s: %s", attempt.operation.operation_id, result)
