"""How a server behaves during a call, and what must come of it; `expanded` makes it a vector."""

from collections.abc import Iterable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from tools.outcome_vectors.behaviours import CERTAIN, CLIENT_ID, ORDER_ID, SYMBOL, Behaviour

Request = Mapping[str, Any]

BY_ORDER_ID: Mapping[str, Any] = {"symbol": SYMBOL, "orderId": ORDER_ID}
BY_CLIENT_ID: Mapping[str, Any] = {"symbol": SYMBOL, "clientOrderID": CLIENT_ID}
#: Expected of a request or of an ending.
BY_ID_NOW: Mapping[str, Any] = {"orderId": ORDER_ID}
THE_CANCELED = {"orderId": str(ORDER_ID), "status": "CANCELED"}
THE_FILLED = {"orderId": str(ORDER_ID), "status": "FILLED"}
#: So long a call can prove that an order is open: its requests expire, and a younger read follows.
LONG = 4 * CERTAIN

#: What each flag means.
NOTES = {
    "Ambiguous": "A request may have taken effect, or may do so yet.",
    "Belief": "A success is believed only for what was asked, in words that the contract lists.",
    "Busy": "The exchange says that it is busy, under whatever code.",
    "ClientOrderId": "The order is named by an id that is found for two hours only and can be used again.",
    "Clock": "The exchange refuses the timestamp.",
    "CouldNotAsk": "The query that should tell gets no answer.",
    "Deadline": "The call ends in time, whatever happens.",
    "Final": "Cancelled, filled and failed cannot become untrue.",
    "IdAsText": "An id is a JSON text, which the response schema of the caller's view refuses.",
    "LateExecution": "The exchange executes after it has answered with an error.",
    "List": "One request about several orders.",
    "Lock": "The exchange accepts no such request for a while.",
    "NearLock": "One more equal error could lock the endpoint.",
    "NotOpen": "The cancel is refused: the order is not open, or not found.",
    "NotSent": "The exchange did not get the request.",
    "NotTyped": "The response schema of the caller's view refuses an answer.",
    "Placement": "The server does not see the parameters where they are.",
    "Refused": "The exchange refuses for a reason that does not pass.",
    "Restricted": "The cancel holds for one status only.",
    "StaleRead": "A read shows what was true seconds ago.",
}


def request(operation: str, **expected: Any) -> Request:
    """Return an expected request, with what is expected of it."""
    return {"operation": operation, **expected}


@dataclass(frozen=True)
class Scenario:
    """What is written by hand of a vector.

    Attributes:
        id: Its name.
        comment: What it shows.
        flags: Its subjects, with spaces between.
        sends: How the requests of the operation are answered, in turn; the last behaviour stays.
        requests: The first requests: `c` for the operation, `q` for the query, `t` for the time.
        ending: How the call ends.
        queries: How those of the operation that settles doubt are answered.
        more: At most how many more of the operation and of the query follow.
        advice: The kind of advice.
        expected: What else must be true at the end: `order`, `lists`, `row`, `code`, `retryAt`, times.
        times: How the requests of the time are answered.
        operation: The operation that is called.
        parameters: What the caller gives.
        timeout: How long the call may take, in seconds.
        earlier: Errors that this client has just met, with `operation`, `code` and `times`.
    """

    id: str
    comment: str
    flags: str
    sends: tuple[Behaviour, ...]
    requests: Iterable[str | Request]
    ending: str
    _: KW_ONLY
    queries: tuple[Behaviour, ...] = ()
    more: tuple[int, int] = (0, 0)
    advice: str = "nothing"
    expected: Mapping[str, Any] = field(default_factory=dict)
    times: tuple[Behaviour, ...] = ()
    operation: str = "cancelOrder"
    parameters: Mapping[str, Any] = field(default_factory=lambda: BY_ORDER_ID)
    timeout: float = 10
    earlier: Mapping[str, Any] | None = None


def expanded(scenario: Scenario) -> dict[str, Any]:
    """Return a scenario as outcome.json holds it, without the rows of the decision table."""
    names = {"c": scenario.operation, "q": "queryOrder", "t": "serverTime"}
    answered = {"queryOrder": scenario.queries, "serverTime": scenario.times, names["c"]: scenario.sends}
    more = dict(zip((names["q"], names["c"]), reversed(scenario.more), strict=True))
    first = [request(names[one]) if isinstance(one, str) else dict(one) for one in scenario.requests]
    return {
        "id": scenario.id,
        "comment": scenario.comment,
        "flags": scenario.flags.split(),
        "operation": scenario.operation,
        "parameters": dict(scenario.parameters),
        "timeout": scenario.timeout,
        **({"earlier": dict(scenario.earlier)} if scenario.earlier else {}),
        "server": {name: list(behaviours) for name, behaviours in answered.items() if behaviours},
        "expected": {
            "requests": first,
            "more": {name: count for name, count in more.items() if count},
            "ending": scenario.ending,
            "advice": scenario.advice,
            **scenario.expected,
        },
    }
