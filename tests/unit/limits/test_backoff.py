"""Pauses that grow, and a ration of further tries."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot.limits.client_state import RetryBudget, backoff
from tests.support.scripted_time import constant


class TestBackoff:
    @pytest.mark.parametrize(
        ("tries", "longest"), [(0, 0.1), (1, 0.2), (2, 0.4), (3, 0.8), (4, 1.6), (5, 2.0), (50, 2.0)]
    )
    def test_doubles_up_to_two_seconds(self, tries: int, longest: float) -> None:
        assert backoff(tries, constant(1.0)) == pytest.approx(longest)

    @given(st.integers(0, 100), st.floats(0, 1))
    def test_is_any_part_of_the_longest_pause(self, tries: int, chance: float) -> None:
        assert backoff(tries, constant(chance)) == chance * backoff(tries, constant(1.0))

    def test_differs_from_call_to_call(self) -> None:
        assert len({backoff(5) for _ in range(20)}) == 20


def taken(budget: RetryBudget) -> int:
    count = 0
    while budget.take():
        count += 1
    return count


class TestBudget:
    def test_holds_a_hundred_tries(self) -> None:
        assert taken(RetryBudget()) == 100

    def test_two_successes_earn_one_try(self) -> None:
        budget = RetryBudget()
        taken(budget)
        budget.earn()
        assert not budget.take()
        budget.earn()
        assert budget.take()
        assert not budget.take()

    def test_successes_earn_no_more_than_was_there_at_first(self) -> None:
        budget = RetryBudget()
        for _ in range(1000):
            budget.earn()
        assert taken(budget) == 100

    def test_gives_no_try_to_two_threads(self) -> None:
        budget, counts = RetryBudget(), list[int]()
        threads = [threading.Thread(target=lambda: counts.append(taken(budget))) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert sum(counts) == 100

    def test_a_child_process_goes_on_with_what_is_left(self) -> None:
        budget = RetryBudget()
        budget.take()
        budget.after_fork_in_child()
        assert taken(budget) == 99
