"""Resolve a call: act on the decision table until the outcome is certain or the deadline comes."""

from dataclasses import dataclass

from bingx_spot.core.admission import NEAR_LOCK, NO_PERMIT
from bingx_spot.core.attempt import CLOSED_CLIENT, AttemptResult, AttemptRunner
from bingx_spot.core.decisions import Action, decide
from bingx_spot.core.endings import ENDINGS, error_for, unknown_orders
from bingx_spot.core.engine import note_interruption
from bingx_spot.core.facts import (
    Facts,
    OrderState,
    order_state,
    recv_window,
    seconds_to_effect,
    settling_operation,
    settling_query,
)
from bingx_spot.core.named_orders import names_same_order
from bingx_spot.core.request import ApiCall
from bingx_spot.core.runner import CallContext, CallSteps, Deadline, Sleep
from bingx_spot.core.settlement import settle_each, stands_after_doubt
from bingx_spot.exceptions import CallError, OrderNotFound, OrderNotOpen, OutcomeUnknown, shown
from bingx_spot.limits.client_state import backoff
from bingx_spot.models import Order, Response

# The longest pause that the approaching deadline does not shorten, in seconds.
_SHORTEST_PAUSE = 0.1
# Left for the read that proves an order open, in seconds.
_TIME_TO_READ = 1.0
# Of the pauses so far: the longer a call waits, the longer it waits each time.
_PAUSE_SHARE = 0.1
# Between queries that find no order, in seconds: a new one is visible within about two.
_NOT_FOUND_PAUSE = 1.0
# After an ambiguous request the order may be found at any moment: at once, or when the reads lag no more.
_NOT_FOUND_SHARE = 0.5


def resolve(context: CallContext, call: ApiCall, timeout: float | None = None) -> CallSteps[Response]:
    """Yield the effects of a call, and return the verified response.

    For a cancel that a query has settled, the response is the query's.

    Args:
        context: The client's.
        call: The call.
        timeout: How long it may take, in seconds; None for the client's timeout.

    Raises:
        CallError: The call ended in another way; its details have every attempt.
    """
    began, timeout = context.now(), context.timeout if timeout is None else timeout
    attempts = AttemptRunner(context, Deadline(began + timeout, context.now))
    resolution = _Resolution(attempts, Facts(call, timeout), call, began)
    try:
        return (yield from resolution.run())
    except CallError:
        raise
    except BaseException as interruption:
        # Whether the call may have taken effect, unless the transport has said so.
        acted = resolution.facts.ambiguous is not None or attempts.may_have_acted
        note_interruption(interruption, acted=acted)
        raise


