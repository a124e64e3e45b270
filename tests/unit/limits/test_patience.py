"""How long to wait before a request counts as silent."""

import pytest

from bingx_spot.limits.patience import HostTimes, Patience, UsualTime


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
