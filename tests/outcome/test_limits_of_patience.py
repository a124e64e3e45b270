"""How much a client asks of a server that refuses, fails or dawdles, and how long it lets a caller wait."""

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import (
    AsyncBingxSpot,
    BingxSpot,
    CallError,
    NotSent,
    Order,
    OrderNotOpen,
    OutcomeUnknown,
    RateLimited,
)
from bingx_spot.errors import StillOpen
from bingx_spot.policy.limits import Limits
from tests.outcome.calls import (
    CANCEL,
    COLOURS,
    QUERY,
    SYMBOL,
    TIME,
    Colour,
    arrived,
    attempt,
    described,
    options,
    outcome,
    outcome_async,
)
from tests.scripted_server import http, scripted_server

SLACK = 2.0
LOCK = "code:100410:The endpoint is in the disabled period and will be unblocked after {unblock}"


class Moved:
    """A monotonic clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


def cancelling(bingx: BingxSpot, order_id: int) -> Order | CallError:
    """Cancel an order of the sandbox's, and return it or the error."""
    return outcome(lambda: bingx.cancel_order(SYMBOL, order_id=order_id))


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
    with Sandbox() as sandbox, BingxSpot(**options(sandbox)) as bingx:
        bingx._memory.blocks._now = clock
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
    with Sandbox() as sandbox:
        orders = [int(order["orderId"]) for order in sandbox.place_orders(12, SYMBOL)]
        sandbox.faults([{"fault": "html", "status": 418}])
        came = cancel_together(colour, options(sandbox, limits=Limits()), orders)
        assert {described(each) for each in came} == {"RateLimited"}
        assert asked(sandbox) <= 5


def cancel_together(colour: Colour, made_with: dict[str, Any], orders: list[int]) -> list[Order | CallError]:
    if colour == "sync":
        with BingxSpot(**made_with) as bingx, ThreadPoolExecutor(len(orders)) as threads:
            return list(threads.map(lambda each: cancelling(bingx, each), orders))

    async def cancel_all() -> list[Order | CallError]:
        async with AsyncBingxSpot(**made_with) as bingx:
            calls = [outcome_async(bingx.cancel_order(SYMBOL, order_id=each)) for each in orders]
            return await asyncio.gather(*calls)

    return asyncio.run(cancel_all())


@pytest.mark.parametrize("colour", COLOURS)
def test_an_unblock_time_within_the_deadline_is_waited_for(colour: Colour) -> None:
    with Sandbox() as sandbox:
        order = sandbox.place_order(SYMBOL)
        sandbox.faults([{"fault": "error", "code": 100410, "msg": LOCK, "unblockIn": 800, "times": 1}])
        came = attempt(colour, options(sandbox, timeout=10.0), order_id=order["orderId"])
        assert described(came) == "Order CANCELED"
        first, second = sandbox.requests()
        assert second["receivedAt"] - first["receivedAt"] >= 800


