"""The allocation of permits to the processes that share a limit."""

from typing import Any

import pytest
from hypothesis import given

from bingx_spot.shared_limits.allocation import GRACE_MS, MEMBER_TTL_MS, Allocation, State, allocate
from tests.unit.limits.queueing import fullest_window
from tests.unit.shared_limits.exchanges import exchanges, reports_of
from tests.unit.shared_limits.reports import report


class Fleet:
    """A limit that several processes share, on the test's clock."""

    def __init__(self) -> None:
        self.state: State = {}
        self.now = 1_000_000.0
        self.number = 0

    def exchange(self, process: str, **changes: Any) -> Allocation:
        """Let a process report, by default what it holds without a response."""
        now = max(self.now + self.state.get("offset", 0), self.state.get("now", 0))
        held = {
            name: now - permit["since"]
            for name, permit in self.state.get("permits", {}).items()
            if name.startswith(f"{process}:") and not permit["answered"]
        }
        return allocate(self.state, self.now, report(process, **{"permits": held, **changes}))

    def wait(self, milliseconds: int, process: str) -> None:
        """Let time pass, in which a process reports that it is alive."""
        for _ in range(milliseconds // 250):
            self.now += 250
            self.exchange(process)

    def names(self, process: str, number: int) -> list[str]:
        self.number += number
        return [f"{process}:{self.number - each}" for each in range(number)]

    def take_all(self, counted_for: float) -> None:
        """Let another process hold all permits, counted for so many milliseconds."""
        self.state["permits"] = {
            f"x:{number}": {"since": self.now - counted_for, "answered": True} for number in range(5)
        }


@pytest.fixture
def fleet() -> Fleet:
    return Fleet()


class TestWindow:
    def test_applies_to_all_processes_together(self, fleet: Fleet) -> None:
        assert len(fleet.exchange("a", single=fleet.names("a", 3))["granted"]) == 3
        assert len(fleet.exchange("b", single=fleet.names("b", 3))["granted"]) == 2

    def test_a_permit_counts_from_its_response_on(self, fleet: Fleet) -> None:
        names = fleet.names("a", 5)
        fleet.exchange("a", single=names)
        fleet.now += 300
        fleet.exchange("a", permits=dict.fromkeys(names, 250))
        waiting = fleet.names("b", 1)
        allocation = fleet.exchange("b", single=waiting)
        assert (allocation["granted"], allocation["wait"]) == ([], 750)
        fleet.now += 750
        assert fleet.exchange("b", single=waiting)["granted"] == waiting

    def test_permits_of_a_dead_process_become_free(self, fleet: Fleet) -> None:
        fleet.exchange("dead", single=fleet.names("dead", 5))
        waiting = fleet.names("b", 1)
        # A response may arrive at any time, so it asks again after each window.
        for _ in range(5):
            allocation = fleet.exchange("b", single=waiting)
            assert (allocation["granted"], allocation["wait"]) == ([], 1000)
            fleet.now += 1000
        assert fleet.exchange("b", single=waiting)["wait"] == 1000
        fleet.now += 1000
        assert fleet.exchange("b", single=waiting)["granted"] == waiting

    def test_a_released_permit_is_free_for_others(self, fleet: Fleet) -> None:
        names = fleet.names("a", 5)
        fleet.exchange("a", single=names)
        fleet.exchange("a", permits=dict.fromkeys(names[1:], -5000))
        assert fleet.exchange("b", single=fleet.names("b", 2))["granted"] == ["b:7"]

    def test_a_repeated_report_has_the_same_answer(self, fleet: Fleet) -> None:
        names = fleet.names("a", 5)
        assert fleet.exchange("a", single=names)["granted"] == names
        assert fleet.exchange("a", single=names)["granted"] == names
        assert fleet.exchange("b", single=fleet.names("b", 1))["granted"] == []

    def test_a_clock_that_restarts_delays_nothing_for_long(self, fleet: Fleet) -> None:
        fleet.now = 9e12
        fleet.exchange("a", single=fleet.names("a", 5))
        fleet.now = 1000.0
        waiting = fleet.names("a", 1)
        assert fleet.exchange("a", single=waiting)["granted"] == []
        fleet.now += 6000
        assert fleet.exchange("a", single=waiting)["granted"] == waiting

    def test_a_clock_that_goes_back_keeps_what_is_counted(self, fleet: Fleet) -> None:
        fleet.exchange("a", locked_for=60_000)
        fleet.now -= 3_600_000
        assert fleet.exchange("b")["locked_for"] == 60_000
        fleet.now += 50_000
        assert fleet.exchange("b")["locked_for"] == 10_000


class TestOrder:
    def test_single_calls_of_any_process_come_first(self, fleet: Fleet) -> None:
        fleet.exchange("a", bulk=fleet.names("a", 16))
        fleet.take_all(800)
        bulk, single = fleet.names("a", 16), fleet.names("b", 1)
        fleet.exchange("a", bulk=bulk)
        fleet.exchange("b", single=single)
        fleet.now += 200
        assert fleet.exchange("a", bulk=bulk)["granted"] == []
        assert fleet.exchange("b", single=single)["granted"] == single

    def test_a_bulk_run_leaves_a_permit_to_single_calls(self, fleet: Fleet) -> None:
        names = fleet.names("a", 16)
        allocation = fleet.exchange("a", bulk=names)
        assert allocation["granted"] == names[:4]
        assert allocation["wait"] == 800
        assert fleet.exchange("b", single=fleet.names("b", 1))["granted"] == ["b:17"]

    def test_the_process_served_least_recently_comes_first(self, fleet: Fleet) -> None:
        for process in ("a", "b"):
            fleet.now += 1
            assert fleet.exchange(process, single=fleet.names(process, 1))["granted"]
        fleet.take_all(800)
        many, one = fleet.names("b", 16), fleet.names("a", 1)
        fleet.exchange("b", single=many)
        assert fleet.exchange("a", single=one)["wait"] == 200
        fleet.now += 200
        assert fleet.exchange("b", single=many)["granted"] == []
        assert fleet.exchange("a", single=one)["granted"] == one
        assert fleet.exchange("b", single=many)["granted"] == many[:4]

    def test_a_process_that_does_not_ask_again_loses_its_place(self, fleet: Fleet) -> None:
        fleet.take_all(800)
        fleet.exchange("a", single=fleet.names("a", 1))
        waiting = fleet.names("b", 1)
        fleet.exchange("b", single=waiting)
        fleet.now += 200
        allocation = fleet.exchange("b", single=waiting)
        assert (allocation["granted"], allocation["wait"]) == ([], 5)
        fleet.now += GRACE_MS
        assert fleet.exchange("b", single=waiting)["granted"] == waiting

    def test_a_process_without_callers_waits_for_nothing(self, fleet: Fleet) -> None:
        assert fleet.exchange("a")["wait"] == -1
        assert fleet.state["waiting"] == {}


class TestExchange:
    def test_a_hint_applies_if_fewer_are_left_than_counted(self, fleet: Fleet) -> None:
        names = fleet.names("a", 2)
        fleet.exchange("a", single=names)
        fleet.exchange("a", permits=dict.fromkeys(names, 0), server_hint={"remaining": 3, "expires_in": 500})
        assert fleet.state["server_hint"] == {}
        fleet.exchange("a", server_hint={"remaining": 0, "expires_in": 500})
        waiting = fleet.names("b", 1)
        assert fleet.exchange("b", single=waiting)["wait"] == 500

    def test_a_lockout_applies_to_all(self, fleet: Fleet) -> None:
        fleet.exchange("a", locked_for=60_000)
        allocation = fleet.exchange("b", single=fleet.names("b", 1))
        assert (allocation["granted"], allocation["locked_for"], allocation["wait"]) == ([], 60_000, 60_000)


class TestOutage:
    def test_a_first_report_is_none(self, fleet: Fleet) -> None:
        assert len(fleet.exchange("a", single=fleet.names("a", 5))["granted"]) == 5

    def test_each_process_has_its_share_until_all_have_returned(self, fleet: Fleet) -> None:
        # Empty, because it was restarted; four processes have used one permit a second each.
        waiting = {process: fleet.names(process, 5) for process in "abcd"}
        first = fleet.exchange("a", single=waiting["a"], members=4, was_local=True, permits={"a:x": 500})
        assert first["granted"] == []
        assert first["members"] == 4
        second = fleet.exchange("b", single=waiting["b"], members=4, was_local=True)
        assert second["granted"] == waiting["b"][:1]
        assert second["wait"] == 1000
        fleet.wait(2250, "b")
        assert len(fleet.exchange("a", single=waiting["a"])["granted"]) == 4

    @pytest.mark.parametrize(("silence", "granted"), [(1250, 5), (1251, 2)])
    def test_a_time_without_any_report_is_one(self, fleet: Fleet, silence: int, granted: int) -> None:
        fleet.exchange("a")
        fleet.exchange("b")
        fleet.now += silence
        assert len(fleet.exchange("b", single=fleet.names("b", 5))["granted"]) == granted

    def test_the_silence_of_a_single_process_is_none(self, fleet: Fleet) -> None:
        fleet.exchange("a")
        fleet.now += 20_000
        assert len(fleet.exchange("a", single=fleet.names("a", 5))["granted"]) == 5

    def test_a_single_process_knows_its_permits(self, fleet: Fleet) -> None:
        known = {"number": 8, "answered": 7, "members": 1, "hold": 0, "permits": {"a:x": -4900, "a:y": 100}}
        allocation = fleet.exchange("a", single=fleet.names("a", 5), **known)
        assert len(allocation["granted"]) == 3

    def test_a_pending_response_may_arrive_at_any_time(self, fleet: Fleet) -> None:
        fleet.exchange("a", permits=dict.fromkeys(fleet.names("a", 5), -4500))
        assert fleet.exchange("b", single=fleet.names("b", 1))["wait"] == 1000

    def test_a_silent_process_is_no_member(self, fleet: Fleet) -> None:
        fleet.exchange("a")
        assert fleet.exchange("b")["members"] == 2
        fleet.now += MEMBER_TTL_MS - 1
        assert fleet.exchange("b")["members"] == 2
        fleet.now += 1
        assert fleet.exchange("b")["members"] == 1


class TestStateThatGoesBack:
    """Emptied, or restored from a copy: process a knows that it was answered for the seventh time."""

    def lost(self, fleet: Fleet, **changes: Any) -> Allocation:
        return fleet.exchange("a", **{"number": 8, "answered": 7, "members": 2, "age": 10, **changes})

    def test_what_is_lost_has_expired_before_permits_are_granted(self, fleet: Fleet) -> None:
        waiting = fleet.names("a", 5)
        allocation = self.lost(fleet, single=waiting, members=5)
        assert (allocation["granted"], allocation["wait"], allocation["held_for"]) == ([], 1250, 1250)
        fleet.now += 1250
        allocation = fleet.exchange("a", number=9, answered=8, single=waiting, members=5)
        assert (allocation["granted"], allocation["held_for"]) == (waiting[:1], 0)
        assert allocation["shares_for"] == 1000
        fleet.now += 1000
        allocation = fleet.exchange("a", number=10, answered=9, single=waiting[1:], members=1)
        assert len(allocation["granted"]) == 4

    def test_a_copy_is_noticed_by_a_process_that_it_does_not_know_so_well(self, fleet: Fleet) -> None:
        fleet.exchange("b")
        fleet.exchange("a", number=6)
        fleet.now += 400
        assert fleet.exchange("b", single=fleet.names("b", 1))["granted"]
        assert self.lost(fleet)["held_for"] == 1250
        assert fleet.exchange("b", single=fleet.names("b", 1))["granted"] == []

    def test_one_that_it_knows_as_well_goes_on(self, fleet: Fleet) -> None:
        fleet.exchange("b")
        fleet.exchange("a", number=7)
        assert self.lost(fleet)["held_for"] == 0

    def test_a_process_that_notices_later_holds_up_nobody_again(self, fleet: Fleet) -> None:
        self.lost(fleet)
        fleet.wait(8000, "a")
        late = fleet.exchange("b", number=8, answered=7, age=9000, members=2)
        assert (late["held_for"], late["shares_for"]) == (0, 0)

    def test_that_was_empty_is_as_old_as_its_beginning(self, fleet: Fleet) -> None:
        # A process that has just started knows of nothing that was lost.
        fleet.exchange("new")
        fleet.now += 500
        assert self.lost(fleet, age=600)["held_for"] == 750

    def test_again_holds_up_nobody_again(self, fleet: Fleet) -> None:
        waiting = fleet.names("a", 2)
        assert self.lost(fleet, single=waiting, hold=0)["granted"] == waiting

    def test_on_another_server_is_noticed_by_any_process(self, fleet: Fleet) -> None:
        fleet.exchange("a")
        fleet.now += 100
        # What the Redis store does where the server does not know its script.
        del fleet.state["began"]
        assert fleet.exchange("new", single=fleet.names("new", 1))["held_for"] == 1250

    def test_a_process_that_was_silent_for_long_is_no_sign(self, fleet: Fleet) -> None:
        fleet.exchange("b")
        fleet.now += MEMBER_TTL_MS
        assert self.lost(fleet, age=MEMBER_TTL_MS)["held_for"] == 0

    def test_counts_no_permit_that_its_process_does_not_name(self, fleet: Fleet) -> None:
        names = fleet.names("a", 5)
        fleet.exchange("a", number=7, single=names)
        # A copy of that moment is restored when all responses are long there.
        fleet.wait(2000, "b")
        self.lost(fleet, permits={})
        assert len(fleet.exchange("b", single=fleet.names("b", 5))["granted"]) == 5

    def test_a_report_that_was_held_up_frees_nothing(self, fleet: Fleet) -> None:
        names = fleet.names("a", 5)
        fleet.exchange("a", number=3, single=names)
        fleet.exchange("a", number=2, permits={})
        assert fleet.exchange("b", single=fleet.names("b", 1))["granted"] == []
        assert self.lost(fleet, answered=3)["held_for"] == 0


class TestErrors:
    def test_are_told_to_processes_that_do_not_name_them(self, fleet: Fleet) -> None:
        fleet.exchange("a", errors={"100404:x": 500, "100404:y": 0})
        fleet.now += 100
        assert fleet.exchange("b", errors={"100404:y": 100})["errors"] == {"100404:x": 600}

    def test_count_for_eight_minutes_though_their_process_has_ended(self, fleet: Fleet) -> None:
        fleet.exchange("a", errors={"100404:x": 0})
        fleet.now += 479_999
        assert fleet.exchange("b")["errors"] == {"100404:x": 479_999}
        fleet.now += 1
        assert fleet.exchange("b")["errors"] == {}

    def test_that_may_still_come_are_the_requests_in_flight_elsewhere(self, fleet: Fleet) -> None:
        names = fleet.names("a", 3)
        fleet.exchange("a", single=names)
        fleet.exchange("a", permits={names[0]: 0, names[1]: -4900, names[2]: -4900})
        assert fleet.exchange("b")["in_flight"] == 2
        assert fleet.exchange("a")["in_flight"] == 0


class TestRate:
    def test_the_slowest_applies_to_all(self, fleet: Fleet) -> None:
        assert len(fleet.exchange("a", single=fleet.names("a", 5))["granted"]) == 5
        fleet.now += 7000
        slow = fleet.exchange("b", requests=1, window=2000, single=fleet.names("b", 1))
        assert (slow["granted"], slow["requests"], slow["window"]) == (["b:6"], 1, 2000)
        fleet.exchange("b", requests=1, window=2000, permits={"b:6": 0})
        fast = fleet.exchange("a", single=fleet.names("a", 5))
        assert (fast["granted"], fast["requests"], fast["window"]) == ([], 1, 2000)
        assert fast["wait"] == 2000

    def test_counts_every_permit_for_its_window(self, fleet: Fleet) -> None:
        fleet.exchange("slow", requests=1, window=2000)
        (name,) = fleet.names("fast", 1)
        assert fleet.exchange("fast", single=[name])["granted"] == [name]
        fleet.now += 100
        fleet.exchange("fast", permits={name: 50})
        waiting = fleet.names("slow", 1)
        assert fleet.exchange("slow", requests=1, window=2000, single=waiting)["wait"] == 1950

    def test_of_a_process_that_is_gone_applies_no_longer(self, fleet: Fleet) -> None:
        fleet.exchange("slow", requests=1, window=2000)
        fleet.now += MEMBER_TTL_MS
        assert len(fleet.exchange("fast", single=fleet.names("fast", 5))["granted"]) == 5


class TestHintBound:
    def test_a_hint_reaches_no_further_than_one_window(self, fleet: Fleet) -> None:
        fleet.exchange("a", server_hint={"remaining": 0, "expires_in": 8e12})
        assert fleet.exchange("a", single=fleet.names("a", 1))["wait"] == 1000


@given(exchanges)
def test_no_window_ever_holds_too_many(steps: list[Any]) -> None:
    state: State = {}
    granted_at: list[float] = []
    for now, each, receive in reports_of([(*step[:4], None, *step[5:]) for step in steps]):
        allocation = allocate(state, now, each)
        receive(allocation)
        granted_at += [now] * len(allocation["granted"])
    # Without responses, a permit is counted for the margin and a window.
    assert fullest_window(granted_at, 6000) <= 4
