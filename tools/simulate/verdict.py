"""Hold what a call returned or raised against the truth, at that moment and for ever after.

A request *can still take effect* if the driver does not know for certain that it was refused, done or never
sent, and `timestamp` + `recvWindow` + `takesEffectWithin` lie ahead by the exchange's clock. A cancel is
*ambiguous* if its response did not say for certain what became of it.

**Lies**

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

**Avoidable**: *unknown*, or *not_open*, although

- a response had reached the driver that proves a final state of the order: CANCELED, FILLED or FAILED, in any
  spelling that the contract takes, of the order in the request; or
- no cancel of the call was ambiguous (*unknown* only), unless one was refused as not open, by client order id
  or sooner than a new order is visible, and no query said "not found": nothing certain is known then; or
- a query that was sent `readsLag` after every ambiguous cancel had expired said open (*unknown* only); or
- more than `LEAST_LEFT` of the deadline were left, and nothing forbade one more query in that time: a lock,
  the limit of queries a second, equal errors near the twentieth, the documented most of queries.

*not_found* is avoidable if the last request that was answered so was sent before a new order would have been
visible, and one more query was possible.

**Broken**: the call ended after its deadline; it sent more cancels or queries than documented; it cancelled
another order than the one whose id a response had named; it went past a limit, or met twenty equal errors; or
its error does not list every request.

**Documented**: a client order id that was used for a newer order before any response had named an order id.
The two cannot be told apart then, so an ending that names the newer one is not called a lie.
"""

from collections import Counter
from dataclasses import dataclass

from tools.simulate.driver import (
    MOST_CANCELS,
    MOST_EQUAL_ERRORS,
    MOST_QUERIES,
    PERMIT_MARGIN,
    Result,
    attempts_of,
    is_ours,
    order_of,
    said,
)
from tools.simulate.exchange import Sent
from tools.simulate.scenario import SEEN_CODE, Scenario
from tools.simulate.timing import (
    EQUAL_ERRORS,
    READS_LAG,
    REQUESTS_A_SECOND,
    TAKES_EFFECT_WITHIN,
    VISIBLE_WITHIN,
)
from tools.simulate.wording import Reply
from tools.simulate.world import CANCELED, FAILED, FILLED, OPEN, OURS, Order

#: With less than this left, in seconds, asking once more is no use.
LEAST_LEFT = 0.2
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
_STATES = ("cancelled", "filled", "already_canceled", "failed")


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
    ended, pending = call.world.now, _can_still_take_effect(call)
    clock = call.world.clock_ms()
    was = {order.order_id: order.status for order in call.exchange.orders.values()}
    call.world.run_out()
    cancels = [sent for sent in call.network.sent if sent.operation == "cancel"]
    ending = ending_of(result)
    lie = _lie(call, result, _Facts(ended, pending, was, cancels), ending)
    documented = bool(lie) and _reused_unnoticed(call)
    return Verdict(
        ending,
        "" if documented else lie,
        _avoidable(call, ending, ended, clock, cancels),
        _broken(call, result, ended, cancels),
        documented,
        len(call.network.sent),
        len(cancels),
    )


@dataclass(frozen=True, slots=True)
class _Facts:
    ended: float
    pending: bool
    was: dict[int, str]
    cancels: list[Sent]


def _lie(call: Scenario, result: Result, facts: _Facts, ending: str) -> str:
    if ending == "crash":
        return f"{type(result).__name__}: {result}"
    named = order_of(result)[0]
    order = call.meant if named is None else call.exchange.orders.get(named)
    if named is not None and order is not call.meant and not _reused_unnoticed(call):
        return "it speaks of another order"
    if ending in _STATES:
        return _false_state(order, facts, ending)
    if ending == "not_open":
        return _false_not_open(order, facts)
    return "" if ending == "unknown" else _false_not_executed(call, order, facts, ending)


