"""Judge a call: is its ending true, was a doubt avoidable, and did it break a rule on its way?

**Broken**: the call ended after its deadline; it sent more cancels or queries than documented; it cancelled
another order than the one whose id a response had named; it went past a limit, or met twenty equal errors; or
its error does not list every request.
"""

from dataclasses import dataclass

from tools.simulate.avoidable import equal_errors, why_avoidable
from tools.simulate.driver import MOST_CANCELS, MOST_QUERIES, Result, attempts_of, is_ours, order_of, said
from tools.simulate.lies import Truth, can_still_take_effect, reused_unnoticed, why_untrue
from tools.simulate.scenario import Scenario
from tools.simulate.sent import Sent
from tools.simulate.timing import EQUAL_ERRORS
from tools.simulate.world import CANCELED, FAILED, FILLED

#: How far past its deadline a call may end, in seconds of virtual time.
_LATE = 0.005
_BY_CLASS = {
    "OrderFilled": "filled",
    "OrderAlreadyCanceled": "already_canceled",
    "OrderFailed": "failed",
    "OrderNotOpen": "not_open",
    "OrderNotFound": "not_found",
    "StillOpen": "still_open",
    "NotExecuted": "unaffected",
    "OutcomeUnknown": "unknown",
}
ENDINGS = ("cancelled", *_BY_CLASS.values())


@dataclass(frozen=True, slots=True)
class Verdict:
    """What is wrong with a call; empty texts where nothing is.

    Attributes:
        ending: A word of `ENDINGS`, or `crash`.
        lie: Why its ending is not true.
        avoidable: Why a truthful ending could have been had.
        broken: Which rule it broke on its way.
        documented: Whether a client order id was used again where it could not be noticed.
        requests: How many it sent.
        cancels: How many of them were cancels.
    """

    ending: str
    lie: str
    avoidable: str
    broken: str
    documented: bool
    requests: int
    cancels: int

    @property
    def wrong(self) -> str:
        """Return the first thing that is wrong, or nothing."""
        return self.lie or self.avoidable or self.broken


def ending_of(result: Result) -> str:
    """Return the ending that a result stands for, a word of `ENDINGS`, or `crash`."""
    if not is_ours(result):
        return "crash"
    if said(result) == "cancelled":
        return "cancelled"
    status = order_of(result)[1]
    ending = next(_BY_CLASS[kind.__name__] for kind in type(result).__mro__ if kind.__name__ in _BY_CLASS)
    if ending != "not_open" or not status:
        return ending
    if status in FAILED:
        return "failed"
    return {FILLED: "filled", CANCELED: "already_canceled"}.get(status, "not_open")


def judge(call: Scenario, result: Result) -> Verdict:
    """Judge a call that has just ended; the rest of its world's events happen first."""
    ended, pending = call.world.now, can_still_take_effect(call)
    clock = call.world.clock_ms()
    was = {order.order_id: order.status for order in call.exchange.orders.values()}
    call.world.run_out()
    cancels = call.network.cancels
    ending = ending_of(result)
    lie = why_untrue(call, result, Truth(ended, pending, was, cancels), ending)
    documented = bool(lie) and reused_unnoticed(call)
    return Verdict(
        ending,
        "" if documented else lie,
        why_avoidable(call, ending, ended, clock, cancels),
        _broken(call, result, ended, cancels),
        documented,
        len(call.network.sent),
        len(cancels),
    )


def _broken(call: Scenario, result: Result, ended: float, cancels: list[Sent]) -> str:
    rules = (
        (ended - call.timeout - call.stalled > _LATE, "past its deadline"),
        (len(cancels) > MOST_CANCELS, "more cancels than documented"),
        (len(call.network.queries) > MOST_QUERIES, "more queries than documented"),
        (equal_errors(call) >= EQUAL_ERRORS, "twenty equal errors"),
        (
            attempts_of(result) not in (None, len(call.network.sent)),
            "the error does not list every request",
        ),
        (_cancelled_another(call), "it cancelled another order than the one that it knew"),
    )
    return next((text for broken, text in rules if broken), "".join(call.exchange.broken[:1]))


def _cancelled_another(call: Scenario) -> bool:
    """Tell whether the call cancelled another order than the one whose id a response had named."""
    known: int | None = None
    for sent in call.network.sent:
        if sent.executed is not None and known is not None and sent.executed.order_id != known:
            return True
        if known is None and sent.reply is not None:
            known = sent.reply.names
    return False
