"""What one process tells a store of a limit, and what it makes of the answer."""

from typing import Any

import pytest

from bingx_spot.limits.lockouts import Lockouts
from bingx_spot.limits.permit_queue import DeadlineTooShort, RemoteSource
from bingx_spot.limits.rate_limiter import LocalRateLimiter, LocalReservation
from bingx_spot.limits.sliding_window import Permit
from bingx_spot.shared_limits.allocation import Allocation, ProcessReport
from bingx_spot.shared_limits.sync import SharedLimit
from bingx_spot_api.contract import BY_ID, Rate
from tests.support.scripted_time import ScriptedTime

CANCEL = BY_ID["cancelOrder"]


class Shared:
    """One endpoint's limit, its callers, and the time."""

    def __init__(self) -> None:
        self.time = ScriptedTime()
        self.limits = LocalRateLimiter(self.time)
        self.blocks = Lockouts(self.time)
        self.rung = 0
        turns = self.limits.turns_of(CANCEL)
        self.turns = turns
        self.limit = SharedLimit(CANCEL, turns, self.blocks, "name", self.ring)

    @property
    def elsewhere(self) -> RemoteSource:
        assert self.turns.elsewhere is not None
        return self.turns.elsewhere

    def ring(self) -> None:
        self.rung += 1

    def waiting(self, *, bulk: bool = False, longest: float = 60.0) -> LocalReservation:
        reservation = self.limits.reserve(CANCEL, bulk=bulk)
        assert reservation.seconds_until_ready(longest) > 0
        return reservation

    def report(self, members: int = 2) -> ProcessReport:
        return self.limit.report("p", members, self.time())

    def hear(self, granted: list[str], **changes: Any) -> None:
        verdict: Allocation = {"granted": granted, "wait": -1, "members": 2, "closed": 0}
        self.limit.take_in(verdict | changes, self.time())  # type: ignore[arg-type]

    def permitted(self) -> LocalReservation:
        reservation = self.waiting()
        names = self.report()["single"]
        self.hear(names)
        assert reservation.seconds_until_ready(60.0) == 0.0
        return reservation


@pytest.fixture
def shared() -> Shared:
    return Shared()


class TestTickets:
    def test_nothing_is_given_out_here(self, shared: Shared) -> None:
        shared.waiting()
        assert shared.rung == 1
        assert shared.elsewhere.news

    def test_the_store_s_word_gives_the_permit_and_wakes_the_caller(self, shared: Shared) -> None:
        reservation, woken = shared.waiting(), []
        reservation.wakeup.subscribe(lambda: woken.append(True))
        assert shared.report()["single"] == ["p:0"]
        shared.hear(["p:0"])
        assert woken == [True]
        assert reservation.seconds_until_ready(60.0) == 0.0
        assert shared.report()["single"] == []

    def test_single_calls_and_bulk_runs_are_told_apart_first_come_first(self, shared: Shared) -> None:
        shared.waiting(bulk=True)
        shared.waiting()
        shared.waiting(bulk=True)
        told = shared.report()
        assert told["single"] == ["p:0"]
        assert told["bulk"] == ["p:1", "p:2"]
        assert shared.report()["bulk"] == ["p:1", "p:2"]

    def test_no_more_are_named_than_could_be_served(self, shared: Shared) -> None:
        for _ in range(30):
            shared.waiting()
        assert len(shared.report()["single"]) == 5

    def test_one_who_has_left_gives_the_permit_back(self, shared: Shared) -> None:
        reservation = shared.waiting()
        shared.report()
        reservation.release()
        shared.elsewhere.news = False
        shared.hear(["p:0"])
        assert shared.elsewhere.news
        assert shared.report()["counts"] == {"p:0": 0.0}

    def test_a_wait_that_turns_out_too_long_is_told_at_once(self, shared: Shared) -> None:
        reservation, woken = shared.waiting(longest=2.0), []
        reservation.wakeup.subscribe(lambda: woken.append(True))
        shared.report()
        shared.hear([], wait=2500)
        assert woken
        with pytest.raises(DeadlineTooShort) as late:
            reservation.seconds_until_ready(2.0)
        assert late.value.seconds == 2.5
        assert shared.report()["single"] == []

    def test_the_store_is_asked_again_when_it_said(self, shared: Shared) -> None:
        shared.waiting()
        shared.report()
        shared.hear([], wait=250)
        assert shared.limit.due == 1000.25

    def test_it_is_not_asked_where_nobody_waits(self, shared: Shared) -> None:
        shared.permitted()
        assert shared.limit.due is None

    def test_the_limits_of_this_machine_hold_too(self, shared: Shared) -> None:
        address = shared.limits.turns_of(CANCEL).windows[1]
        address.rate = Rate(1, 3.0)
        other_key_s = Permit(shared.time())
        other_key_s.arrived(shared.time())
        address.take(other_key_s)
        shared.waiting()
        assert shared.report()["single"] == []
        shared.hear([])
        assert shared.limit.due == 1003.0


