"""What a process does while the store that it shares a limit through cannot be had."""

import pytest

from bingx_spot.shared_limits.sync import PAUSE, PROBE, SOON, Phase, StoreHealth


@pytest.fixture
def outage() -> StoreHealth:
    outage = StoreHealth(1.0)
    outage.heard(4)
    return outage


def test_one_failure_stops_everything_for_a_window(outage: StoreHealth) -> None:
    assert not outage.failed(10.0)
    assert outage.phase is Phase.NOBODY
    assert outage.again_in() == SOON
    assert not outage.failed(10.0 + 1.0 + PAUSE - 0.01)


def test_an_answer_within_it_makes_it_forgotten(outage: StoreHealth) -> None:
    outage.failed(10.0)
    assert not outage.heard(4)
    assert outage.phase is Phase.STORE
    assert not outage.failed(20.0)
    assert outage.phase is Phase.NOBODY


def test_then_the_process_goes_on_with_its_share_and_is_told_so_once(outage: StoreHealth) -> None:
    outage.failed(10.0)
    assert outage.failed(11.25)
    assert outage.phase is Phase.HERE
    assert outage.again_in() == PROBE
    assert not outage.failed(12.25)
    assert outage.phase is Phase.HERE


def test_the_end_is_told_once(outage: StoreHealth) -> None:
    outage.failed(10.0)
    outage.failed(11.25)
    assert outage.heard(3)
    assert (outage.phase, outage.members) == (Phase.STORE, 3)
    assert not outage.heard(3)


def test_who_shares_with_nobody_goes_on_at_once(outage: StoreHealth) -> None:
    outage.heard(1)
    assert outage.failed(10.0)
    assert outage.phase is Phase.HERE


def test_who_does_not_know_with_whom_does_not() -> None:
    outage = StoreHealth(1.0)
    assert not outage.failed(10.0)
    assert outage.failed(11.25)
