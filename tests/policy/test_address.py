"""The order of changes: who comes in the middle of one, from a signal's handler or the garbage collector."""

import threading

import pytest

from bingx_spot.outcome import steps
from bingx_spot.policy.limits import Limits
from bingx_spot_api.contract import BY_ID
from tests.policy.playing import CANCELLING, Exchange
from tests.policy.scripted_time import ScriptedTime

CANCEL = BY_ID["cancelOrder"]


@pytest.fixture
def limits() -> Limits:
    return Limits(ScriptedTime())


def test_a_handler_may_ask_in_the_middle_of_a_change(limits: Limits) -> None:
    with limits.address:
        assert limits.ticket(CANCEL).wait(1.0) == 0.0


def test_to_leave_in_the_middle_of_a_change_is_put_off(limits: Limits) -> None:
    tickets = [limits.ticket(CANCEL) for _ in range(6)]
    assert [ticket.wait(60.0) > 0 for ticket in tickets] == [False] * 5 + [True]
    with limits.address:
        tickets[0].give_back()
        assert tickets[0].permit is not None
        assert len(limits.turns_of(CANCEL)) == 1
    assert tickets[0].permit is None
    assert tickets[5].permit is not None


def test_who_leaves_while_another_thread_makes_a_change_does_not_wait(limits: Limits) -> None:
    ticket = limits.ticket(CANCEL)
    assert ticket.wait(1.0) == 0.0
    with limits.address:
        leaving = threading.Thread(target=ticket.give_back)
        leaving.start()
        leaving.join(30)
        assert not leaving.is_alive()
        assert ticket.permit is not None
    assert ticket.permit is None


def test_a_call_that_nobody_goes_on_with_gives_its_place_back() -> None:
    time = ScriptedTime()
    limits = Limits(time)
    exchange = Exchange(time, limits)
    for _ in range(5):
        assert limits.ticket(CANCEL).wait(0.0) == 0.0
    abandoned = steps(exchange.parts, CANCELLING)
    next(abandoned)
    assert len(limits.turns_of(CANCEL)) == 1
    del abandoned
    assert len(limits.turns_of(CANCEL)) == 0


@pytest.mark.parametrize("interruption", [KeyboardInterrupt(), GeneratorExit()])
def test_an_interrupted_call_gives_its_place_back(interruption: BaseException) -> None:
    time = ScriptedTime()
    limits = Limits(time)
    for _ in range(5):
        assert limits.ticket(CANCEL).wait(0.0) == 0.0
    waiting = steps(Exchange(time, limits).parts, CANCELLING)
    next(waiting)
    with pytest.raises(type(interruption)):
        waiting.throw(interruption)
    assert len(limits.turns_of(CANCEL)) == 0
