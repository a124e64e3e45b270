"""A run of many cancels over a real socket, in both colours: nothing is lost, and nothing is sent in vain."""

import itertools
import threading
import time
from collections.abc import Iterator

import pytest

from bingx_spot import (
    AuthenticationError,
    BulkRunAborted,
    CancelOutcome,
    CancelRequest,
    InvalidInput,
    NotSent,
    OrderNotOpen,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    RequestRejected,
)
from bingx_spot.bulk.run import AT_ONCE
from bingx_spot.limits.permit_queue import DeadlineTooShort
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from tests.support.cancelling import closed_port
from tests.support.permits import Permits
from tests.support.scripted_server import http, scripted_server


def cancels(sandbox):
    return [record for record in sandbox.requests() if record["path"].endswith("/cancel")]


def test_every_order_has_one_result_and_every_ending_its_word(sandbox, run_all):
    orders = sandbox.place_orders(40)
    sandbox.fill(orders[3]["orderId"])
    items = [*orders, ("BTC-USDT", 1), ("btc", 1), ("SOL-USDT", orders[5]["orderId"])]
    done = run_all(sandbox, items)
    assert done.error is None
    assert sorted(result.position for result in done.results) == list(range(43))
    by_position = {result.position: result for result in done.results}
    assert [by_position[position].item for position in range(43)] == items
    expected = ["cancelled"] * 3 + ["not open"] + ["cancelled"] * 36
    assert done.outcomes[:41] == [*expected, "not open"]
    filled, invalid = by_position[3], by_position[41]
    assert isinstance(filled.error, OrderNotOpen)
    assert filled.order is not None
    assert filled.order.status == "FILLED"
    assert isinstance(invalid.error, InvalidInput)
    assert invalid.outcome == "invalid"
    assert invalid.error.field == "[41].symbol"
    assert invalid.request is None
    first = by_position[0]
    assert first.cancelled
    assert first.error is None
    assert first.request == CancelRequest("BTC-USDT", order_id=orders[0]["orderId"])
    assert first.order is not None
    assert first.order.order_id == orders[0]["orderId"]


def test_no_orders_are_no_results(sandbox, run_all):
    assert run_all(sandbox, []).results == []


def test_items_are_taken_when_their_turn_has_come(sandbox, run_all):
    orders = sandbox.place_orders(60)
    taken = []

    def each() -> Iterator[object]:
        for order in itertools.chain(orders, itertools.repeat(None)):
            taken.append(order)
            yield order

    ahead = []

    def watch(result, run):
        ahead.append(len(taken) - len(ahead))
        if len(ahead) == 50:
            run.stop()

    done = run_all(sandbox, each(), watch)
    assert max(ahead) <= AT_ONCE + 1
    assert len(done.results) == len(taken)


def test_many_are_under_way_at_once_and_not_too_many(run_all):
    changed, now, most = threading.Condition(), 0, 0

    def answer(_):
        nonlocal now, most
        with changed:
            now += 1
            most = max(most, now)
            changed.notify_all()
            # However slow the machine is: as many as come at once are waited for.
            changed.wait_for(lambda: most >= 8, 2.0)
        time.sleep(0.05)
        with changed:
            now -= 1
        return http('{"code":100404,"msg":"order not exist","debugMsg":""}')

    with scripted_server(answer) as server:
        done = run_all(server.url, [("BTC-USDT", number) for number in range(1, 17)])
    assert done.outcomes == ["not open"] * 16
    assert 8 <= most <= AT_ONCE


@pytest.mark.parametrize(
    ("refusal", "kind"),
    [
        ({"code": 100001, "msg": "Signature verification failed"}, AuthenticationError),
        ({"code": 100413, "msg": "Incorrect apiKey"}, AuthenticationError),
        ({"code": 100004, "msg": "Permission denied"}, PermissionDenied),
        ({"code": 100419, "msg": "your current request IP does not match IP whitelist"}, PermissionDenied),
        ({"code": 100441, "msg": "account abnormal"}, RequestRejected),
        ({"code": 100410, "msg": "rate limited", "status": 418}, RateLimited),
        ({"code": 100410, "msg": "rate limited", "status": 429}, RateLimited),
        ({"code": 100410, "msg": "unblocked after {unblock}", "unblockIn": 3_000_000}, RateLimited),
    ],
)
def test_an_error_that_would_hit_every_order_stops_the_run(sandbox, run_all, refusal, kind):
    orders = sandbox.place_orders(100)
    sandbox.faults([{"fault": "error", "operation": "cancel", "skip": 10, **refusal}])
    taken = []
    done = run_all(sandbox, (taken.append(order) or order for order in orders))
    assert isinstance(done.error, BulkRunAborted)
    assert type(done.error.error) is kind
    assert kind.__name__ in str(done.error)
    assert len(done.results) == len(taken), "every order that was taken is told"
    assert done.outcomes.count("cancelled") == 10
    assert set(done.outcomes) == {"cancelled", "untouched"}
    assert len(cancels(sandbox)) <= 10 + AT_ONCE
    assert len(taken) < 60