class TestCounts:
    def test_a_permit_counts_from_its_answer_on(self, shared: Shared) -> None:
        reservation = shared.permitted()
        assert shared.report()["counts"] == {"p:0": 6000.0}
        shared.time.seconds += 0.25
        reservation.complete()
        shared.time.seconds += 0.125
        assert shared.report()["counts"] == {"p:0": 875.0}

    def test_one_that_comes_back_is_told_until_it_is_heard(self, shared: Shared) -> None:
        shared.permitted().release()
        assert shared.report()["counts"] == {"p:0": 0.0}
        assert shared.report()["counts"] == {"p:0": 0.0}
        shared.hear([])
        assert shared.report()["counts"] == {}

    def test_what_the_exchange_said_is_passed_on_once(self, shared: Shared) -> None:
        shared.permitted().complete(0, 2.0)
        assert shared.report()["told"] == [0, 2000.0]
        assert shared.report()["told"] == []


class TestBlocks:
    def test_are_passed_on(self, shared: Shared) -> None:
        shared.blocks.close("cancelOrder", 60.0)
        assert shared.report()["closed"] == 60_000.0

    def test_are_taken_over(self, shared: Shared) -> None:
        shared.hear([], closed=60_000)
        assert shared.blocks.left("cancelOrder") == 60.0

    def test_that_are_known_are_not_made_longer(self, shared: Shared) -> None:
        shared.blocks.close("cancelOrder", 60.0)
        shared.hear([], closed=60_900)
        assert shared.blocks.left("cancelOrder") == 60.0


class TestAlone:
    def test_the_share_is_given_out_here(self, shared: Shared) -> None:
        waiting = [shared.waiting() for _ in range(3)]
        shared.limit.go_on_alone(2)
        shared.limits.address.give_out()
        assert [reservation.seconds_until_ready(60.0) > 0 for reservation in waiting] == [False, False, True]

    def test_all_are_told_when_it_is_over(self, shared: Shared) -> None:
        held = shared.permitted()
        shared.limit.go_on_alone(2)
        tickets = [shared.limits.reserve(CANCEL) for _ in range(2)]
        assert tickets[0].seconds_until_ready(60.0) == 0.0
        tickets[0].complete()
        shared.limit.come_back()
        told = shared.report(2)
        assert told["away"]
        assert told["counts"] == {"p:0": 6000.0, "p:1": 1000.0}
        shared.hear([])
        assert not shared.report()["away"]
        held.complete()
        assert set(shared.report()["counts"]) == {"p:0", "p:1"}

    def test_the_full_limit_is_the_store_s_again(self, shared: Shared) -> None:
        shared.limit.go_on_alone(5)
        assert shared.limits.turns_of(CANCEL).windows[0].rate == Rate(1, 1.0)
        shared.limit.come_back()
        assert shared.limits.turns_of(CANCEL).windows[0].rate == CANCEL.uid_limit
        shared.waiting()
