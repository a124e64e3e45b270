"""Lock-outs of the exchange, and the guard against the next one."""

import threading
from collections.abc import Callable

import pytest

from bingx_spot.limits.lockouts import LONGEST_BAN, LONGEST_LOCK, Lockouts, RepeatedErrorGuard
from tests.support.scripted_time import ScriptedTime


@pytest.fixture
def time() -> ScriptedTime:
    return ScriptedTime()


@pytest.fixture
def lockouts(time: ScriptedTime) -> Lockouts:
    return Lockouts(time)


@pytest.fixture
def guard(time: ScriptedTime) -> RepeatedErrorGuard:
    return RepeatedErrorGuard(time, lambda: 0.0)


class TestLockouts:
    def test_nothing_is_locked_at_first(self, lockouts: Lockouts) -> None:
        assert lockouts.seconds_left("cancelOrder") == 0.0
        assert not lockouts.is_banned()
        assert not Lockouts(lambda: 0.0).is_banned()

    def test_an_endpoint_is_locked_for_so_long(self, lockouts: Lockouts, time: ScriptedTime) -> None:
        lockouts.lock("cancelOrder", 10.0)
        assert lockouts.seconds_left("cancelOrder") == 10.0
        time.seconds += 9.5
        assert lockouts.seconds_left("cancelOrder") == 0.5
        time.seconds += 0.5
        assert lockouts.seconds_left("cancelOrder") == 0.0
        time.seconds += 100
        assert lockouts.seconds_left("cancelOrder") == 0.0

    def test_other_endpoints_are_not_locked(self, lockouts: Lockouts) -> None:
        lockouts.lock("cancelOrder", 10.0)
        assert lockouts.seconds_left("queryOrder") == 0.0

    def test_a_ban_locks_everything(self, lockouts: Lockouts) -> None:
        lockouts.lock(None, 300.0)
        assert (lockouts.seconds_left("cancelOrder"), lockouts.seconds_left("queryOrder")) == (300.0, 300.0)

    def test_a_ban_is_distinguished_from_a_lock(self, lockouts: Lockouts, time: ScriptedTime) -> None:
        lockouts.lock("cancelOrder", 300.0)
        assert not lockouts.is_banned()
        lockouts.lock(None, 0.5)
        assert lockouts.is_banned()
        time.seconds += 0.5
        assert not lockouts.is_banned()

    @pytest.mark.parametrize(("ban", "own"), [(300.0, 10.0), (10.0, 300.0)])
    def test_the_later_of_a_ban_and_an_endpoint_s_own_lock_counts(
        self, lockouts: Lockouts, ban: float, own: float
    ) -> None:
        lockouts.lock(None, ban)
        lockouts.lock("cancelOrder", own)
        assert lockouts.seconds_left("cancelOrder") == 300.0
        assert lockouts.seconds_left("queryOrder") == ban

    def test_a_shorter_lock_does_not_end_a_longer_one(self, lockouts: Lockouts) -> None:
        lockouts.lock("cancelOrder", 300.0)
        lockouts.lock("cancelOrder", 1.0)
        assert lockouts.seconds_left("cancelOrder") == 300.0

    def test_a_later_lock_counts_from_its_own_beginning(self, lockouts: Lockouts, time: ScriptedTime) -> None:
        lockouts.lock("cancelOrder", 10.0)
        time.seconds += 5
        lockouts.lock("cancelOrder", 10.0)
        assert lockouts.seconds_left("cancelOrder") == 10.0

    @pytest.mark.parametrize("seconds", [3601.0, 1e9, float("inf")])
    @pytest.mark.parametrize("name", [None, "cancelOrder"])
    def test_no_lock_is_longer_than_an_hour(
        self, lockouts: Lockouts, name: str | None, seconds: float
    ) -> None:
        lockouts.lock(name, seconds)
        assert lockouts.seconds_left("cancelOrder") == LONGEST_BAN == 3600.0

    def test_a_lock_that_has_ended_locks_nothing(self, lockouts: Lockouts, time: ScriptedTime) -> None:
        lockouts.lock("cancelOrder", -5.0)
        lockouts.lock("queryOrder", 0.5)
        assert lockouts.seconds_left("cancelOrder") == 0.0
        time.seconds -= 2
        assert lockouts.seconds_left("cancelOrder") == 2.0

    def test_the_clock_may_begin_at_zero(self) -> None:
        lockouts = Lockouts(lambda: 0.0)
        assert lockouts.seconds_left("cancelOrder") == 0.0
        lockouts.lock("cancelOrder", 0.5)
        assert (lockouts.seconds_left("cancelOrder"), lockouts.seconds_left("queryOrder")) == (0.5, 0.0)


