"""The dead man's switch against the sandbox's exchange in virtual time."""

import json
from dataclasses import replace

import pytest

from bingx_spot import InvalidInput, NotSent, OutcomeUnknown, PermissionDenied
from bingx_spot.core.runner import Send
from bingx_spot.emergency.switch import Countdown, SwitchWarning
from tools.simulate.virtual_exchange import (
    BEGIN,
    VirtualExchange,
    busy_until,
    late,
    lost,
    saying,
    swallowed,
    under,
    unreached,
)

SWITCH = "cancelAllAfter"
FAILED = under(variant={"status": "FAILED"})


@pytest.fixture
def virtual() -> VirtualExchange:
    return VirtualExchange(round_trip=0.0)


@pytest.fixture
def warnings() -> list[SwitchWarning]:
    return []


@pytest.fixture
def countdown(virtual, warnings) -> Countdown:
    return Countdown(virtual.context, 60, warnings.append)


def is_anything_open(virtual) -> bool:
    return any(order.is_open for order in virtual.exchange.book.orders())


def keep_for(virtual, countdown, seconds: float) -> None:
    """Renew for so many seconds, and then as little as a program that was killed."""
    steps, until, result = countdown.keep(), virtual.time.seconds + seconds, None
    while virtual.time.seconds < until:
        effect = steps.send(result)
        result = virtual.perform(effect)
    steps.close()


def test_it_says_when_the_exchange_will_trigger(virtual, countdown):
    virtual.run(countdown.begin())
    assert countdown.triggers_at == BEGIN + 60_000
    assert countdown.seconds_left() == 60.0
    virtual.time.seconds += 45
    assert countdown.seconds_left() == 15.0


def test_it_is_renewed_until_the_program_dies(virtual, countdown, warnings):
    virtual.run(countdown.begin())
    keep_for(virtual, countdown, 610)
    assert virtual.count(SWITCH) == 41
    virtual.time.seconds += 44
    assert is_anything_open(virtual)
    virtual.time.seconds += 2
    assert not is_anything_open(virtual)
    assert warnings == []


def test_a_clean_end_closes_it(virtual, countdown):
    virtual.run(countdown.begin())
    keep_for(virtual, countdown, 100)
    virtual.run(countdown.close())
    virtual.time.seconds += 600
    assert is_anything_open(virtual)


def test_a_trigger_time_in_milliseconds_is_understood(virtual, countdown):
    virtual.faults[SWITCH] = [under(variant={"triggerUnit": "milliseconds"})]
    virtual.run(countdown.begin())
    assert countdown.triggers_at == BEGIN + 60_000


@pytest.mark.parametrize("told", [{}, {"triggerTime": 0}], ids=["absent", "zero"])
def test_without_a_trigger_time_it_is_what_was_asked_for(virtual, countdown, told):
    virtual.faults[SWITCH] = [saying(json.dumps({"code": 0, "data": {"status": "ACTIVATED", **told}}))]
    virtual.run(countdown.begin())
    assert (countdown.triggers_at, countdown.seconds_left()) == (BEGIN + 60_000, 60.0)


