"""The errors that end a call: what happened, what it means for the order, what to do."""

from dataclasses import replace

from bingx_spot.core.decisions import Action, Facts
from bingx_spot.core.request import ApiCall
from bingx_spot.exceptions import (
    CallError,
    ErrorDetails,
    OrderAlreadyCanceled,
    OrderFailed,
    OrderFilled,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    StillOpen,
)
from bingx_spot.models import Order

_NOTHING_TO_CANCEL = "There is nothing left to cancel."


def error_for(action: Action, facts: Facts, order: Order | None) -> CallError:
    """Return the error that ends a call.

    Args:
        action: The decision, one that raises.
        facts: What is known of the call.
        order: The order as a query stated it last, or None.
    """
    name = order_name(facts.call)
    if action is Action.RAISE_UNKNOWN:
        return _unknown(facts, name)
    if order is not None:
        if action is Action.RAISE_ALREADY_CANCELED:
            summary = f"{name} was already cancelled before this call."
            return OrderAlreadyCanceled(_details(facts, summary, _NOTHING_TO_CANCEL), order)
        if action is Action.RAISE_FILLED:
            summary = f"{name} is {order.status}; it was not cancelled."
            return OrderFilled(_details(facts, summary, _NOTHING_TO_CANCEL), order)
        if action is Action.RAISE_FAILED:
            summary = f"{name} is {order.status}; it was not cancelled."
            return OrderFailed(_details(facts, summary, _NOTHING_TO_CANCEL), order)
        if action is Action.RAISE_STILL_OPEN:
            summary = f"{name} is still open ({order.status}); no request of this call can take effect any more."
            return StillOpen(_details(facts, summary, "Cancel it again."), order)
    if action is Action.RAISE_NOT_FOUND:
        return OrderNotFound(_details(facts, f"The exchange does not find {_lower(name)}.", _not_found_hint(facts)))
    if action is Action.RAISE_NOT_OPEN:
        summary = f"{name} is not open; whether it was filled or cancelled could not be learnt before the deadline."
        return OrderNotOpen(_details(facts, summary, query_hint(facts.call)))
    assert facts.error is not None  # noqa: S101 - a call ends with an error, if it has no response
    return _not_executed(facts, facts.error, name)


def order_name(call: ApiCall) -> str:
    """Return the order of a call in words, such as `Order 1735964079647111281`.

    Args:
        call: A call that names an order; for others the operation's name is returned.
    """
    if "orderId" in call.parameters:
        return f"Order {call.parameters['orderId']}"
    if "clientOrderID" in call.parameters:
        return f'The order with client order id "{call.parameters["clientOrderID"]}"'
    return call.operation.operation_id


def query_hint(call: ApiCall) -> str:
    """Return how to find out the state of a call's order."""
    symbol = call.parameters.get("symbol")
    if "orderId" in call.parameters:
        named, option = f"order_id={call.parameters['orderId']}", f"--order-id {call.parameters['orderId']}"
    else:
        value = call.parameters.get("clientOrderID")
        named, option = f'client_order_id="{value}"', f"--client-order-id {value}"
    return f'Find out with query_order("{symbol}", {named}) or `bingx-spot query {symbol} {option}`'


def _unknown(facts: Facts, name: str) -> CallError:
    act = {"cancel": "was cancelled", "place": "was placed"}.get(facts.call.operation.act or "", "was changed")
    error = facts.ambiguous or facts.error
    assert error is not None  # noqa: S101 - an outcome is unknown because of an error
    hint = error.hint
    if facts.is_settleable:
        again = "; or cancel again, which can do no harm." if facts.call.operation.act == "cancel" else "."
        hint = f"{query_hint(facts.call)}{again}"
    details = replace(error.details, summary=f"Unknown whether {_lower(name)} {act}.", hint=hint)
    return error.with_details(details) if isinstance(error, OutcomeUnknown) else OutcomeUnknown(details)


def _not_executed(facts: Facts, error: CallError, name: str) -> CallError:
    if facts.call.operation.act == "cancel":
        return error.with_details(replace(error.details, summary=f"{name} was not cancelled."))
    return error


def _details(facts: Facts, summary: str, hint: str) -> ErrorDetails:
    """Return the details of the exchange's refusal, or else of the last error, under a new summary."""
    error = facts.not_open or facts.error
    if error is None:
        return ErrorDetails(summary.removesuffix("."), summary="", hint=hint)
    return replace(error.details, summary=summary, hint=hint)


def _not_found_hint(facts: Facts) -> str:
    if facts.by_permanent_id:
        return "Check the symbol and the id, and that the order belongs to this account and environment."
    return (
        "An order is found by its client order id for two hours only, and a new order not at once: this does "
        "not prove that no such order is open. Use the order id if you have it."
    )


def _lower(name: str) -> str:
    return name[0].lower() + name[1:]
