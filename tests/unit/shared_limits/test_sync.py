"""What one process reports to a store, how it applies the answer, and what it does in an outage."""

from math import inf
from typing import Any

import pytest

from bingx_spot.limits.lockouts import Lockouts, RepeatedErrorGuard
from bingx_spot.limits.permit_queue import DeadlineTooShort, RemoteSource
from bingx_spot.limits.rate_limiter import LocalRateLimiter, LocalReservation
from bingx_spot.limits.sliding_window import Permit
from bingx_spot.shared_limits.store import Allocation, ProcessReport
from bingx_spot.shared_limits.sync import SharedLimit
from bingx_spot_api.contract import BY_ID, Rate
from tests.support.scripted_time import ScriptedTime

CANCEL = BY_ID["cancelOrder"]


class Shared:
    """One endpoint's limit, its callers, and the time."""

    def __init__(self) -> None:
        self.time = ScriptedTime()
        self.limits = LocalRateLimiter(self.time)
        self.lockouts = Lockouts(self.time)
        self.notified = 0
        self.queue = self.limits.queue_for(CANCEL)
        self.guard = RepeatedErrorGuard(self.time)
        self.limit = SharedLimit(
            operation_id="cancelOrder",
            queue=self.queue,
            lockouts=self.lockouts,
            repeated_errors=self.guard,
            name="name",
            notify=self.notify,
        )

    @property
    def remote(self) -> RemoteSource:
        assert self.queue.remote is not None
        return self.queue.remote

    def notify(self) -> None:
        self.notified += 1

    def waiting(self, *, bulk: bool = False, longest: float = 60.0) -> LocalReservation:
        reservation = self.limits.reserve(CANCEL, bulk=bulk)
        assert reservation.seconds_until_ready(longest) > 0
        return reservation

    def report(self, members: int = 2) -> ProcessReport:
        return self.limit.report("p", members, self.time())

    def apply(self, granted: list[str], **changes: Any) -> None:
        allocation: Allocation = {
            "granted": granted,
            "wait": -1,
            "members": 2,
            "locked_for": 0,
            "held_for": 0,
            "shares_for": 0,
            "in_flight": 0,
            "errors": {},
            "requests": 5,
            "window": 1000.0,
        }
        self.limit.apply(allocation | changes, self.time())  # type: ignore[arg-type]

    def granted(self) -> LocalReservation:
        reservation = self.waiting()
        names = self.report()["single"]
        self.apply(names)
        assert reservation.seconds_until_ready(60.0) == 0.0
        return reservation


@pytest.fixture
def shared() -> Shared:
    return Shared()


class TestPermits:
    def test_are_not_granted_locally(self, shared: Shared) -> None:
        shared.waiting()
        assert shared.notified == 1
        assert shared.remote.dirty

    def test_are_granted_by_the_store_and_wake_the_caller(self, shared: Shared) -> None:
        reservation, woken = shared.waiting(), []
        reservation.wakeup.subscribe(lambda: woken.append(True))
        assert shared.report()["single"] == ["p:0"]
        shared.apply(["p:0"])
        assert woken == [True]
        assert reservation.seconds_until_ready(60.0) == 0.0
        assert shared.report()["single"] == []

    def test_are_requested_for_single_calls_and_bulk_runs_in_order(self, shared: Shared) -> None:
        shared.waiting(bulk=True)
        shared.waiting()
        shared.waiting(bulk=True)
        report = shared.report()
        assert report["single"] == ["p:0"]
        assert report["bulk"] == ["p:1", "p:2"]
        assert shared.report()["bulk"] == ["p:1", "p:2"]

    def test_are_requested_for_no_more_callers_than_could_be_served(self, shared: Shared) -> None:
        for _ in range(30):
            shared.waiting()
        assert len(shared.report()["single"]) == 5

    def test_of_a_caller_that_has_left_are_returned(self, shared: Shared) -> None:
        reservation = shared.waiting()
        shared.report()
        reservation.release()
        shared.remote.dirty = False
        shared.apply(["p:0"])
        assert shared.remote.dirty
        report = shared.report()
        assert (report["single"], report["permits"]) == ([], {})

    def test_that_would_come_too_late_wake_the_caller(self, shared: Shared) -> None:
        reservation, woken = shared.waiting(longest=2.0), []
        reservation.wakeup.subscribe(lambda: woken.append(True))
        shared.report()
        shared.apply([], wait=2500)
        assert woken
        with pytest.raises(DeadlineTooShort) as late:
            reservation.seconds_until_ready(2.0)
        assert late.value.seconds == 2.5
        assert shared.report()["single"] == []

    def test_are_requested_again_when_the_store_said(self, shared: Shared) -> None:
        shared.waiting()
        shared.report()
        shared.apply([], wait=250, members=1)
        assert shared.limit.due == 1000.25

    def test_are_requested_soon_where_others_may_be_granted_some_meanwhile(self, shared: Shared) -> None:
        shared.waiting()
        shared.report()
        shared.apply([], wait=250)
        assert shared.limit.due == 1000.1
        assert shared.remote.next_free_at == 1000.25

    def test_are_not_requested_without_waiters(self, shared: Shared) -> None:
        shared.apply([])
        assert shared.limit.due == inf

    def test_are_reported_again_for_as_long_as_they_count(self, shared: Shared) -> None:
        shared.granted().complete()
        shared.apply([])
        assert shared.limit.due == 1000.1
        shared.time.seconds += 1
        shared.apply([])
        assert shared.limit.due == inf

    def test_are_reported_once_where_there_is_no_other_process(self, shared: Shared) -> None:
        shared.granted().complete()
        shared.apply([], members=1)
        assert shared.limit.due == inf

    def test_are_not_requested_while_the_ip_limit_is_used_up(self, shared: Shared) -> None:
        ip_window = shared.queue.windows[1]
        ip_window.set_limit(Rate(1, 3.0))
        of_another_key = Permit(shared.time())
        of_another_key.mark_arrived(shared.time())
        ip_window.add(of_another_key)
        shared.waiting()
        assert shared.report()["single"] == []
        shared.apply([], members=1)
        assert shared.limit.due == 1003.0


