"""The queue for permits: its order, its windows, and what becomes of a place that is given back."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot.limits.permit_queue import DeadlineTooShort, PermitQueue, Waiter
from bingx_spot.limits.sliding_window import MARGIN, SlidingWindow
from bingx_spot_api.contract import BY_ID, Rate
from tests.unit.limits.queueing import Caller, Play, fullest

CANCEL = BY_ID["cancelOrder"]
#: Small enough for a property to fill.
THREE = replace(CANCEL, uid_limit=Rate(3, 1.0), ip_group=None)


def played(callers: list[Caller], **changes: object) -> list[Caller]:
    Play(replace(CANCEL, ip_group=None, **changes)).run(callers)
    return callers


class TestOrder:
    def test_first_come_first_served(self) -> None:
        play = Play(CANCEL)
        callers = [Caller(position / 64) for position in range(40)]
        play.run(callers)
        assert play.order == callers

    def test_a_single_call_overtakes_a_bulk_run(self) -> None:
        play = Play(CANCEL)
        bulk = [Caller(0, bulk=True) for _ in range(30)]
        single = Caller(2.03125)
        play.run([*bulk, single])
        assert single.permitted is not None
        assert single.permitted - 1002.03125 <= 0.2
        assert [caller for caller in play.order if caller.bulk] == bulk

    def test_single_calls_go_in_the_order_in_which_they_came(self) -> None:
        play = Play(CANCEL)
        singles = [Caller(1.0 + position / 64) for position in range(12)]
        play.run([*(Caller(0, bulk=True) for _ in range(20)), *singles])
        assert [caller for caller in play.order if not caller.bulk] == singles

    def test_a_caller_that_is_held_up_holds_up_nobody_else(self) -> None:
        callers = [Caller(0) for _ in range(5)] + [Caller(0, late=30.0), *(Caller(0) for _ in range(4))]
        played(callers)
        # Its permit was there with the others', it only did not come for it.
        assert [caller.permitted for caller in callers[6:]] == [1001.0] * 4


class TestBulk:
    def test_begins_with_all_permits_but_one_and_ends_up_evenly_spaced(self) -> None:
        callers = played([Caller(0, bulk=True) for _ in range(40)])
        times = [caller.permitted - 1000 for caller in callers if caller.permitted is not None]
        assert times[:6] == pytest.approx([0, 0, 0, 0, 0.8, 1.0])
        gaps = [later - earlier for earlier, later in pairwise(times[30:])]
        assert gaps == pytest.approx([0.2] * 9)

    def test_uses_the_full_rate(self) -> None:
        callers = played([Caller(0, bulk=True) for _ in range(200)])
        assert callers[-1].permitted is not None
        assert callers[-1].permitted - 1000 == pytest.approx(39.8)

    @given(moment=st.integers(0, 64 * 6), there=st.integers(0, 3), back=st.integers(0, 3))
    def test_a_single_call_waits_no_more_than_one_permit(self, moment: int, there: int, back: int) -> None:
        bulk = [Caller(0, bulk=True, there=there / 64, back=back / 64) for _ in range(30)]
        single = Caller(moment / 64)
        played([*bulk, single])
        assert single.permitted is not None
        # While answers are under way nobody knows when the next permit comes, but soon.
        assert single.permitted - 1000 - single.comes <= 0.2 + (there + back) / 64 + 1e-6

    def test_that_cannot_end_in_time_any_longer_learns_it_at_once(self) -> None:
        bulk = [Caller(0, bulk=True, patience=2.0) for _ in range(10)]
        singles = [Caller(1.5) for _ in range(10)]
        played([*bulk, *singles])
        refused = [caller for caller in bulk if caller.too_late is not None]
        assert refused
        assert {caller.too_late for caller in refused} == {1001.5}


class TestGivingBack:
    def test_a_place_goes_to_the_next(self) -> None:
        first, second, third = Caller(0, leaves=0.5), Caller(0), Caller(0)
        played([*(Caller(0) for _ in range(5)), first, *(Caller(0) for _ in range(4)), second, third])
        assert first.left == 1000.5
        assert (second.permitted, third.permitted) == (1001.0, 1002.0)

    def test_a_permit_goes_to_the_next_at_once(self) -> None:
        waiting = Caller(0.25)
        played([Caller(0, unsent=True), *(Caller(0) for _ in range(5)), waiting])
        assert waiting.permitted == 1001.0
        waiting = Caller(0.25)
        play = Play(THREE)
        tickets = [play.limits.reserve(THREE) for _ in range(3)]
        assert [reservation.seconds_until_ready(9) for reservation in tickets] == [0.0] * 3
        play.at(1000.5, tickets[1].release)
        play.run([waiting])
        assert waiting.permitted == 1000.5

    def test_everybody_leaves_and_the_queue_is_empty(self) -> None:
        play = Play(THREE)
        play.run([Caller(0, leaves=1 / 64 if position > 2 else None) for position in range(100)])
        assert len(play.limits.turns_of(THREE)) == 0
        assert play.limits.address.waiting == set()

    def test_twice_does_no_harm(self) -> None:
        play = Play(THREE)
        tickets = [play.limits.reserve(THREE) for _ in range(4)]
        assert [reservation.seconds_until_ready(9) > 0 for reservation in tickets] == [
            False,
            False,
            False,
            True,
        ]
        for reservation in [*tickets, *tickets]:
            reservation.release()
        assert [play.limits.reserve(THREE).seconds_until_ready(9) for _ in range(3)] == [0.0] * 3


class TestTooLate:
    def test_tells_how_long_it_would_have_been(self) -> None:
        turns = PermitQueue([SlidingWindow(Rate(1, 10.0))])
        assert turns.wait(Waiter(bulk=False), 0.0, 9.0) == 0.0
        with pytest.raises(DeadlineTooShort) as late:
            turns.wait(Waiter(bulk=False), 1.0, 6.0)
        assert late.value.seconds == 10.0
        assert len(turns) == 0

    def test_costs_those_who_can_wait_nothing(self) -> None:
        hasty = [Caller(0.5, patience=0.25) for _ in range(20)]
        patient = Caller(0.75)
        played([*(Caller(0) for _ in range(5)), *hasty, patient])
        assert {caller.too_late for caller in hasty} == {1000.5}
        assert patient.permitted == 1001.0

    def test_an_answer_that_does_not_come_is_waited_for_until_the_deadline(self) -> None:
        callers = played([*(Caller(0, back=None) for _ in range(5)), Caller(0.5, patience=2.0)])
        assert callers[-1].too_late == 1002.5
        callers = played([*(Caller(0, back=None) for _ in range(5)), Caller(0.5, patience=9.0)])
        assert callers[-1].permitted == 1000 + MARGIN + 1


ticks = st.integers(0, 40).map(lambda tick: tick / 16)
short = st.integers(0, 6).map(lambda tick: tick / 16)
callers_ = st.lists(
    st.builds(
        Caller,
        comes=ticks,
        bulk=st.booleans(),
        patience=st.sampled_from([0.0, 0.5, 2.0, 1000.0]),
        leaves=st.one_of(st.none(), ticks),
        there=short,
        back=st.one_of(short, short, st.none()),
        unsent=st.sampled_from([False, False, False, True]),
        late=short,
    ),
    max_size=40,
)


@given(callers_)
def test_however_they_come_and_go(callers: list[Caller]) -> None:
    play = Play(THREE)
    play.run(callers)
    sent = [caller for caller in callers if caller.arrived is not None]
    # The exchange never counts more than it allows, whatever the way took.
    assert fullest([caller.arrived for caller in sent if caller.arrived is not None], 1.0) <= 3
    for caller in callers:
        # Everybody was heard; who could not be served in time was told in time, but for the own lateness.
        assert caller.gone <= 1000 + caller.comes + caller.patience + caller.late + 1e-5
    assert len(play.limits.turns_of(THREE)) == 0


@given(callers_)
def test_nobody_is_overtaken_but_by_single_calls(callers: list[Caller]) -> None:
    for caller in callers:
        caller.late, caller.patience = 0.0, 1000.0
    play = Play(THREE)
    play.run(callers)
    for bulk in (False, True):
        came = sorted((caller for caller in callers if caller.bulk is bulk), key=lambda caller: caller.comes)
        # By the moment: of two whose permits come together, either may be the first to wake.
        served = [caller.permitted for caller in came if caller.permitted is not None]
        assert served == sorted(served)
    for caller in play.order:
        if caller.bulk:
            waiting = [
                other for other in callers if not other.bulk and 1000 + other.comes < (caller.permitted or 0)
            ]
            assert all(other.gone <= (caller.permitted or 0) for other in waiting)
