"""The checker of the simulation is itself checked, and a small world is searched completely."""

import logging
from dataclasses import fields

import pytest

from bingx_spot.limits.client_state import ClientState
from tools.simulate import family
from tools.simulate.exhaustive import exhaust
from tools.simulate.planted import PLANTED, first_found
from tools.simulate.small_world import BEHAVIOURS

#: Within so many calls each bug has to be found.
CALLS = 20_000
#: Where each bug is found. The search begins there; after a change of the core it goes on to CALLS.
FOUND = {
    "believe a stale open": 14,
    "forget pending requests": 1695,
    "take not open for cancelled": 1,
    "believe a success without reading its status": 23,
    "believe a success for another order": 30,
    "treat not found as final": 7,
    "treat a failed query as not found": 1367,
    "forget that a query has found the order": 381,
    "stop at the first unknown": 3,
    "ignore the order id learnt": 739,
    "treat 504 as not executed": 565,
    "treat an unlisted code as not executed": 361,
    "treat silence as not sent": 8,
    "let a later refusal outweigh an ambiguous request": 14,
    "claim every cancelled order": 96,
    "disown every cancelled order": 11,
    "read an unlisted word as cancelled": 37,
    "read an unlisted word as failed": 37,
    "believe CANCELED with everything executed": 23,
    "take a new order for no order": 1,
    "believe the first refusal of a new order": 588,
    "take a refused client order id for a closed order": 411,
    "forget the deadline": 1,
    "cancel without end": 8,
    "give up after three queries": 7,
}


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "bingx_spot")


@pytest.mark.parametrize("bug", PLANTED)
def test_planted_bug_is_found(bug: str) -> None:
    assert first_found(bug, range(FOUND[bug], CALLS)) is not None


@pytest.mark.parametrize("bug", family.PLANTED)
def test_bug_that_is_planted_into_the_family_is_found(bug: str) -> None:
    # None but this one needs many calls; as with FOUND, the search goes on from here.
    first = 200 if bug == "forget a request that may act late" else 0
    assert family.first_found(bug, range(first, family.CALLS)) is not None


def test_every_bug_has_a_known_seed() -> None:
    assert set(FOUND) == set(PLANTED)
    assert len(PLANTED) >= 10


@pytest.mark.parametrize(
    "timeout",
    [3.0, pytest.param(1.0, marks=pytest.mark.slow), pytest.param(40.0, marks=pytest.mark.slow)],
)
def test_small_world_is_honest_after_every_sequence(timeout: float) -> None:
    found = exhaust(depth=2, timeouts=(timeout,), processes=1)
    assert dict(found.wrongs) == {}, found.examples
    assert len(BEHAVIOURS) >= 14
    assert found.states > found.calls > 100
    assert found.histories.total() > len(BEHAVIOURS) ** 2


def test_a_client_learns_nothing_that_decides_whether_calls_are_equal_and_is_left_out() -> None:
    """Whoever adds a field adds it to `fingerprint`, or says there why it makes no difference."""
    joined_by = {"hosts", "placement", "lockouts", "repeated_errors", "retry_budget", "account", "times"}
    assert {field.name for field in fields(ClientState)} == joined_by


def test_joining_equal_calls_finds_what_playing_them_all_finds() -> None:
    joined, plain = (exhaust(depth=2, timeouts=(1.0,), processes=1, join=join) for join in (True, False))
    assert joined.played < plain.played == plain.calls
    for what in ("calls", "endings", "histories", "most", "wrongs"):
        assert getattr(joined, what) == getattr(plain, what), what


@pytest.mark.slow
def test_small_world_is_honest_after_every_longer_sequence() -> None:
    found = exhaust(depth=4, timeouts=(10.0,))
    assert dict(found.wrongs) == {}, found.examples
    assert found.calls > 10_000


@pytest.mark.slow
def test_planted_bugs_are_found_from_the_first_seed() -> None:
    found = {bug: first_found(bug, range(CALLS)) for bug in PLANTED}
    assert None not in found.values(), found
