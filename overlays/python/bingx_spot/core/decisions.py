"""Find out for certain what became of a call.

- Surely not executed (no connection): try again, on the fallback host where there is one.
- Maybe executed (no answer, or none that can be believed): send the same again, which for a cancel can do
  no harm; where that is refused, ask what the order is now.
- What cannot be learnt before the deadline is unknown, with the evidence and the way to find out.

`x-bingx-outcome` in spec/openapi.yaml says for which operations this holds, and what settles them.
"""

from dataclasses import dataclass, replace
from typing import Any

from bingx_spot.core.admission import NEAR_LOCK
from bingx_spot.core.attempt import CLOSED_CLIENT, TIMED_OUT, AttemptRunner
from bingx_spot.core.context import CallContext
from bingx_spot.core.effects import CallSteps, Sleep
from bingx_spot.core.request import ApiCall
from bingx_spot.core.schema_check import schema_mismatch
from bingx_spot.exceptions import (
    CallError,
    ErrorDetails,
    NotSent,
    OrderAlreadyCanceled,
    OrderFailed,
    OrderFilled,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    RateLimited,
    RequestRejected,
    StillOpen,
)
from bingx_spot.limits.client_state import backoff
from bingx_spot.models import Order, Response
from bingx_spot.transport import MAYBE_SENT_NOTE
from bingx_spot_api.contract import BY_ID

# Milliseconds for which a request is valid where it does not say: "recvWindow (default 5000)".
_RECV_WINDOW = 5000
# Of one operation, in one call. Twenty equal errors would lock the endpoint.
_MOST_ATTEMPTS = 6
# AttemptRunner that a doubt may make beyond the shared budget.
_FREE_IN_DOUBT = 3
# Queries that a mere "not open" is worth, which is certain without them.
_MOST_ROUNDS = 3
_NOTHING_OUT = "bingx_spot: no request was out that could have taken effect"
# The longest pause that the nearing deadline does not shorten, in seconds.
_SHORTEST_STEP = 0.1
_UNKNOWN_TO_THE_EXCHANGE = "data-not-found"


def steps(parts: CallContext, call: ApiCall, timeout: float | None = None) -> CallSteps[Response]:
    """Yield what is to be done for the call, and return the believed answer.

    Args:
        parts: What its attempts are made with.
        call: What is asked.
        timeout: How long it may take, in seconds; None for what the parts say.

    Raises:
        CallError: Whatever else became of it, with every attempt in its details.
    """
    deadline = parts.now() + (parts.timeout if timeout is None else timeout)
    outcome = _Outcome(AttemptRunner(parts, deadline), call)
    try:
        return (yield from outcome.found())
    except CallError:
        raise
    except BaseException as interruption:
        outcome.note(interruption)
        raise


