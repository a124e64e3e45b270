"""Until when the exchange will not listen, and how near a lock-out is."""

import threading

import pytest

from bingx_spot.limits.lockouts import LONGEST_BLOCK, PATIENCE, Lockouts, QueuePlace, RepeatedErrorGuard
from tests.support.scripted_time import ScriptedTime


@pytest.fixture
def time() -> ScriptedTime:
    return ScriptedTime()


@pytest.fixture
def blocks(time: ScriptedTime) -> Lockouts:
    return Lockouts(time)


@pytest.fixture
def errors(time: ScriptedTime) -> RepeatedErrorGuard:
    return RepeatedErrorGuard(time)


class TestBlocks:
    def test_everything_is_open_at_first(self, blocks: Lockouts) -> None:
        assert blocks.left("cancelOrder") == 0.0

    def test_an_endpoint_is_closed_for_so_long(self, blocks: Lockouts, time: ScriptedTime) -> None:
        blocks.close("cancelOrder", 10.0)
        assert blocks.left("cancelOrder") == 10.0
        time.seconds += 9.5
        assert blocks.left("cancelOrder") == 0.5
        time.seconds += 0.5
        assert blocks.left("cancelOrder") == 0.0
        time.seconds += 100
        assert blocks.left("cancelOrder") == 0.0

    def test_other_endpoints_stay_open(self, blocks: Lockouts) -> None:
        blocks.close("cancelOrder", 10.0)
        assert blocks.left("queryOrder") == 0.0

    def test_a_ban_closes_everything(self, blocks: Lockouts) -> None:
        blocks.close(None, 300.0)
        assert (blocks.left("cancelOrder"), blocks.left("queryOrder")) == (300.0, 300.0)

    def test_whether_everything_is_closed(self, blocks: Lockouts, time: ScriptedTime) -> None:
        blocks.close("cancelOrder", 300.0)
        assert not blocks.all_closed()
        blocks.close(None, 0.5)
        assert blocks.all_closed()
        time.seconds += 0.5
        assert not blocks.all_closed()

    @pytest.mark.parametrize(("ban", "own"), [(300.0, 10.0), (10.0, 300.0)])
    def test_the_later_of_a_ban_and_an_endpoint_s_own_time_counts(
        self, blocks: Lockouts, ban: float, own: float
    ) -> None:
        blocks.close(None, ban)
        blocks.close("cancelOrder", own)
        assert blocks.left("cancelOrder") == 300.0
        assert blocks.left("queryOrder") == ban

    def test_a_shorter_time_takes_nothing_from_a_longer_one(self, blocks: Lockouts) -> None:
        blocks.close("cancelOrder", 300.0)
        blocks.close("cancelOrder", 1.0)
        assert blocks.left("cancelOrder") == 300.0

    def test_a_longer_time_counts_from_when_it_was_heard(self, blocks: Lockouts, time: ScriptedTime) -> None:
        blocks.close("cancelOrder", 10.0)
        time.seconds += 5
        blocks.close("cancelOrder", 10.0)
        assert blocks.left("cancelOrder") == 10.0

    @pytest.mark.parametrize("seconds", [3601.0, 1e9, float("inf")])
    def test_more_than_an_hour_is_not_believed(self, blocks: Lockouts, seconds: float) -> None:
        blocks.close("cancelOrder", seconds)
        assert blocks.left("cancelOrder") == LONGEST_BLOCK == 3600.0

    def test_a_time_that_has_gone_by_closes_nothing(self, blocks: Lockouts, time: ScriptedTime) -> None:
        blocks.close("cancelOrder", -5.0)
        blocks.close("queryOrder", 0.5)
        assert blocks.left("cancelOrder") == 0.0
        time.seconds -= 2
        assert blocks.left("cancelOrder") == 2.0

    def test_a_clock_that_begins_at_nothing_is_as_good_as_any(self) -> None:
        blocks = Lockouts(lambda: 0.0)
        assert blocks.left("cancelOrder") == 0.0
        blocks.close("cancelOrder", 0.5)
        assert (blocks.left("cancelOrder"), blocks.left("queryOrder")) == (0.5, 0.0)


def counted(
    errors: RepeatedErrorGuard, times: int, code: int | str = 100404, name: str = "cancelOrder"
) -> None:
    for _ in range(times):
        errors.count(name, code)