def _false_not_executed(call: Scenario, order: Order | None, facts: _Facts, ending: str) -> str:
    read = max((sent.at for sent in call.network.sent if sent.reply and sent.reply.says_open), default=None)
    if ending == "still_open" and read is None:
        return "no response said so"
    if read is not None and ending == "still_open" and not _was_open(order, read - READS_LAG, facts.ended):
        return "it was not open"
    if ending == "not_found" and not any(sent.reply and sent.reply.not_open for sent in call.network.sent):
        return "no response said so"
    if ending == "not_found" and _was_named(call):
        return "a query had found it"
    if any(sent.executed for sent in facts.cancels):
        return "a request of ours has cancelled it, or does so later"
    return "a request of ours can still take effect" if facts.pending else ""


def _was_open(order: Order | None, begin: float, end: float) -> bool:
    return order is not None and order.was_open_within(begin, end)


def _false_state(order: Order | None, facts: _Facts, ending: str) -> str:
    status = "" if order is None else facts.was.get(order.order_id, "")
    if ending == "failed":
        return "" if status in FAILED else f"it is {status or 'not there'}"
    if status != (FILLED if ending == "filled" else CANCELED):
        return f"it is {status or 'not there'}"
    ours = any(sent.executed is order for sent in facts.cancels)
    if ending == "already_canceled":
        return "a request of ours has cancelled it" if ours else ""
    if ending == "cancelled" and not ours and not any(map(_is_ambiguous, facts.cancels)):
        return "nothing of ours has cancelled it"
    return ""


def _false_not_open(order: Order | None, facts: _Facts) -> str:
    if order is not None and facts.was.get(order.order_id) in OPEN:
        return "it is open"
    return "a request of ours has cancelled it" if order is not None and order.by == OURS else ""


def _is_ambiguous(sent: Sent) -> bool:
    return not sent.unsent and not (sent.reply is not None and sent.reply.certain)


def _can_still_take_effect(call: Scenario) -> bool:
    """Tell whether what this call has sent can still cancel the order, as far as the driver knows."""
    now, clock = call.world.now, call.world.clock_ms()
    if call.meant is None or not call.meant.is_open:
        return False
    for sent in call.network.sent:
        if sent.operation == "cancel" and _is_ambiguous(sent):
            until = (sent.timestamp - clock) / 1000 + sent.window + TAKES_EFFECT_WITHIN
            if (sent.expires - now if sent.arrived else until) > 0:
                return True
    return False


def _reused_unnoticed(call: Scenario) -> bool:
    """Tell whether the client order id was used again before a response had named an order id."""
    if call.newer is None or call.newer.order_id not in call.exchange.orders:
        return False
    known = [
        sent.replied for sent in call.network.sent if sent.reply is not None and sent.reply.names is not None
    ]
    return not known or known[0] > call.newer.placed


def _is_named_twice(call: Scenario) -> bool:
    """Tell whether responses named two orders for one client id, which nothing can tell apart."""
    return len({sent.reply.names for sent in call.network.sent if sent.reply and sent.reply.names}) > 1


def _avoidable(call: Scenario, ending: str, ended: float, clock: int, cancels: list[Sent]) -> str:
    if ending == "not_found":
        return _too_early(call, ended)
    if ending not in ("unknown", "not_open") or _is_named_twice(call):
        return ""
    for sent in call.network.sent:
        reply = sent.reply
        if (
            reply is not None
            and reply.proves
            and call.meant is not None
            and reply.names == call.meant.order_id
        ):
            return f"a response proved it {reply.proves}"
    if ending == "unknown":
        doubtful = [sent for sent in cancels if _is_ambiguous(sent)]
        if not doubtful:
            return "" if _is_contradicted(call, cancels) else "no cancel was ambiguous"
        # As late as an honest driver has to think, whatever the two clocks say.
        expired = TAKES_EFFECT_WITHIN + max(
            max(sent.at + 2 * sent.window, ended + (sent.timestamp - clock) / 1000 + sent.window)
            for sent in doubtful
        )
        for sent in call.network.sent:
            if sent.reply is not None and sent.reply.says_open and sent.at > expired + READS_LAG:
                return "a young enough read said open"
    return "time was left to ask" if _may_ask(call, ended) else ""


