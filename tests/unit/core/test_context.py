"""The deadline of a call."""

import pytest

from bingx_spot.core.context import SHORTEST_ATTEMPT, Deadline


def deadline(seconds: float) -> Deadline:
    return Deadline(seconds, lambda: 0.0)


@pytest.mark.parametrize(("at", "left"), [(10.0, 10.0), (0.0, 0.0), (-5.0, 0.0)])
def test_the_time_left_is_never_negative(at: float, left: float) -> None:
    assert deadline(at).seconds_left() == left


@pytest.mark.parametrize(
    ("at", "over"), [(1.0, False), (SHORTEST_ATTEMPT, False), (0.0199, True), (0.0, True), (-5.0, True)]
)
def test_it_is_over_with_less_time_than_the_shortest_attempt(at: float, over: bool) -> None:
    assert deadline(at).is_over() == over


def test_it_follows_the_clock() -> None:
    seconds = [0.0]
    end = Deadline(1.0, lambda: seconds[0])
    seconds[0] = 0.75
    assert end.seconds_left() == 0.25
    assert not end.is_over()
    seconds[0] = 1.0
    assert end.is_over()