class TestEqualErrors:
    def test_sixteen_are_nothing_yet(self, errors: RepeatedErrorGuard) -> None:
        counted(errors, 16)
        assert errors.left("cancelOrder") == 0.0

    def test_after_seventeen_none_for_eight_minutes_from_the_first(
        self, errors: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        counted(errors, 1)
        time.seconds += 100
        counted(errors, 16)
        assert errors.left("cancelOrder") == 380.0
        time.seconds += 379.5
        assert errors.left("cancelOrder") == 0.5
        time.seconds += 0.5
        assert errors.left("cancelOrder") == 0.0

    def test_the_window_slides(self, errors: RepeatedErrorGuard, time: ScriptedTime) -> None:
        for _ in range(20):
            counted(errors, 1)
            time.seconds += 1
        # The seventeen last ones count, the first of which is seventeen seconds old.
        assert errors.left("cancelOrder") == 480.0 - 17

    def test_other_codes_and_other_endpoints_are_counted_apart(self, errors: RepeatedErrorGuard) -> None:
        counted(errors, 16)
        counted(errors, 16, code=100001)
        counted(errors, 17, name="queryOrder")
        assert errors.left("cancelOrder") == 0.0
        assert errors.left("queryOrder") == 480.0

    def test_a_code_is_the_same_as_number_and_as_text(self, errors: RepeatedErrorGuard) -> None:
        counted(errors, 16)
        counted(errors, 1, code="100404")
        assert errors.left("cancelOrder") == 480.0

    def test_the_longest_of_several_codes_counts(
        self, errors: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        counted(errors, 17)
        time.seconds += 10
        counted(errors, 17, code=100001)
        assert errors.left("cancelOrder") == 480.0


def entered(errors: RepeatedErrorGuard, times: int, name: str = "cancelOrder") -> list[bool]:
    return [errors.enter(name, vouched=False) for _ in range(times)]


class TestRequestsOnTheirWay:
    """Each may bring one more equal error, so as many may go as there is room for."""

    def test_count_as_errors_to_come(self, errors: RepeatedErrorGuard) -> None:
        counted(errors, 15)
        assert entered(errors, 3) == [True, True, False]
        assert errors.lines_up("cancelOrder", QueuePlace())

    def test_count_without_an_error_so_far(self, errors: RepeatedErrorGuard) -> None:
        assert entered(errors, 18) == [True] * 17 + [False]

    def test_count_without_an_error_of_their_own_endpoint(self, errors: RepeatedErrorGuard) -> None:
        counted(errors, 1, name="queryOrder")
        assert entered(errors, 18) == [True] * 17 + [False]

    def test_that_have_ended_make_room(self, errors: RepeatedErrorGuard) -> None:
        counted(errors, 15)
        entered(errors, 2)
        errors.leave("cancelOrder")
        assert errors.left("cancelOrder") == 0.0
        assert entered(errors, 2) == [True, False]

    def test_that_were_not_let_in_take_no_room(self, errors: RepeatedErrorGuard) -> None:
        counted(errors, 16)
        assert entered(errors, 3) == [True, False, False]
        errors.leave("cancelOrder")
        assert errors.left("cancelOrder") == 0.0

    def test_that_are_vouched_for_go_and_count(self, errors: RepeatedErrorGuard) -> None:
        counted(errors, 17)
        assert errors.enter("cancelOrder", vouched=True)
        counted(errors, 15, name="queryOrder")
        assert errors.enter("queryOrder", vouched=True)
        assert entered(errors, 2, "queryOrder") == [True, False]

    def test_leave_other_endpoints_alone(self, errors: RepeatedErrorGuard) -> None:
        entered(errors, 17)
        assert entered(errors, 1, "queryOrder") == [True]

    def test_do_not_count_errors_of_long_ago(self, errors: RepeatedErrorGuard, time: ScriptedTime) -> None:
        counted(errors, 16)
        time.seconds += 480
        assert entered(errors, 2) == [True, True]

    def test_count_where_the_lock_of_another_code_has_just_ended(
        self, errors: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        counted(errors, 17)
        time.seconds += 480
        counted(errors, 16, code=100001)
        assert entered(errors, 2) == [True, False]


def in_line(errors: RepeatedErrorGuard, times: int, name: str = "cancelOrder") -> list[QueuePlace]:
    places = [QueuePlace() for _ in range(times)]
    assert all(errors.lines_up(name, place) for place in places)
    return places


class TestTheLine:
    """Whoever has waited long enough for answers that are on their way goes before whoever comes later."""

    def test_nobody_overtakes_whoever_has_waited(
        self, errors: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        entered(errors, 17)
        first, second = in_line(errors, 2)
        time.seconds += PATIENCE
        errors.leave("cancelOrder")
        assert not errors.enter("cancelOrder", vouched=False)
        assert not errors.enter("cancelOrder", vouched=False, place=second)
        assert errors.lines_up("cancelOrder", QueuePlace())
        assert errors.lines_up("cancelOrder", second)
        assert not errors.lines_up("cancelOrder", first)
        assert errors.enter("cancelOrder", vouched=False, place=first)

    def test_until_then_whoever_comes_in_time_goes(
        self, errors: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        entered(errors, 17)
        first, second = in_line(errors, 2)
        time.seconds += PATIENCE * 0.9
        errors.leave("cancelOrder")
        assert not errors.enter("cancelOrder", vouched=False, place=second)
        assert errors.enter("cancelOrder", vouched=False)
        assert errors.lines_up("cancelOrder", first)

    def test_to_look_again_gives_nobody_another_place(
        self, errors: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        entered(errors, 17)
        first, second = in_line(errors, 2)
        assert first.again == PATIENCE
        time.seconds += PATIENCE
        assert errors.lines_up("cancelOrder", first)
        assert first.again == 1.0
        errors.leave("cancelOrder")
        assert not errors.enter("cancelOrder", vouched=False, place=second)
        assert errors.enter("cancelOrder", vouched=False, place=first)

    def test_whoever_has_waited_is_told_that_there_is_room(
        self, errors: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        entered(errors, 17)
        first, second = in_line(errors, 2)
        time.seconds += PATIENCE
        assert not first.wakeup.is_set
        errors.leave("cancelOrder")
        assert (first.wakeup.is_set, second.wakeup.is_set) == (True, False)

    def test_where_nobody_else_comes_it_is_told_at_once(self, errors: RepeatedErrorGuard) -> None:
        entered(errors, 17)
        first, second = in_line(errors, 2)
        errors.leave("cancelOrder")
        assert not first.wakeup.is_set
        errors.leave("cancelOrder")
        assert (first.wakeup.is_set, second.wakeup.is_set) == (True, False)

    def test_the_next_one_is_told_by_whoever_goes(
        self, errors: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        entered(errors, 17)
        first, second, third = in_line(errors, 3)
        time.seconds += PATIENCE
        errors.leave("cancelOrder")
        errors.enter("cancelOrder", vouched=False, place=first)
        errors.step_out("cancelOrder", first)
        assert (second.wakeup.is_set, third.wakeup.is_set) == (True, False)

    def test_whoever_gives_up_leaves_no_gap(self, errors: RepeatedErrorGuard) -> None:
        entered(errors, 17)
        first, second = in_line(errors, 2)
        errors.step_out("cancelOrder", first)
        errors.step_out("cancelOrder", first)
        errors.leave("cancelOrder")
        assert errors.enter("cancelOrder", vouched=False, place=second)

    def test_where_there_is_room_for_all_a_newcomer_goes_too(
        self, errors: RepeatedErrorGuard, time: ScriptedTime
    ) -> None:
        entered(errors, 17)
        (first,) = in_line(errors, 1)
        time.seconds += PATIENCE
        errors.leave("cancelOrder")
        errors.leave("cancelOrder")
        assert entered(errors, 2) == [True, False]
        assert errors.enter("cancelOrder", vouched=False, place=first)

    def test_each_look_has_a_signal_of_its_own(self, errors: RepeatedErrorGuard, time: ScriptedTime) -> None:
        entered(errors, 17)
        (place,) = in_line(errors, 1)
        time.seconds += PATIENCE
        place.wakeup.set()
        assert errors.lines_up("cancelOrder", place)
        assert not place.wakeup.is_set
        errors.leave("cancelOrder")
        assert place.wakeup.is_set

    def test_each_endpoint_has_one_of_its_own(self, errors: RepeatedErrorGuard, time: ScriptedTime) -> None:
        entered(errors, 17)
        in_line(errors, 1)
        time.seconds += PATIENCE
        assert entered(errors, 18, "queryOrder") == [True] * 17 + [False]
        errors.step_out("queryOrder", QueuePlace())
        errors.leave("queryOrder")
        assert entered(errors, 1, "queryOrder") == [True]

    def test_nobody_stands_in_it_for_a_lock(self, errors: RepeatedErrorGuard, time: ScriptedTime) -> None:
        counted(errors, 17)
        place = QueuePlace()
        assert not errors.lines_up("cancelOrder", place)
        assert errors.left("cancelOrder") == 480.0
        time.seconds += 479.5
        assert not errors.lines_up("cancelOrder", place)
        assert place.wakeup is None

    def test_is_gone_with_the_last_who_stood_in_it(self, errors: RepeatedErrorGuard) -> None:
        entered(errors, 17)
        (place,) = in_line(errors, 1)
        for _ in range(17):
            errors.leave("cancelOrder")
        assert not errors.calm("cancelOrder")
        errors.step_out("cancelOrder", place)
        assert errors.calm("cancelOrder")
        errors.step_out("cancelOrder", place)


class TestChildProcess:
    """What is tried here without a fork, tests/e2e/embedding tries with one."""

    def test_is_not_held_up_by_a_thread_that_it_does_not_have(self, time: ScriptedTime) -> None:
        inside, may_go_on = threading.Event(), threading.Event()

        def slowly() -> float:
            inside.set()
            may_go_on.wait(20)
            return time()

        errors = RepeatedErrorGuard(slowly)
        thread = threading.Thread(target=errors.count, args=("cancelOrder", 100404))
        thread.start()
        inside.wait(20)
        errors.after_fork_in_child()
        try:
            assert entered(errors, 1) == [True]
        finally:
            may_go_on.set()
            thread.join()

    def test_waits_for_no_answer_of_its_parent_s(self, errors: RepeatedErrorGuard) -> None:
        entered(errors, 17)
        errors.after_fork_in_child()
        assert entered(errors, 18) == [True] * 17 + [False]

    def test_waits_behind_nobody_of_its_parent_s(self, errors: RepeatedErrorGuard) -> None:
        entered(errors, 17)
        in_line(errors, 1)
        errors.after_fork_in_child()
        assert entered(errors, 18) == [True] * 17 + [False]

    def test_knows_what_its_parent_has_seen(self, errors: RepeatedErrorGuard) -> None:
        counted(errors, 16)
        errors.after_fork_in_child()
        assert entered(errors, 2) == [True, False]