def test_an_exchange_that_counts_less_far_is_asked_more_often(virtual, countdown):
    sooner = {"triggerTime": BEGIN // 1000 + 12, "status": "ACTIVATED"}
    virtual.faults[SWITCH] = [saying(json.dumps({"code": 0, "data": sooner}))]
    virtual.run(countdown.begin())
    assert countdown.seconds_left() == 12.0
    assert next(countdown.keep()).seconds == 3.0


@pytest.mark.parametrize("fault", [FAILED, swallowed], ids=["FAILED", "no answer"])
def test_it_is_not_on_unless_the_exchange_says_so(virtual, countdown, fault):
    virtual.faults[SWITCH] = [fault]
    with pytest.raises(OutcomeUnknown, match="Send it again"):
        virtual.run(countdown.begin())
    assert countdown.triggers_at == 0


def test_a_key_that_may_not_trade_is_refused(virtual, countdown):
    virtual.faults[SWITCH] = [saying('{"code":100004,"msg":"Permission denied"}')]
    with pytest.raises(PermissionDenied):
        virtual.run(countdown.begin())


def test_a_lost_answer_is_settled_by_sending_again(virtual, countdown):
    virtual.faults[SWITCH] = [lost, None]
    virtual.run(countdown.begin())
    assert countdown.triggers_at >= BEGIN + 60_000


def test_it_warns_before_it_lapses(virtual, countdown, warnings):
    virtual.faults[SWITCH] = [None, unreached]
    virtual.run(countdown.begin())
    keep_for(virtual, countdown, 50)
    assert warnings
    assert all(0 < warning.seconds_left < 45 for warning in warnings)
    assert {warning.triggers_at for warning in warnings} == {BEGIN + 60_000}
    assert "cancels every open order in " in str(warnings[0])
    assert not countdown.lapsed
    keep_for(virtual, countdown, 60)
    assert countdown.lapsed
    assert warnings[-1].seconds_left == 0
    assert "about now" in str(warnings[-1])
    assert not is_anything_open(virtual)


def test_it_is_on_again_after_a_network_that_comes_back(virtual, countdown, warnings):
    virtual.faults[SWITCH] = [None, *[unreached] * 6, None]
    virtual.run(countdown.begin())
    keep_for(virtual, countdown, 120)
    assert warnings
    assert not countdown.lapsed
    assert countdown.seconds_left() > 30
    assert is_anything_open(virtual)


def test_it_outlives_an_exchange_that_is_busy_for_two_thirds_of_it(virtual, countdown, warnings):
    virtual.run(countdown.begin())
    virtual.faults = {SWITCH: [busy_until(virtual.time.seconds + 40)]}
    keep_for(virtual, countdown, 300)
    assert warnings
    assert not countdown.lapsed


def test_a_renewal_that_came_too_late_is_a_lapse(virtual, countdown):
    virtual.run(countdown.begin())
    virtual.time.seconds += 61
    virtual.run(countdown.begin())
    assert countdown.lapsed


def test_a_lapse_is_known_before_the_next_renewal_and_after_the_close(virtual, countdown):
    """The program was stopped, and its block ends before the next renewal."""
    virtual.run(countdown.begin())
    virtual.time.seconds += 61
    assert countdown.lapsed
    virtual.run(countdown.close())
    assert countdown.lapsed


def test_a_lapse_after_a_close_that_failed_is_known(virtual, countdown):
    virtual.run(countdown.begin())
    virtual.faults[SWITCH] = [unreached]
    with pytest.raises(NotSent):
        virtual.run(countdown.close())
    assert (countdown.seconds_left(), countdown.lapsed) == (0.0, False)
    virtual.time.seconds += 61
    assert countdown.lapsed


def test_the_countdown_goes_on_while_the_machine_sleeps(virtual, countdown):
    """The monotonic clock of Linux stands still then, and the boot clock does not."""
    began = virtual.time.seconds
    countdown.context = replace(virtual.context, now=lambda: began)
    virtual.run(countdown.begin())
    virtual.time.seconds += 61
    assert (countdown.seconds_left(), countdown.lapsed) == (0.0, True)


def test_a_warning_can_be_printed_whatever_time_the_exchange_gave(virtual, countdown, warnings):
    far = {"triggerTime": 10**18, "status": "ACTIVATED"}
    virtual.faults[SWITCH] = [saying(json.dumps({"code": 0, "data": far})), unreached]
    virtual.run(countdown.begin())
    keep_for(virtual, countdown, 30)
    assert f" s, at {10**18}: " in str(warnings[-1])


def test_a_warning_that_fails_does_not_end_the_renewals(virtual, caplog):
    def fail(_warning):
        raise ValueError("the bot's own mistake")

    countdown = Countdown(virtual.context, 60, fail)
    virtual.faults[SWITCH] = [None, *[unreached] * 6, None]
    virtual.run(countdown.begin())
    keep_for(virtual, countdown, 120)
    assert countdown.seconds_left() > 30
    assert "on_warning" in caplog.text


def test_a_log_handler_that_fails_does_not_end_the_renewals(virtual, monkeypatch):
    def fail(_handler, _record):
        raise ConnectionError("the bot's messages go over the same network")

    countdown = Countdown(virtual.context, 60)
    virtual.faults[SWITCH] = [None, *[unreached] * 6, None]
    virtual.run(countdown.begin())
    monkeypatch.setattr("logging.Handler.handle", fail)
    keep_for(virtual, countdown, 120)
    assert countdown.seconds_left() > 30


def test_a_warning_is_logged_where_nothing_else_is_named(virtual, caplog):
    countdown = Countdown(virtual.context, 60)
    virtual.faults[SWITCH] = [None, unreached]
    virtual.run(countdown.begin())
    keep_for(virtual, countdown, 30)
    assert "the dead man's switch is not renewed" in caplog.text


def test_a_request_before_the_one_that_was_answered_does_not_leave_it_on(virtual, countdown):
    virtual.faults[SWITCH] = [late(9.0), None]
    virtual.run(countdown.begin())
    virtual.run(countdown.close())
    virtual.time.seconds += 600
    assert is_anything_open(virtual)


@pytest.mark.parametrize(("seconds", "delay", "kept"), [(60, 9.0, 16), (10, 3.0, 3)], ids=["long", "short"])
def test_a_renewal_that_arrives_after_the_close_does_not_leave_it_on(virtual, seconds, delay, kept):
    countdown = Countdown(virtual.context, seconds)
    virtual.faults[SWITCH] = [None, late(delay)]
    virtual.run(countdown.begin())
    keep_for(virtual, countdown, kept)
    virtual.faults[SWITCH] = []
    virtual.run(countdown.close())
    virtual.time.seconds += 600
    assert is_anything_open(virtual)


@pytest.mark.parametrize(("away_for", "lapsed"), [(6.0, False), (14.0, True)])
def test_one_that_ends_between_two_closes_is_known(virtual, away_for, lapsed):
    countdown = Countdown(virtual.context, 10)
    virtual.run(countdown.begin())
    virtual.faults[SWITCH] = [late(2.0)]
    keep_for(virtual, countdown, 3)
    back = virtual.time.seconds + away_for

    def away_after_the_first(virtual, send):
        virtual.faults[SWITCH] = [away]
        return virtual.execute(send)

    def away(virtual, send):
        return unreached(virtual, send) if virtual.time.seconds < back else virtual.execute(send)

    virtual.faults[SWITCH] = [away_after_the_first]
    virtual.run(countdown.close())
    assert (countdown.lapsed, is_anything_open(virtual)) == (lapsed, not lapsed)


def test_an_exchange_that_counts_less_far_is_closed_in_time(virtual, monkeypatch):
    book = virtual.exchange.book
    whole = book.begin_countdown
    monkeypatch.setattr(book, "begin_countdown", lambda owner, delay, *rest: whole(owner, delay // 3, *rest))
    countdown = Countdown(virtual.context, 12)
    virtual.run(countdown.begin())
    virtual.faults[SWITCH] = [late(2.0)]
    keep_for(virtual, countdown, 1.5)
    virtual.faults[SWITCH] = []
    virtual.run(countdown.close())
    virtual.time.seconds += 600
    assert (countdown.lapsed, is_anything_open(virtual)) == (False, True)


def test_a_close_that_was_answered_is_not_doubted_because_one_before_was_lost(virtual, countdown):
    virtual.run(countdown.begin())
    virtual.faults[SWITCH] = [swallowed, None, unreached]
    virtual.run(countdown.close())
    assert virtual.count(SWITCH) == 3


@pytest.mark.parametrize(
    ("renewals", "seconds", "lapsed"),
    [([None], 6.0, False), ([swallowed], 10.0, False), ([swallowed], 15.0, True)],
    ids=["in time", "between two", "after the countdown"],
)
def test_a_network_that_comes_back_while_it_is_closing_is_used(virtual, renewals, seconds, lapsed):
    countdown = Countdown(virtual.context, 20)
    virtual.run(countdown.begin())
    virtual.faults[SWITCH] = renewals
    keep_for(virtual, countdown, 6)
    back = virtual.time.seconds + seconds

    def unanswered_until_then(virtual, send):
        return virtual.execute(send) if back < virtual.time.seconds else swallowed(virtual, send)

    virtual.faults[SWITCH] = [unanswered_until_then]
    virtual.run(countdown.close())
    virtual.time.seconds += 600
    assert (countdown.lapsed, is_anything_open(virtual)) == (lapsed, not lapsed)


@pytest.mark.parametrize("seconds", [9, 121, 60.5, "60", True, None, float("nan")])
def test_the_countdown_has_10_to_120_seconds(virtual, seconds):
    with pytest.raises(InvalidInput) as caught:
        Countdown(virtual.context, seconds)
    assert caught.value.field == "seconds"


def test_once_it_is_closed_it_is_not_said_to_be_on(virtual, countdown):
    virtual.run(countdown.begin())
    virtual.run(countdown.close())
    assert (countdown.seconds_left(), countdown.triggers_at, countdown.lapsed) == (0.0, 0, False)


def test_a_close_that_may_act_late_does_not_close_the_next_switch(virtual, countdown):
    virtual.run(countdown.begin())
    virtual.faults[SWITCH] = [late(9.0), None]
    virtual.run(countdown.close())
    virtual.run(Countdown(virtual.context, 60).begin())
    virtual.time.seconds += 10
    assert is_anything_open(virtual)
    virtual.time.seconds += 51
    assert not is_anything_open(virtual)


def test_a_renewal_that_was_interrupted_and_arrives_after_the_close_does_not_leave_it_on(virtual, countdown):
    virtual.run(countdown.begin())
    renewal, result = countdown.begin(), None
    while not isinstance(effect := renewal.send(result), Send):
        result = virtual.perform(effect)
    with pytest.raises(KeyboardInterrupt):
        renewal.throw(KeyboardInterrupt())
    began = virtual.time.seconds
    virtual.run(countdown.close())
    # Closed, and closed again once the renewal can arrive no more.
    assert virtual.time.seconds - began > 5.0
