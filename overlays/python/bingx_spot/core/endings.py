"""How a call ends that has no certain answer: the rows that choose the error, and its text.

A text says what happened, what it means for the order, and what to do.
"""

from collections.abc import Iterable
from dataclasses import replace

from bingx_spot.core.decisions import Action, Rule
from bingx_spot.core.facts import Facts, OrderState, settling_query
from bingx_spot.core.request import ApiCall
from bingx_spot.error_details import ErrorDetails
from bingx_spot.exceptions import (
    CallError,
    OrderAlreadyCanceled,
    OrderFailed,
    OrderFilled,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    StillOpen,
)
from bingx_spot.models import Order
from bingx_spot.suggestions import looks_rounded
from bingx_spot_api.contract import Parameter

ENDINGS = (
    Rule(
        "still-open",
        "a read that is young enough says open, and no request of this call can take effect any more",
        lambda facts: facts.proven_open and not facts.is_in_doubt,
        Action.RAISE_STILL_OPEN,
        "The read is younger than every refusal, and than the last moment at which one could take effect.",
    ),
    Rule(
        "unknown",
        "a request is ambiguous",
        lambda facts: facts.ambiguous is not None,
        Action.RAISE_UNKNOWN,
        "It may have taken effect, or may do so yet; “open” and “not found” do not outweigh that.",
    ),
    Rule(
        "unknown-to-the-query",
        "the request was refused as not open, and the last query found no order",
        lambda facts: facts.not_found and (facts.not_open is not None or facts.near_lock),
        Action.RAISE_NOT_FOUND,
        "Both say the same.",
    ),
    Rule(
        "state-not-learnt",
        "the request was refused as not open, by order id, when even a new order would have been visible",
        lambda facts: (
            isinstance(facts.not_open, OrderNotOpen)
            and facts.refused_by_permanent_id
            and facts.refusal_is_confirmed
            and not facts.is_restricted
        ),
        Action.RAISE_NOT_OPEN,
        "The refusal is the exchange's own word, and queries that say open are stale.",
    ),
    Rule(
        "refusal-not-confirmed",
        "the same by client order id, too soon, or with a restriction to a status; or it was refused as not "
        "found, and a query says open",
        lambda facts: (
            isinstance(facts.not_open, OrderNotOpen)
            or (facts.not_open is not None and facts.state is OrderState.OPEN)
        ),
        Action.RAISE_UNKNOWN,
        "An order is found by client order id for two hours only, a new order not at once, the refusal may "
        "be about the restriction, and an order that a query has found exists.",
    ),
    Rule(
        "not-executed",
        "no request was ambiguous",
        lambda _: True,
        Action.RAISE_ERROR,
        "No request took effect, or can take effect.",
        more=": `NotSent`, `RateLimited`, `OrderNotFound`",
    ),
)

_DO_NOTHING = "Do nothing: there is nothing left to cancel."
_WITH_ORDER: dict[Action, tuple[type[OrderNotOpen | StillOpen], str, str]] = {
    Action.RAISE_ALREADY_CANCELED: (
        OrderAlreadyCanceled,
        "{name} was already cancelled, and not by this call.",
        _DO_NOTHING,
    ),
    Action.RAISE_FILLED: (OrderFilled, "{name} is {status}; it was not cancelled.", _DO_NOTHING),
    Action.RAISE_FAILED: (OrderFailed, "{name} is {status}; it was not cancelled.", _DO_NOTHING),
    Action.RAISE_STILL_OPEN: (
        StillOpen,
        "{name} is still open ({status}); no request of this call can take effect any more.",
        "Cancel it again.",
    ),
}
# What "not found" does not prove, and what to do.
_BY_PERMANENT_ID = (
    "A new one may be found only after some seconds.",
    "Check the symbol and the id, and that the order belongs to this account and environment.",
)
_ROUNDED = "The order id ends in zeros, as if it was rounded: take it from its source, as text."
_BY_CLIENT_ORDER_ID = (
    "An order is found by its client order id for two hours only, and a new order not at once: this does "
    "not prove that no such order is open.",
    "Use the order id if you have it.",
)
_PAST_TENSE: dict[str | None, str] = {"cancel": "was cancelled", "place": "was placed"}