@dataclass(slots=True)
class _Outcome:
    """Find the outcome of one call.

    `doubt` is the error of the last attempt that may have been executed, once there was one: from then on
    nothing may be called "not executed" on the word of a later attempt alone.
    """

    attempts: AttemptRunner
    call: ApiCall
    doubt: OutcomeUnknown | None = None
    vouched: bool = False
    rounds: int = 0
    pending_until: int = 0
    found_open: Order | None = None
    found_after: int = 0

    def found(self) -> CallSteps[Response]:
        while True:
            came = yield from self.attempts.once(self.call, vouched=self.vouched)
            if isinstance(came, Response):
                return came
            if (yield from self.attempts.repaired(self.call, came)) or (yield from self._vouched_for(came)):
                continue
            if isinstance(came, OutcomeUnknown):
                self.doubt = came
                if came.details.rule == TIMED_OUT:
                    self.pending_until = self.attempts.made[-1].at + self._valid_for()
            answer = yield from (self._sure(came) if self.doubt is None else self._in_doubt(came))
            if answer is not None:
                return answer
            yield from self._pause()

    def note(self, interruption: BaseException) -> None:
        """Add to an interruption whether the call may have taken effect, where its engine has not."""
        if MAYBE_SENT_NOTE not in getattr(interruption, "__notes__", ()):
            interruption.add_note(_NOTHING_OUT if self.doubt is None else MAYBE_SENT_NOTE)

    def _vouched_for(self, came: CallError) -> CallSteps[bool]:
        """Tell whether the order is open, where one more "not open" could be one too many."""
        if came.details.rule != NEAR_LOCK or self.doubt is not None or not self._can_settle():
            return False
        settled = yield from self._settled()
        if isinstance(settled, OrderNotOpen | OrderNotFound):
            raise self._final(settled)
        self.vouched = settled is None
        return self.vouched

    def _sure(self, came: CallError) -> CallSteps[None]:
        """Go on after an attempt that was surely not executed, or raise."""
        again = isinstance(came, NotSent) and came.details.rule != CLOSED_CLIENT
        # The next attempt waits for the time that the exchange gave, if the deadline allows.
        again = again or (_said_to_wait(came) and self.attempts.opens_in_time(self.call.operation))
        if isinstance(came, OrderNotOpen) and self._can_settle():
            settled = yield from self._settled_at_last()
            if isinstance(settled, OrderNotOpen | OrderNotFound):
                raise self._final(_stated(came, settled))
            # Open after all: the two answers crossed on the way.
            again = self.vouched = settled is None
        if again and self._may_try():
            return
        # Of an order that was found open just now, "not open" would be no true report.
        crossed = isinstance(came, OrderNotOpen) and self.vouched
        if isinstance(came, OrderNotOpen) and self.call.operation.method == "GET":
            came = OrderNotFound(came.details)
        raise self._given_up(came) if crossed else self._final(came)

    def _in_doubt(self, came: CallError) -> CallSteps[Response | None]:
        """Go on after attempts one of which may have been executed, return the answer, or raise."""
        if not self.call.operation.repeatable:
            raise self._final(came)
        if came is self.doubt and self.attempts.count(self.call.operation) == 1 and self._may_try():
            return None
        if not self._can_settle():
            if isinstance(came, NotSent | OutcomeUnknown) and self._may_try():
                return None
            # Of what only reads, a refusal is the whole truth: no earlier request can have changed anything.
            reads = self.call.operation.method == "GET"
            raise self._final(came) if reads and isinstance(came, RequestRejected) else self._unknown()
        while True:
            settled = yield from self._settled()
            if isinstance(settled, Response):
                return settled
            if isinstance(settled, OrderNotOpen | OrderNotFound):
                raise self._final(_stated(came, settled) if isinstance(came, OrderNotOpen) else settled)
            self.vouched = settled is None
            if self.attempts.opens_in_time(self.call.operation) and self._may_try():
                return None
            # Open, and no further attempt is allowed; or there is no asking again before the time is up.
            asking = self.attempts.opens_in_time(_query(self.call).operation) and not self.attempts.over()
            if settled is None or not asking:
                raise self._given_up(came)
            yield from self._pause()

    def _settled_at_last(self) -> CallSteps[Response | CallError | None]:
        """Ask what the order is now, again where the network or the exchange fails."""
        while True:
            settled = yield from self._settled()
            passing = isinstance(settled, NotSent | OutcomeUnknown)
            if not passing or self.attempts.over() or self.rounds >= _MOST_ROUNDS:
                return settled
            yield from self._pause()

    def _settled(self) -> CallSteps[Response | CallError | None]:
        """Ask once what the order is now.

        Returns the answer that says it is cancelled, `OrderNotOpen` where it is neither that nor open,
        None where it is open, or the error because of which nobody knows.
        """
        query = _query(self.call)
        came = yield from self.attempts.once(query)
        if not isinstance(came, Response) and (yield from self.attempts.repaired(query, came)):
            came = yield from self.attempts.once(query)
        if isinstance(came, Response):
            return self._read(came)
        if isinstance(came, OrderNotOpen) or came.details.rule == _UNKNOWN_TO_THE_EXCHANGE:
            return OrderNotFound(came.details)
        return came

    def _read(self, answer: Response) -> Response | CallError | None:
        data, operation = answer.data(), self.call.operation
        if (
            self.doubt is not None
            and _says(data, operation.done)
            and not schema_mismatch(operation.data or (), data)
        ):
            return answer
        order = Order.from_data(data, answer)
        if _says(data, operation.still_open):
            self.found_open = order
            self.found_after = self.attempts.count(operation)
            return None
        text = f"the order is not open: its status is {order.status}"
        kind = _ENDINGS.get(str(order.status), OrderNotOpen)
        return kind(ErrorDetails.of(answer, text, hint="There is nothing left to cancel."), order)

    def _valid_for(self) -> int:
        window = self.call.parameters.get("recvWindow")
        try:
            # As text where it came in a form that the generated client was given.
            return round(float(str(window)))
        except (ValueError, OverflowError):
            return _RECV_WINDOW

    def _can_settle(self) -> bool:
        return self.call.operation.settled_by is not None

    def _may_try(self) -> bool:
        """Tell whether there is time and licence for one more attempt, and take the licence."""
        tried = self.attempts.count(self.call.operation)
        if self.attempts.over() or tried >= _MOST_ATTEMPTS:
            return False
        free = self.doubt is not None and tried < _FREE_IN_DOUBT
        return free or self.attempts.parts.memory.budget.take()

    def _pause(self) -> CallSteps[None]:
        pause = backoff(self.rounds)
        self.rounds += 1
        left = max(self.attempts.left(), 0.0)
        # Towards the end in ever shorter steps, but not in ever more of them.
        yield Sleep(min(pause, max(left / 4, _SHORTEST_STEP), left))

    def _final(self, error: CallError) -> CallError:
        return self.attempts.told(error)

    def _given_up(self, came: CallError) -> CallError:
        """Return the error for an order for which nothing more can be done in time.

        Where a query found it open after the last attempt, that is how it is; but a request that the exchange
        may still be at work on could cancel it yet. It is valid for recvWindow after its timestamp, and
        nothing is known for certain before that.
        """
        pending = self.pending_until > self.attempts.parts.clock.timestamp()
        attempted_since = self.attempts.count(self.call.operation) > self.found_after
        if self.found_open is None or attempted_since or pending:
            return self._unknown()
        hint = f"It was {self.found_open.status} when asked last; cancel again."
        return self._final(StillOpen(replace(came.details, hint=hint), self.found_open))

    def _unknown(self) -> CallError:
        assert self.doubt is not None  # noqa: S101 - nobody gives up without one
        return self.attempts.told(self.doubt, hint=_recipe(self.call, self.doubt.details))


