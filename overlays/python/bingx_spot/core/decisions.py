"""The decision table: what is known of a call, and what to do next.

`RULES`, and `ENDINGS` of endings.py, are tried from the top; the first row whose condition holds decides.
Three principles stand behind the rows:

1. Final states are believed, passing states are not. CANCELED, FILLED and FAILED cannot become untrue.
   "Open" and "not found" can be stale: reads lag behind writes.
2. An ambiguous request may take effect until it has expired, whatever made it ambiguous.
3. A word that the contract does not list proves nothing.

The numbers (how old a read may be, how long a request may take effect) are `timing` of `x-bingx-outcome` in
spec/openapi.yaml. resolution.py acts on the decisions; docs/concepts/outcome.md shows the rows.
"""

from collections.abc import Callable
from enum import Enum
from typing import NamedTuple

from bingx_spot.core.facts import Facts, OrderState

# Queries without an answer after which a cancel is sent again by client order id.
_QUERIES_BEFORE_REUSE = 3
# Requests that may end in "not open" while queries say "open". One repeats what the first has met.
_MAXIMUM_REFUSALS = 3


class Action(Enum):
    """What to do next, in words."""

    RETURN_RESPONSE = "return the order"
    RETURN_READ = "return the order that the query shows"
    RAISE_ALREADY_CANCELED = "raise `OrderAlreadyCanceled`"
    RAISE_FILLED = "raise `OrderFilled`"
    RAISE_FAILED = "raise `OrderFailed`"
    RAISE_ERROR = "raise the error"
    RAISE_STILL_OPEN = "raise `StillOpen`"
    RAISE_UNKNOWN = "raise `OutcomeUnknown`"
    RAISE_NOT_OPEN = "raise `OrderNotOpen`"
    RAISE_NOT_FOUND = "raise `OrderNotFound`"
    SEND = "send the request"
    QUERY = "query the order"
    QUERY_EACH = "query each order; return what became of them, or raise `OutcomeUnknown`"
    WAIT = "wait"
    END = "end the call"


class Rule(NamedTuple):
    """One row of the table.

    Attributes:
        name: The row's name.
        known: The condition, in words.
        when: The condition.
        action: What to do.
        reason: Why.
        more: What the words of the action leave out, or empty.
    """

    name: str
    known: str
    when: Callable[[Facts], bool]
    action: Action
    reason: str
    more: str = ""

    @property
    def does(self) -> str:
        """Return what to do, in words."""
        return self.action.value + self.more