@dataclass(slots=True)
class _Resolution:
    """The resolution of one call. Moments are those of the monotonic clock, in seconds."""

    attempts: AttemptRunner
    facts: Facts
    original: ApiCall  # as the caller made it
    began: float
    ambiguous_until: float = 0.0  # until when an ambiguous request may take effect
    ambiguous_until_ms: float = 0.0  # the same by the exchange's clock, in Unix milliseconds
    order_id: int | None = None  # the permanent id that a query has named
    found_nothing: bool = False  # the last query has found no order
    query_barred: str = ""  # by what no query can be made in time: NEAR_LOCK or NO_PERMIT
    pauses: int = 0
    paused_seconds: float = 0.0

    def run(self) -> CallSteps[Response]:
        facts = self.facts
        while True:
            # Neither the first request nor a success depends on how much time is left.
            if facts.error is not None and facts.response is None:
                self._look_at_the_time()
            rule = decide(facts)
            if rule.action is Action.END:
                rule = decide(facts, ENDINGS)
            if rule.action is Action.SEND:
                yield from self._send()
            elif rule.action is Action.QUERY:
                yield from self._query()
            elif rule.action is Action.QUERY_EACH:
                return (yield from self._query_each())
            elif rule.action is Action.WAIT:
                yield from self._wait()
            elif rule.action is Action.RETURN_RESPONSE:
                assert facts.response is not None  # the row asks for it
                return facts.response
            elif rule.action is Action.RETURN_READ:
                assert facts.read is not None  # the state was read in it
                return facts.read
            else:
                raise self._error(rule.action)

    def _error(self, action: Action) -> CallError:
        """Return the error that ends the call."""
        facts, attempts, read = self.facts, self.attempts, self.facts.read
        facts.environment = attempts.context.environment.option
        facts.error, facts.ambiguous = attempts.cause_of(facts.error), attempts.cause_of(facts.ambiguous)
        order = None if read is None else Order.from_data(read.json()["data"], read)
        return attempts.with_history(error_for(action, facts, order), self.order_id)

    def _look_at_the_time(self) -> None:
        facts, attempts, operation = self.facts, self.attempts, self.original.operation
        facts.time_left = not attempts.deadline.is_over()
        facts.seconds_since_start = attempts.context.now() - self.began
        facts.can_open = attempts.can_open_in_time(operation)
        facts.budget_left = attempts.context.state.retry_budget.can_spend()
        if operation.settled_by is not None:
            opens = attempts.can_open_in_time(settling_operation(operation))
            near_lock = self.query_barred == NEAR_LOCK and facts.is_likely_found
            facts.can_query_in_time = opens and (not self.query_barred or near_lock)
            facts.costs_proof = facts.state is OrderState.OPEN and self._costs_proof()

    def _costs_proof(self) -> bool:
        """Return whether there is time left to prove the order open, but not after one more request."""
        facts = self.facts
        latest = self.attempts.deadline.at - facts.reads_lag - _TIME_TO_READ
        provable = facts.proven_open or (facts.ambiguous is not None and self.ambiguous_until < latest)
        next_at = self.attempts.context.now() + self.paused_seconds * _PAUSE_SHARE
        return provable and next_at + seconds_to_effect(self.original) >= latest

    def _send(self) -> CallSteps[None]:
        """Send the operation once, repaired if that helps, and note the result."""
        facts = self.facts
        if facts.error is not None:
            # Spent before the pause, during which other calls look at the budget.
            if not facts.retry_is_free:
                self.attempts.context.state.retry_budget.spend()
            yield from self._pause()
        known_open = facts.state is OrderState.OPEN and facts.queried
        while True:
            attempt = yield from self.attempts.send_once(facts.call, known_open=known_open)
            if isinstance(attempt.result, Response):
                facts.response = attempt.result
                facts.response_stands = facts.ambiguous is None or stands_after_doubt(
                    facts.call, attempt.result
                )
                return
            self._note_error(attempt, attempt.result)
            if facts.attempts >= facts.maximum_attempts:
                return
            if not (yield from self.attempts.try_repair(facts.call, attempt)):
                return

    def _note_error(self, attempt: AttemptResult, error: CallError) -> None:
        facts, rule = self.facts, error.details.rule
        # Of a read, a response says more than that there was no time for another one.
        if attempt.host or facts.error is None or facts.call.operation.act != "read":
            facts.error = error
        facts.queried = facts.answered = False
        facts.attempts += bool(attempt.host)
        facts.near_lock = rule == NEAR_LOCK
        facts.out_of_permits = facts.out_of_permits or rule == NO_PERMIT
        facts.closed = rule == CLOSED_CLIENT
        if isinstance(error, OutcomeUnknown) and facts.call.operation.act != "read":
            facts.ambiguous = error
            seconds = seconds_to_effect(self.original)
            self.ambiguous_until = max(self.ambiguous_until, attempt.began + seconds)
            # By the exchange's own clock it does not matter by how much ours was ahead.
            until = attempt.timestamp + (seconds - recv_window(self.original)) * 1000
            self.ambiguous_until_ms = max(self.ambiguous_until_ms, until)
            self._note_unconfirmed(error.details.order_id)
        elif isinstance(error, OrderNotOpen | OrderNotFound):
            facts.refusals += 1
            facts.not_open, facts.refused_by_permanent_id = error, facts.by_permanent_id
            facts.refused_after = attempt.began - self.began

    def _query_each(self) -> CallSteps[Response]:
        """Query each order of the call, and return the response that this proves."""
        attempts, facts = self.attempts, self.facts
        each = yield from settle_each(attempts, facts.call, facts.response, self._has_expired, self._pause)
        if isinstance(each, Response):
            return each
        facts.ambiguous = attempts.cause_of(facts.ambiguous)
        raise attempts.with_history(unknown_orders(facts, each))

    def _query(self) -> CallSteps[None]:
        """Query the order once, and note what it says."""
        facts = self.facts
        if facts.queried:
            yield from self._pause()
        named = None if facts.unconfirmed_id_lost else facts.unconfirmed_id
        query = settling_query(facts.call if named is None else self._named_by(named))
        # Where the order is likely to be found, other orders' errors do not count.
        attempt = yield from self.attempts.send_repaired(query, known_open=facts.is_likely_found)
        facts.queried = True
        self.found_nothing = isinstance(attempt.result, OrderNotFound)
        facts.queries += bool(attempt.host)
        if isinstance(attempt.result, Response):
            facts.answered = True
            self._note_read(attempt.result, attempt.began)
        elif attempt.host:
            if attempt.is_telling:
                facts.last_query = f"failed: {attempt.shown().result.removesuffix('.')}"
            self._note_failed_read(attempt.result, attempt.began)
        elif attempt.result.details.rule in (NO_PERMIT, NEAR_LOCK):
            self.query_barred = attempt.result.details.rule
            facts.last_query = facts.last_query or f"was {attempt.result.message}"

    def _note_read(self, response: Response, began: float) -> None:
        facts, operation = self.facts, self.original.operation
        data = response.json()["data"]
        if operation.act == "place":
            # An order that is found was placed, whatever word its state has.
            facts.read, facts.state = response, OrderState.UNCLEAR
        if operation.states is None:
            return
        facts.last_query = "named another order"
        if not names_same_order(self.original, data):
            # A response named this order id, and it belongs to another order.
            facts.call, facts.unconfirmed_id, facts.unconfirmed_id_lost = self.original, None, False
            return
        named = data.get(operation.permanent_id or "")
        order_id = None if named is None else int(named)
        if facts.unconfirmed_id_lost and order_id != facts.unconfirmed_id:
            # Another order by the same client order id, or an id that was garbled: not to be told apart.
            return
        facts.last_query = f"said {shown(data.get(operation.states.field))}"
        facts.unconfirmed_id, facts.unconfirmed_id_lost = None, False
        if order_id is not None:
            # The order is named by its permanent id from now on.
            self.order_id, facts.call = order_id, self._named_by(order_id)
        state = order_state(operation.states, data)
        facts.not_found = False
        if state is OrderState.UNCLEAR:
            return
        facts.state, facts.read = state, response
        young_since = began - facts.reads_lag
        proves = self._has_expired(young_since) and young_since >= self.began + facts.refused_after
        if state is OrderState.OPEN and facts.is_in_doubt and proves:
            facts.ambiguous, facts.not_open, facts.proven_open = None, None, True

    def _has_expired(self, moment: float) -> bool:
        """Return whether no ambiguous request could take effect any more at a moment of the past."""
        context = self.attempts.context
        # A request that was stamped ahead of time is valid for longer, as the clock knows once it is set.
        at_exchange = context.clock.timestamp() - (context.now() - moment) * 1000
        return moment >= self.ambiguous_until and at_exchange >= self.ambiguous_until_ms - 1

    def _note_failed_read(self, error: CallError, began: float) -> None:
        facts = self.facts
        # An order that a query has named exists: a replica lags that does not find it.
        if isinstance(error, OrderNotFound) and self.order_id is None:
            facts.not_found, facts.not_found_after = True, began - self.began
            facts.unconfirmed_id_lost = facts.unconfirmed_id is not None
        self._note_unconfirmed(error.details.order_id)

    def _note_unconfirmed(self, order_id: int | None) -> None:
        """Note the id in an unbelieved response: queries by it may confirm that it is the order's."""
        if order_id is not None:
            self.facts.not_found = False
            self.facts.unconfirmed_id = self.facts.unconfirmed_id or order_id

    def _named_by(self, order_id: int) -> ApiCall:
        """Return the call, with the order named by its permanent id."""
        operation, given = self.original
        if operation.permanent_id in given:
            return self.original  # as the caller wrote it
        others = {name: value for name, value in given.items() if name not in operation.exactly_one_of}
        return ApiCall.of(operation, {**others, str(operation.permanent_id): order_id})

    def _wait(self) -> CallSteps[None]:
        """Wait until a new order would be visible, or until the next attempt may be made."""
        facts, seconds = self.facts, self.facts.seconds_to_retry
        if facts.not_open is not None:
            seconds = max(seconds, facts.visible_within - facts.seconds_since_start)
        # A millisecond more, so that rounding does not leave a rest.
        yield Sleep(min(max(seconds, 0.0) + 0.001, self.attempts.deadline.seconds_left()))

    def _pause(self) -> CallSteps[None]:
        left, shortest, share = self.attempts.deadline.seconds_left(), _SHORTEST_PAUSE, _PAUSE_SHARE
        if self.found_nothing:
            # Each query that finds nothing is one more equal error.
            shortest, share = _NOT_FOUND_PAUSE, _NOT_FOUND_SHARE
        pause = max(backoff(self.pauses), self.paused_seconds * share)
        if self.found_nothing and self.facts.ambiguous is None:
            pause = max(pause, shortest)
        self.pauses += 1
        # Towards the deadline in shorter steps, but not in ever more of them.
        pause = min(pause, max(left / 2, shortest), left)
        self.paused_seconds += pause
        # An attempt that waited in vain was a pause itself.
        if pause > self.attempts.waited:
            yield Sleep(pause - self.attempts.waited)
