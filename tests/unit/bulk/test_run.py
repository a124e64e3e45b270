"""Steps of a bulk run, in virtual time: what stops it, what it waits for, and what each order may take."""

import itertools

import pytest

from bingx_spot import (
    AuthenticationError,
    BulkRunAborted,
    InvalidInput,
    NotSent,
    PermissionDenied,
    RateLimited,
    RequestRejected,
)
from bingx_spot.bulk.run import MAX_IN_FLIGHT
from bingx_spot.core.attempt import CLOSED_CLIENT
from bingx_spot.core.engine import CLOSED, TransportFailure
from bingx_spot.limits.permit_queue import DeadlineTooShort
from tests.support.permits import Permits
from tests.support.scripted_time import BEGIN, ScriptedTime
from tests.unit.bulk.virtual_run import VirtualRun, cancelled, response

UNREACHED = TransportFailure(request_sent=False, reason="connection refused")


def orders(count: int) -> list[tuple[str, int]]:
    return [("BTC-USDT", number) for number in range(1, count + 1)]


def after(count: int, reply):
    """Return an exchange that cancels so many orders, and then replies otherwise."""
    number = itertools.count()
    return lambda send: cancelled(send) if next(number) < count else reply


def rejected(code: int, text: str, status: int = 200):
    return response({"code": code, "msg": text}, status)


def test_every_item_has_one_result():
    virtual = VirtualRun(cancelled)
    items = [*orders(40), ("btc", 1)]
    assert virtual.cancel(items) == ["cancelled"] * 40 + ["unaffected"]
    assert sorted(result.position for result in virtual.results) == list(range(41))
    assert [result.item for result in sorted(virtual.results, key=lambda each: each.position)] == items
    [invalid] = [result for result in virtual.results if not result.cancelled]
    assert isinstance(invalid.error, InvalidInput)
    assert invalid.error.field == "[40].symbol"
    assert invalid.request is None
    virtual.run.raise_if_aborted()


def test_items_are_taken_just_before_they_can_be_sent():
    taken = []
    ahead = []
    virtual = VirtualRun(cancelled)
    items = (taken.append(order) or order for order in orders(60))
    virtual.cancel(items, lambda _: ahead.append(len(taken) - len(virtual.results)))
    assert max(ahead) <= MAX_IN_FLIGHT
    assert virtual.most_in_flight == MAX_IN_FLIGHT


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (rejected(100001, "Signature verification failed"), AuthenticationError),
        (rejected(100413, "Incorrect apiKey"), AuthenticationError),
        (rejected(100004, "Permission denied"), PermissionDenied),
        (rejected(100419, "your current request IP does not match IP whitelist"), PermissionDenied),
        (rejected(100441, "account abnormal"), RequestRejected),
        (rejected(100410, "rate limited", 418), RateLimited),
        (rejected(100410, "rate limited", 429), RateLimited),
        (rejected(100410, f"unblocked after {BEGIN + 3_000_000}"), RateLimited),
    ],
    ids=["signature", "key", "permission", "whitelist", "account", "418", "429", "a long lock-out"],
)
def test_an_error_that_would_hit_every_order_aborts_the_run(reply, kind):
    virtual = VirtualRun(after(10, reply))
    taken = []
    outcomes = virtual.cancel(taken.append(order) or order for order in orders(100))
    assert outcomes.count("cancelled") == 10
    assert set(outcomes) == {"cancelled", "unaffected"}
    assert len(outcomes) == len(taken) < 60, "every order that was taken has a result"
    assert len(virtual.requests) <= 10 + 2 * MAX_IN_FLIGHT
    with pytest.raises(BulkRunAborted, match=kind.__name__) as caught:
        virtual.run.raise_if_aborted()
    assert type(caught.value.error) is kind


def test_a_lock_out_that_ends_fails_no_order():
    locked = rejected(100410, f"can retry after time: {BEGIN + 120_000}")
    number = itertools.count()
    virtual = VirtualRun(lambda send: locked if 10 <= next(number) < 12 else cancelled(send))
    waits = []
    assert virtual.cancel(orders(40), lambda _: waits.append(virtual.run.locked_for())) == ["cancelled"] * 40
    assert 100 < max(waits) <= 120, "the run says how long it waits"
    assert virtual.time.seconds > 1100, "and has waited"


def test_a_permit_that_is_not_available_in_time_fails_no_order():
    number = itertools.count()

    def seconds_until_ready(longest: float) -> float:
        if next(number) < 10:
            raise DeadlineTooShort(longest + 1)
        return 0.0

    virtual = VirtualRun(cancelled, limits=Permits(seconds_until_ready))
    assert virtual.cancel(orders(20)) == ["cancelled"] * 20


def test_waiting_in_the_queue_takes_nothing_of_an_orders_timeout():
    time = ScriptedTime()
    next_permit = time()

    def seconds_until_ready(_: float) -> float:
        nonlocal next_permit
        if time() < next_permit:
            return next_permit - time()
        next_permit = time() + 1.0
        return 0.0

    virtual = VirtualRun(cancelled, Permits(seconds_until_ready), timeout=1.5, time=time)
    assert virtual.cancel(orders(16)) == ["cancelled"] * 16
    assert time() >= 1015, "at one permit a second, the last order waits ten times its timeout"


def test_a_stopped_run_sends_nothing_for_waiting_orders():
    granted = itertools.count()
    limits = Permits(lambda _: 0.0 if next(granted) < 10 else 3.0)
    virtual = VirtualRun(cancelled, limits=limits)
    stop_after = itertools.count(1)
    outcomes = virtual.cancel(orders(100), lambda _: next(stop_after) == 10 and virtual.run.stop())
    assert outcomes.count("cancelled") == 10
    assert set(outcomes[10:]) == {"unaffected"}
    assert len(virtual.requests) == 10
    unsent = [result.error for result in virtual.results if not result.cancelled]
    assert {type(error) for error in unsent} == {NotSent}
    assert {error.attempts for error in unsent if isinstance(error, NotSent)} == {()}
    assert virtual.time.seconds < 1001, "and does not wait for them"
    virtual.run.raise_if_aborted()


def test_orders_that_do_not_reach_the_exchange_abort_the_run():
    virtual = VirtualRun(lambda _: UNREACHED, timeout=0.2)
    outcomes = virtual.cancel(orders(1000))
    assert set(outcomes) == {"unaffected"}
    assert len(outcomes) < 100
    with pytest.raises(BulkRunAborted, match="NotSent"):
        virtual.run.raise_if_aborted()


def test_a_closed_client_aborts_the_run_at_once():
    virtual = VirtualRun(lambda _: CLOSED)
    virtual.cancel(orders(1000))
    assert len(virtual.results) <= MAX_IN_FLIGHT
    with pytest.raises(BulkRunAborted) as caught:
        virtual.run.raise_if_aborted()
    assert caught.value.error.details.rule == CLOSED_CLIENT


def test_an_order_in_doubt_is_unknown_and_the_run_goes_on():
    def exchange(send):
        if send.request.info.parameters["orderId"] == 3:
            return TransportFailure(request_sent=True, reason="no response in time", timed_out=True)
        return cancelled(send)

    virtual = VirtualRun(exchange, timeout=1.0)
    assert virtual.cancel(orders(6)) == ["cancelled"] * 2 + ["unknown"] + ["cancelled"] * 3
