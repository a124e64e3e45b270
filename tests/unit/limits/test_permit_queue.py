"""The queue for permits: its order, its deadlines, released permits, and hints of the exchange."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot.limits.permit_queue import DeadlineTooShort, PermitQueue, RemoteSource, Waiter, Wakeup
from bingx_spot.limits.sliding_window import MARGIN, TAKEN_WITHIN, SlidingWindow
from bingx_spot_api.contract import BY_ID, Rate
from tests.unit.limits.queueing import Caller, Simulation, fullest_window

CANCEL = BY_ID["cancelOrder"]
#: Small enough for a property to fill.
THREE = replace(CANCEL, uid_limit=Rate(3, 1.0), ip_group=None)


def simulate(callers: list[Caller], **changes: object) -> list[Caller]:
    Simulation(replace(CANCEL, ip_group=None, **changes)).run(callers)
    return callers


class TestWakeup:
    def test_wakes_the_subscriber(self) -> None:
        wakeup, woken = Wakeup(), list[str]()
        wakeup.subscribe(lambda: woken.append("woken"))
        assert (wakeup.is_set, woken) == (False, [])
        wakeup.set()
        assert (wakeup.is_set, woken) == (True, ["woken"])

    def test_set_before_the_subscription_wakes_at_once(self) -> None:
        wakeup, woken = Wakeup(), list[str]()
        wakeup.set()
        wakeup.subscribe(lambda: woken.append("woken"))
        assert woken == ["woken"]

    def test_tolerates_a_closed_event_loop(self) -> None:
        def wake() -> None:
            raise RuntimeError("Event loop is closed")

        wakeup = Wakeup()
        wakeup.subscribe(wake)
        wakeup.set()
        assert wakeup.is_set


class TestOrder:
    def test_first_come_first_served(self) -> None:
        simulation = Simulation(CANCEL)
        callers = [Caller(position / 64) for position in range(40)]
        simulation.run(callers)
        assert simulation.order == callers

    def test_a_single_call_overtakes_a_bulk_run(self) -> None:
        simulation = Simulation(CANCEL)
        bulk = [Caller(0, bulk=True) for _ in range(30)]
        single = Caller(2.03125)
        simulation.run([*bulk, single])
        assert single.granted is not None
        assert single.granted - 1002.03125 <= 0.2
        assert [caller for caller in simulation.order if caller.bulk] == bulk

    def test_single_calls_are_served_in_their_order(self) -> None:
        simulation = Simulation(CANCEL)
        singles = [Caller(1.0 + position / 64) for position in range(12)]
        simulation.run([*(Caller(0, bulk=True) for _ in range(20)), *singles])
        assert [caller for caller in simulation.order if not caller.bulk] == singles

    def test_a_caller_that_is_held_up_delays_only_itself(self) -> None:
        callers = [Caller(0) for _ in range(5)] + [Caller(0, late=30.0), *(Caller(0) for _ in range(4))]
        simulate(callers)
        # Its permit was granted with the others', it only did not wake for it.
        assert [caller.granted for caller in callers[6:]] == [1001.0] * 4


class TestBulk:
    def test_takes_all_permits_but_one_and_then_one_every_200_ms(self) -> None:
        callers = simulate([Caller(0, bulk=True) for _ in range(40)])
        times = [caller.granted - 1000 for caller in callers if caller.granted is not None]
        assert times[:6] == pytest.approx([0, 0, 0, 0, 0.8, 1.0])
        gaps = [later - earlier for earlier, later in pairwise(times[30:])]
        assert gaps == pytest.approx([0.2] * 9)

    def test_uses_the_full_rate(self) -> None:
        callers = simulate([Caller(0, bulk=True) for _ in range(100)])
        assert callers[-1].granted is not None
        assert callers[-1].granted - 1000 == pytest.approx(19.8)

    @given(at=st.integers(0, 64 * 6), request_takes=st.integers(0, 3), response_takes=st.integers(0, 3))
    def test_a_single_call_waits_for_one_permit_at_most(
        self, at: int, request_takes: int, response_takes: int
    ) -> None:
        request, response = request_takes / 64, response_takes / 64
        bulk = [Caller(0, bulk=True, request_takes=request, response_takes=response) for _ in range(30)]
        single = Caller(at / 64)
        simulate([*bulk, single])
        assert single.granted is not None
        # While responses are pending the next permit's time is not known, but it is near.
        assert single.granted - 1000 - single.at <= 0.2 + request + response + 1e-6

    def test_calls_that_single_calls_delay_too_long_fail_at_once(self) -> None:
        bulk = [Caller(0, bulk=True, patience=2.0) for _ in range(10)]
        singles = [Caller(1.5) for _ in range(10)]
        simulate([*bulk, *singles])
        rejected = [caller for caller in bulk if caller.rejected is not None]
        assert rejected
        assert {caller.rejected for caller in rejected} == {1001.5}


class TestRelease:
    def test_a_place_goes_to_the_next(self) -> None:
        first, second, third = Caller(0, leaves=0.5), Caller(0), Caller(0)
        simulate([*(Caller(0) for _ in range(5)), first, *(Caller(0) for _ in range(4)), second, third])
        assert first.left == 1000.5
        assert (second.granted, third.granted) == (1001.0, 1002.0)

    def test_a_permit_goes_to_the_next_at_once(self) -> None:
        waiting = Caller(0.25)
        simulation = Simulation(THREE)
        reservations = [simulation.limits.reserve(THREE) for _ in range(3)]
        assert [reservation.seconds_until_ready(9) for reservation in reservations] == [0.0] * 3
        simulation.schedule(1000.5, reservations[1].release)
        simulation.run([waiting])
        assert waiting.granted == 1000.5

    def test_leaves_the_queue_empty(self) -> None:
        simulation = Simulation(THREE)
        simulation.run([Caller(0, leaves=1 / 64 if position > 2 else None) for position in range(100)])
        assert len(simulation.limits.queue_for(THREE)) == 0
        assert simulation.limits.ip_limits.waiting == set()

    def test_twice_is_harmless(self) -> None:
        simulation = Simulation(THREE)
        reservations = [simulation.limits.reserve(THREE) for _ in range(4)]
        pauses = [reservation.seconds_until_ready(9) > 0 for reservation in reservations]
        assert pauses == [False, False, False, True]
        for reservation in [*reservations, *reservations]:
            reservation.release()
        assert [simulation.limits.reserve(THREE).seconds_until_ready(9) for _ in range(3)] == [0.0] * 3


def test_a_permit_that_is_taken_too_late_is_replaced() -> None:
    """As in a process that was stopped between the grant and the caller's next step."""
    simulation = Simulation(THREE)
    now = simulation.limits.ip_limits.now()
    late, *others = [simulation.limits.reserve(THREE) for _ in range(3)]
    late.name = "p:0"
    queue = simulation.limits.queue_for(THREE)
    queue.grant(late, now - TAKEN_WITHIN - 0.01)
    for reservation in others:
        queue.grant(reservation, now)
    assert late.seconds_until_ready(9.0) == 0.0
    assert late.permit is not None
    assert (late.permit.since, late.permit.name) == (now + MARGIN, "")
    assert len(queue.windows[0].counted(now)) == 3