def record(
    guard: RepeatedErrorGuard, times: int, code: int | str = 100404, name: str = "cancelOrder"
) -> None:
    for _ in range(times):
        guard.record(name, code)


class TestEqualErrors:
    """Twenty within 480 seconds lock the endpoint."""

    def test_the_window_is_as_long_as_the_lock(self) -> None:
        assert LONGEST_LOCK == 480.0

    def test_sixteen_hold_back_nothing(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 16)
        assert guard.seconds_left("cancelOrder") == 0.0

    def test_seventeen_hold_back_until_the_first_is_eight_minutes_old(
        self, guard: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        record(guard, 1)
        time.seconds += 100
        record(guard, 16)
        assert guard.seconds_left("cancelOrder") == 380.0
        time.seconds += 379.5
        assert guard.seconds_left("cancelOrder") == 0.5
        time.seconds += 0.5
        assert guard.seconds_left("cancelOrder") == 0.0

    def test_the_last_seventeen_count(self, guard: RepeatedErrorGuard, time: ScriptedTime) -> None:
        for _ in range(20):
            record(guard, 1)
            time.seconds += 1
        assert guard.seconds_left("cancelOrder") == 480.0 - 17

    def test_count_for_one_code_and_one_endpoint(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 16)
        record(guard, 16, code=100001)
        record(guard, 17, name="queryOrder")
        assert guard.seconds_left("cancelOrder") == 0.0
        assert guard.seconds_left("queryOrder") == 480.0

    def test_a_code_is_the_same_as_number_and_as_text(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 16)
        record(guard, 1, code="100404")
        assert guard.seconds_left("cancelOrder") == 480.0

    def test_the_code_that_holds_back_longest_counts(
        self, guard: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        record(guard, 17)
        time.seconds += 10
        record(guard, 17, code=100001)
        assert guard.seconds_left("cancelOrder") == 480.0


def acquire(guard: RepeatedErrorGuard, times: int, name: str = "cancelOrder") -> list[bool]:
    return [guard.acquire(name, known_open=False) for _ in range(times)]


class TestOtherProcesses:
    """Errors of all processes count together, as far as the shared store knows them."""

    def test_learn_what_this_one_has_met(self, guard: RepeatedErrorGuard, time: ScriptedTime) -> None:
        record(guard, 2)
        time.seconds += 5
        record(guard, 1)
        ages = guard.ages("cancelOrder")
        assert sorted(ages.values()) == [0.0, 5.0, 5.0]
        assert all(name.startswith("100404:") for name in ages)
        other = RepeatedErrorGuard(time)
        other.learn("cancelOrder", ages, 0)
        assert other.ages("cancelOrder") == ages

    def test_and_this_one_count_to_seventeen(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 10)
        guard.learn("cancelOrder", {f"100404:{number}": 80.0 for number in range(6)}, 0)
        assert guard.seconds_left("cancelOrder") == 0.0
        guard.learn("cancelOrder", {"100404:6": 80.0}, 0)
        assert guard.seconds_left("cancelOrder") == 400.0
        assert guard.seconds_left("queryOrder") == 0.0

    def test_an_error_that_is_known_counts_once(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 16)
        guard.learn("cancelOrder", guard.ages("cancelOrder"), 0)
        assert guard.seconds_left("cancelOrder") == 0.0

    def test_have_requests_in_flight(self, guard: RepeatedErrorGuard) -> None:
        guard.learn("cancelOrder", {f"100404:{number}": 0.0 for number in range(10)}, 5)
        assert acquire(guard, 3) == [True, True, False]
        guard.learn("cancelOrder", {}, 4)
        assert acquire(guard, 2) == [True, False]

    @pytest.mark.parametrize("processes", [1, 3])
    def test_requests_of_theirs_are_forgotten_where_nobody_says_that_they_are_answered(
        self, guard: RepeatedErrorGuard, processes: int
    ) -> None:
        guard.learn("cancelOrder", {"100404:1": 0.0}, 17)
        assert acquire(guard, 1) == [False]
        guard.share_among(processes)
        assert acquire(guard, 1) == [True]

    def test_an_error_of_theirs_holds_back_after_a_success(self, guard: RepeatedErrorGuard) -> None:
        guard.record_success("cancelOrder")
        guard.learn("cancelOrder", {f"100404:{number}": 0.0 for number in range(17)}, 0)
        assert acquire(guard, 1) == [False]

    def test_old_errors_are_told_no_more(self, guard: RepeatedErrorGuard, time: ScriptedTime) -> None:
        record(guard, 1)
        time.seconds += 479.5
        assert len(guard.ages("cancelOrder")) == 1
        time.seconds += 0.5
        assert guard.ages("cancelOrder") == {}

    def test_no_server_makes_what_is_kept_grow(self, guard: RepeatedErrorGuard, time: ScriptedTime) -> None:
        for code in range(300):
            time.seconds += 0.5
            record(guard, 1, code=code)
        ages = guard.ages("cancelOrder")
        assert len(ages) == 200
        assert max(ages.values()) == 99.5

    @pytest.mark.parametrize(("processes", "each"), [(1, 17), (2, 8), (3, 5), (5, 3), (17, 1), (40, 1)])
    def test_without_the_store_meet_as_many_as_this_one(
        self, guard: RepeatedErrorGuard, time: ScriptedTime, processes: int, each: int
    ) -> None:
        guard.share_among(processes)
        time.seconds += 1
        assert acquire(guard, each + 1) == [True] * each + [False]
        for _ in range(each):
            assert guard.seconds_left("cancelOrder") == 0.0
            record(guard, 1)
            guard.release("cancelOrder")
        assert guard.seconds_left("cancelOrder") == 480.0

    def test_from_the_same_moment_count_once(self) -> None:
        guard = RepeatedErrorGuard(lambda: 0.0)
        assert guard.seconds_left("cancelOrder") == 0.0
        record(guard, 8)
        guard.share_among(3)
        assert guard.seconds_left("cancelOrder") == 0.0

    def test_those_from_before_count_once(self, guard: RepeatedErrorGuard, time: ScriptedTime) -> None:
        record(guard, 8)
        time.seconds += 100
        guard.share_among(3)
        time.seconds += 100
        record(guard, 3)
        assert guard.seconds_left("cancelOrder") == 280.0
        guard.share_among(3)
        assert guard.seconds_left("cancelOrder") == 280.0
        guard.share_among(1)
        assert guard.seconds_left("cancelOrder") == 0.0


class TestInFlight:
    """Each request in flight may return one more error: both together stay at seventeen at most."""

    @pytest.mark.parametrize("errors", range(1, 17))
    def test_requests_and_errors_count_together(self, guard: RepeatedErrorGuard, errors: int) -> None:
        record(guard, errors)
        assert acquire(guard, 18) == [True] * (17 - errors) + [False] * (errors + 1)

    def test_before_the_first_response_as_many_as_errors_are_allowed_go(
        self, guard: RepeatedErrorGuard
    ) -> None:
        assert acquire(guard, 20) == [True] * 17 + [False] * 3

    def test_nothing_is_held_back_after_a_success(self, guard: RepeatedErrorGuard) -> None:
        guard.record_success("cancelOrder")
        assert acquire(guard, 100) == [True] * 100

    def test_an_error_after_the_success_holds_back_again(self, guard: RepeatedErrorGuard) -> None:
        guard.record_success("cancelOrder")
        record(guard, 1)
        assert acquire(guard, 20) == [True] * 16 + [False] * 4

    def test_an_error_after_the_success_holds_back_even_when_it_is_old(
        self, guard: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        guard.record_success("cancelOrder")
        record(guard, 1)
        time.seconds += 481
        assert acquire(guard, 20) == [True] * 17 + [False] * 3

    def test_another_endpoint_s_errors_hold_back_nothing(self, guard: RepeatedErrorGuard) -> None:
        guard.record_success("cancelOrder")
        record(guard, 16, name="queryOrder")
        assert acquire(guard, 100) == [True] * 100

    def test_another_endpoint_s_requests_hold_back_nothing(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 16)
        acquire(guard, 100, "queryOrder")
        assert acquire(guard, 2) == [True, False]

    def test_those_before_the_first_error_count_after_it(self, guard: RepeatedErrorGuard) -> None:
        acquire(guard, 16)
        record(guard, 1)
        assert acquire(guard, 1) == [False]
        guard.release("cancelOrder")
        assert acquire(guard, 2) == [True, False]

    def test_a_released_request_makes_room(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 15)
        assert acquire(guard, 3) == [True, True, False]
        guard.release("cancelOrder")
        assert acquire(guard, 2) == [True, False]

    def test_one_that_was_held_back_takes_no_room(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 16)
        assert acquire(guard, 3) == [True, False, False]
        guard.release("cancelOrder")
        assert acquire(guard, 1) == [True]

    def test_does_not_change_how_long_errors_hold_back(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 15)
        acquire(guard, 2)
        assert guard.seconds_left("cancelOrder") == 0.0

    def test_an_order_known_to_be_open_is_never_held_back_and_counts(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 17)
        assert guard.acquire("cancelOrder", known_open=True)
        record(guard, 15, name="queryOrder")
        assert guard.acquire("queryOrder", known_open=True)
        assert acquire(guard, 2, "queryOrder") == [True, False]

    def test_old_errors_do_not_count(self, guard: RepeatedErrorGuard, time: ScriptedTime) -> None:
        record(guard, 16)
        time.seconds += 479.5
        assert acquire(guard, 2) == [True, False]
        time.seconds += 0.5
        assert acquire(guard, 2) == [True, True]

    def test_the_code_with_the_most_recent_errors_counts(
        self, guard: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        record(guard, 17)
        time.seconds += 480
        record(guard, 16, code=100001)
        assert acquire(guard, 2) == [True, False]

    def test_never_makes_twenty_in_any_order_of_threads(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 1)
        acquired: list[bool] = []
        threads = [threading.Thread(target=lambda: acquired.extend(acquire(guard, 4))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(acquired) == 16


class TestFailures:
    """Errors of which the exchange itself is the cause: it is tried ever more seldom, and never given up."""

    @pytest.fixture
    def fail(self, guard: RepeatedErrorGuard) -> Callable[[int], None]:
        def fail(times: int) -> None:
            for _ in range(times):
                guard.record("cancelOrder", 100500, is_failure=True)

        return fail

    def attempts(self, guard: RepeatedErrorGuard, time: ScriptedTime, until: float) -> list[float]:
        """Fail as often as the guard allows, four times a second, and return when."""
        at: list[float] = []
        began = time.seconds
        while time.seconds < began + until:
            time.seconds += guard.seconds_left("cancelOrder") or 0.25
            if acquire(guard, 1) == [True]:
                guard.release("cancelOrder")
                guard.record("cancelOrder", 100500, is_failure=True)
                at.append(time.seconds - began)
        return at

    def test_eleven_hold_back_nothing(self, guard: RepeatedErrorGuard, fail: Callable[[int], None]) -> None:
        fail(11)
        assert guard.seconds_left("cancelOrder") == 0.0
        assert acquire(guard, 7) == [True] * 6 + [False]

    def test_refusals_by_the_same_code_are_no_failures(
        self, guard: RepeatedErrorGuard, fail: Callable[[int], None]
    ) -> None:
        for _ in range(11):
            guard.record("cancelOrder", 100500)
        fail(1)
        assert guard.seconds_left("cancelOrder") == 0.0
        assert acquire(guard, 6) == [True] * 5 + [False]

    def test_pauses_grow_by_one_factor_until_the_window_is_over(
        self, guard: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        at = self.attempts(guard, time, 400)
        assert [round(each) for each in at[11:]] == [3, 6, 12, 25, 53, 110, 230, 480]

    @pytest.mark.parametrize(
        ("at_once", "next_after"), [(12, 4), (14, 6), (16, 12), (17, 31), (18, 480), (30, 480)]
    )
    def test_the_fewer_attempts_are_left_the_longer_they_are(
        self, guard: RepeatedErrorGuard, fail: Callable[[int], None], at_once: int, next_after: float
    ) -> None:
        fail(at_once)
        assert guard.seconds_left("cancelOrder") == pytest.approx(next_after, abs=0.5)

    @pytest.mark.parametrize("chance", [0.0, 0.99])
    def test_no_window_has_more_than_eighteen(self, time: ScriptedTime, chance: float) -> None:
        at = self.attempts(RepeatedErrorGuard(time, lambda: chance), time, 5_000)
        assert max(sum(other <= each < other + 480 for other in at) for each in at) == 18

    def test_one_request_is_tried_at_a_time_until_one_succeeds(
        self, guard: RepeatedErrorGuard, fail: Callable[[int], None], time: ScriptedTime
    ) -> None:
        fail(12)
        pause = guard.seconds_left("cancelOrder")
        time.seconds += pause / 2
        assert acquire(guard, 1) == [False], "whatever seconds_left said before it waited for a permit"
        time.seconds += pause / 2
        assert acquire(guard, 2) == [True, False]
        guard.release("cancelOrder")
        guard.record_success("cancelOrder")
        assert guard.seconds_left("cancelOrder") == 0.0
        assert acquire(guard, 6) == [True] * 5 + [False]

    def test_after_as_many_as_possible_one_at_a_time_goes_on(
        self, guard: RepeatedErrorGuard, fail: Callable[[int], None], time: ScriptedTime
    ) -> None:
        fail(17)
        time.seconds += guard.seconds_left("cancelOrder")
        guard.record_success("cancelOrder")
        assert acquire(guard, 2) == [True, False]

    def test_of_another_process_count_too(self, guard: RepeatedErrorGuard, time: ScriptedTime) -> None:
        other = RepeatedErrorGuard(time)
        for _ in range(12):
            other.record("cancelOrder", 100500, is_failure=True)
        guard.learn("cancelOrder", other.ages("cancelOrder"), 0)
        assert guard.seconds_left("cancelOrder") > 0

    def test_processes_do_not_try_together(self, time: ScriptedTime) -> None:
        guards = [RepeatedErrorGuard(time, lambda chance=chance: chance) for chance in (0.0, 0.5, 0.5)]
        guards[2]._chance = lambda: 0.75
        guards[2].after_fork_in_child()
        for guard in guards:
            for _ in range(12):
                guard.record("cancelOrder", 100500, is_failure=True)
        first, second, third = (guard.seconds_left("cancelOrder") for guard in guards)
        assert (second, third) == (pytest.approx(first * 1.25), pytest.approx(first * 1.375))

    def test_an_order_known_to_be_open_is_held_back_as_well(
        self, guard: RepeatedErrorGuard, fail: Callable[[int], None], time: ScriptedTime
    ) -> None:
        fail(12)
        pause = guard.seconds_left("cancelOrder", known_open=True)
        assert pause == guard.seconds_left("cancelOrder") > 0
        time.seconds += pause
        assert guard.acquire("cancelOrder", known_open=True)
        assert not guard.acquire("cancelOrder", known_open=True)

    def test_what_the_last_of_equal_errors_was_decides(
        self, guard: RepeatedErrorGuard, fail: Callable[[int], None]
    ) -> None:
        fail(12)
        record(guard, 1, code=100500)
        assert guard.seconds_left("cancelOrder") == 0.0
        record(guard, 4, code=100500)
        assert guard.seconds_left("cancelOrder") == 480.0
        assert guard.seconds_left("cancelOrder", known_open=True) == 0.0


class TestChildProcess:
    """Here without a fork; tests/e2e/embedding has one."""

    def test_is_not_held_up_by_a_thread_of_its_parent(self, time: ScriptedTime) -> None:
        inside, may_go_on = threading.Event(), threading.Event()

        def slow_clock() -> float:
            inside.set()
            may_go_on.wait(20)
            return time()

        guard = RepeatedErrorGuard(slow_clock)
        thread = threading.Thread(target=guard.record, args=("cancelOrder", 100404))
        thread.start()
        inside.wait(20)
        guard.after_fork_in_child()
        try:
            assert guard.acquire("cancelOrder", known_open=True)
        finally:
            may_go_on.set()
            thread.join()

    def test_forgets_requests_in_flight_and_keeps_errors(self, guard: RepeatedErrorGuard) -> None:
        record(guard, 15)
        acquire(guard, 2)
        guard.after_fork_in_child()
        assert acquire(guard, 3) == [True, True, False]


def test_an_endpoint_without_errors_has_none_to_tell(guard: RepeatedErrorGuard) -> None:
    assert guard.ages("cancelOrder") == {}