def _said_to_wait(came: CallError) -> bool:
    # Not where our own limits did, which know already that the time does not suffice.
    return isinstance(came, RateLimited) and came.http_status is not None


_ENDINGS = {"FILLED": OrderFilled, "CANCELED": OrderAlreadyCanceled, "FAILED": OrderFailed}


def _stated(refused: OrderNotOpen, settled: OrderNotOpen | OrderNotFound) -> RequestRejected:
    """Return the exchange's own refusal, with what the query said of the order."""
    if isinstance(settled, OrderNotFound) or settled.order is None:
        return OrderNotFound(replace(refused.details, hint="The exchange knows no such order."))
    now = f"It is {settled.order.status} now."
    return type(settled)(replace(refused.details, hint=now), settled.order)


def _query(call: ApiCall) -> ApiCall:
    """Return the query for the order that the call names."""
    operation = BY_ID[call.operation.settled_by or ""]
    parameters = {name: value for name, value in call.parameters.items() if name in operation.parameters}
    return ApiCall.of(operation, parameters)


def _says(data: dict[str, Any], words: tuple[tuple[str, tuple[str, ...]], ...]) -> bool:
    return any(data.get(name) in listed for name, listed in words)


def _recipe(call: ApiCall, details: ErrorDetails) -> str:
    if call.operation.settled_by is None:
        return details.hint
    symbol = call.parameters.get("symbol")
    if "orderId" in call.parameters:
        named, option = f"order_id={call.parameters['orderId']}", f"--order-id {call.parameters['orderId']}"
    else:
        name = call.parameters["clientOrderID"]
        named, option = f'client_order_id="{name}"', f"--client-order-id {name}"
    return (
        f'Find out with query_order("{symbol}", {named}) or `bingx-spot query {symbol} {option}`; '
        "or cancel again, which can do no harm."
    )