def _too_early(call: Scenario, ended: float) -> str:
    """Return why "not found" came too early, where a new order would not have been visible yet."""
    last = max(
        (sent.at for sent in call.network.sent if sent.reply is not None and sent.reply.not_open), default=0.0
    )
    return "a new order would not be visible yet" if last < VISIBLE_WITHIN and _may_ask(call, ended) else ""


def _is_contradicted(call: Scenario, cancels: list[Sent]) -> bool:
    """Tell whether a cancel was refused as not open, and neither that nor a query proves anything."""
    refused = [sent for sent in cancels if sent.reply is not None and sent.reply.not_open]
    proven = any(sent.order_id is not None and sent.at >= VISIBLE_WITHIN for sent in refused)
    replies = _read(call)
    not_found = any(reply.not_open for reply in replies) and all(reply.names is None for reply in replies)
    return bool(refused) and not proven and not not_found


def _was_named(call: Scenario) -> bool:
    """Tell whether a query has named the order as the request did, whatever its state."""
    return any(reply.names is not None and not reply.names_otherwise for reply in _read(call))


def _read(call: Scenario) -> list[Reply]:
    """Return the responses of queries."""
    return [sent.reply for sent in call.network.sent if sent.operation == "query" and sent.reply is not None]


def _may_ask(call: Scenario, ended: float) -> bool:
    """Tell whether the driver, when it ended the call, could still have sent one more query in time."""
    if _queries(call) >= MOST_QUERIES or _equal_errors(call) >= MOST_EQUAL_ERRORS:
        return False
    return max(ended, _unlocked_at(call), _permitted_at(call, ended)) < call.timeout - LEAST_LEFT


def _queries(call: Scenario) -> int:
    return sum(sent.operation == "query" for sent in call.network.sent)


def _unlocked_at(call: Scenario) -> float:
    """Return when the last lock ends that the driver has to keep to, as far as it can know."""
    return max(
        (
            sent.replied + sent.reply.locks
            for sent in call.network.sent
            if sent.reply is not None and (sent.operation == "query" or sent.reply.locks_all)
        ),
        default=0.0,
    )


def _permitted_at(call: Scenario, ended: float) -> float:
    """Return when the limit of queries allows one more; it is halved by each lock."""
    queries = [sent for sent in call.network.sent if sent.operation == "query" and not sent.unsent]
    allowed = REQUESTS_A_SECOND["query"]
    for sent in queries:
        if sent.reply is not None and sent.reply.locks and sent.reply.allows is None:
            allowed //= 2
    if not allowed:
        return call.timeout
    # A request without a response is counted for longer, for it may arrive later.
    ends = sorted((sent.at + PERMIT_MARGIN if sent.reply is None else sent.replied) + 1.0 for sent in queries)
    moment = ends[-allowed] if len(ends) >= allowed else 0.0
    for index, sent in enumerate(queries):
        if sent.reply is not None and sent.reply.allows is not None:
            used = len(queries) - index - 1
            moment = max(moment, sent.replied + 1.0 if sent.reply.allows <= used else 0.0)
    return max(moment, ended)


def _equal_errors(call: Scenario) -> int:
    """Return how often the driver has seen the most frequent error of one operation."""
    seen = Counter({(operation, SEEN_CODE): call.seen for operation in ("cancel", "query")})
    for sent in call.network.sent:
        if sent.reply is not None and sent.reply.code:
            seen[sent.operation, sent.reply.code] += 1
    return max(seen.values())


def _broken(call: Scenario, result: Result, ended: float, cancels: list[Sent]) -> str:
    rules = (
        (ended - call.timeout - call.stalled > _LATE, "past its deadline"),
        (len(cancels) > MOST_CANCELS, "more cancels than documented"),
        (_queries(call) > MOST_QUERIES, "more queries than documented"),
        (_equal_errors(call) >= EQUAL_ERRORS, "twenty equal errors"),
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
