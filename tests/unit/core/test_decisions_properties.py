"""Whatever happens to its requests, a cancel never reports what is not so."""

from collections import Counter
from typing import Any

import pytest
from hypothesis import event, example, given, settings
from hypothesis import strategies as st

from bingx_spot import CallError, NotExecuted, OrderNotOpen, OutcomeUnknown, Response
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from tests.support.samples import Unlimited
from tests.support.scripted_time import ScriptedTime
from tests.unit.core.modelled import DOUBTFUL, OPEN_WORDS, UNTOUCHED, Happening, ModelledExchange
from tests.unit.core.playing import CANCELLING, FALLBACK, QUERYING, Exchange, Played

HOUR = 3_600_000
# One attempt or query for each of the ever shorter pauses that ten seconds have room for, and the rest.
MOST_REQUESTS = 60

SPOILT = [*DOUBTFUL, *DOUBTFUL, *DOUBTFUL, *UNTOUCHED]


RARELY = st.sampled_from([False] * 9 + [True])


def happenings(comes: st.SearchStrategy[str]) -> st.SearchStrategy[list[Happening]]:
    one = st.builds(
        Happening,
        comes=comes,
        executed=RARELY,
        late=st.booleans(),
        seconds=st.sampled_from([0.0, 0.05, 1.0, 5.0]),
        before=st.sampled_from([*[""] * 20, "FILLED", "CANCELED", "FAILED", "PARTIALLY_FILLED"]),
        catches_up=RARELY,
    )
    return st.lists(one, min_size=1, max_size=8)


CANCELS = happenings(st.sampled_from(["truth", *SPOILT]))
OTHERS = happenings(st.sampled_from(["truth"] * 3 * len(SPOILT) + SPOILT))
CIRCUMSTANCES = st.fixed_dictionaries(
    {},
    optional={
        "status": st.sampled_from(["PARTIALLY_FILLED", "FILLED", "CANCELED", "EXPIRED", ""]),
        "off": st.sampled_from([HOUR, -HOUR]),
        "timeout": st.sampled_from([0.01, 0.5, 6.0]),
        "chance": st.just(0.25),
        "limited": st.just(True),
        "budget": st.just(False),
        "near_lock": st.just(True),
        "fallback": st.just(False),
    },
)


def played(
    cancels: list[Happening],
    others: list[Happening],
    status: str = "NEW",
    off: int = 0,
    timeout: float = 10.0,
    chance: float = 1.0,
    *,
    limited: bool = False,
    budget: bool = True,
    near_lock: bool = False,
    fallback: bool = True,
) -> tuple[ModelledExchange, Played]:
    """Play one cancel against the model, and hold that it ends in time."""
    time = ScriptedTime()
    model = ModelledExchange(time, list(cancels), list(others), off, status)
    exchange = Exchange(
        time, LocalRateLimiter(time) if limited else Unlimited(), fallback=FALLBACK if fallback else None
    )
    if not budget:
        exchange.spend_budget()
    if near_lock:
        exchange.lock_soon()
    report = exchange.play_on(model.reply, CANCELLING, timeout, chance)
    assert time.seconds <= 1000 + timeout + 1e-6
    assert model.requests <= MOST_REQUESTS
    return model, report


def assert_true(model: ModelledExchange, report: Played) -> None:
    """Hold what was reported against what happened, and against what may happen yet."""
    result = report.result
    if isinstance(result, Response):
        assert model.status == "CANCELED"
        return
    assert isinstance(result, CallError)
    assert len(result.attempts) == model.requests
    if isinstance(result, OrderNotOpen):
        assert model.status not in OPEN_WORDS
        assert result.order is None or result.order.status == model.status
    model.catch_up()
    if isinstance(result, NotExecuted):
        assert not model.by_us
    else:
        assert isinstance(result, OutcomeUnknown)


@settings(max_examples=1500, deadline=None)
@given(CANCELS, OTHERS, CIRCUMSTANCES)
@example([Happening("hangs", late=True), Happening("reset")], [Happening()], {"timeout": 6.0})
@example([Happening("hangs", late=True), Happening("reset")], [Happening()], {"timeout": 20.0})
@example([Happening("hangs", late=True), Happening("bad gateway")], [Happening()], {})
@example([Happening("reset", executed=True), Happening()], [Happening()], {})
@example([Happening("gateway time-out", executed=True), Happening("permission")], [Happening()], {})
@example([Happening("reset"), Happening(before="FILLED")], [Happening()], {})
@example([Happening("unlisted code")], [Happening()], {"status": ""})
def test_no_lie_is_told_and_every_call_ends(
    cancels: list[Happening], others: list[Happening], circumstances: dict[str, Any]
) -> None:
    model, report = played(cancels, others, **circumstances)
    event(type(report.result).__name__)
    assert_true(model, report)


@pytest.mark.parametrize("doubt", sorted(DOUBTFUL))
@pytest.mark.parametrize("executed", [True, False])
def test_a_single_doubt_never_stays_one(doubt: str, executed: bool) -> None:
    model, report = played([Happening(doubt, executed=executed), Happening()], [Happening()])
    assert isinstance(report.result, Response)
    assert_true(model, report)


def test_the_model_reaches_every_ending() -> None:
    """Hold that the property above is not about one ending alone."""
    endings = Counter[str]()

    @settings(max_examples=500, deadline=None, database=None, derandomize=True)
    @given(CANCELS, OTHERS)
    def collect(cancels: list[Happening], others: list[Happening]) -> None:
        endings[type(played(cancels, others)[1].result).__name__] += 1

    collect()
    wanted = {
        "Response",
        "OrderNotOpen",
        "OutcomeUnknown",
        "StillOpen",
        "RateLimited",
        "NotSent",
        "PermissionDenied",
    }
    assert wanted <= set(endings)


@settings(max_examples=200, deadline=None)
@given(OTHERS, st.sampled_from(["NEW", "FILLED", "CANCELED", ""]))
def test_a_query_ends_in_time_and_tells_the_truth(queries: list[Happening], status: str) -> None:
    time = ScriptedTime()
    model = ModelledExchange(time, [Happening()], list(queries), status=status)
    report = Exchange(time).play_on(model.reply, QUERYING)
    assert time.seconds <= 1010 + 1e-6
    assert model.requests <= 6
    assert not model.by_us
    if isinstance(report.result, Response):
        assert report.result.data()["status"] == model.status
    if isinstance(report.result, OrderNotOpen):
        assert model.status == ""
