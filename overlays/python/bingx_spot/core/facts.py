"""What is known of one call: the state of its order, and the facts that decisions are made of."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from bingx_spot.core.request import ApiCall
from bingx_spot.exceptions import (
    CallError,
    NotSent,
    OrderNotFound,
    OrderNotOpen,
    RateLimited,
    RequestRejected,
)
from bingx_spot.models import Response, decimal_of
from bingx_spot_api.contract import BY_ID, Operation, Requirement, States


class OrderState(Enum):
    """What a response says of an order. CANCELED, FILLED and FAILED are final; OPEN can be stale."""

    CANCELED = "canceled"
    FILLED = "filled"
    FAILED = "failed"
    OPEN = "open"
    UNCLEAR = "unclear"


def order_state(states: States, data: Mapping[str, Any]) -> OrderState:
    """Return the state that `data` of a response states.

    CANCELED with everything executed contradicts itself, and a word that the contract does not list says
    nothing: both are UNCLEAR.
    """
    value = data.get(states.field)
    if says(value, states.canceled):
        return OrderState.UNCLEAR if _is_fully_executed(states, data) else OrderState.CANCELED
    if says(value, states.filled):
        return OrderState.FILLED
    if says(value, states.failed):
        return OrderState.FAILED
    return OrderState.OPEN if says(value, states.open) else OrderState.UNCLEAR


def says(value: object, words: tuple[str, ...]) -> bool:
    """Return whether a value is one of the words, in any case, with or without white space around it."""
    # ASCII alone: upper() turns some other letters into ASCII ones.
    return isinstance(value, str) and value.isascii() and value.strip(" \t\r\n").upper() in words


def unmet(call: ApiCall, rows: Iterable[Requirement], data: Mapping[str, Any]) -> list[str]:
    """Return the fields that hold none of their words.

    A word that is not listed proves nothing: new words come without notice.

    Args:
        call: The call, on whose parameters the words may depend.
        rows: The fields, with the words that a success holds.
        data: `data` of the response, or one order of a list.
    """
    return [
        row.field
        for row in rows
        if (row.parameter is None or str(call.parameters.get(row.parameter)) == row.value)
        and not says(data.get(row.field), row.words)
    ]


def _is_fully_executed(states: States, data: Mapping[str, Any]) -> bool:
    if states.executed is None:
        return False
    executed, ordered = map(decimal_of, map(data.get, states.executed))
    return executed is not None and ordered is not None and 0 < ordered <= executed


#: The most requests of the operation itself in one call. Twenty equal errors would lock the endpoint.
MAXIMUM_ATTEMPTS = 6
# The last of them wait for a third of the time each, so that an exchange that recovers gets one.
_EARLY_ATTEMPTS = 4
#: The most queries in one call. Pauses grow with the time that it takes: about 12 queries fit into ten
#: seconds, and 80 into an hour.
MAXIMUM_QUERIES = 150
# For how long a request is valid where it does not say, in seconds: "recvWindow (default 5000)".
_DEFAULT_RECV_WINDOW = 5.0
#: Retries after an ambiguous attempt that do not need the shared retry budget.
FREE_RETRIES = 3


@dataclass(slots=True)
class Facts:
    """What is known of one call. The properties are the conditions of the rules. Times are in seconds."""

    call: ApiCall  # by the permanent id as soon as a response has named it
    timeout: float = 0.0  # how long the call may take
    environment: str = ""  # what `--env` takes for the client's environment, or empty
    # Of the operation itself.
    response: Response | None = None  # its verified success
    response_stands: bool = True  # it tells what the call did, whichever request did it
    error: CallError | None = None  # the last one
    ambiguous: CallError | None = None  # the last one after which a request may take effect
    attempts: int = 0  # number of requests
    refusals: int = 0  # number of them that ended in "not open"
    not_open: CallError | None = None  # the last refusal "not open" or "not found"
    refused_by_permanent_id: bool = False  # that was of a request by the permanent id
    refused_after: float = 0.0  # when that was sent, after the call began
    near_lock: bool = False  # not sent: one more equal error could lock the endpoint
    # Of the queries.
    read: Response | None = None  # the last verified response
    state: OrderState | None = None  # the state in it
    not_found: bool = False  # the last query found no order, and none has named it
    not_found_after: float = 0.0  # when that was sent, after the call began
    queries: int = 0  # their number
    last_query: str = ""  # what the last one did that was not cut short, in words
    queried: bool = False  # one was made since the last request of the operation
    answered: bool = False  # one since then got a response
    proven_open: bool = False  # a read said open when no request before it could take effect any more
    unconfirmed_id: int | None = None  # of an order that only unbelieved responses have named: maybe another
    unconfirmed_id_lost: bool = False  # a query by it found no order
    # Of what can still be done.
    seconds_since_start: float = 0.0  # how long the call has taken
    time_left: bool = True  # for one more request
    can_open: bool = True  # the exchange accepts the operation before the deadline
    can_query_in_time: bool = True  # it accepts the query before the deadline
    budget_left: bool = True  # the shared retry budget allows a retry
    out_of_permits: bool = False  # no permit for the operation comes before the deadline
    closed: bool = False  # the client is closed
    costs_proof: bool = False  # the order can be proven open in time, but not after one more request

    @property
    def is_settleable(self) -> bool:
        """Return whether a query can settle the outcome."""
        return self.call.operation.settled_by is not None and not self.settles_each

    @property
    def settles_each(self) -> bool:
        """Return whether the call is about several orders, of which each can be queried."""
        settlement = self.call.operation.settled_by
        return settlement is not None and bool(settlement.each)

    @property
    def by_permanent_id(self) -> bool:
        """Return whether the call names the order by an id that is never used again."""
        permanent = self.call.operation.permanent_id
        return permanent is None or permanent in self.call.parameters

    @property
    def can_query(self) -> bool:
        """Return whether one more query may be made."""
        possible = self.time_left and self.can_query_in_time and not self.closed
        return possible and self.is_settleable and self.queries < MAXIMUM_QUERIES

    @property
    def is_likely_found(self) -> bool:
        """Return whether a query is likely to find the order: the first one after an ambiguous request."""
        return self.ambiguous is not None and self.queries == 0

    @property
    def query_is_due(self) -> bool:
        """Return whether a query may be made, and none was since the last request of the operation."""
        return self.can_query and not self.queried

    @property
    def maximum_attempts(self) -> int:
        """Return how many requests of the operation the call may make."""
        return MAXIMUM_QUERIES if self.call.operation.act == "read" else MAXIMUM_ATTEMPTS

    @property
    def can_retry(self) -> bool:
        """Return whether the operation may be sent once more."""
        return self.can_retry_later and self.seconds_to_retry <= 0

    @property
    def can_retry_later(self) -> bool:
        """Return whether the operation may be sent once more, now or after `seconds_to_retry`."""
        barred = self.closed or self.out_of_permits or self.costs_proof or self.unconfirmed_id is not None
        if barred or not self.time_left or not self.can_open or self.attempts >= self.maximum_attempts:
            return False
        if self.ambiguous is not None and self.call.operation.repeat == "never":
            return False
        return self.retry_is_free or self.budget_left

    @property
    def seconds_to_retry(self) -> float:
        """Return in how many seconds the next attempt may be made: the last ones are kept for later."""
        late = 0 if self.call.operation.act == "read" else self.attempts - _EARLY_ATTEMPTS + 1
        if self.answered and isinstance(self.error, NotSent) and self.attempts < MAXIMUM_ATTEMPTS - 1:
            # The exchange was not reached, and is reached again.
            return 0.0
        return late * self.timeout / 3 - self.seconds_since_start if late > 0 else 0.0

    @property
    def is_restricted(self) -> bool:
        """Return whether "not open" may be about a restriction in the request, not about the order."""
        settlement, ids = self.call.operation.settled_by, self.call.operation.exactly_one_of
        known = {own for _, own in settlement.parameters} if settlement is not None else set()
        return bool(self.call.parameters.keys() - known - {*ids, "recvWindow"})

    @property
    def retry_is_free(self) -> bool:
        """Return whether one more retry does not need the shared retry budget."""
        return self.ambiguous is not None and self.attempts < FREE_RETRIES

    @property
    def is_rejected(self) -> bool:
        """Return whether the exchange rejected the last request for a reason that does not pass."""
        if isinstance(self.error, OrderNotOpen | OrderNotFound):
            return not self.is_settleable
        return isinstance(self.error, RequestRejected) and not isinstance(self.error, RateLimited)

    @property
    def is_unconfirmed(self) -> bool:
        """Return whether the last request ended in a success that does not confirm what was requested."""
        last = self.ambiguous
        return last is not None and last is self.error and last.code in (0, "0")

    @property
    def is_in_doubt(self) -> bool:
        """Return whether a request was ambiguous, or refused because the order is not open or not found."""
        return self.ambiguous is not None or self.not_open is not None

    @property
    def refused_not_open(self) -> bool:
        """Return whether the last request was refused because the order is not open or not found."""
        return self.error is not None and self.error is self.not_open

    @property
    def visible_within(self) -> float:
        """Return after how many seconds even an order that was new when the call began is visible."""
        timing = self.call.operation.timing
        return 0.0 if timing is None else timing.visible_within

    @property
    def reads_lag(self) -> float:
        """Return how old the state in a query's answer may be, in seconds."""
        timing = self.call.operation.timing
        return 0.0 if timing is None else timing.reads_lag

    @property
    def refusal_is_confirmed(self) -> bool:
        """Return whether the order was refused as not open when even a new one would have been visible."""
        return self.refused_after >= self.visible_within

    @property
    def not_found_is_confirmed(self) -> bool:
        """Return whether a query found no order when even a new one would have been visible."""
        return self.not_found and self.not_found_after >= self.visible_within


