"""How much a client asks of a server that refuses, fails or dawdles, and how long it lets a caller wait."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, BingxSpot, CallError, NotSent, Order, OutcomeUnknown, RateLimited
from bingx_spot.exceptions import StillOpen
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from tests.e2e.outcome.calls import (
    COLOURS,
    SYMBOL,
    Colour,
    arrived,
    attempt,
    cancel_together,
    cancelling,
    described,
    options,
    outcome_async,
)

SLACK = 2.0
LOCK = "code:100410:The endpoint is in the disabled period and will be unblocked after {unblock}"


class Moved:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def asked(sandbox: Sandbox) -> int:
    """Count all that has come in."""
    return len(sandbox.requests())


BANS: dict[str, dict[str, Any]] = {
    "firewall 403": {"fault": "html", "status": 403},
    "ban 418": {"fault": "html", "status": 418},
    "ban 418 in JSON": {"fault": "error", "code": 100410, "msg": "rate limited", "status": 418},
    "limit 429": {"fault": "html", "status": 429},
}


@pytest.mark.parametrize("name", BANS)
def test_a_ban_stops_every_later_call_without_a_request_until_it_expires(name: str) -> None:
    clock = Moved()
    with Sandbox(limits="off") as sandbox, BingxSpot(**options(sandbox)) as bingx:
        bingx._state.lockouts._now = clock
        order = sandbox.place_order(SYMBOL)
        sandbox.faults([{**BANS[name], "times": 1}])
        calls: dict[str, Callable[[], object]] = {
            "cancel": lambda: bingx.cancel_order(SYMBOL, order_id=order["orderId"]),
            "query": lambda: bingx.query_order(SYMBOL, order_id=order["orderId"]),
            "time": bingx.server_time,
            "derived": lambda: bingx.with_options(timeout=3).server_time(),
        }
        with pytest.raises(RateLimited) as banned:
            calls["cancel"]()
        assert banned.value.retry_at is not None
        for seconds in (0.0, 150.0, 140.0):
            clock.seconds += seconds
            for call in calls.values():
                with pytest.raises(RateLimited, match="not sent") as refused:
                    call()
                # In the meantime it is the test's clock that goes on, so the time told moves with it.
                assert refused.value.retry_at is not None
                assert refused.value.attempts == ()
        assert asked(sandbox) == 1
        clock.seconds += 11.0
        assert described(cancelling(bingx, order["orderId"])) == "Order CANCELED"


@pytest.mark.parametrize("colour", COLOURS)
def test_a_ban_stops_those_too_that_were_waiting_for_their_permits(colour: Colour) -> None:
    # Five may go in a second; the others wait, and the ban is there before their turn.
    with Sandbox(limits="off") as sandbox:
        orders = [int(order["orderId"]) for order in sandbox.place_orders(12, SYMBOL)]
        sandbox.faults([{"fault": "html", "status": 418}])
        came = cancel_together(colour, options(sandbox, limits=LocalRateLimiter()), orders)
        assert {described(each) for each in came} == {"RateLimited"}
        assert asked(sandbox) <= 5


@pytest.mark.parametrize("colour", COLOURS)
def test_an_unblock_time_within_the_deadline_is_waited_for(colour: Colour) -> None:
    with Sandbox(limits="off") as sandbox:
        order = sandbox.place_order(SYMBOL)
        sandbox.faults([{"fault": "error", "code": 100410, "msg": LOCK, "unblockIn": 800, "times": 1}])
        came = attempt(colour, options(sandbox, timeout=10.0), order_id=order["orderId"])
        assert described(came) == "Order CANCELED"
        first, second = sandbox.requests()
        assert second["receivedAt"] - first["receivedAt"] >= 800


@pytest.mark.parametrize("colour", COLOURS)
def test_an_unblock_time_beyond_the_deadline_is_told_at_once(colour: Colour) -> None:
    with Sandbox(limits="off") as sandbox:
        order = sandbox.place_order(SYMBOL)
        sandbox.faults([{"fault": "error", "code": 100410, "msg": LOCK, "unblockIn": 60_000}])
        before = time.time_ns() // 1_000_000
        came = attempt(colour, options(sandbox, timeout=30.0), order_id=order["orderId"])
        after = time.time_ns() // 1_000_000
        assert isinstance(came, RateLimited)
        assert came.retry_at is not None
        assert before + 60_000 <= came.retry_at <= after + 60_000
        assert after - before < 30_000, "it did not wait"
        assert asked(sandbox) == 1


def test_an_unblock_time_closes_that_endpoint_and_no_other() -> None:
    with Sandbox(limits="off") as sandbox, BingxSpot(**options(sandbox)) as bingx:
        order = sandbox.place_order(SYMBOL)
        rule = {"fault": "error", "code": 100410, "msg": LOCK, "unblockIn": 60_000, "operation": "cancel"}
        sandbox.faults([rule])
        for _ in range(3):
            assert isinstance(cancelling(bingx, order["orderId"]), RateLimited)
        assert arrived(sandbox) == 1
        assert bingx.query_order(SYMBOL, order_id=order["orderId"]).status == "NEW"
        assert bingx.server_time() > 0


@pytest.mark.parametrize("colour", COLOURS)
def test_an_unblock_time_is_read_by_the_exchange_s_clock(colour: Colour) -> None:
    # By this machine's clock it is an hour ago, and nothing would be waited for.
    behind = -3_600_000
    with Sandbox(limits="off", clock=lambda: time.time_ns() // 1_000_000 + behind) as sandbox:
        order = sandbox.place_order(SYMBOL)
        sandbox.faults([{"fault": "error", "code": 100410, "msg": LOCK, "unblockIn": 60_000}])
        came = attempt(colour, options(sandbox), order_id=order["orderId"])
        assert isinstance(came, RateLimited)
        assert asked(sandbox) == 1


def test_a_permit_that_comes_too_late_is_told_at_once_and_costs_no_tries() -> None:
    with (
        Sandbox(limits="off") as sandbox,
        BingxSpot(**options(sandbox, limits=LocalRateLimiter(lambda: 0.0), timeout=0.9)) as bingx,
    ):
        orders = [int(order["orderId"]) for order in sandbox.place_orders(6, SYMBOL)]
        for order_id in orders[:5]:
            bingx.cancel_order(SYMBOL, order_id=order_id)
        left = bingx._state.retry_budget._left
        with pytest.raises(RateLimited, match="permit") as late:
            bingx.cancel_order(SYMBOL, order_id=orders[5])
        assert bingx._state.retry_budget._left == left
        assert late.value.attempts == ()
        assert arrived(sandbox) == 5


CALLS = 200
# The first tries, the shared budget, and two further ones that each doubt is free to make.
MOST_CANCELS = CALLS + 100 + CALLS * 2
TIMEOUT = 1.0
# Towards its deadline a doubt asks ten times a second, before that more seldom.
MOST_QUERIES_EACH = 25


@pytest.mark.parametrize("colour", COLOURS)
def test_many_callers_of_a_server_that_resets_everything_share_one_budget(colour: Colour) -> None:
    with Sandbox(limits="off", orders=0) as sandbox:
        orders = [int(order["orderId"]) for order in sandbox.place_orders(CALLS, SYMBOL)]
        sandbox.faults([{"fault": "reset-before-reading"}])
        made_with = options(sandbox, timeout=TIMEOUT)
        batches = [orders[start : start + 50] for start in range(0, CALLS, 50)]
        came = in_batches(colour, made_with, batches)
        # Where the machine is busy, the time of some is up before it is their turn.
        assert {type(each) for each in came} <= {OutcomeUnknown, NotSent}
        assert OutcomeUnknown in {type(each) for each in came}
        executed = sandbox.executed()
    cancels = [executed[str(order_id)]["cancelRequests"] for order_id in orders]
    assert sum(cancels) <= MOST_CANCELS
    assert max(cancels) <= 6
    queries = [sum(tried.operation == "queryOrder" for tried in each.attempts) for each in errors(came)]
    assert max(queries) <= MOST_QUERIES_EACH


def errors(came: list[Order | CallError]) -> list[CallError]:
    return [each for each in came if isinstance(each, CallError)]


def in_batches(
    colour: Colour, made_with: dict[str, Any], batches: list[list[int]]
) -> list[Order | CallError]:
    """Cancel on one client, so many together."""
    came: list[Order | CallError] = []
    if colour == "sync":
        with BingxSpot(**made_with) as bingx, ThreadPoolExecutor(50) as threads:
            for batch in batches:
                came += threads.map(lambda each: cancelling(bingx, each), batch)
        return came

    async def cancel_all() -> None:
        async with AsyncBingxSpot(**made_with) as bingx:
            for batch in batches:
                calls = [outcome_async(bingx.cancel_order(SYMBOL, order_id=each)) for each in batch]
                came.extend(await asyncio.gather(*calls))

    asyncio.run(cancel_all())
    return came


def test_successes_earn_tries_back() -> None:
    with Sandbox(limits="off", orders=0) as sandbox, BingxSpot(**options(sandbox)) as bingx:
        budget = bingx._state.retry_budget
        while budget.take():
            pass
        one, other, third = (int(order["orderId"]) for order in sandbox.place_orders(3, SYMBOL))
        # A doubt has its two free tries, and each query that is answered earns half of one more.
        sandbox.faults([{"fault": "html", "status": 502, "operation": "cancel"}])
        assert isinstance(cancelling(bingx, one), StillOpen)
        assert arrived(sandbox) == 4
        sandbox.clear_faults()
        while budget.take():
            pass
        for _ in range(4):
            bingx.query_order(SYMBOL, order_id=other)
        assert [budget.take() for _ in range(3)] == [True, True, False]
        assert bingx.cancel_order(SYMBOL, order_id=third).status == "CANCELED"
