"""Wait until a request may be sent: no lock-out, no repeated error too many, and a permit."""

from typing import NamedTuple

from bingx_spot.core.runner import SHORTEST_ATTEMPT, CallContext, CallSteps, Deadline, Sleep
from bingx_spot.error_details import ErrorDetails
from bingx_spot.exceptions import CallError, NotSent, RateLimited
from bingx_spot.limits.permit_queue import DeadlineTooShort
from bingx_spot.limits.rate_limiter import Reservation
from bingx_spot_api.contract import Operation

#: In place of a rule of the error table: not sent, since one more equal error could lock the endpoint.
NEAR_LOCK = "near-lock"
#: Likewise: not sent, since no permit was free in time.
NO_PERMIT = "no-permit"
# How long to wait for the responses of requests in flight before looking again, in seconds. Hardly any call
# waits: at five requests a second, few are in flight.
_LOOK_AGAIN = 0.05


class Admission(NamedTuple):
    """A request may be sent: its reservation, and when its permit was asked for last."""

    reservation: Reservation
    asked: float


def acquire_permit(
    context: CallContext, deadline: Deadline, operation: Operation, *, known_open: bool, previous: str
) -> CallSteps[Admission | CallError]:
    """Wait until the request may be sent, and return its admission, or why it cannot be sent in time.

    The request then counts as in flight: the caller releases it in `state.repeated_errors`. With `known_open`
    a query has just found the order open, so that "not open" is not expected. `previous` is the result of the
    previous attempt, in words, or empty.
    """
    state, name = context.state, operation.operation_id
    while True:
        blocked = yield from _blocked(context, deadline, operation, known_open=known_open)
        if blocked is not None:
            return blocked
        admission = yield from _permit(context, deadline, operation)
        if isinstance(admission, CallError):
            return admission
        reservation = admission.reservation
        if deadline.is_over():
            reservation.release()
            # A person can do something about the reason of the previous attempt.
            reason = f"; the previous attempt: {previous}" if previous else ""
            text = f"not sent: the deadline passed before {name} could be sent{reason}"
            return NotSent(ErrorDetails(text, hint="Give the call a longer timeout."))
        # Checked again: another call may have met a lock meanwhile.
        unlocked = state.lockouts.seconds_left(name) == 0
        if unlocked and state.repeated_errors.acquire(name, known_open=known_open):
            return admission
        reservation.release()
        if unlocked and state.repeated_errors.seconds_left(name, known_open=known_open) == 0:
            yield Sleep(min(_LOOK_AGAIN, deadline.seconds_left()))


def _blocked(
    context: CallContext, deadline: Deadline, operation: Operation, *, known_open: bool
) -> CallSteps[RateLimited | None]:
    """Wait for the end of a lock-out, and for room under the equal errors, or return why that is too late.

    With too many equal errors, an operation that a query can settle is not waited for: it is queried instead.
    """
    name, state = operation.operation_id, context.state
    while (locked := state.lockouts.seconds_left(name)) > 0:
        if locked >= deadline.seconds_left():
            text = f"{name} is locked by the exchange for another {locked:.0f} s"
            hint = "Wait until the time in retry_at; each request before it makes the lock longer."
            return _rate_limited(context, locked, text, hint)
        yield Sleep(locked)
    while (seconds := state.repeated_errors.seconds_left(name, known_open=known_open)) > 0:
        can_query = operation.settled_by is not None and not known_open
        if can_query or seconds >= deadline.seconds_left():
            text = f"{name} goes on failing with one code; twenty such errors could lock it for eight minutes"
            hint = "Wait until the time in retry_at; then find out why it goes on failing."
            return _rate_limited(context, seconds, text, hint, NEAR_LOCK)
        yield Sleep(seconds)
    return None


def _permit(
    context: CallContext, deadline: Deadline, operation: Operation
) -> CallSteps[Admission | CallError]:
    reservation = context.limits.reserve(operation, bulk=context.bulk)
    try:
        while True:
            # A permit after which nothing can be sent any more is useless.
            longest = max(deadline.seconds_left() - SHORTEST_ATTEMPT, 0.0)
            asked = context.now()
            pause = reservation.seconds_until_ready(longest)
            if pause <= 0:
                return Admission(reservation, asked)
            yield Sleep(pause, reservation.wakeup)
    except DeadlineTooShort as late:
        name, left = operation.operation_id, deadline.seconds_left()
        text = f"rate limit; a permit for {name} comes in {late.seconds:.1f} s, and {left:.1f} s are left"
        if late.seconds <= 0:
            text = f"the rate limiter gave no permit for {name} before the deadline"
        hint = "Send fewer requests a second, or give the call a longer timeout."
        return _rate_limited(context, late.seconds, text, hint, NO_PERMIT)
    except BaseException:
        reservation.release()
        raise


def _rate_limited(context: CallContext, seconds: float, text: str, hint: str, rule: str = "") -> RateLimited:
    until = context.clock.timestamp() + round(seconds * 1000) if seconds > 0 else None
    return RateLimited(ErrorDetails(f"not sent: {text}", retry_at=until, hint=hint, rule=rule))