class TestDeadlineTooShort:
    def test_says_how_long_the_wait_would_be(self) -> None:
        queue = PermitQueue([SlidingWindow(Rate(1, 10.0))])
        assert queue.poll(Waiter(bulk=False), 0.0, 9.0) == 0.0
        with pytest.raises(DeadlineTooShort) as late:
            queue.poll(Waiter(bulk=False), 1.0, 6.0)
        assert late.value.seconds == 10.0
        assert len(queue) == 0

    def test_costs_patient_callers_nothing(self) -> None:
        hasty = [Caller(0.5, patience=0.25) for _ in range(20)]
        patient = Caller(0.75)
        simulate([*(Caller(0) for _ in range(5)), *hasty, patient])
        assert {caller.rejected for caller in hasty} == {1000.5}
        assert patient.granted == 1001.0

    def test_a_missing_response_is_awaited_until_the_deadline(self) -> None:
        callers = simulate([*(Caller(0, response_takes=None) for _ in range(5)), Caller(0.5, patience=2.0)])
        assert callers[-1].rejected == 1002.5
        callers = simulate([*(Caller(0, response_takes=None) for _ in range(5)), Caller(0.5, patience=9.0)])
        assert callers[-1].granted == 1000 + MARGIN + 1


class TestServerHint:
    def test_reaches_no_further_than_one_window(self, caplog: pytest.LogCaptureFixture) -> None:
        queue = PermitQueue([SlidingWindow(Rate(5, 2.0))])
        queue.apply_server_hint(0, 10.0 + 8e9, 10.0)
        assert queue.next_free_at(10.0, bulk=False) == 12.0
        assert not caplog.records, "a lock-out and a wrong key have such headers: no clock is wrong"

    def test_within_a_window_is_used_as_it_is(self, caplog: pytest.LogCaptureFixture) -> None:
        queue = PermitQueue([SlidingWindow(Rate(5, 2.0))])
        queue.apply_server_hint(0, 11.5, 10.0)
        assert queue.next_free_at(10.0, bulk=False) == 11.5
        assert not caplog.records

    def test_for_a_store_is_bounded_too(self) -> None:
        queue = PermitQueue([SlidingWindow(Rate(5, 1.0))])
        queue.remote = RemoteSource(lambda: None)
        queue.apply_server_hint(0, 3610.0, 10.0)
        assert queue.remote.server_hint == (0, 11.0)

    def test_without_a_limit_changes_nothing(self) -> None:
        queue = PermitQueue([])
        queue.apply_server_hint(0, 11.0, 10.0)
        assert queue.next_free_at(10.0, bulk=False) == 10.0


