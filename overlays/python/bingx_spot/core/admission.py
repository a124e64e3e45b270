"""Sleep until a request may go: until the exchange listens, no lock threatens, and there is a permit."""

from bingx_spot.core.context import CallContext
from bingx_spot.core.effects import CallSteps, Sleep
from bingx_spot.exceptions import CallError, ErrorDetails, NotSent, RateLimited
from bingx_spot.limits.lockouts import QueuePlace
from bingx_spot.limits.permit_queue import DeadlineTooShort
from bingx_spot.limits.rate_limiter import Reservation
from bingx_spot_api.contract import Operation

#: With less time than this, in seconds, nothing more is begun.
SHORTEST = 0.02
#: In place of a rule of the error table: nothing was sent, for one more equal error could have been too many.
NEAR_LOCK = "near-lock"
#: Likewise: nothing was sent, for no permit came in time.
NO_PERMIT = "no-permit"


def acquire_permit(
    parts: CallContext, deadline: float, operation: Operation, *, vouched: bool, before: str
) -> CallSteps[Reservation | CallError]:
    """Wait until the request may go, and return its permit, or why it may not go in time.

    It has entered among the equal errors that may come: whoever sends it says when it has left.

    Args:
        parts: What the attempt is made with.
        deadline: When the time is up, on the monotonic clock of the parts, in seconds.
        operation: The endpoint.
        vouched: Whether it is known that the answer will not be one more of too many equal errors.
        before: What came of the attempt before, in words, or nothing.
    """
    memory, name, place = parts.memory, operation.operation_id, QueuePlace()
    try:
        while True:
            held = _held(parts, operation, deadline - parts.now(), None if vouched else place)
            if isinstance(held, RateLimited):
                return held
            if held is not None:
                yield held
                continue
            reservation = yield from _permitted(parts, deadline, operation)
            if isinstance(reservation, CallError):
                return reservation
            if deadline - parts.now() < SHORTEST:
                reservation.release()
                return _late(name, before)
            # Asked again: another call may have met a lock meanwhile. Those who have waited together must not
            # go together, so each takes a new permit then.
            if memory.blocks.left(name) == 0 and memory.equal_errors.enter(
                name, vouched=vouched, place=place
            ):
                return reservation
            reservation.release()
    finally:
        memory.equal_errors.step_out(name, place)


def _permitted(
    parts: CallContext, deadline: float, operation: Operation
) -> CallSteps[Reservation | CallError]:
    reservation = parts.limits.reserve(operation, bulk=parts.bulk)
    try:
        # A permit with which nothing can be sent any more is none.
        while (pause := reservation.seconds_until_ready(max(deadline - parts.now() - SHORTEST, 0.0))) > 0:
            yield Sleep(pause, reservation.wakeup)
    except DeadlineTooShort as late:
        return _too_late(parts, operation, late.seconds, max(deadline - parts.now(), 0.0))
    except BaseException:
        reservation.release()
        raise
    return reservation


def _late(name: str, before: str) -> NotSent:
    text = f"the time was up before {name} could be sent"
    # The reason of the attempt before is what the person who reads this can do something about.
    reason = f"; the attempt before: {before}" if before else ""
    return NotSent(ErrorDetails(text + reason, hint="Give the call more time."))


def _too_late(parts: CallContext, operation: Operation, seconds: float, left: float) -> RateLimited:
    text = f"not sent: a permit for {operation.operation_id} comes in {seconds:.1f} s, {left:.1f} s are left"
    if seconds <= 0:
        # Whoever gives them out did not answer in time.
        text = f"not sent: nobody has given a permit for {operation.operation_id} in time"
    until = parts.clock.timestamp() + round(seconds * 1000) if seconds > 0 else None
    hint = "Ask less often, or give the call a longer timeout."
    return RateLimited(ErrorDetails(text, retry_at=until, hint=hint, rule=NO_PERMIT))


def _held(
    parts: CallContext, operation: Operation, left: float, place: QueuePlace | None
) -> Sleep | RateLimited | None:
    """Return what to wait for before the exchange may be asked, or why that cannot be in time."""
    name, memory, left = operation.operation_id, parts.memory, max(left, 0.0)
    closed = memory.blocks.left(name)
    if 0 < closed >= left:
        text = f"not sent: the exchange will not listen to {name} for another {closed:.0f} s"
        return _not_before(parts, closed, text, "each request before it makes the lock longer.")
    if closed > 0:
        return Sleep(closed)
    if place is None or memory.equal_errors.calm(name):
        return None
    near = memory.equal_errors.left(name)
    # What can be settled is asked about instead of waited for.
    if near > 0 and (near >= left or operation.settled_by is not None):
        text = f"not sent: one more equal error of {name} could lock it"
        return _not_before(parts, near, text, "find out why it is refused again and again.", NEAR_LOCK)
    if near > 0:
        return Sleep(near)
    in_line = left > 0 and memory.equal_errors.lines_up(name, place)
    return Sleep(min(left, place.again), place.wakeup) if in_line else None


def _not_before(parts: CallContext, seconds: float, text: str, reason: str, rule: str = "") -> RateLimited:
    until = parts.clock.timestamp() + round(seconds * 1000)
    hint = f"Wait until the time in retry_at; {reason}"
    return RateLimited(ErrorDetails(text, retry_at=until, hint=hint, rule=rule))