RULES = (
    Rule(
        "confirmed",
        "a success that names the order and says CANCELED",
        lambda facts: facts.response is not None and facts.response_stands,
        Action.RETURN_RESPONSE,
        "A final state of the order in the request is believed.",
    ),
    Rule(
        "first",
        "nothing was sent yet",
        lambda facts: facts.attempts == 0 and facts.error is None,
        Action.SEND,
        "A cancel needs no look at the order first.",
    ),
    Rule(
        "each",
        "several orders, an ambiguous request, and a retry that failed or says that some are not cancelled",
        lambda facts: (
            facts.settles_each
            and facts.ambiguous is not None
            and (facts.response is not None or facts.attempts > 1 or not facts.can_retry)
        ),
        Action.QUERY_EACH,
        "The retry fails for the orders that the first request has cancelled.",
    ),
    Rule(
        "answer-in-doubt",
        "a success after an ambiguous request, and no query shows what that one did",
        lambda facts: facts.response is not None,
        Action.RAISE_UNKNOWN,
        "Only the answer to `repeat: same-answer` is that of the first request.",
    ),
    Rule(
        "placed",
        "a query finds the order that an ambiguous request was to place",
        lambda facts: facts.call.operation.act == "place" and facts.state is not None,
        Action.RETURN_READ,
        "An order that is found was placed, whatever its state.",
    ),
    Rule(
        "canceled-after-ambiguous",
        "a query says CANCELED, and an ambiguous request may have done it",
        lambda facts: facts.state is OrderState.CANCELED and facts.ambiguous is not None,
        Action.RETURN_READ,
        "The order is cancelled, and a request of this call may have done it.",
    ),
    Rule(
        "canceled-before",
        "a query says CANCELED, and no request of this call can have done it",
        lambda facts: facts.state is OrderState.CANCELED,
        Action.RAISE_ALREADY_CANCELED,
        "A final state is believed, however old the read.",
    ),
    Rule(
        "filled",
        "a query says FILLED",
        lambda facts: facts.state is OrderState.FILLED,
        Action.RAISE_FILLED,
        "A final state is believed; no request can cancel the order any more.",
    ),
    Rule(
        "failed",
        "a query says FAILED, EXPIRED or REJECTED",
        lambda facts: facts.state is OrderState.FAILED,
        Action.RAISE_FAILED,
        "A final state is believed; no request can cancel the order any more.",
    ),
    Rule(
        "rejected",
        "the request was rejected for a reason that does not pass, and no request is ambiguous",
        lambda facts: facts.is_rejected and facts.ambiguous is None,
        Action.RAISE_ERROR,
        "The order is unaffected, and a retry would be rejected too.",
        more=": `AuthenticationError`, `PermissionDenied`, `ClockError`, `RequestRejected`",
    ),
    Rule(
        "near-lock",
        "one more equal error could lock the endpoint, and the order was not queried since",
        lambda facts: facts.near_lock and facts.query_is_due,
        Action.QUERY,
        "A query shows whether the order is open, and counts towards another limit.",
    ),
    Rule(
        "learn-the-id",
        "a request by client order id is ambiguous",
        lambda facts: facts.ambiguous is not None and not facts.by_permanent_id and facts.query_is_due,
        Action.QUERY,
        "A client order id can be used again for a newer order, which a retry would cancel.",
        more=", and use its order id from then on",
    ),
    Rule(
        "unconfirmed-success",
        "a success that does not say CANCELED of the order in the request",
        lambda facts: facts.is_unconfirmed and facts.query_is_due,
        Action.QUERY,
        "The exchange has acted, and a query says how.",
    ),
    Rule(
        "retry",
        "the first request is ambiguous",
        lambda facts: (
            facts.ambiguous is not None and facts.attempts == 1 and facts.can_retry and not facts.queried
        ),
        Action.SEND,
        "The same cancel twice cannot cancel anything else, and its response may show the outcome at once.",
        more=" again",
    ),
    Rule(
        "settle",
        "the request is ambiguous, refused as not open, or can be sent no more; or a read before it proved "
        "the order open",
        lambda facts: (facts.is_in_doubt or facts.proven_open) and facts.query_is_due,
        Action.QUERY,
        "Only a query shows what the order is now.",
    ),
    Rule(
        "not-found",
        "the request was refused, and a query finds no order when even a new one would have been visible",
        lambda facts: (
            facts.not_found_is_confirmed
            and (facts.not_open is not None or facts.near_lock)
            and facts.ambiguous is None
        ),
        Action.RAISE_NOT_FOUND,
        "Both say the same, and a new order would have been visible.",
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
        "“Open” may be true or stale; one more cancel can do no harm either way.",
        more=" again",
    ),
    Rule(
        "confirm-refusal",
        "the request was refused as not open, no query was final, and a new order would be visible by now",
        lambda facts: (
            facts.refused_not_open
            and not facts.refusal_is_confirmed
            and facts.ambiguous is None
            and facts.seconds_since_start >= facts.visible_within
            and facts.can_retry
        ),
        Action.SEND,
        "The refusal may have been of an order so new that it was not found yet.",
        more=" once more",
    ),
    Rule(
        "retry-ambiguous",
        "an ambiguous request, and a query that failed or, by order id, found no order",
        lambda facts: (
            facts.ambiguous is not None
            and facts.can_retry
            and not facts.refused_not_open
            and not facts.near_lock
            and (facts.by_permanent_id or (facts.queries >= _QUERIES_BEFORE_REUSE and not facts.not_found))
        ),
        Action.SEND,
        "Either the cancel or the next query may be the first to get a clear response.",
        more=" again",
    ),
    Rule(
        "query-again",
        "an ambiguous or refused request, and queries that gave no final state",
        lambda facts: (facts.is_in_doubt or (facts.near_lock and facts.can_open)) and facts.can_query,
        Action.QUERY,
        "Reads lag behind writes by seconds.",
        more=" again until the deadline, at growing intervals",
    ),
    Rule(
        "wait-until-visible",
        "the request was refused as not open, no query can be made, and the order may be new",
        lambda facts: (
            facts.not_open is not None
            and facts.ambiguous is None
            and facts.seconds_since_start < facts.visible_within
            and facts.can_retry
            and not facts.near_lock
        ),
        Action.WAIT,
        "The request is sent once more then, to confirm the refusal.",
        more=" until a new order would be visible",
    ),
    Rule(
        "retry-not-sent",
        "the request did not reach the exchange, a limit ends in time, or a read got no response",
        lambda facts: not facts.is_in_doubt and not facts.near_lock and facts.can_retry,
        Action.SEND,
        "Nothing was executed.",
        more=" again, to the fallback host after a network failure",
    ),
    Rule(
        "wait-to-retry",
        "nothing else can be done, and the last attempts are kept for later",
        lambda facts: (
            facts.can_retry_later
            and facts.seconds_to_retry > 0
            and not facts.near_lock
            and not facts.refused_not_open
        ),
        Action.WAIT,
        "An exchange that recovers within the deadline gets the request.",
        more=", and send the request again in the last two thirds of the time",
    ),
    Rule(
        "end",
        "nothing more can be done before the deadline",
        lambda _: True,
        Action.END,
        "A call ends by its deadline.",
        more=", by the rows of the second table",
    ),
)


def decide(facts: Facts, rules: tuple[Rule, ...] = RULES) -> Rule:
    """Return the first rule of a table whose condition holds; the last one's always does."""
    return next(rule for rule in rules if rule.when(facts))
