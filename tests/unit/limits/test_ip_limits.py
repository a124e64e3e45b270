"""The lock of the queues: what a signal handler or the garbage collector may do in the middle of a change."""

import threading

import pytest

from bingx_spot.core.resolution import resolve
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from bingx_spot_api.contract import BY_ID
from tests.support.scripted_time import ScriptedTime
from tests.unit.core.playing import CANCELLING, Exchange

CANCEL = BY_ID["cancelOrder"]


@pytest.fixture
def limits() -> LocalRateLimiter:
    return LocalRateLimiter(ScriptedTime())


def test_a_signal_handler_may_reserve_in_the_middle_of_a_change(limits: LocalRateLimiter) -> None:
    with limits.ip_limits:
        assert limits.reserve(CANCEL).seconds_until_ready(1.0) == 0.0


def test_a_release_in_the_middle_of_a_change_is_deferred(limits: LocalRateLimiter) -> None:
    reservations = [limits.reserve(CANCEL) for _ in range(6)]
    assert [reservation.seconds_until_ready(60.0) > 0 for reservation in reservations] == [False] * 5 + [True]
    with limits.ip_limits:
        reservations[0].release()
        assert reservations[0].permit is not None
        assert len(limits.queue_for(CANCEL)) == 1
    assert reservations[0].permit is None
    assert reservations[5].permit is not None


def test_a_release_does_not_wait_for_another_thread(limits: LocalRateLimiter) -> None:
    reservation = limits.reserve(CANCEL)
    assert reservation.seconds_until_ready(1.0) == 0.0
    with limits.ip_limits:
        releasing = threading.Thread(target=reservation.release)
        releasing.start()
        releasing.join(30)
        assert not releasing.is_alive()
        assert reservation.permit is not None
    assert reservation.permit is None


def test_an_abandoned_call_leaves_the_queue() -> None:
    time = ScriptedTime()
    limits = LocalRateLimiter(time)
    exchange = Exchange(time, limits)
    for _ in range(5):
        assert limits.reserve(CANCEL).seconds_until_ready(0.0) == 0.0
    abandoned = resolve(exchange.context, CANCELLING)
    next(abandoned)
    assert len(limits.queue_for(CANCEL)) == 1
    del abandoned
    assert len(limits.queue_for(CANCEL)) == 0


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), GeneratorExit()])
def test_an_interrupted_call_leaves_the_queue(interruption: BaseException) -> None:
    time = ScriptedTime()
    limits = LocalRateLimiter(time)
    for _ in range(5):
        assert limits.reserve(CANCEL).seconds_until_ready(0.0) == 0.0
    waiting = resolve(Exchange(time, limits).context, CANCELLING)
    next(waiting)
    with pytest.raises(type(interruption)):
        waiting.throw(interruption)
    assert len(limits.queue_for(CANCEL)) == 0
