"""What a client remembers from one call to the next."""

import logging
import threading
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot.environments import Environment, Placement
from bingx_spot.limits import client_state
from bingx_spot.limits.client_state import (
    FAILOVER_SECONDS,
    AccountState,
    HostSelector,
    HostTimes,
    Patience,
    PlacementSelector,
    RetryBudget,
    UsualTime,
    UsualTimes,
    backoff,
)
from tests.support.scripted_time import ScriptedTime, constant

PRIMARY, FALLBACK = "https://primary.test", "https://fallback.test"
BOTH = Environment("test", PRIMARY, FALLBACK)


@pytest.fixture
def time() -> ScriptedTime:
    return ScriptedTime()


@pytest.fixture
def hosts(time: ScriptedTime) -> HostSelector:
    return HostSelector(BOTH, now=time)


class TestHostSelector:
    def test_selects_the_primary_first(self, hosts: HostSelector) -> None:
        assert hosts.get() == PRIMARY

    def test_selects_the_primary_first_on_a_machine_that_has_just_started(self) -> None:
        assert HostSelector(BOTH, now=lambda: 0.0).get() == PRIMARY

    def test_selects_the_fallback_for_thirty_seconds_after_a_failure(
        self, hosts: HostSelector, time: ScriptedTime
    ) -> None:
        hosts.mark_failed(PRIMARY)
        assert FAILOVER_SECONDS == 30.0
        assert hosts.get() == FALLBACK
        time.seconds += 29.5
        assert hosts.get() == FALLBACK
        time.seconds += 0.5
        assert hosts.get() == PRIMARY

    def test_selects_the_fallback_again_after_the_next_failure(
        self, hosts: HostSelector, time: ScriptedTime
    ) -> None:
        hosts.mark_failed(PRIMARY)
        time.seconds += 30
        hosts.mark_failed(PRIMARY)
        time.seconds += 29.5
        assert hosts.get() == FALLBACK

    def test_selects_the_primary_at_once_where_the_fallback_fails(self, hosts: HostSelector) -> None:
        hosts.mark_failed(PRIMARY)
        hosts.mark_failed(FALLBACK)
        assert hosts.get() == PRIMARY

    def test_selects_the_primary_where_both_fail_on_a_machine_that_has_just_started(self) -> None:
        hosts = HostSelector(BOTH, now=lambda: 0.5)
        hosts.mark_failed(PRIMARY)
        hosts.mark_failed(FALLBACK)
        assert hosts.get() == PRIMARY

    @pytest.mark.parametrize(
        ("environment", "use_fallback"),
        [(BOTH, False), (Environment("test", PRIMARY), True)],
        ids=["switched off", "none"],
    )
    def test_stays_with_the_primary_without_a_fallback(
        self, environment: Environment, use_fallback: bool, caplog: pytest.LogCaptureFixture
    ) -> None:
        hosts = HostSelector(environment, use_fallback=use_fallback)
        hosts.mark_failed(PRIMARY)
        assert hosts.get() == PRIMARY
        assert not caplog.records

    def test_uses_the_fallback_by_default(self) -> None:
        hosts = HostSelector(BOTH)
        hosts.mark_failed(PRIMARY)
        assert hosts.get() == FALLBACK

    def test_logs_the_change_to_the_fallback(
        self, hosts: HostSelector, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.INFO, "bingx_spot"):
            hosts.mark_failed(PRIMARY)
            hosts.get()
            hosts.mark_failed(FALLBACK)
            hosts.mark_failed(PRIMARY)
        assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
            ("WARNING", "no answer from primary.test; trying fallback.test")
        ]

    def test_logs_it_on_a_machine_that_has_just_started(self, caplog: pytest.LogCaptureFixture) -> None:
        HostSelector(BOTH, now=lambda: 0.0).mark_failed(PRIMARY)
        assert len(caplog.records) == 1


