"""One sliding window: what it counts, since when, and hints of the exchange."""

import pytest

from bingx_spot.limits.sliding_window import MARGIN, Permit, SlidingWindow
from bingx_spot_api.contract import Rate

FIVE = Rate(5, 1.0)


@pytest.fixture
def window() -> SlidingWindow:
    return SlidingWindow(FIVE)


def take(
    window: SlidingWindow, now: float, number: int = 1, *, responded: float | None = None
) -> list[Permit]:
    permits = [Permit(now) for _ in range(number)]
    for permit in permits:
        window.add(permit)
        if responded is not None:
            permit.mark_arrived(responded)
    return permits


class TestCount:
    def test_allows_five_at_once(self, window: SlidingWindow) -> None:
        assert window.next_free_at(10.0) == 10.0
        take(window, 10.0, 4)
        assert window.next_free_at(10.0) == 10.0
        take(window, 10.0)
        assert window.next_free_at(10.0) > 10.0

    def test_starts_with_the_response(self, window: SlidingWindow) -> None:
        take(window, 10.0, 5, responded=10.25)
        assert window.next_free_at(10.5) == 11.25
        assert window.next_free_at(11.25) == 11.25

    def test_without_a_response_starts_after_the_margin(self, window: SlidingWindow) -> None:
        take(window, 10.0, 5)
        assert window.next_free_at(10.5) == 10 + MARGIN + 1

    def test_a_response_after_the_margin_changes_nothing(self, window: SlidingWindow) -> None:
        take(window, 10.0, 5, responded=10.0 + MARGIN + 0.5)
        assert window.next_free_at(10.5) == 10 + MARGIN + 1

    def test_a_response_out_of_order_frees_its_own_permit(self, window: SlidingWindow) -> None:
        first, *others = take(window, 10.0, 5)
        for permit in others:
            permit.mark_arrived(10.5)
        assert window.next_free_at(10.5) == 11.5
        first.mark_arrived(12.0)
        assert window.next_free_at(11.5) == 11.5

    def test_a_removed_permit_is_not_counted(self, window: SlidingWindow) -> None:
        permits = take(window, 10.0, 5)
        window.remove(permits[2])
        assert window.next_free_at(10.0) == 10.0
        window.remove(permits[2])
        take(window, 10.0)
        assert window.next_free_at(10.0) > 10.0

    def test_of_a_limit_of_one_is_the_same_for_bulk_runs(self) -> None:
        window = SlidingWindow(Rate(1, 2.0))
        assert window.next_free_at(10.0, bulk=True) == 10.0
        take(window, 10.0, responded=10.0)
        assert window.next_free_at(10.0, bulk=True) == 12.0


class TestBulk:
    def test_leaves_one_permit(self, window: SlidingWindow) -> None:
        for _ in range(4):
            assert window.next_free_at(10.0, bulk=True) == 10.0
            take(window, 10.0, responded=10.0)
        assert window.next_free_at(10.0, bulk=True) == 10.8
        assert window.next_free_at(10.0) == 10.0

    def test_takes_the_last_permit_if_the_next_is_near(self, window: SlidingWindow) -> None:
        for eighth in range(4):
            take(window, 10 + eighth / 4, responded=10 + eighth / 4)
        assert window.next_free_at(10.8, bulk=True) == 10.8

    def test_assumes_that_pending_responses_take_the_margin(self, window: SlidingWindow) -> None:
        take(window, 10.0, 4)
        assert window.next_free_at(10.0, bulk=True) == pytest.approx(10 + MARGIN + 0.8)


class TestEarliestPossible:
    def test_counts_places_and_windows(self, window: SlidingWindow) -> None:
        take(window, 10.0, 3, responded=10.0)
        expected = [10.5] * 2 + [11.0] * 3 + [11.5] * 2 + [12.0] * 3 + [12.5] * 2
        assert [window.earliest_possible(10.5, place) for place in range(1, 13)] == expected

    def test_assumes_that_pending_responses_arrive_now(self, window: SlidingWindow) -> None:
        take(window, 10.0, 5)
        assert window.earliest_possible(10.25, 1) == 11.25

    def test_continues_where_more_are_held_than_allowed(self, window: SlidingWindow) -> None:
        # As after a store became unreachable.
        take(window, 10.0, 2, responded=10.0)
        take(window, 10.5, 2, responded=10.5)
        window.share_among(2)
        assert [window.earliest_possible(10.5, place) for place in (1, 2, 3)] == [11.5, 11.5, 12.5]
        assert window.next_free_at(10.5) == 11.5


class TestServerHint:
    """X-RateLimit-Requests-Remain and -Expire count where they are stricter than this window."""

    def test_fewer_left_than_counted_is_applied(self, window: SlidingWindow) -> None:
        take(window, 10.0, responded=10.25)
        assert window.apply_server_hint(1, 13.0, 10.25)
        assert window.next_free_at(10.5) == 10.5
        take(window, 10.5, responded=10.5)
        assert window.next_free_at(10.5) == 13.0
        assert window.next_free_at(12.0, bulk=True) == 13.0
        assert window.earliest_possible(12.0, 1) == 13.0
        assert window.next_free_at(13.0) == 13.0

    def test_none_left_closes_the_window_until_its_end(self, window: SlidingWindow) -> None:
        assert window.apply_server_hint(0, 20.0, 10.0)
        assert window.next_free_at(10.0) == 20.0
        assert window.next_free_at(20.0) == 20.0

    @pytest.mark.parametrize("remaining", [2, 3, 5, 299])
    def test_as_many_or_more_are_ignored(self, window: SlidingWindow, remaining: int) -> None:
        take(window, 10.0, 3, responded=10.0)
        assert not window.apply_server_hint(remaining, 12.0, 10.25)
        take(window, 10.25, 2, responded=10.25)
        assert window.next_free_at(10.5) == 11.0

    def test_an_end_in_the_past_is_ignored(self, window: SlidingWindow) -> None:
        assert not window.apply_server_hint(0, 9.0, 10.0)
        assert window.next_free_at(10.0) == 10.0

    def test_own_requests_explain_what_is_used(self, window: SlidingWindow) -> None:
        take(window, 10.0, 5, responded=10.25)
        assert not window.apply_server_hint(0, 20.0, 10.25)
        assert window.next_free_at(10.25) == 11.25

    def test_a_removed_permit_is_left_again(self, window: SlidingWindow) -> None:
        assert window.apply_server_hint(1, 20.0, 10.0)
        (permit,) = take(window, 10.0)
        assert window.next_free_at(10.0) == 20.0
        window.remove(permit)
        assert window.next_free_at(10.0) == 10.0


class TestLimit:
    def test_can_be_changed_and_shared(self, window: SlidingWindow) -> None:
        window.share_among(2)
        assert (window.limit, window.rate) == (FIVE, Rate(2, 1.0))
        window.set_limit(Rate(4, 2.0))
        assert (window.limit, window.rate) == (Rate(4, 2.0), Rate(2, 2.0))
        window.share_among(1)
        assert window.rate == Rate(4, 2.0)
