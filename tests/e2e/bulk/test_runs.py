"""A bulk run over real sockets, sync and async: nothing is lost, and nothing is sent in vain."""

import threading
import time

import pytest

from bingx_spot import (
    AuthenticationError,
    BulkRunAborted,
    CancelRequest,
    InvalidInput,
    NotSent,
    OrderFilled,
    OrderNotFound,
    OutcomeUnknown,
)
from bingx_spot.bulk.run import MAX_IN_FLIGHT
from tests.support.cancelling import closed_port
from tests.support.scripted_server import http, scripted_server


def cancels(sandbox):
    return [record for record in sandbox.requests() if record["path"].endswith("/cancel")]


@pytest.mark.usefixtures("_visible_at_once")
def test_every_order_has_one_result_with_its_outcome(sandbox, run_all):
    orders = sandbox.place_orders(40)
    sandbox.fill(orders[3]["orderId"])
    items = [*orders, ("BTC-USDT", 1), ("btc", 1)]
    finished = run_all(sandbox, items)
    assert finished.error is None
    assert sorted(result.position for result in finished.results) == list(range(42))
    by_position = {result.position: result for result in finished.results}
    assert [by_position[position].item for position in range(42)] == items
    assert finished.outcomes[:3] == ["cancelled"] * 3
    assert finished.outcomes[3] == "filled"
    assert finished.outcomes[40:] == ["not_found", "unaffected"]
    filled, not_found, invalid = by_position[3], by_position[40], by_position[41]
    assert isinstance(filled.error, OrderFilled)
    assert filled.order is not None
    assert filled.order.status == "FILLED"
    assert isinstance(not_found.error, OrderNotFound)
    assert isinstance(invalid.error, InvalidInput)
    assert invalid.request is None
    first = by_position[0]
    assert first.cancelled
    assert first.request == CancelRequest("BTC-USDT", order_id=orders[0]["orderId"])
    assert first.order is not None
    assert first.order.order_id == orders[0]["orderId"]


def test_no_orders_are_no_results(sandbox, run_all):
    assert run_all(sandbox, []).results == []


def test_orders_are_in_flight_together_and_not_too_many(run_all):
    changed, now, most = threading.Condition(), 0, 0

    def respond(request):
        nonlocal now, most
        if b"/cancel " not in request.split(b"\r\n", 1)[0]:
            return http('{"code":100004,"msg":"Permission denied","debugMsg":""}')
        with changed:
            now += 1
            most = max(most, now)
            changed.notify_all()
            # However slow the machine is: wait for those that are sent together.
            changed.wait_for(lambda: most >= 8, 20.0)
        time.sleep(0.05)
        with changed:
            now -= 1
        return http('{"code":100490,"msg":"spot symbol offline","debugMsg":""}')

    with scripted_server(respond) as server:
        finished = run_all(server.url, [("BTC-USDT", number) for number in range(1, 17)])
    assert finished.outcomes == ["unaffected"] * 16
    assert 8 <= most <= MAX_IN_FLIGHT


def test_an_error_that_would_hit_every_order_aborts_the_run(sandbox, run_all):
    orders = sandbox.place_orders(100)
    signature = {"code": 100001, "msg": "Signature verification failed"}
    sandbox.faults([{"fault": "error", "operation": "cancel", "skip": 10, **signature}])
    finished = run_all(sandbox, orders)
    assert isinstance(finished.error, BulkRunAborted)
    assert type(finished.error.error) is AuthenticationError
    assert finished.outcomes.count("cancelled") == 10
    assert set(finished.outcomes) == {"cancelled", "unaffected"}
    assert len(cancels(sandbox)) <= 10 + MAX_IN_FLIGHT


def test_a_lock_out_that_ends_fails_no_order(sandbox, run_all):
    orders = sandbox.place_orders(40)
    locked = {"code": 100410, "msg": "can retry after time: {unblock}", "unblockIn": 400}
    sandbox.faults([{"fault": "error", "operation": "cancel", "skip": 10, "times": 2, **locked}])
    waits = []
    finished = run_all(sandbox, orders, lambda _, run: waits.append(run.locked_for))
    assert finished.error is None
    assert finished.outcomes == ["cancelled"] * 40
    assert 0 < max(waits) <= 1.0


def test_more_filled_orders_than_equal_errors_are_allowed(sandbox, run_all):
    orders = sandbox.place_orders(60)
    for order in orders[:50]:
        sandbox.fill(order["orderId"])
    finished = run_all(sandbox, orders)
    assert finished.outcomes == ["filled"] * 50 + ["cancelled"] * 10
    rejected = [record for record in cancels(sandbox) if record["code"] != 0]
    assert len(rejected) < 20


def test_an_error_of_the_iterable_is_raised_after_the_results(sandbox, run_all):
    orders = sandbox.place_orders(10)

    def each():
        yield from orders
        raise LookupError("the database is gone")

    finished = run_all(sandbox, each())
    assert finished.outcomes == ["cancelled"] * 10
    assert isinstance(finished.error, LookupError)


def test_orders_that_do_not_reach_the_exchange_abort_the_run(run_all):
    with closed_port() as url:
        finished = run_all(url, [("BTC-USDT", number) for number in range(1, 1000)], timeout=0.2)
    assert isinstance(finished.error, BulkRunAborted)
    assert isinstance(finished.error.error, NotSent)
    assert set(finished.outcomes) == {"unaffected"}
    assert len(finished.results) < 100


def test_an_order_in_doubt_is_unknown_and_the_run_goes_on(sandbox, run_all):
    orders = sandbox.place_orders(6)
    silent = {"fault": "hang-after-executing", "seconds": 20.0, "orderId": orders[2]["orderId"]}
    sandbox.faults([silent])
    finished = run_all(sandbox, orders, timeout=2.0)
    assert finished.outcomes == ["cancelled"] * 2 + ["unknown"] + ["cancelled"] * 3
    [unknown] = [result for result in finished.results if result.outcome == "unknown"]
    assert isinstance(unknown.error, OutcomeUnknown)
    assert "query_order" in unknown.error.hint
