"""Wait until a request may go: until the exchange listens, no lock threatens, and there is a permit."""

from bingx_spot.errors import CallError, NotSent, RateLimited
from bingx_spot.evidence import Evidence
from bingx_spot.parts import Parts
from bingx_spot.policy.blocks import Place
from bingx_spot.policy.limits import Ticket
from bingx_spot.policy.turns import TooLate
from bingx_spot.steps import Steps, Wait
from bingx_spot_api.contract import Operation

#: With less time than this, in seconds, nothing more is begun.
SHORTEST = 0.02
#: In place of a rule of the error table: nothing was sent, for one more equal error could have been too many.
NEAR_LOCK = "near-lock"
#: Likewise: nothing was sent, for no permit came in time.
NO_PERMIT = "no-permit"


def admitted(
    parts: Parts, deadline: float, operation: Operation, *, vouched: bool, before: str
) -> Steps[Ticket | CallError]:
    """Wait until the request may go, and return its permit, or why it may not go in time.

    It has entered among the equal errors that may come: whoever sends it says when it has left.

    Args:
        parts: What the attempt is made with.
        deadline: When the time is up, on the monotonic clock of the parts, in seconds.
        operation: The endpoint.
        vouched: Whether it is known that the answer will not be one more of too many equal errors.
        before: What came of the attempt before, in words, or nothing.
    """
    memory, name, place = parts.memory, operation.operation_id, Place()
    try:
        while True:
            held = _held(parts, operation, deadline - parts.now(), None if vouched else place)
            if isinstance(held, RateLimited):
                return held
            if held is not None:
                yield held
                continue
            ticket = yield from _permitted(parts, deadline, operation)
            if isinstance(ticket, CallError):
                return ticket
            if deadline - parts.now() < SHORTEST:
                ticket.give_back()
                return _late(name, before)
            # Asked again: another call may have met a lock meanwhile. Those who have waited together must not
            # go together, so each takes a new permit then.
            if memory.blocks.left(name) == 0 and memory.equal_errors.enter(
                name, vouched=vouched, place=place
            ):
                return ticket
            ticket.give_back()
    finally:
        memory.equal_errors.step_out(name, place)


def _permitted(parts: Parts, deadline: float, operation: Operation) -> Steps[Ticket | CallError]:
    ticket = parts.limits.ticket(operation, bulk=parts.bulk)
    try:
        # A permit with which nothing can be sent any more is none.
        while (pause := ticket.wait(max(deadline - parts.now() - SHORTEST, 0.0))) > 0:
            yield Wait(pause, ticket.signal)
    except TooLate as late:
        return _too_late(parts, operation, late.seconds, max(deadline - parts.now(), 0.0))
    except BaseException:
        ticket.give_back()
        raise
    return ticket


def _late(name: str, before: str) -> NotSent:
    text = f"the time was up before {name} could be sent"
    # The reason of the attempt before is what the person who reads this can do something about.
    reason = f"; the attempt before: {before}" if before else ""
    return NotSent(Evidence(text + reason, hint="Give the call more time."))


def _too_late(parts: Parts, operation: Operation, seconds: float, left: float) -> RateLimited:
    text = f"not sent: a permit for {operation.operation_id} comes in {seconds:.1f} s, {left:.1f} s are left"
    if seconds <= 0:
        # Whoever gives them out did not answer in time.
        text = f"not sent: nobody has given a permit for {operation.operation_id} in time"
    until = parts.clock.timestamp() + round(seconds * 1000) if seconds > 0 else None
    hint = "Ask less often, or give the call a longer timeout."
    return RateLimited(Evidence(text, retry_at=until, hint=hint, rule=NO_PERMIT))


def _held(parts: Parts, operation: Operation, left: float, place: Place | None) -> Wait | RateLimited | None:
    """Return what to wait for before the exchange may be asked, or why that cannot be in time."""
    name, memory, left = operation.operation_id, parts.memory, max(left, 0.0)
    closed = memory.blocks.left(name)
    if 0 < closed >= left:
        text = f"not sent: the exchange will not listen to {name} for another {closed:.0f} s"
        return _not_before(parts, closed, text, "each request before it makes the lock longer.")
    if closed > 0:
        return Wait(closed)
    if place is None or memory.equal_errors.calm(name):
        return None
    near = memory.equal_errors.left(name)
    # What can be settled is asked about instead of waited for.
    if near > 0 and (near >= left or operation.settled_by is not None):
        text = f"not sent: one more equal error of {name} could lock it"
        return _not_before(parts, near, text, "find out why it is refused again and again.", NEAR_LOCK)
    if near > 0:
        return Wait(near)
    in_line = left > 0 and memory.equal_errors.lines_up(name, place)
    return Wait(min(left, place.again), place.signal) if in_line else None


def _not_before(parts: Parts, seconds: float, text: str, reason: str, rule: str = "") -> RateLimited:
    until = parts.clock.timestamp() + round(seconds * 1000)
    hint = f"Wait until the time in retry_at; {reason}"
    return RateLimited(Evidence(text, retry_at=until, hint=hint, rule=rule))
