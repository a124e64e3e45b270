"""Whether a call's ending is true, at that moment and for ever after.

A request *can still take effect* if the driver does not know for certain that it was refused, done or never
sent, and `timestamp` + `recvWindow` + `takesEffectWithin` lie ahead by the exchange's clock. A cancel is
*ambiguous* if its response did not say for certain what became of it.

- *cancelled*: the order that is named is cancelled when the call ends, by a request of this call, or by
  anybody once a request of this call was ambiguous, for then the two look alike.
- *filled*, *failed*: the order has this final state when the call ends.
- *already_canceled*: the order is cancelled when the call ends, and not by a request of this call.
- *not_open*: the order is not open when the call ends, so never again, and no request of this call did it.
- *not_found*: a response said so, no query has found it, no request of this call has taken effect or can
  still take effect.
- *still_open*: the order was open within the `readsLag` before the last query that said so, no request of
  this call has taken effect or can still take effect.
- *unaffected* (every other `NotExecuted`): no request of this call has taken effect or can still take effect.
- *unknown* is never a lie. Anything but a response or a `CallError` always is.

**Documented**: a client order id that was used for a newer order before any response had named an order id.
The two cannot be told apart then, so an ending that names the newer one is not called a lie.
"""

from dataclasses import dataclass

from tools.simulate.driver import Result, order_of
from tools.simulate.scenario import Scenario
from tools.simulate.sent import Sent
from tools.simulate.timing import READS_LAG, TAKES_EFFECT_WITHIN
from tools.simulate.world import CANCELED, FAILED, FILLED, OPEN, OURS, Order

_STATES = ("cancelled", "filled", "already_canceled", "failed")


@dataclass(frozen=True, slots=True)
class Truth:
    """What was true when a call ended.

    Attributes:
        ended: When that was.
        pending: Whether one of its requests could still cancel the order.
        was: The orders' states, by id.
        cancels: Its cancels; they know what became of them later.
    """

    ended: float
    pending: bool
    was: dict[int, str]
    cancels: list[Sent]


def why_untrue(call: Scenario, result: Result, facts: Truth, ending: str) -> str:
    """Return why an ending is not true, or nothing.

    Args:
        call: The call.
        result: What it returned or raised.
        facts: What was true when it ended.
        ending: A word of `verdict.ENDINGS`, or `crash`.
    """
    if ending == "crash":
        return f"{type(result).__name__}: {result}"
    named = order_of(result)[0]
    order = call.meant if named is None else call.exchange.orders.get(named)
    if named is not None and order is not call.meant and not reused_unnoticed(call):
        return "it speaks of another order"
    if ending in _STATES:
        return _false_state(order, facts, ending)
    if ending == "not_open":
        return _false_not_open(order, facts)
    return "" if ending == "unknown" else _false_not_executed(call, order, facts, ending)


def _false_still_open(call: Scenario, order: Order | None, facts: Truth) -> str:
    read = max((sent.at for sent in call.network.sent if sent.reply and sent.reply.says_open), default=None)
    if read is None:
        return "no response said so"
    if any(sent.at > read and sent.reply and sent.reply.not_open for sent in facts.cancels):
        return "a later response said that it is not"
    return "" if _was_open(order, read - READS_LAG, facts.ended) else "it was not open"


def _false_not_executed(call: Scenario, order: Order | None, facts: Truth, ending: str) -> str:
    if ending == "still_open" and (why := _false_still_open(call, order, facts)):
        return why
    if ending == "not_found" and not any(sent.reply and sent.reply.not_open for sent in call.network.sent):
        return "no response said so"
    if ending == "not_found" and _was_named(call):
        return "a query had found it"
    if any(sent.executed for sent in facts.cancels):
        return "a request of ours has cancelled it, or does so later"
    return "a request of ours can still take effect" if facts.pending else ""


def _was_open(order: Order | None, begin: float, end: float) -> bool:
    return order is not None and order.was_open_within(begin, end)


def _false_state(order: Order | None, facts: Truth, ending: str) -> str:
    status = "" if order is None else facts.was.get(order.order_id, "")
    if ending == "failed":
        return "" if status in FAILED else f"it is {status or 'not there'}"
    if status != (FILLED if ending == "filled" else CANCELED):
        return f"it is {status or 'not there'}"
    ours = any(sent.executed is order for sent in facts.cancels)
    if ending == "already_canceled":
        return "a request of ours has cancelled it" if ours else ""
    if ending == "cancelled" and not ours and not any(sent.is_ambiguous for sent in facts.cancels):
        return "nothing of ours has cancelled it"
    return ""


def _false_not_open(order: Order | None, facts: Truth) -> str:
    if order is not None and facts.was.get(order.order_id) in OPEN:
        return "it is open"
    return "a request of ours has cancelled it" if order is not None and order.by == OURS else ""


def can_still_take_effect(call: Scenario) -> bool:
    """Tell whether what this call has sent can still cancel the order, as far as the driver knows."""
    now, clock = call.world.now, call.world.clock_ms()
    if call.meant is None or not call.meant.is_open:
        return False
    for sent in call.network.sent:
        if sent.operation == "cancel" and sent.is_ambiguous:
            until = (sent.timestamp - clock) / 1000 + sent.window + TAKES_EFFECT_WITHIN
            if (sent.expires - now if sent.arrived else until) > 0:
                return True
    return False


def reused_unnoticed(call: Scenario) -> bool:
    """Tell whether the client order id was used again before a response had named an order id."""
    if call.newer is None or call.newer.order_id not in call.exchange.orders:
        return False
    known = [
        sent.replied for sent in call.network.sent if sent.reply is not None and sent.reply.names is not None
    ]
    return not known or known[0] > call.newer.placed


def _was_named(call: Scenario) -> bool:
    """Tell whether a query has named the order as the request did, whatever its state."""
    return any(reply.names is not None and not reply.names_otherwise for reply in call.network.query_replies)
