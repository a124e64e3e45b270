"""Every row of the decision table, reached by a call; docs/concepts/outcome.md shows the same rows."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any
from unittest import mock

import pytest

from bingx_spot import CallError, Response
from bingx_spot.core import resolution
from bingx_spot.core.decisions import RULES, Action, Rule, decide
from bingx_spot.core.endings import ENDINGS
from bingx_spot.core.facts import Facts
from bingx_spot.core.request import ApiCall
from bingx_spot_api.contract import BY_ID
from tests.support.samples import ORDER_ID, SYMBOL
from tests.unit.core.playing import (
    BAD_GATEWAY,
    CANCEL,
    CANCELLED,
    CANCELLING,
    DENIED,
    FILLED,
    HTML,
    NOT_FOUND,
    NOT_OPEN,
    OPEN,
    REFUSED,
    RESET,
    Exchange,
    Reply,
    answer,
    by_operation,
    forever,
    order,
    says,
)

BY_CLIENT_ID = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "bot_1"})
PLACING = ApiCall(replace(CANCEL, act="place", repeat="never", requires=()), CANCELLING.parameters)
SEVERAL = ApiCall.of(BY_ID["cancelOrders"], {"symbol": SYMBOL, "orderIds": str(ORDER_ID), "process": 1})
FAILED_ALREADY = answer({"code": 0, "data": {"orders": [], "fails": [{"orderId": str(ORDER_ID)}]}})
# May be sent twice; no query and no word shows what the first request did.
UNSETTLED = ApiCall(replace(CANCEL, settled_by=None, states=None, requires=()), CANCELLING.parameters)
OPEN_WITH_CLIENT_ID = order("NEW", clientOrderID="bot_1")


@dataclass(frozen=True)
class Scenario:
    """A call that meets a row of the table.

    Attributes:
        cancels: The replies to its cancels; the last one is repeated.
        queries: The replies to its queries, likewise.
        ending: The class of the error that it raises; None where it returns the order.
        call: The call.
        timeout: How long it may take, in seconds.
        near_lock: Whether so many equal errors came before that one more could lock the endpoint.
    """

    cancels: tuple[Reply, ...]
    queries: tuple[Reply, ...] = ()
    ending: str | None = None
    call: ApiCall = CANCELLING
    timeout: float = 10.0
    near_lock: bool = False


SCENARIOS = {
    "confirmed": Scenario((CANCELLED,)),
    "each": Scenario((RESET, FAILED_ALREADY), (CANCELLED,), call=SEVERAL),
    "answer-in-doubt": Scenario((RESET, CANCELLED), (), "OutcomeUnknown", call=UNSETTLED),
    "placed": Scenario((RESET,), (NOT_FOUND, FILLED), call=PLACING),
    "canceled-after-ambiguous": Scenario((RESET, NOT_OPEN), (CANCELLED,)),
    "canceled-before": Scenario((NOT_OPEN,), (CANCELLED,), "OrderAlreadyCanceled"),
    "filled": Scenario((NOT_OPEN,), (FILLED,), "OrderFilled"),
    "failed": Scenario((NOT_OPEN,), (order("EXPIRED"),), "OrderFailed"),
    "rejected": Scenario((DENIED,), (), "PermissionDenied"),
    "first": Scenario((CANCELLED,)),
    "near-lock": Scenario((CANCELLED,), (OPEN,), near_lock=True),
    "learn-the-id": Scenario((RESET, CANCELLED), (OPEN_WITH_CLIENT_ID,), call=BY_CLIENT_ID),
    "unconfirmed-success": Scenario((order("PENDING_CANCEL"),), (CANCELLED,)),
    "retry": Scenario((RESET, CANCELLED)),
    "settle": Scenario((NOT_OPEN,), (FILLED,), "OrderFilled"),
    "not-found": Scenario((NOT_OPEN,), (NOT_FOUND,), "OrderNotFound"),
    "found-open": Scenario((NOT_OPEN, CANCELLED), (OPEN,)),
    "confirm-refusal": Scenario((NOT_OPEN, CANCELLED), (HTML,)),
    "retry-ambiguous": Scenario((RESET, RESET, CANCELLED), (HTML,)),
    "query-again": Scenario((NOT_OPEN,), (HTML, HTML, FILLED), "OrderFilled"),
    "wait-until-visible": Scenario((NOT_OPEN, CANCELLED), (says(100410),)),
    "retry-not-sent": Scenario((REFUSED, CANCELLED)),
    "wait-to-retry": Scenario((REFUSED, REFUSED, REFUSED, REFUSED, CANCELLED)),
    "end": Scenario((REFUSED,), (), "NotSent"),
    "still-open": Scenario((BAD_GATEWAY,), (OPEN,), "StillOpen", timeout=120.0),
    "unknown": Scenario((BAD_GATEWAY,), (OPEN,), "OutcomeUnknown"),
    "unknown-to-the-query": Scenario((NOT_OPEN,), (NOT_FOUND,), "OrderNotFound", timeout=1.0),
    "state-not-learnt": Scenario((NOT_OPEN,), (HTML,), "OrderNotOpen"),
    "refusal-not-confirmed": Scenario((NOT_OPEN,), (HTML,), "OutcomeUnknown", call=BY_CLIENT_ID),
    "not-executed": Scenario((REFUSED,), (), "NotSent"),
}


def repeated(replies: tuple[Reply, ...]) -> Iterator[Reply]:
    yield from replies
    if replies:
        yield from forever(replies[-1])


def played(scenario: Scenario) -> tuple[Response | CallError | None, list[str]]:
    """Play a scenario, and return its result and the names of the rows that decided."""
    names: list[str] = []

    def note(facts: Facts, *rules: Any) -> Rule:
        rule = decide(facts, *rules)
        names.append(rule.name)
        return rule

    exchange = Exchange(fallback=None)
    if scenario.near_lock:
        exchange.lock_soon()
    reply = by_operation(repeated(scenario.cancels), repeated(scenario.queries))
    with mock.patch.object(resolution, "decide", note):
        result = exchange.play_on(reply, scenario.call, scenario.timeout, chance=0.5).result
    return result, names


@pytest.mark.parametrize("name", [rule.name for rule in (*RULES, *ENDINGS)])
def test_the_row_decides(name: str) -> None:
    scenario = SCENARIOS[name]
    result, names = played(scenario)
    assert name in names
    if scenario.ending is None:
        assert isinstance(result, Response)
    else:
        assert type(result).__name__ == scenario.ending
    assert names[-1] == name or name not in {rule.name for rule in ENDINGS}


def test_no_two_rows_have_one_name() -> None:
    names = [rule.name for rule in (*RULES, *ENDINGS)]
    assert len(set(names)) == len(names) == len(SCENARIOS)


@pytest.mark.parametrize("rules", [RULES, ENDINGS], ids=["rules", "endings"])
def test_the_last_row_always_holds(rules: tuple[Rule, ...]) -> None:
    assert rules[-1].when(Facts(CANCELLING))
    assert decide(Facts(CANCELLING, time_left=False), ENDINGS).action is Action.RAISE_ERROR


@pytest.mark.parametrize("rule", [*RULES, *ENDINGS], ids=lambda rule: rule.name)
def test_the_row_says_when_it_holds_what_it_does_and_why(rule: Rule) -> None:
    assert rule.known
    assert rule.does
    assert rule.reason.endswith(".")