def error_for(action: Action, facts: Facts, order: Order | None) -> CallError:
    """Return the error that an action raises; `order` is the order as a query stated it last, or None."""
    call = facts.call
    if action is Action.RAISE_UNKNOWN:
        return _unknown(facts)
    if action is Action.RAISE_NOT_FOUND:
        limit, hint = _BY_PERMANENT_ID if facts.by_permanent_id else _BY_CLIENT_ORDER_ID
        if facts.by_permanent_id and (named := _id_of(call)) and looks_rounded(named[1]):
            hint = f"{hint} {_ROUNDED}"
        summary = f"The exchange does not find {_lower(order_name(call))}.{_last_query(facts)} {limit}"
        return OrderNotFound(_details(facts, summary, hint))
    if action is Action.RAISE_NOT_OPEN:
        unlearnt = "whether it was filled, was cancelled or never existed could not be learnt"
        summary = f"{order_name(call)} is not open; {unlearnt} before the deadline.{_last_query(facts)}"
        return OrderNotOpen(_details(facts, summary, query_hint(call, facts.environment)))
    if action in _WITH_ORDER and order is not None:
        kind, text, hint = _WITH_ORDER[action]
        return kind(_details(facts, text.format(name=order_name(call), status=order.status), hint), order)
    error = facts.error
    assert error is not None  # a call without a response ends with an error
    if call.operation.act != "cancel":
        return error
    did, hint = "was not cancelled", error.hint
    if _id_of(call) is None:
        did = "cancelled nothing"
        if isinstance(error, OrderNotOpen | OrderNotFound):
            # The table's advice is about an order's id.
            hint = call.operation.advice or hint
    return error.with_details(replace(error.details, summary=f"{order_name(call)} {did}.", hint=hint))


def order_name(call: ApiCall) -> str:
    """Return the order of a call in words, such as `Order 1735964079647111281`; else the operation's name."""
    named = _id_of(call)
    if named is None:
        return call.operation.operation_id
    argument, value = named
    if argument.name == call.operation.permanent_id:
        return f"Order {value}"
    return f'The order with {argument.python_name.replace("_", " ")} "{value}"'


def query_hint(call: ApiCall, environment: str) -> str:
    """Return how to find out the state of a call's order; `environment` is what `--env` takes, or empty."""
    query = settling_query(call)
    symbol, named = query.parameters.get("symbol"), _id_of(query)
    if named is None:
        return f"Find out with {query.operation.operation_id}"
    argument, value = named
    given = f'"{value}"' if argument.type == "string" else value
    option = f"--{argument.python_name.replace('_', '-')} {value}"
    env = f" --env {environment}" if environment else ""
    query_order = f'query_order("{symbol}", {argument.python_name}={given})'
    return f"Find out with {query_order} or `bingx-spot query {symbol} {option}{env}`"


def unknown_orders(facts: Facts, names: Iterable[str]) -> CallError:
    """Return the error for a call about several orders, of which those with these ids are in doubt."""
    summary = f"Unknown whether these orders were cancelled: {', '.join(names)}."
    assert facts.ambiguous is not None  # else nothing is in doubt
    details = replace(facts.ambiguous.details, summary=summary, hint="Query each of them.")
    return facts.ambiguous.with_details(details)


def _unknown(facts: Facts) -> CallError:
    call, operation = facts.call, facts.call.operation
    error = facts.ambiguous or facts.not_open or facts.error
    assert error is not None  # an outcome is unknown because of an error
    hint = operation.advice or error.hint
    if facts.is_settleable:
        # By client order id, another cancel could hit a newer order that uses the id again.
        harmless = operation.act == "cancel" and operation.repeat != "never" and facts.by_permanent_id
        again = "; or cancel again, which can do no harm." if harmless else "."
        hint = f"{query_hint(call, facts.environment)}{again}"
    act = _PAST_TENSE.get(operation.act, "was changed")
    summary = f"Unknown whether {_lower(order_name(call))} {act}."
    if _id_of(call) is None:
        summary = f"Unknown whether {operation.operation_id} took effect."
    elif facts.ambiguous is None:
        summary = f"{summary} This call did not change it; it may be open."
    details = replace(error.details, summary=f"{summary}{_last_query(facts)}", hint=hint)
    locked_until = facts.error.details.retry_at if facts.error is not None and not facts.can_open else None
    if locked_until is not None:
        hint = f"Wait until the time in retry_at; the exchange accepts no such request before. {hint}"
        details = replace(details, retry_at=locked_until, hint=hint)
    return error.with_details(details) if isinstance(error, OutcomeUnknown) else OutcomeUnknown(details)


def _last_query(facts: Facts) -> str:
    return f" The last query {facts.last_query}." if facts.last_query else ""


def _id_of(call: ApiCall) -> tuple[Parameter, object] | None:
    """Return the parameter that names the one order of a call, and its value."""
    for argument in call.operation.arguments:
        is_id = argument.name in call.operation.exactly_one_of and argument.form is None
        if is_id and argument.name in call.parameters:
            return argument, call.parameters[argument.name]
    return None


def _details(facts: Facts, summary: str, hint: str) -> ErrorDetails:
    """Return the details of the exchange's refusal, or else of the last error, under a new summary."""
    error = facts.not_open or facts.error
    if error is None:
        return ErrorDetails(summary.removesuffix("."), hint=hint)
    return replace(error.details, summary=summary, hint=hint)


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