def settling_operation(operation: Operation) -> Operation:
    """Return the operation that settles the outcome of another."""
    assert operation.settled_by is not None  # only what can be settled is queried
    return BY_ID[operation.settled_by.operation]


def settling_query(call: ApiCall, item: Mapping[str, object] | None = None) -> ApiCall:
    """Return the query for the order that the call names; of several, for the one that `item` names."""
    operation, given = settling_operation(call.operation), call.parameters
    assert call.operation.settled_by is not None  # as above
    parameters = {name: given[own] for name, own in call.operation.settled_by.parameters if own in given}
    if "recvWindow" in given and "recvWindow" in operation.parameters:
        parameters["recvWindow"] = given["recvWindow"]
    return ApiCall.of(operation, {**parameters, **(item or {})})


def recv_window(call: ApiCall) -> float:
    """Return for how long a request of a call is valid after its timestamp, in seconds."""
    try:
        # Text, where the caller gave it to the generated client as a form.
        return float(str(call.parameters.get("recvWindow"))) / 1000
    except ValueError:
        return _DEFAULT_RECV_WINDOW


def seconds_to_effect(call: ApiCall) -> float:
    """Return for how long after its beginning a request of a call may still take effect, in seconds.

    It is valid for its window after its timestamp, and a clock that the exchange accepts may be ahead by as
    much.
    """
    timing = call.operation.timing
    # Only operations with `settledBy` have one; after any other there is nothing to wait for.
    return 2 * recv_window(call) + (0.0 if timing is None else timing.takes_effect_within)