class TestPlacementSelector:
    def test_selects_the_contract_s_placement_first(self) -> None:
        assert PlacementSelector().get(PRIMARY) is None

    def test_falls_back_to_the_query_string_for_that_host(self) -> None:
        selector = PlacementSelector()
        assert selector.fall_back(PRIMARY, "json")
        assert selector.get(PRIMARY) == "query"
        assert selector.get(FALLBACK) is None
        assert selector.fall_back(FALLBACK, "json")
        assert selector.get(FALLBACK) == "query"

    def test_returns_to_the_contract_s_for_good_where_that_does_not_help(self) -> None:
        selector = PlacementSelector()
        selector.fall_back(PRIMARY, "json")
        assert not selector.fall_back(PRIMARY, "query")
        assert selector.get(PRIMARY) is None
        assert not selector.fall_back(PRIMARY, "json")
        assert selector.get(PRIMARY) is None

    def test_is_worth_a_try_where_another_call_has_fallen_back_meanwhile(self) -> None:
        selector = PlacementSelector()
        selector.fall_back(PRIMARY, "json")
        assert selector.fall_back(PRIMARY, "json")
        assert selector.get(PRIMARY) == "query"

    def test_is_worth_no_try_where_another_call_has_returned_meanwhile(self) -> None:
        selector = PlacementSelector()
        selector.fall_back(PRIMARY, "json")
        selector.fall_back(PRIMARY, "query")
        assert not selector.fall_back(PRIMARY, "query")
        assert selector.get(PRIMARY) is None

    @pytest.mark.parametrize("fixed", ["json", "query", "form"])
    def test_keeps_the_placement_that_the_caller_fixed(
        self, fixed: Placement, caplog: pytest.LogCaptureFixture
    ) -> None:
        selector = PlacementSelector(fixed)
        assert selector.get(PRIMARY) == fixed
        assert not selector.fall_back(PRIMARY, fixed)
        assert selector.get(PRIMARY) == fixed
        assert not caplog.records

    def test_logs_the_change_once(self, caplog: pytest.LogCaptureFixture) -> None:
        selector = PlacementSelector()
        for tried in ("json", "json", "query"):
            selector.fall_back(PRIMARY, tried)
        assert [(record.levelname, record.getMessage()) for record in caplog.records] == [
            (
                "WARNING",
                "the server sees no parameters in JSON; sending them as a query string from now on",
            )
        ]


class TestBackoff:
    @pytest.mark.parametrize(
        ("retries", "longest"), [(0, 0.1), (1, 0.2), (2, 0.4), (3, 0.8), (4, 1.6), (5, 2.0), (50, 2.0)]
    )
    def test_doubles_up_to_two_seconds(self, retries: int, longest: float) -> None:
        assert backoff(retries, constant(1.0)) == pytest.approx(longest)

    @given(st.integers(0, 100), st.floats(0, 1))
    def test_is_any_part_of_the_longest_pause(self, retries: int, chance: float) -> None:
        assert backoff(retries, constant(chance)) == chance * backoff(retries, constant(1.0))

    def test_differs_from_call_to_call(self) -> None:
        assert len({backoff(5) for _ in range(20)}) == 20


def spend_all(budget: RetryBudget) -> int:
    """Spend what is left, and return how many retries that was."""
    count = 0
    while budget.can_spend():
        budget.spend()
        count += 1
    return count