class TestReport:
    def test_counts_a_permit_from_its_response_on(self, shared: Shared) -> None:
        reservation = shared.granted()
        assert shared.report()["permits"] == {"p:0": -5000.0}
        shared.time.seconds += 0.25
        reservation.complete()
        shared.time.seconds += 0.125
        assert shared.report()["permits"] == {"p:0": 125.0}

    def test_names_no_permit_that_was_released(self, shared: Shared) -> None:
        shared.granted().release()
        assert shared.report()["permits"] == {}

    def test_is_numbered_and_names_the_last_that_was_answered(self, shared: Shared) -> None:
        assert (shared.report()["number"], shared.report()["answered"]) == (1, 0)
        shared.apply([])
        shared.time.seconds += 0.25
        shared.report()
        report = shared.report()
        assert (report["number"], report["answered"], report["age"]) == (4, 2, 250.0)

    def test_of_a_child_process_was_never_answered(self, shared: Shared) -> None:
        shared.report()
        shared.apply([])
        shared.limit.after_fork_in_child(shared.time())
        assert shared.report()["answered"] == 0

    def test_of_a_child_process_names_no_permit_of_its_parent(self, shared: Shared) -> None:
        shared.granted()
        shared.limit.switch_to_local(1)
        assert shared.limits.reserve(CANCEL).seconds_until_ready(60.0) == 0.0
        shared.limits.after_fork_in_child()
        shared.limit.after_fork_in_child(shared.time())
        assert shared.limit.report("child", 2, shared.time())["permits"] == {}
        # Until the store is reached, the child counts them all the same.
        assert len(shared.queue.windows[0].counted(shared.time())) == 2

    @pytest.mark.parametrize(("members", "hold"), [(0, 1250.0), (1, 0.0), (2, 1250.0)])
    def test_names_how_long_what_others_hold_takes_to_expire(
        self, shared: Shared, members: int, hold: float
    ) -> None:
        assert shared.report(members)["hold"] == hold

    def test_of_one_that_kept_to_its_share_needs_no_time(self, shared: Shared) -> None:
        shared.limit.switch_to_local(2)
        shared.limit.switch_to_store()
        assert shared.report()["hold"] == 0.0

    def test_after_a_loss_names_the_time_that_is_left(self, shared: Shared) -> None:
        shared.report()
        shared.apply([], held_for=750, shares_for=1750)
        shared.time.seconds += 0.5
        assert shared.report()["hold"] == 250.0
        shared.time.seconds += 0.5
        assert shared.report()["hold"] == 0.0
        shared.time.seconds += 1.0
        assert shared.report()["hold"] == 1250.0

    def test_holds_a_server_hint_once(self, shared: Shared) -> None:
        shared.granted().complete(0, 0.5)
        assert shared.report()["server_hint"] == {"remaining": 0, "expires_in": 500.0}
        shared.apply([])
        assert shared.report()["server_hint"] == {}

    def test_holds_a_server_hint_again_if_the_store_did_not_answer(self, shared: Shared) -> None:
        shared.granted().complete(0, 0.5)
        shared.report()
        shared.time.seconds += 0.25
        assert shared.report()["server_hint"] == {"remaining": 0, "expires_in": 250.0}
        shared.time.seconds += 0.25
        assert shared.report()["server_hint"] == {}

    def test_holds_a_server_hint_that_is_newer_than_the_answer(self, shared: Shared) -> None:
        first, second = shared.granted(), shared.granted()
        first.complete(1, 0.5)
        shared.report()
        second.complete(0, 0.5)
        shared.apply([])
        assert shared.report()["server_hint"] == {"remaining": 0, "expires_in": 500.0}