class TestSlowTo:
    def test_a_faster_rate_changes_nothing(self) -> None:
        queue = PermitQueue([SlidingWindow(Rate(2, 1.0))])
        queue.slow_to(Rate(5, 1.0))
        assert queue.own_rate == queue.windows[0].rate == Rate(2, 1.0)

    def test_a_slower_rate_counts_the_permits_of_before(self) -> None:
        queue = PermitQueue([SlidingWindow(Rate(5, 1.0))])
        for _ in range(2):
            waiter = Waiter(bulk=False)
            assert queue.poll(waiter, 10.0, 20.0) == 0.0
            assert waiter.permit is not None
            waiter.permit.mark_arrived(10.0)
        queue.slow_to(Rate(1, 1.0))
        assert queue.next_free_at(10.0, bulk=False) == 11.0

    def test_is_reported_to_a_store(self) -> None:
        queue = PermitQueue([SlidingWindow(Rate(5, 1.0))])
        queue.remote = RemoteSource(lambda: None)
        queue.slow_to(Rate(1, 1.0))
        assert queue.remote.dirty


ticks = st.integers(0, 40).map(lambda tick: tick / 16)
short_ticks = st.integers(0, 6).map(lambda tick: tick / 16)
many_callers = st.lists(
    st.builds(
        Caller,
        at=ticks,
        bulk=st.booleans(),
        patience=st.sampled_from([0.0, 0.5, 2.0, 1000.0]),
        leaves=st.one_of(st.none(), ticks),
        request_takes=short_ticks,
        response_takes=st.one_of(short_ticks, short_ticks, st.none()),
        unsent=st.sampled_from([False, False, False, True]),
        late=short_ticks,
    ),
    max_size=40,
)


@given(many_callers)
def test_no_window_ever_holds_too_many_and_every_caller_ends_in_time(callers: list[Caller]) -> None:
    simulation = Simulation(THREE)
    simulation.run(callers)
    arrivals = [caller.arrived for caller in callers if caller.arrived is not None]
    assert fullest_window(arrivals, 1.0) <= 3
    for caller in callers:
        assert caller.ended <= 1000 + caller.at + caller.patience + caller.late + 1e-5
    assert len(simulation.limits.queue_for(THREE)) == 0


@given(many_callers)
def test_only_single_calls_overtake(callers: list[Caller]) -> None:
    for caller in callers:
        caller.late, caller.patience = 0.0, 1000.0
    simulation = Simulation(THREE)
    simulation.run(callers)
    for bulk in (False, True):
        in_order = sorted((caller for caller in callers if caller.bulk is bulk), key=lambda each: each.at)
        # By the time: of two permits granted together, either caller may wake first.
        served = [caller.granted for caller in in_order if caller.granted is not None]
        assert served == sorted(served)
    for caller in simulation.order:
        if caller.bulk:
            granted = caller.granted or 0
            singles = [other for other in callers if not other.bulk and 1000 + other.at < granted]
            assert all(other.ended <= granted for other in singles)