@pytest.mark.parametrize("colour", COLOURS)
def test_an_unblock_time_beyond_the_deadline_is_told_at_once(colour: Colour) -> None:
    with Sandbox() as sandbox:
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
    with Sandbox() as sandbox, BingxSpot(**options(sandbox)) as bingx:
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
    with Sandbox(clock=lambda: time.time_ns() // 1_000_000 + behind) as sandbox:
        order = sandbox.place_order(SYMBOL)
        sandbox.faults([{"fault": "error", "code": 100410, "msg": LOCK, "unblockIn": 60_000}])
        came = attempt(colour, options(sandbox), order_id=order["orderId"])
        assert isinstance(came, RateLimited)
        assert asked(sandbox) == 1


def test_a_permit_that_comes_too_late_is_told_at_once_and_costs_no_tries() -> None:
    with (
        Sandbox() as sandbox,
        BingxSpot(**options(sandbox, limits=Limits(lambda: 0.0), timeout=0.9)) as bingx,
    ):
        orders = [int(order["orderId"]) for order in sandbox.place_orders(6, SYMBOL)]
        for order_id in orders[:5]:
            bingx.cancel_order(SYMBOL, order_id=order_id)
        left = bingx._memory.budget._left
        with pytest.raises(RateLimited, match="permit") as late:
            bingx.cancel_order(SYMBOL, order_id=orders[5])
        assert bingx._memory.budget._left == left
        assert late.value.attempts == ()
        assert arrived(sandbox) == 5


DEAD = {
    "filled": {"status": "FILLED"},
    "cancelled": {"status": "CANCELED"},
    "unknown": None,
}


def equal_errors(sandbox: Sandbox, path: str) -> int:
    """Count the most equal errors that one endpoint gave."""
    codes = [request.get("code", 0) for request in sandbox.requests() if request["path"] == path]
    return max((codes.count(code) for code in set(codes) - {0}), default=0)


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("together", [1, 60], ids=["one by one", "all at once"])
@pytest.mark.parametrize("dead", DEAD)
def test_sixty_cancels_of_dead_orders_never_come_to_twenty_equal_errors(
    colour: Colour, together: int, dead: str
) -> None:
    fields = DEAD[dead]
    with Sandbox(orders=0) as sandbox:
        if fields is None:
            sandbox.place_order(SYMBOL)
            orders = list(range(1, 61))
        else:
            orders = [int(sandbox.place_order(SYMBOL, **fields)["orderId"]) for _ in range(60)]
        # An answer that takes its time lets all of them be under way before the first error is there.
        sandbox.faults([{"fault": "slow-start", "seconds": 0.1}] if together > 1 else [])
        made_with = options(sandbox, timeout=5.0)
        came = (
            cancel_together(colour, made_with, orders)
            if together > 1
            else one_by_one(colour, made_with, orders)
        )
        assert len(came) == 60
        assert all(isinstance(each, OrderNotOpen | RateLimited) for each in came), {*map(described, came)}
        for path in (CANCEL, QUERY, TIME):
            assert equal_errors(sandbox, path) < 20
        known = [each for each in came if isinstance(each, OrderNotOpen)]
        if fields is not None:
            assert len(known) == 60, "what a query can tell is told"
            assert all(each.order is not None and each.order.status == fields["status"] for each in known)
        else:
            assert known


def one_by_one(colour: Colour, made_with: dict[str, Any], orders: list[int]) -> list[Order | CallError]:
    if colour == "sync":
        with BingxSpot(**made_with) as bingx:
            return [cancelling(bingx, each) for each in orders]

    async def cancel_all() -> list[Order | CallError]:
        async with AsyncBingxSpot(**made_with) as bingx:
            return [await outcome_async(bingx.cancel_order(SYMBOL, order_id=each)) for each in orders]

    return asyncio.run(cancel_all())


def test_an_open_order_is_cancelled_even_near_the_lock() -> None:
    with Sandbox(orders=0) as sandbox, BingxSpot(**options(sandbox)) as bingx:
        for _ in range(30):
            dead = sandbox.place_order(SYMBOL, status="FILLED")
            assert isinstance(cancelling(bingx, dead["orderId"]), OrderNotOpen)
        alive = sandbox.place_order(SYMBOL)
        before = arrived(sandbox)
        assert bingx.cancel_order(SYMBOL, order_id=alive["orderId"]).status == "CANCELED"
        assert arrived(sandbox) == before + 1


CALLS = 200
# The first tries, the shared budget, and two further ones that each doubt is free to make.
MOST_CANCELS = CALLS + 100 + CALLS * 2
TIMEOUT = 1.0
# Towards its deadline a doubt asks ten times a second, before that more seldom.
MOST_QUERIES_EACH = 25


@pytest.mark.parametrize("colour", COLOURS)
def test_many_callers_of_a_server_that_resets_everything_share_one_budget(colour: Colour) -> None:
    with Sandbox(orders=0) as sandbox:
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
    with Sandbox(orders=0) as sandbox, BingxSpot(**options(sandbox)) as bingx:
        budget = bingx._memory.budget
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


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("part", ["head", "body"])
def test_a_server_that_sends_a_byte_a_second_cannot_stretch_a_call(colour: Colour, part: str) -> None:
    if part == "head":
        with Sandbox() as sandbox:
            sandbox.faults([{"fault": "trickle", "bytesPerSecond": 1.0}])
            order = sandbox.place_order(SYMBOL)
            came, took = timed(
                lambda: attempt(colour, options(sandbox, timeout=1.2), order_id=order["orderId"])
            )
    else:
        # The head and most of the body at once, and the rest never: the scripted server is silent then.
        whole = http('{"code":0,"msg":"","data":{"symbol":"BTC-USDT"}}')
        with Sandbox() as sandbox, scripted_server(whole[:-5]) as server:
            made_with = {**options(sandbox, timeout=1.2), "environment": server.url}
            came, took = timed(lambda: attempt(colour, made_with, order_id=7))
    assert isinstance(came, OutcomeUnknown)
    assert took < 1.2 + SLACK


def timed(call: Callable[[], Order | CallError]) -> tuple[Order | CallError, float]:
    began = time.monotonic()
    return call(), time.monotonic() - began


@pytest.mark.parametrize("colour", COLOURS)
def test_a_body_that_drips_cannot_stretch_a_call(colour: Colour) -> None:
    with Sandbox() as sandbox:
        # Fast enough that the head is through at once, and the body by far not.
        sandbox.faults([{"fault": "trickle", "bytesPerSecond": 300.0}])
        order = sandbox.place_order(SYMBOL)
        made_with = options(sandbox, timeout=1.2)
        came, took = timed(lambda: attempt(colour, made_with, order_id=order["orderId"]))
    assert isinstance(came, OutcomeUnknown)
    assert took < 1.2 + SLACK


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("timeout", [0.001, 0.05])
def test_a_deadline_too_short_for_anything_is_kept_all_the_same(colour: Colour, timeout: float) -> None:
    with Sandbox() as sandbox:
        sandbox.faults([{"fault": "hang-before-executing", "seconds": 5.0}])
        order = sandbox.place_order(SYMBOL)
        came, took = timed(
            lambda: attempt(colour, options(sandbox, timeout=timeout), order_id=order["orderId"])
        )
    assert isinstance(came, CallError)
    assert took < timeout + SLACK
