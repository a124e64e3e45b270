"""Twenty thousand calls in virtual time: no lie, no avoidable unknown, nothing past its deadline."""

import subprocess
import sys

import pytest

from tools.simulate import driver
from tools.simulate.exhaustive import exhaust
from tools.simulate.planted import PLANTED, first_found
from tools.simulate.run import Tally, play_seed, play_seeds
from tools.simulate.scenario import Scenario, scenario
from tools.simulate.small_world import BEHAVIOURS
from tools.simulate.timeline import timeline
from tools.simulate.timing import RECV_WINDOW, TAKES_EFFECT_WITHIN
from tools.simulate.verdict import ENDINGS, MOST_CANCELS

CALLS, CHUNKS = 20_000, 8
EACH = CALLS // CHUNKS
FIRSTS = [pytest.param(first, id=f"seeds from {first}") for first in range(0, CALLS, EACH)]


@pytest.mark.parametrize("first", FIRSTS)
def test_no_call_lies(first: int) -> None:
    tally = play_seeds(range(first, first + EACH))
    assert dict(tally.wrongs) == {}, tally.seeds
    assert tally.calls == EACH
    assert max(tally.cancels.values()) <= MOST_CANCELS
    assert {ending for _, ending in tally.endings} == set(ENDINGS), "an ending never comes"


def test_small_world_is_honest_after_every_sequence() -> None:
    found = exhaust(depth=2, timeouts=(3.0, 40.0), processes=1)
    assert dict(found.wrongs) == {}, found.examples
    assert len(BEHAVIOURS) >= 14
    assert found.states > found.calls > 100
    assert found.histories > len(BEHAVIOURS) ** 2


@pytest.mark.parametrize("bug", PLANTED)
def test_planted_bug_is_found(bug: str) -> None:
    assert first_found(bug, CALLS) is not None


def test_nothing_is_found_where_nothing_is_planted() -> None:
    assert first_found(None, EACH) is None


def test_a_seed_replays_in_another_process() -> None:
    command = [sys.executable, "-m", "tools.simulate", "--seed", "4711"]
    printed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert printed.stdout.splitlines() == timeline(4711)[0].splitlines()
    assert "seed 4711" in printed.stdout


@pytest.mark.parametrize("runner", ["blocking", "awaiting"])
def test_both_runners_do_what_the_steps_say(runner: str) -> None:
    def played(seed: int, how: str) -> object:
        call = scenario(seed)
        call.runner, call.exchange.conditions.stalls = how, 0.0
        result = driver.play(call)
        requests = [(sent.operation, round(sent.at, 6)) for sent in call.network.sent]
        return driver.said(result), str(result), requests

    for seed in range(200):
        assert played(seed, runner) == played(seed, "steps"), seed


def test_same_seed_gives_same_verdict() -> None:
    assert [play_seed(seed) for seed in range(50)] == [play_seed(seed) for seed in range(50)]


def test_the_exchange_keeps_its_promises() -> None:
    late = 0
    for seed in range(1500):
        call = _played(seed)
        for sent in call.network.sent:
            if sent.executed is not None:
                assert sent.executed_at <= sent.expires
                late += sent.executed_at > sent.at + RECV_WINDOW
    assert late > 10, "requests are executed late"
    assert TAKES_EFFECT_WITHIN > 0


def _played(seed: int) -> Scenario:
    call = scenario(seed)
    driver.play(call)
    call.world.run_out()
    return call


def test_tallies_of_two_runs_are_those_of_one() -> None:
    whole, parts = play_seeds(range(60)), Tally()
    for half in (range(30), range(30, 60)):
        parts.merge(play_seeds(half))
    assert parts.endings == whole.endings
    assert parts.requests == whole.requests
