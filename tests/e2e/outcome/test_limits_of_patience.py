"""How many requests a client sends to a server that rejects, fails or is slow; how long a caller waits."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, BingxSpot, CallError, NotSent, Order, OutcomeUnknown, RateLimited
from bingx_spot.core.facts import FREE_RETRIES
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from tests.e2e.outcome.calls import (
    CLIENT_KINDS,
    SYMBOL,
    ClientKind,
    arrived,
    attempt,
    cancel_together,
    cancelling,
    described,
    options,
    outcome_async,
)

LOCK = "code:100410:The endpoint is in the disabled period and will be unblocked after {unblock}"


class MovedClock:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def count_requests(sandbox: Sandbox) -> int:
    """Count all requests that have arrived."""
    return len(sandbox.requests())


BANS: dict[str, dict[str, Any]] = {
    "firewall 403": {"fault": "html", "status": 403},
    "ban 418": {"fault": "html", "status": 418},
    "ban 418 in JSON": {"fault": "error", "code": 100410, "msg": "rate limited", "status": 418},
    "limit 429": {"fault": "html", "status": 429},
}


@pytest.mark.parametrize("name", BANS)
def test_a_ban_stops_every_later_call_without_a_request_until_it_expires(name: str) -> None:
    clock = MovedClock()
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
                with pytest.raises(RateLimited, match=r"(?i)not sent") as refused:
                    call()
                # Only the test's clock goes on, and the reported time with it.
                assert refused.value.retry_at is not None
                assert refused.value.attempts == ()
        assert count_requests(sandbox) == 1
        clock.seconds += 11.0
        assert described(cancelling(bingx, order["orderId"])) == "Order CANCELED"


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
def test_a_ban_stops_calls_that_wait_for_their_permits(client_kind: ClientKind) -> None:
    # Five may go in a second; the others wait, and the ban comes first.
    with Sandbox(limits="off") as sandbox:
        orders = [int(order["orderId"]) for order in sandbox.place_orders(12, SYMBOL)]
        sandbox.faults([{"fault": "html", "status": 418}])
        result = cancel_together(client_kind, options(sandbox, limits=LocalRateLimiter()), orders)
        assert {described(each) for each in result} == {"RateLimited"}
        assert count_requests(sandbox) <= 5


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
def test_an_unblock_time_within_the_deadline_is_waited_for(client_kind: ClientKind) -> None:
    with Sandbox(limits="off") as sandbox:
        order = sandbox.place_order(SYMBOL)
        sandbox.faults([{"fault": "error", "code": 100410, "msg": LOCK, "unblockIn": 800, "times": 1}])
        result = attempt(client_kind, options(sandbox, timeout=10.0), order_id=order["orderId"])
        assert described(result) == "Order CANCELED"
        first, second = sandbox.requests()
        assert second["receivedAt"] - first["receivedAt"] >= 800


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
def test_an_unblock_time_beyond_the_deadline_is_raised_at_once(client_kind: ClientKind) -> None:
    with Sandbox(limits="off") as sandbox:
        order = sandbox.place_order(SYMBOL)
        sandbox.faults([{"fault": "error", "code": 100410, "msg": LOCK, "unblockIn": 60_000}])
        before = time.time_ns() // 1_000_000
        result = attempt(client_kind, options(sandbox, timeout=30.0), order_id=order["orderId"])
        after = time.time_ns() // 1_000_000
        assert isinstance(result, RateLimited)
        assert result.retry_at is not None
        assert before + 60_000 <= result.retry_at <= after + 60_000
        assert after - before < 30_000, "it did not wait"
        assert count_requests(sandbox) == 1


def test_an_unblock_time_locks_that_endpoint_only() -> None:
    with Sandbox(limits="off") as sandbox, BingxSpot(**options(sandbox)) as bingx:
        order = sandbox.place_order(SYMBOL)
        rule = {"fault": "error", "code": 100410, "msg": LOCK, "unblockIn": 60_000, "operation": "cancel"}
        sandbox.faults([rule])
        for _ in range(3):
            assert isinstance(cancelling(bingx, order["orderId"]), RateLimited)
        assert arrived(sandbox) == 1
        assert bingx.query_order(SYMBOL, order_id=order["orderId"]).status == "NEW"
        assert bingx.server_time() > 0


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
def test_an_unblock_time_is_read_by_the_exchange_s_clock(client_kind: ClientKind) -> None:
    # By this machine's clock it is an hour ago, and nothing would be waited for.
    behind = -3_600_000
    with Sandbox(limits="off", clock=lambda: time.time_ns() // 1_000_000 + behind) as sandbox:
        order = sandbox.place_order(SYMBOL)
        sandbox.faults([{"fault": "error", "code": 100410, "msg": LOCK, "unblockIn": 60_000}])
        result = attempt(client_kind, options(sandbox), order_id=order["orderId"])
        assert isinstance(result, RateLimited)
        assert count_requests(sandbox) == 1


def test_a_permit_that_comes_too_late_is_raised_at_once_and_costs_no_retries() -> None:
    with (
        Sandbox(limits="off") as sandbox,
        BingxSpot(**options(sandbox, limits=LocalRateLimiter(lambda: 0.0))) as bingx,
    ):
        orders = [int(order["orderId"]) for order in sandbox.place_orders(6, SYMBOL)]
        for order_id in orders[:5]:
            bingx.cancel_order(SYMBOL, order_id=order_id)
        left = bingx._state.retry_budget._left
        with pytest.raises(RateLimited, match="permit") as late:
            bingx.with_options(timeout=0.9).cancel_order(SYMBOL, order_id=orders[5])
        assert bingx._state.retry_budget._left == left
        assert late.value.attempts == ()
        assert arrived(sandbox) == 5


CALLS = 80
# The first attempts, the shared budget, and two retries that every call has free.
MOST_CANCELS = CALLS + 100 + CALLS * 2
TIMEOUT = 1.0
# Near its deadline a call queries ten times a second, before that less often.
MOST_QUERIES_EACH = 25


@pytest.mark.parametrize("client_kind", [pytest.param("sync", marks=pytest.mark.slow), "async"])
def test_many_callers_of_a_server_that_resets_everything_share_one_budget(client_kind: ClientKind) -> None:
    with Sandbox(limits="off", orders=0) as sandbox:
        orders = [int(order["orderId"]) for order in sandbox.place_orders(CALLS, SYMBOL)]
        sandbox.faults([{"fault": "reset-before-reading"}])
        client_options = options(sandbox, timeout=TIMEOUT)
        batches = [orders[start : start + 40] for start in range(0, CALLS, 40)]
        results = cancel_in_batches(client_kind, client_options, batches)
        # On a busy machine the deadline of some ends before they are sent.
        assert {type(each) for each in results} <= {OutcomeUnknown, NotSent}
        assert OutcomeUnknown in {type(each) for each in results}
        executed = sandbox.executed()
    cancels = [executed[str(order_id)]["cancelRequests"] for order_id in orders]
    assert sum(cancels) <= MOST_CANCELS
    assert max(cancels) <= 6
    queries = [sum(tried.operation == "queryOrder" for tried in each.attempts) for each in errors(results)]
    assert max(queries) <= MOST_QUERIES_EACH


def errors(results: list[Order | CallError]) -> list[CallError]:
    return [each for each in results if isinstance(each, CallError)]


def cancel_in_batches(
    client_kind: ClientKind, client_options: dict[str, Any], batches: list[list[int]]
) -> list[Order | CallError]:
    """Cancel on one client, one batch after another."""
    results: list[Order | CallError] = []
    if client_kind == "sync":
        with BingxSpot(**client_options) as bingx, ThreadPoolExecutor(40) as threads:
            for batch in batches:
                results += threads.map(lambda each: cancelling(bingx, each), batch)
        return results

    async def cancel_all() -> None:
        async with AsyncBingxSpot(**client_options) as bingx:
            for batch in batches:
                calls = [outcome_async(bingx.cancel_order(SYMBOL, order_id=each)) for each in batch]
                results.extend(await asyncio.gather(*calls))

    asyncio.run(cancel_all())
    return results


def test_successes_refill_the_retry_budget() -> None:
    with Sandbox(limits="off", orders=0) as sandbox, BingxSpot(**options(sandbox)) as bingx:
        budget = bingx._state.retry_budget
        while budget.can_spend():
            budget.spend()
        failing, other = (int(order["orderId"]) for order in sandbox.place_orders(2, SYMBOL))
        sandbox.faults([{"fault": "html", "status": 502}])
        impatient = bingx.with_options(timeout=1.0)
        assert impatient._state.retry_budget is budget
        assert isinstance(cancelling(impatient, failing), OutcomeUnknown)
        assert arrived(sandbox) == FREE_RETRIES
        sandbox.clear_faults()
        # Each success refills half a retry.
        bingx.query_order(SYMBOL, order_id=other)
        assert not budget.can_spend()
        bingx.query_order(SYMBOL, order_id=other)
        assert budget.can_spend()
