"""The decision table: what is known of a call, and what to do next.

`RULES` and `ENDINGS` are tried from the top; the first row whose condition holds decides. Three principles
stand behind the rows:

1. Final states are believed, passing states are not. CANCELED, FILLED and FAILED cannot become untrue.
   "Open" and "not found" can be stale: reads lag behind writes.
2. An ambiguous request may take effect until it has expired, whatever made it ambiguous.
3. A word that the contract does not list proves nothing.

The numbers (how old a read may be, how long a request may take effect) are `timing` of `x-bingx-outcome` in
spec/openapi.yaml. resolution.py acts on the decisions; docs/concepts/outcome.md shows the rows.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import NamedTuple

from bingx_spot.core.order_state import OrderState
from bingx_spot.core.request import ApiCall
from bingx_spot.exceptions import (
    CallError,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    RateLimited,
    RequestRejected,
)
from bingx_spot.models import Response

#: The most requests of the operation itself in one call. Twenty equal errors would lock the endpoint.
MAXIMUM_ATTEMPTS = 6
#: The most queries in one call.
MAXIMUM_QUERIES = 30
#: Retries after an ambiguous attempt that do not need the shared retry budget.
FREE_RETRIES = 3
# Requests that may end in "not open" while queries say "open". One repeats what the first has met.
_MAXIMUM_REFUSALS = 3


@dataclass(slots=True)
class Facts:
    """What is known of one call. The properties are the conditions of the rules.

    Attributes:
        call: The call; by the permanent id as soon as a response has named it.
        response: The verified success of the operation, or None.
        error: The last error of the operation, or None.
        ambiguous: The last error after which a request may still take effect or have taken effect, or None.
        attempts: Number of requests of the operation.
        refusals: Number of them that ended in "not open".
        not_open: The last refusal "not open" or "not found", or None.
        refused_by_permanent_id: Whether that refusal is of a request by the permanent id.
        read: The last verified response of a query, or None.
        state: The state that it states, or None.
        not_found: Whether the last query found no order.
        queries: Number of queries.
        queried: Whether a query was made since the last request of the operation.
        query_rejected: Whether queries are rejected for a reason that does not pass, such as a permission.
        proven_open: Whether a read young enough found the order open, with no request left to take effect.
        seconds_since_start: How long the call has taken, in seconds.
        time_left: Whether there is time for one more request.
        can_open: Whether the exchange accepts the operation before the deadline.
        can_query_in_time: Whether it accepts the query before the deadline.
        budget_left: Whether the shared retry budget allows a retry.
        near_lock: Whether the last request was not sent, since one more equal error could lock the endpoint.
        out_of_permits: Whether no permit for the operation comes before the deadline.
        closed: Whether the client is closed.
    """

    call: ApiCall
    response: Response | None = None
    error: CallError | None = None
    ambiguous: OutcomeUnknown | None = None
    attempts: int = 0
    refusals: int = 0
    not_open: CallError | None = None
    refused_by_permanent_id: bool = False
    read: Response | None = None
    state: OrderState | None = None
    not_found: bool = False
    queries: int = 0
    queried: bool = False
    query_rejected: bool = False
    proven_open: bool = False
    seconds_since_start: float = 0.0
    time_left: bool = True
    can_open: bool = True
    can_query_in_time: bool = True
    budget_left: bool = True
    near_lock: bool = False
    out_of_permits: bool = False
    closed: bool = False

    @property
    def is_settleable(self) -> bool:
        """Return whether a query can settle the outcome."""
        return self.call.operation.settled_by is not None

    @property
    def by_permanent_id(self) -> bool:
        """Return whether the call names the order by an id that is never used again."""
        permanent = self.call.operation.permanent_id
        return permanent is None or permanent in self.call.parameters

    @property
    def can_query(self) -> bool:
        """Return whether one more query may be made."""
        allowed = self.queries < MAXIMUM_QUERIES and not self.query_rejected
        return self.is_settleable and allowed and self.time_left and self.can_query_in_time and not self.closed

    @property
    def can_retry(self) -> bool:
        """Return whether the operation may be sent once more."""
        possible = self.time_left and self.can_open and not (self.closed or self.out_of_permits)
        if not possible or self.attempts >= MAXIMUM_ATTEMPTS:
            return False
        if self.ambiguous is not None and self.call.operation.repeat == "never":
            return False
        return self.retry_is_free or self.budget_left

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
    def refused_not_open(self) -> bool:
        """Return whether the last request was refused because the order is not open or not found."""
        return self.error is not None and self.error is self.not_open

    @property
    def may_be_invisible(self) -> bool:
        """Return whether the order may be so new that it is not found yet."""
        timing = self.call.operation.timing
        return timing is not None and self.seconds_since_start < timing.visible_within


class Action(Enum):
    """What to do next."""

    RETURN_RESPONSE = auto()
    RETURN_READ = auto()
    RAISE_ALREADY_CANCELED = auto()
    RAISE_FILLED = auto()
    RAISE_FAILED = auto()
    RAISE_ERROR = auto()
    RAISE_STILL_OPEN = auto()
    RAISE_UNKNOWN = auto()
    RAISE_NOT_OPEN = auto()
    RAISE_NOT_FOUND = auto()
    SEND = auto()
    QUERY = auto()
    END = auto()


class Rule(NamedTuple):
    """One row of the table.

    Attributes:
        name: The row's name.
        known: The condition, in words.
        when: The condition.
        action: What to do.
        does: What to do, in words.
        reason: Why.
    """

    name: str
    known: str
    when: Callable[[Facts], bool]
    action: Action
    does: str
    reason: str


RULES = (
    Rule(
        "confirmed",
        "a success that names the order and says CANCELED",
        lambda facts: facts.response is not None,
        Action.RETURN_RESPONSE,
        "return the order",
        "A final state of the order asked for is believed.",
    ),
    Rule(
        "placed",
        "a query finds the order that an ambiguous request was to place",
        lambda facts: facts.call.operation.act == "place" and facts.state is not None,
        Action.RETURN_READ,
        "return the order",
        "An order that is found was placed, whatever its state.",
    ),
    Rule(
        "canceled-after-ambiguous",
        "a query says CANCELED, and an ambiguous request may have done it",
        lambda facts: facts.state is OrderState.CANCELED and facts.ambiguous is not None,
        Action.RETURN_READ,
        "return the order",
        "The order is cancelled, and a request of this call asked for it.",
    ),
    Rule(
        "canceled-before",
        "a query says CANCELED, and no request of this call can have done it",
        lambda facts: facts.state is OrderState.CANCELED,
        Action.RAISE_ALREADY_CANCELED,
        "raise `OrderAlreadyCanceled`",
        "A final state is believed, however old the read.",
    ),
    Rule(
        "filled",
        "a query says FILLED",
        lambda facts: facts.state is OrderState.FILLED,
        Action.RAISE_FILLED,
        "raise `OrderFilled`",
        "A final state is believed; no request can cancel the order any more.",
    ),
    Rule(
        "failed",
        "a query says FAILED, EXPIRED or REJECTED",
        lambda facts: facts.state is OrderState.FAILED,
        Action.RAISE_FAILED,
        "raise `OrderFailed`",
        "A final state is believed; no request can cancel the order any more.",
    ),
    Rule(
        "rejected",
        "the request was rejected for a reason that does not pass, and no request is ambiguous",
        lambda facts: facts.is_rejected and facts.ambiguous is None,
        Action.RAISE_ERROR,
        "raise the error: `AuthenticationError`, `PermissionDenied`, `ClockError`, `RequestRejected`",
        "The order is unaffected, and a retry would be rejected too.",
    ),
    Rule(
        "first",
        "nothing was sent yet",
        lambda facts: facts.attempts == 0 and facts.error is None,
        Action.SEND,
        "send the request",
        "A cancel needs no look at the order first.",
    ),
    Rule(
        "near-lock",
        "one more “not open” could lock the endpoint, and the order was not queried since",
        lambda facts: facts.near_lock and facts.can_query and not facts.queried,
        Action.QUERY,
        "query the order",
        "A query tells whether the order is open, and counts towards another limit.",
    ),
    Rule(
        "learn-the-id",
        "a request by client order id is ambiguous",
        lambda facts: (
            facts.ambiguous is not None
            and not facts.by_permanent_id
            and facts.can_query
            and not facts.queried
        ),
        Action.QUERY,
        "query the order, and use its order id from then on",
        "A client order id can be used again for a newer order, which a retry would cancel.",
    ),
    Rule(
        "retry",
        "the first request is ambiguous",
        lambda facts: facts.ambiguous is not None and facts.attempts == 1 and facts.can_retry and not facts.queried,
        Action.SEND,
        "send it again",
        "The same cancel twice cannot cancel anything else, and its response may tell at once.",
    ),
    Rule(
        "settle",
        "the request is ambiguous, refused as not open, or can be sent no more",
        lambda facts: (
            (facts.ambiguous is not None or facts.not_open is not None) and facts.can_query and not facts.queried
        ),
        Action.QUERY,
        "query the order",
        "Only a query tells what the order is now.",
    ),
    Rule(
        "not-found",
        "the request was refused as not open, and no query finds the order, long enough after a new one is visible",
        lambda facts: (
            facts.not_found
            and (facts.not_open is not None or facts.near_lock)
            and facts.ambiguous is None
            and not facts.may_be_invisible
        ),
        Action.RAISE_NOT_FOUND,
        "raise `OrderNotFound`",
        "Both say the same, and a new order would be visible by now.",
    ),
    Rule(
        "found-open",
        "a query says NEW, PENDING or PARTIALLY_FILLED",
        lambda facts: (
            facts.state is OrderState.OPEN
            and facts.queried
            and facts.can_retry
            and facts.refusals < _MAXIMUM_REFUSALS
        ),
        Action.SEND,
        "send the request again",
        "“Open” may be true or stale; one more cancel can do no harm either way.",
    ),
    Rule(
        "confirm-refusal",
        "the first request was refused as not open, queries fail, and a new order would be visible by now",
        lambda facts: (
            facts.refused_not_open
            and facts.refusals == 1
            and facts.ambiguous is None
            and facts.state is None
            and not facts.may_be_invisible
            and facts.can_retry
        ),
        Action.SEND,
        "send the request once more",
        "The refusal may have been of an order so new that it was not found yet.",
    ),
    Rule(
        "retry-ambiguous",
        "an ambiguous request, and a query that failed or, by order id, found no order",
        lambda facts: (
            facts.ambiguous is not None
            and facts.can_retry
            and not facts.refused_not_open
            and not facts.near_lock
            and (facts.by_permanent_id or not facts.not_found)
        ),
        Action.SEND,
        "send the request again",
        "Either response may be the first that tells.",
    ),
    Rule(
        "query-again",
        "an ambiguous or refused request, and queries that told nothing final",
        lambda facts: (facts.ambiguous is not None or facts.not_open is not None or facts.near_lock) and facts.can_query,
        Action.QUERY,
        "query again until the deadline, at growing intervals",
        "Reads lag behind writes by seconds.",
    ),
    Rule(
        "retry-not-sent",
        "the request did not reach the exchange, a limit ends in time, or a read got no response",
        lambda facts: (
            facts.ambiguous is None and facts.not_open is None and not facts.near_lock and facts.can_retry
        ),
        Action.SEND,
        "send the request again, to the fallback host after a network failure",
        "Nothing was executed.",
    ),
    Rule(
        "end",
        "nothing more can be done before the deadline",
        lambda _: True,
        Action.END,
        "end the call, by the rows of the second table",
        "A call ends by its deadline.",
    ),
)

ENDINGS = (
    Rule(
        "still-open",
        "a read that is young enough says open, and no request of this call can take effect any more",
        lambda facts: facts.proven_open and facts.ambiguous is None,
        Action.RAISE_STILL_OPEN,
        "raise `StillOpen`",
        "The read is younger than the last moment at which a request could take effect.",
    ),
    Rule(
        "unknown",
        "a request is ambiguous",
        lambda facts: facts.ambiguous is not None,
        Action.RAISE_UNKNOWN,
        "raise `OutcomeUnknown`",
        "It may have taken effect, or may do so yet; “open” and “not found” do not outweigh that.",
    ),
    Rule(
        "unknown-to-the-query",
        "the request was refused as not open, and the last query found no order",
        lambda facts: facts.not_found and (facts.not_open is not None or facts.near_lock),
        Action.RAISE_NOT_FOUND,
        "raise `OrderNotFound`",
        "Both say the same.",
    ),
    Rule(
        "state-not-learnt",
        "the request was refused as not open, by order id",
        lambda facts: isinstance(facts.not_open, OrderNotOpen) and facts.refused_by_permanent_id,
        Action.RAISE_NOT_OPEN,
        "raise `OrderNotOpen`",
        "The refusal is the exchange's own, and queries that say open are stale; what the order is was not learnt.",
    ),
    Rule(
        "client-order-id-not-found",
        "the request was refused as not open, by a client order id that no query has confirmed",
        lambda facts: isinstance(facts.not_open, OrderNotOpen),
        Action.RAISE_UNKNOWN,
        "raise `OutcomeUnknown`",
        "Orders are found by client order id for two hours only, so the order may be open.",
    ),
    Rule(
        "not-executed",
        "no request was ambiguous",
        lambda _: True,
        Action.RAISE_ERROR,
        "raise the last error: `NotSent`, `RateLimited`, `OrderNotFound`",
        "No request took effect, or can take effect.",
    ),
)


def decide(facts: Facts, rules: tuple[Rule, ...] = RULES) -> Rule:
    """Return the first rule whose condition holds.

    Args:
        facts: What is known of the call.
        rules: The table; it ends with a row that always holds.
    """
    return next(rule for rule in rules if rule.when(facts))

