"""Whether a call without a certain ending could have had one.

**Avoidable**: *unknown*, or *not_open*, although

- a response had reached the driver that proves a final state of the order: CANCELED, FILLED or FAILED, in any
  spelling that the contract takes, of the order in the request; or
- no cancel of the call was ambiguous (*unknown* only), unless one was refused as not open, by client order id
  or sooner than a new order is visible, and no query said "not found": nothing certain is known then; or
- a query that was sent `readsLag` after every ambiguous cancel had expired, and after every refusal as not
  open, said open (*unknown* only); or
- more than `LEAST_LEFT` of the deadline were left, and nothing forbade one more query in that time: a lock,
  the limit of queries a second, equal errors near the twentieth or of an exchange that goes on failing, the
  documented most of queries.

*not_found* is avoidable if the last request that was answered so was sent before a new order would have been
visible, and one more query was possible.
"""

from collections import Counter

from tools.simulate.driver import MOST_EQUAL_ERRORS, MOST_QUERIES, PERMIT_MARGIN
from tools.simulate.scenario import SEEN_CODE, Scenario
from tools.simulate.sent import Sent
from tools.simulate.timing import READS_LAG, REQUESTS_A_SECOND, TAKES_EFFECT_WITHIN, VISIBLE_WITHIN

#: After so many equal errors of one operation, one more attempt has to wait.
FREE_FAILURES = 12
#: With less than this left, in seconds, asking once more is no use.
LEAST_LEFT = 0.2


def why_avoidable(call: Scenario, ending: str, ended: float, clock: int, cancels: list[Sent]) -> str:
    """Return why a truthful ending could have been had, or nothing.

    Args:
        call: The call.
        ending: Its ending, a word of `verdict.ENDINGS`.
        ended: When it ended.
        clock: The exchange's time then, in Unix milliseconds.
        cancels: Its cancels.
    """
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
        doubtful = [sent for sent in cancels if sent.is_ambiguous]
        if not doubtful:
            return "" if _is_contradicted(call, cancels) else "no cancel was ambiguous"
        # As late as an honest driver has to think, whatever the two clocks say.
        expired = TAKES_EFFECT_WITHIN + max(
            max(sent.at + 2 * sent.window, ended + (sent.timestamp - clock) / 1000 + sent.window)
            for sent in doubtful
        )
        refused = max((sent.at for sent in cancels if sent.reply and sent.reply.not_open), default=0.0)
        for sent in call.network.sent:
            young = sent.at > max(expired, refused) + READS_LAG
            if young and sent.reply is not None and sent.reply.says_open:
                return "a young enough read said open"
    return "time was left to ask" if _may_ask(call, ended) else ""


def _is_named_twice(call: Scenario) -> bool:
    """Tell whether responses named two orders for one client id, which nothing can tell apart."""
    return len({sent.reply.names for sent in call.network.sent if sent.reply and sent.reply.names}) > 1


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
    replies = call.network.query_replies
    not_found = any(reply.not_open for reply in replies) and all(reply.names is None for reply in replies)
    return bool(refused) and not proven and not not_found


def _may_ask(call: Scenario, ended: float) -> bool:
    """Tell whether the driver, when it ended the call, could still have sent one more query in time."""
    if (
        len(call.network.queries) >= MOST_QUERIES
        or equal_errors(call) >= MOST_EQUAL_ERRORS
        or _is_spaced(call)
    ):
        return False
    return max(ended, _unlocked_at(call), _permitted_at(call, ended)) < call.timeout - LEAST_LEFT


def _is_spaced(call: Scenario) -> bool:
    """Tell whether the exchange has failed so often by one code that attempts are spread over a while."""
    replies = call.network.query_replies
    failed = [reply.code for reply in replies if not reply.certain]
    return bool(replies) and not replies[-1].certain and failed.count(replies[-1].code) >= FREE_FAILURES


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
    queries = [sent for sent in call.network.queries if not sent.unsent]
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


def equal_errors(call: Scenario) -> int:
    """Return how often the driver has seen the most frequent error of one operation."""
    seen = Counter({(operation, SEEN_CODE): call.seen for operation in ("cancel", "query")})
    for sent in call.network.sent:
        if sent.reply is not None and sent.reply.code:
            seen[sent.operation, sent.reply.code] += 1
    return max(seen.values())