def test_a_lock_that_ends_fails_no_order(sandbox, run_all):
    orders = sandbox.place_orders(40)
    locked = {"code": 100410, "msg": "can retry after time: {unblock}", "unblockIn": 400}
    sandbox.faults([{"fault": "error", "operation": "cancel", "skip": 10, "times": 2, **locked}])
    waited = []
    done = run_all(sandbox, orders, lambda _, run: waited.append(run.locked_for))
    assert done.error is None
    assert done.outcomes == ["cancelled"] * 40
    assert 0 < max(waited) < 0.5, "the run says how long it waits"


def test_a_permit_that_comes_too_late_fails_no_order(sandbox, run_all):
    asked = itertools.count()

    def seconds_until_ready(longest: float) -> float:
        if next(asked) < 10:
            raise DeadlineTooShort(longest + 1)
        return 0.0

    done = run_all(sandbox, sandbox.place_orders(20), limits=Permits(seconds_until_ready))
    assert done.outcomes == ["cancelled"] * 20


def test_the_orders_before_it_take_nothing_of_an_orders_own_time(sandbox, run_all):
    orders = sandbox.place_orders(14)
    # The last ones wait for two seconds for their permits.
    done = run_all(sandbox, orders, timeout=1.5, limits=LocalRateLimiter())
    assert done.outcomes == ["cancelled"] * 14


def test_more_dead_orders_than_equal_errors_are_allowed(sandbox, run_all):
    orders = sandbox.place_orders(60)
    for order in orders[:50]:
        sandbox.fill(order["orderId"])
    done = run_all(sandbox, orders)
    assert done.outcomes == ["not open"] * 50 + ["cancelled"] * 10
    refused = [record for record in cancels(sandbox) if record["code"] != 0]
    assert len(refused) < 20


def test_a_stop_gives_back_what_was_not_sent(sandbox, run_all):
    orders = sandbox.place_orders(100)
    asked = len(orders)

    given = itertools.count()

    def seconds_until_ready(_: float) -> float:
        return 0.0 if next(given) < 10 else 3.0

    def watch(result, run):
        if len(sandbox.requests()) == 10:
            run.stop()

    done = run_all(sandbox, orders, watch, limits=Permits(seconds_until_ready))
    assert done.error is None
    assert asked > len(done.results) > 10
    assert done.outcomes.count("cancelled") == 10
    left = [result for result in done.results if not result.cancelled]
    assert {result.outcome for result in left} == {CancelOutcome.UNTOUCHED}
    assert all(isinstance(result.error, NotSent) for result in left)
    assert len(sandbox.requests()) == 10


def test_an_iterable_that_fails_fails_at_the_end(sandbox, run_all):
    orders = sandbox.place_orders(10)

    def each() -> Iterator[object]:
        yield from orders
        raise LookupError("the database has gone")

    done = run_all(sandbox, each())
    assert done.outcomes == ["cancelled"] * 10
    assert isinstance(done.error, LookupError)


def test_where_no_exchange_is_reached_the_run_stops(run_all):
    with closed_port() as url:
        done = run_all(url, [("BTC-USDT", number) for number in range(1, 1000)], timeout=0.2)
    assert isinstance(done.error, BulkRunAborted)
    assert isinstance(done.error.error, NotSent)
    assert set(done.outcomes) == {"untouched"}
    assert len(done.results) < 100


def test_an_order_nobody_can_know_of_is_unknown_and_the_run_goes_on(sandbox, run_all):
    orders = sandbox.place_orders(6)
    lost = orders[2]["orderId"]
    silent = {"fault": "hang-after-executing", "seconds": 20.0}
    sandbox.faults([{**silent, "orderId": lost}])
    done = run_all(sandbox, orders, timeout=1.0)
    assert done.outcomes == ["cancelled"] * 2 + ["unknown"] + ["cancelled"] * 3
    [unknown] = [result for result in done.results if result.outcome == "unknown"]
    assert isinstance(unknown.error, OutcomeUnknown)
    assert "query_order" in unknown.error.hint