class TestRetryBudget:
    def test_has_a_hundred_retries(self) -> None:
        assert spend_all(RetryBudget()) == 100

    def test_is_not_spent_by_the_question_whether_it_can_be(self) -> None:
        budget = RetryBudget()
        for _ in range(1000):
            assert budget.can_spend()
        assert spend_all(budget) == 100

    def test_two_successes_refund_one_retry(self) -> None:
        budget = RetryBudget()
        spend_all(budget)
        budget.refund()
        assert not budget.can_spend()
        budget.refund()
        assert spend_all(budget) == 1

    def test_never_has_more_than_at_first(self) -> None:
        budget = RetryBudget()
        for _ in range(1000):
            budget.refund()
        assert spend_all(budget) == 100

    def test_never_owes(self) -> None:
        budget = RetryBudget()
        spend_all(budget)
        budget.spend()
        for _ in range(2):
            budget.refund()
        assert budget.can_spend()

    @pytest.mark.parametrize(
        ("act", "before", "times", "left"),
        [(RetryBudget.spend, 100, 10, 20), (RetryBudget.refund, 0, 20, 80)],
        ids=["spend", "refund"],
    )
    def test_counts_every_thread(
        self, act: Callable[[RetryBudget], None], before: int, times: int, left: int
    ) -> None:
        budget = RetryBudget()
        for _ in range(100 - before):
            budget.spend()
        threads = [threading.Thread(target=lambda: [act(budget) for _ in range(times)]) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert spend_all(budget) == left

    def test_is_spent_by_a_signal_handler_while_its_own_thread_is_inside(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        class Interrupted(float):
            def __radd__(self, left: float) -> float:
                budget.spend()
                return left + 0.5

        budget = RetryBudget()
        monkeypatch.setattr(client_state, "_REFUND", Interrupted())
        thread = threading.Thread(target=budget.refund, daemon=True)
        thread.start()
        thread.join(10)
        assert not thread.is_alive()

    def test_of_a_child_process_has_what_the_parent_had_left(self) -> None:
        budget = RetryBudget()
        budget.spend()
        budget.after_fork_in_child()
        assert spend_all(budget) == 99


class TestAccountState:
    def test_is_compared_by_identity(self) -> None:
        one, other = AccountState(), AccountState()
        assert one == one  # noqa: PLR0124 - the comparison is what is tested
        assert one != other
        assert len({one, other}) == 2

    def test_has_objects_of_its_own(self) -> None:
        one, other = AccountState(), AccountState()
        assert one.limits is not other.limits
        assert one.lockouts is not other.lockouts
        assert one.repeated_errors is not other.repeated_errors


def bound(*seconds: float, least: float = 0.0) -> float:
    """Return the bound after so many measurements."""
    usual = UsualTime(9.0, least)
    for each in seconds:
        usual.note(each)
    return usual.bound


class TestBound:
    def test_is_the_given_one_before_anything_is_known(self) -> None:
        assert bound() == 9.0

    def test_is_three_times_what_is_usual_and_time_for_a_lost_packet(self) -> None:
        assert bound(0.1) == pytest.approx(0.55)

    def test_is_never_below_the_least(self) -> None:
        assert bound(0.001, least=0.5) == 0.5
        assert bound(1.0, least=0.5) == pytest.approx(3.25)

    def test_leaves_room_for_a_lost_packet_on_every_line(self) -> None:
        for line in (0.001, 0.05, 0.3):
            assert bound(*[line] * 32) > line + 0.2 + line

    def test_is_the_slowest_of_a_few(self) -> None:
        assert bound(0.01, 0.01, 1.0) == pytest.approx(3.25)

    @pytest.mark.parametrize(("usual", "slow"), [(3, 1), (9, 1), (18, 2), (28, 4)])
    def test_leaves_out_the_slowest_tenth(self, usual: int, slow: int) -> None:
        assert bound(*[5.0] * slow, *[0.01] * usual) == pytest.approx(0.28)
        assert bound(*[5.0] * (slow + 1), *[0.01] * (usual - 1)) == pytest.approx(15.25)

    def test_forgets_what_was_usual_after_32_measurements(self) -> None:
        assert bound(*[5.0] * 32, *[0.01] * 28) == pytest.approx(0.28)

    def test_follows_an_exchange_that_has_become_slow(self) -> None:
        assert bound(*[0.01] * 32, 2.0) == pytest.approx(0.28)
        assert bound(*[0.01] * 32, *[2.0] * 2) == pytest.approx(6.25)

    def test_follows_one_that_has_become_fast_again(self) -> None:
        assert bound(*[0.01] * 20, *[2.0] * 2, *[0.01] * 2) == pytest.approx(0.28)


class TestUsualTimes:
    def test_of_one_operation_do_not_follow_another_s(self) -> None:
        times = UsualTimes()
        query, cancel = times.of(PRIMARY, "queryOrder"), times.of(PRIMARY, "cancelOrder")
        query.answer.note(0.8)
        cancel.answer.note(0.01)
        assert query.answer.bound == pytest.approx(2.65)
        assert times.of(PRIMARY, "cancelOrder").answer.bound == pytest.approx(0.28)

    def test_of_an_operation_without_an_answer_are_learnt_from_later_ones_too(self) -> None:
        times = UsualTimes()
        query = times.of(PRIMARY, "queryOrder")
        assert query.answer.usual == 0.0
        for seconds in (6.0, 0.1, 0.1):
            times.of(PRIMARY, "cancelOrder").answer.note(seconds)
            assert times.of(PRIMARY, "queryOrder") is query
            assert query.answer.usual == times.of(PRIMARY, "cancelOrder").answer.usual > 0.0

    def test_of_a_new_operation_are_those_of_the_slowest_other_one(self) -> None:
        times = UsualTimes()
        times.of(PRIMARY, "serverTime").answer.note(0.6)
        times.of(PRIMARY, "queryOrder")
        assert times.of(PRIMARY, "cancelOrder").answer.bound == pytest.approx(2.05)
        assert times.of(FALLBACK, "cancelOrder").answer.bound == 0.5

    def test_of_opening_are_the_host_s(self) -> None:
        times = UsualTimes()
        times.of(PRIMARY, "queryOrder").opening.note(1.0)
        assert times.of(PRIMARY, "cancelOrder").opening.bound == pytest.approx(3.25)
        assert times.of(FALLBACK, "cancelOrder").opening.bound == 1.0


class TestPatience:
    def test_has_no_end_where_nobody_gave_one(self) -> None:
        assert (Patience().opening, Patience().answer) == (float("inf"), float("inf"))

    def test_begins_with_what_is_usual(self) -> None:
        times = HostTimes()
        assert (Patience.of(times, 0, 0).opening, Patience.of(times, 0, 0).answer) == (1.0, 0.5)
        times.opening.note(0.01)
        times.answer.note(0.01)
        patience = Patience.of(times, 0, 0)
        assert (patience.opening, patience.answer) == (0.5, pytest.approx(0.28))
        assert patience.times is times

    def test_triples_with_each_attempt_in_vain(self) -> None:
        patience = Patience.of(HostTimes(), unopened=1, silent=2)
        assert (patience.opening, patience.answer) == (3.0, 4.5)
