"""One sliding window: what it counts, from when on, and what the exchange says of it."""

import pytest

from bingx_spot.limits.sliding_window import MARGIN, Permit, SlidingWindow, share
from bingx_spot_api.contract import Rate

FIVE = Rate(5, 1.0)


@pytest.fixture
def window() -> SlidingWindow:
    return SlidingWindow(FIVE)


def take(
    window: SlidingWindow, now: float, number: int = 1, *, answered: float | None = None
) -> list[Permit]:
    permits = [Permit(now) for _ in range(number)]
    for permit in permits:
        window.take(permit)
        if answered is not None:
            permit.arrived(answered)
    return permits


class TestCount:
    def test_five_may_go_at_once(self, window: SlidingWindow) -> None:
        assert window.next(10.0) == 10.0
        take(window, 10.0, 4)
        assert window.next(10.0) == 10.0
        take(window, 10.0)
        assert window.next(10.0) > 10.0

    def test_is_from_the_answer_on(self, window: SlidingWindow) -> None:
        take(window, 10.0, 5, answered=10.25)
        assert window.next(10.5) == 11.25
        assert window.next(11.25) == 11.25

    def test_without_an_answer_is_from_the_margin_on(self, window: SlidingWindow) -> None:
        take(window, 10.0, 5)
        assert window.next(10.5) == 10 + MARGIN + 1

    def test_an_answer_after_the_margin_counts_no_longer(self, window: SlidingWindow) -> None:
        take(window, 10.0, 5, answered=10.0 + MARGIN + 0.5)
        assert window.next(10.5) == 10 + MARGIN + 1

    def test_an_answer_out_of_turn_frees_its_own_place(self, window: SlidingWindow) -> None:
        first, *others = take(window, 10.0, 5)
        for permit in others:
            permit.arrived(10.5)
        assert window.next(10.5) == 11.5
        first.arrived(12.0)
        assert window.next(11.5) == 11.5

    def test_a_permit_that_is_put_back_counts_no_longer(self, window: SlidingWindow) -> None:
        permits = take(window, 10.0, 5)
        window.put_back(permits[2])
        assert window.next(10.0) == 10.0
        window.put_back(permits[2])
        take(window, 10.0)
        assert window.next(10.0) > 10.0

    def test_of_one_holds_for_bulk_runs_too(self) -> None:
        window = SlidingWindow(Rate(1, 2.0))
        assert window.next(10.0, bulk=True) == 10.0
        take(window, 10.0, answered=10.0)
        assert window.next(10.0, bulk=True) == 12.0


class TestBulk:
    def test_leaves_one_permit(self, window: SlidingWindow) -> None:
        for _ in range(4):
            assert window.next(10.0, bulk=True) == 10.0
            take(window, 10.0, answered=10.0)
        assert window.next(10.0, bulk=True) == 10.8
        assert window.next(10.0) == 10.0

    def test_takes_the_last_one_where_the_next_is_near(self, window: SlidingWindow) -> None:
        for eighth in range(4):
            take(window, 10 + eighth / 4, answered=10 + eighth / 4)
        assert window.next(10.8, bulk=True) == 10.8

    def test_does_not_know_when_an_answer_comes(self, window: SlidingWindow) -> None:
        take(window, 10.0, 4)
        assert window.next(10.0, bulk=True) == pytest.approx(10 + MARGIN + 0.8)


class TestSoonest:
    def test_counts_the_places_and_the_windows(self, window: SlidingWindow) -> None:
        take(window, 10.0, 3, answered=10.0)
        assert [window.soonest(10.5, place) for place in range(1, 13)] == [10.5] * 2 + [11.0] * 3 + [
            11.5,
            11.5,
            12,
            12,
            12,
            12.5,
            12.5,
        ]

    def test_takes_an_awaited_answer_for_one_that_comes_now(self, window: SlidingWindow) -> None:
        take(window, 10.0, 5)
        assert window.soonest(10.25, 1) == 11.25

    def test_counts_on_where_more_are_held_than_allowed(self, window: SlidingWindow) -> None:
        # As after a change of the share that a process has.
        take(window, 10.0, 2, answered=10.0)
        take(window, 10.5, 2, answered=10.5)
        window.rate = Rate(2, 1.0)
        assert [window.soonest(10.5, place) for place in (1, 2, 3)] == [11.5, 11.5, 12.5]
        assert window.next(10.5) == 11.5


class TestTold:
    """X-RateLimit-Requests-Remain and -Expire are believed where they are stricter than the own count."""

    def test_fewer_left_than_counted_means_that_others_use_the_key(self, window: SlidingWindow) -> None:
        take(window, 10.0, answered=10.25)
        assert window.told(1, 13.0, 10.25)
        assert window.next(10.5) == 10.5
        take(window, 10.5, answered=10.5)
        assert window.next(10.5) == 13.0
        assert window.next(12.0, bulk=True) == 13.0
        assert window.soonest(12.0, 1) == 13.0
        assert window.next(13.0) == 13.0

    def test_none_left_closes_the_window_until_its_end(self, window: SlidingWindow) -> None:
        assert window.told(0, 20.0, 10.0)
        assert window.next(10.0) == 20.0
        assert window.next(20.0) == 20.0

    @pytest.mark.parametrize("remain", [2, 3, 5, 299])
    def test_as_many_or_more_are_no_licence(self, window: SlidingWindow, remain: int) -> None:
        take(window, 10.0, 3, answered=10.0)
        assert not window.told(remain, 12.0, 10.25)
        take(window, 10.25, 2, answered=10.25)
        assert window.next(10.5) == 11.0

    def test_an_end_that_is_past_says_nothing(self, window: SlidingWindow) -> None:
        assert not window.told(0, 9.0, 10.0)
        assert window.next(10.0) == 10.0

    def test_the_own_requests_explain_what_is_gone(self, window: SlidingWindow) -> None:
        take(window, 10.0, 5, answered=10.25)
        assert not window.told(0, 20.0, 10.25)
        assert window.next(10.25) == 11.25

    def test_a_permit_that_is_put_back_is_left_again(self, window: SlidingWindow) -> None:
        assert window.told(1, 20.0, 10.0)
        (permit,) = take(window, 10.0)
        assert window.next(10.0) == 20.0
        window.put_back(permit)
        assert window.next(10.0) == 10.0


class TestShare:
    @pytest.mark.parametrize(
        ("processes", "own"),
        [(0, Rate(5, 1.0)), (1, Rate(5, 1.0)), (2, Rate(2, 1.0)), (4, Rate(1, 1.0)), (5, Rate(1, 1.0))],
    )
    def test_together_they_keep_within_the_rate(self, processes: int, own: Rate) -> None:
        assert share(FIVE, processes) == own
        assert own.requests * processes <= 5

    def test_more_processes_than_permits_have_longer_windows(self) -> None:
        assert share(FIVE, 10) == Rate(1, 2.0)