def test_a_server_hint_holds_where_the_store_fails_before_it_has_received_it(shared: Shared) -> None:
    shared.granted().complete(0, 0.5)
    shared.limit.switch_to_local(1)
    assert shared.limits.reserve(CANCEL).seconds_until_ready(60.0) == 0.5


class TestLockouts:
    def test_are_reported(self, shared: Shared) -> None:
        shared.lockouts.lock("cancelOrder", 60.0)
        assert shared.report()["locked_for"] == 60_000.0

    def test_are_adopted(self, shared: Shared) -> None:
        shared.apply([], locked_for=60_000)
        assert shared.lockouts.seconds_left("cancelOrder") == 60.0

    def test_that_are_known_are_not_extended(self, shared: Shared) -> None:
        shared.lockouts.lock("cancelOrder", 60.0)
        shared.apply([], locked_for=60_900)
        assert shared.lockouts.seconds_left("cancelOrder") == 60.0


class TestErrors:
    def test_are_reported_and_adopted(self, shared: Shared) -> None:
        shared.guard.record("cancelOrder", 100404)
        shared.guard.record("queryOrder", 100404)
        shared.time.seconds += 2
        assert list(shared.report()["errors"].values()) == [2000.0]
        shared.apply([], errors={f"100404:{each}": 1000 for each in range(16)})
        assert shared.guard.seconds_left("cancelOrder") == 478.0
        assert len(shared.report()["errors"]) == 17

    def test_may_come_from_requests_of_others(self, shared: Shared) -> None:
        shared.apply([], errors={f"100404:{each}": 1000 for each in range(14)}, in_flight=2)
        assert shared.guard.acquire("cancelOrder", known_open=False)
        assert not shared.guard.acquire("cancelOrder", known_open=False)

    def test_count_for_all_processes_without_the_store(self, shared: Shared) -> None:
        shared.limit.switch_to_local(3)
        for _ in range(5):
            assert shared.guard.seconds_left("cancelOrder") == 0
            shared.time.seconds += 1
            shared.guard.record("cancelOrder", 100404)
        assert shared.guard.seconds_left("cancelOrder") == 476.0
        shared.limit.switch_to_store()
        assert shared.guard.seconds_left("cancelOrder") == 0


class TestLocal:
    def test_grants_the_share_of_this_process(self, shared: Shared) -> None:
        waiting = [shared.waiting() for _ in range(3)]
        shared.limit.switch_to_local(2)
        shared.limits.ip_limits.grant_available()
        assert [reservation.seconds_until_ready(60.0) > 0 for reservation in waiting] == [False, False, True]

    def test_permits_are_reported_afterwards(self, shared: Shared) -> None:
        held = shared.granted()
        shared.limit.switch_to_local(2)
        reservations = [shared.limits.reserve(CANCEL) for _ in range(2)]
        assert reservations[0].seconds_until_ready(60.0) == 0.0
        reservations[0].complete()
        shared.limit.switch_to_store()
        report = shared.report(2)
        assert report["was_local"]
        assert report["permits"] == {"p:0": -5000.0, "p:1": 0.0}
        shared.apply([])
        assert not shared.report()["was_local"]
        held.complete()
        assert set(shared.report()["permits"]) == {"p:0", "p:1"}

    def test_the_store_grants_the_full_limit_again(self, shared: Shared) -> None:
        shared.limit.switch_to_local(5)
        assert shared.queue.windows[0].rate == Rate(1, 1.0)
        shared.limit.switch_to_store()
        assert shared.queue.windows[0].rate == CANCEL.uid_limit
        shared.waiting()


class TestRate:
    def test_the_store_s_rate_is_adopted(self, shared: Shared) -> None:
        shared.apply([], requests=1, window=2000.0)
        assert shared.queue.windows[0].rate == Rate(1, 2.0)
        shared.apply([])
        assert shared.queue.windows[0].rate == Rate(5, 1.0)

    def test_its_own_rate_is_reported_all_the_same(self, shared: Shared) -> None:
        shared.apply([], requests=1, window=2000.0)
        report = shared.report()
        assert (report["requests"], report["window"]) == (5, 1000.0)

    def test_a_slower_one_of_its_own_is_reported_and_kept(self, shared: Shared) -> None:
        shared.limits.use_rate(2)
        report = shared.report()
        assert (report["requests"], report["window"]) == (2, 1000.0)
        shared.apply([])
        assert shared.queue.windows[0].rate == Rate(2, 1.0)

    def test_the_local_share_is_a_part_of_the_slowest_rate(self, shared: Shared) -> None:
        shared.apply([], requests=2, window=1000.0)
        shared.limit.switch_to_local(2)
        assert shared.queue.windows[0].rate == Rate(1, 1.0)
