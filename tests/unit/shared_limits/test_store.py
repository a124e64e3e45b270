"""What a store answers, checked."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given

from bingx_spot.shared_limits.allocation import allocate
from bingx_spot.shared_limits.store import Allocation, StoreError, check_allocation
from tests.unit.shared_limits.answers import unexpected
from tests.unit.shared_limits.reports import report

REPORT = report("p", single=["p:0", "p:1"], bulk=["p:2"])


def answer() -> Allocation:
    return allocate({}, 1_000_000.0, REPORT)


def test_an_allocation_is_returned() -> None:
    assert check_allocation(answer(), REPORT) == answer()


@given(unexpected)
def test_anything_else_is_a_failure_of_the_store(alter: Callable[[Any], Any]) -> None:
    with pytest.raises(StoreError) as failure:
        check_allocation(alter(answer()), REPORT)
    assert failure.value.reason == "an unexpected answer"
    assert failure.value.fix


@pytest.mark.parametrize(
    "change",
    [
        {"wait": 86_400_001},
        {"locked_for": 3_600_001},
        {"held_for": -1},
        {"window": 0.5},
        {"members": 0},
        {"members": 100_001},
        {"requests": 0},
        {"in_flight": -1},
        {"in_flight": 1.0},
        {"granted": ["p:0", "p:0"]},
        {"granted": ["p:3"]},
    ],
    ids=str,
)
def test_a_count_or_a_duration_that_cannot_be_is_one(change: dict[str, Any]) -> None:
    with pytest.raises(StoreError):
        check_allocation({**answer(), **change}, REPORT)
