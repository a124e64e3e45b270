"""The order of changes: who comes in the middle of one, from a signal's handler or the garbage collector."""

import threading

import pytest

from bingx_spot.limits.rate_limiter import LocalRateLimiter
from bingx_spot_api.contract import BY_ID
from tests.support.scripted_time import ScriptedTime
from tests.unit.core.playing import CANCELLING, Exchange

CANCEL = BY_ID["cancelOrder"]


@pytest.fixture
def limits() -> LocalRateLimiter:
    return LocalRateLimiter(ScriptedTime())


def test_a_handler_may_ask_in_the_middle_of_a_change(limits: LocalRateLimiter) -> None:
    with limits.address:
        assert limits.reserve(CANCEL).seconds_until_ready(1.0) == 0.0


def test_to_leave_in_the_middle_of_a_change_is_put_off(limits: LocalRateLimiter) -> None:
    tickets = [limits.reserve(CANCEL) for _ in range(6)]
    assert [reservation.seconds_until_ready(60.0) > 0 for reservation in tickets] == [False] * 5 + [True]
    with limits.address:
        tickets[0].release()
        assert tickets[0].permit is not None
        assert len(limits.turns_of(CANCEL)) == 1
    assert tickets[0].permit is None
    assert tickets[5].permit is not None


def test_who_leaves_while_another_thread_makes_a_change_does_not_wait(limits: LocalRateLimiter) -> None:
    reservation = limits.reserve(CANCEL)
    assert reservation.seconds_until_ready(1.0) == 0.0
    with limits.address:
        leaving = threading.Thread(target=reservation.release)
        leaving.start()
        leaving.join(30)
        assert not leaving.is_alive()
        assert reservation.permit is not None
    assert reservation.permit is None


def test_a_call_that_nobody_goes_on_with_gives_its_place_back() -> None:
    time = ScriptedTime()
    limits = LocalRateLimiter(time)
    exchange = Exchange(time, limits)
    for _ in range(5):
        assert limits.reserve(CANCEL).seconds_until_ready(0.0) == 0.0
    abandoned = resolve(exchange.context, CANCELLING)
    next(abandoned)
    assert len(limits.turns_of(CANCEL)) == 1
    del abandoned
    assert len(limits.turns_of(CANCEL)) == 0


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), GeneratorExit()])
def test_an_interrupted_call_gives_its_place_back(interruption: BaseException) -> None:
    time = ScriptedTime()
    limits = LocalRateLimiter(time)
    for _ in range(5):
        assert limits.reserve(CANCEL).seconds_until_ready(0.0) == 0.0
    waiting = resolve(Exchange(time, limits).context, CANCELLING)
    next(waiting)
    with pytest.raises(type(interruption)):
        waiting.throw(interruption)
    assert len(limits.turns_of(CANCEL)) == 0
