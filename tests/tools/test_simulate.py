"""Calls in virtual time: no lie, no avoidable unknown, nothing past its deadline."""

import logging
import subprocess
import sys
from typing import Any

import pytest

from bingx_spot import OrderNotFound, Response
from tools.simulate import driver, family
from tools.simulate.run import Tally, play_seed, play_seeds
from tools.simulate.scenario import scenario
from tools.simulate.timeline import timeline
from tools.simulate.timing import RECV_WINDOW
from tools.simulate.verdict import ENDINGS, judge

# Most planted bugs are found among the first thousand, and each ending comes there.
CHUNKS = [range(1_000), *(range(first, first + 3_800) for first in range(1_000, 20_000, 3_800))]


def _first_alone(chunks: list[range]) -> list[Any]:
    """Return a parameter for each chunk of seeds; all but the first are slow."""
    return [
        pytest.param(seeds, id=f"seeds from {seeds.start}", marks=[pytest.mark.slow] if seeds.start else [])
        for seeds in chunks
    ]


@pytest.fixture(autouse=True)
def _quiet(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.CRITICAL, "bingx_spot")


@pytest.mark.parametrize("seeds", _first_alone(CHUNKS))
def test_no_call_lies(seeds: range) -> None:
    tally = play_seeds(seeds)
    assert dict(tally.wrongs) == {}, tally.seeds
    assert tally.calls == len(seeds)
    assert max(tally.cancels.values()) <= driver.MOST_CANCELS
    # A still-open order needs a long timeout, which few of the calls have.
    assert {ending for _, ending in tally.endings} >= set(ENDINGS) - {"still_open"}, "an ending never comes"


@pytest.mark.parametrize("seed", [203, 565, 1830])
def test_a_clock_that_is_ahead_by_less_than_the_exchange_complains_about_makes_no_lie(seed: int) -> None:
    """Such a request is valid for longer. So an order was called still open that it cancelled later."""
    call = scenario(seed)
    call.world.ahead, call.recv_window = -4.5, None
    conditions = call.exchange.conditions
    conditions.executes_now, conditions.executes_late, conditions.lags = 0.0, 0.5, (20.0, 19.9, 15.0)
    verdict = judge(call, driver.play(call))
    assert (verdict.ending, verdict.wrong) == ("cancelled", "")


def test_a_query_alone_returns_what_was_said_of_its_order_and_ends_in_time() -> None:
    endings = set()
    for seed in range(300):
        call = scenario(seed)
        call.operation = "queryOrder"
        result, sent = driver.play(call), call.network.sent
        endings.add(driver.said(result))
        assert driver.is_ours(result), f"seed {seed}: {result}"
        assert call.world.now <= call.timeout + call.stalled + 0.005, seed
        assert {one.operation for one in sent} <= {"query", "time"}
        assert sum(one.operation == "query" for one in sent) <= driver.MOST_QUERIES
        assert driver.attempts_of(result) in (None, len(sent)), seed
        if isinstance(result, Response):
            assert sent[-1].reply is not None
            assert (result.body, driver.order_of(result)[0]) == (sent[-1].reply.body, sent[-1].reply.names)
        if isinstance(result, OrderNotFound):
            assert any(one.reply is not None and one.reply.not_open for one in sent), seed
    assert {"cancelled", "OrderNotFound", "RateLimited", "NotSent"} <= endings


@pytest.mark.parametrize("runner", ["blocking", "awaiting"])
def test_both_runners_do_what_the_steps_say(runner: str) -> None:
    def played(seed: int, how: str) -> object:
        call = scenario(seed)
        call.runner, call.exchange.conditions.stalls = how, 0.0
        result = driver.play(call)
        requests = [(sent.operation, round(sent.at, 6)) for sent in call.network.sent]
        return driver.said(result), str(result), requests

    for seed in range(50):
        assert played(seed, runner) == played(seed, "steps"), seed


@pytest.mark.parametrize("name", family.FAMILY)
@pytest.mark.parametrize("seeds", _first_alone([range(60), range(60, 200)]))
def test_what_is_built_on_single_calls_claims_nothing_that_is_not_so(name: str, seeds: range) -> None:
    endings, lies = family.play_all(name, seeds)
    assert lies == {}
    assert len(endings) > 2, endings


def test_a_seed_replays_in_another_process() -> None:
    command = [sys.executable, "-m", "tools.simulate", "--seed", "4711"]
    printed = subprocess.run(command, capture_output=True, text=True, check=False)
    assert printed.stdout.splitlines() == timeline(4711)[0].splitlines()
    assert "seed 4711" in printed.stdout


def test_same_seed_gives_same_verdict() -> None:
    assert [play_seed(seed) for seed in range(50)] == [play_seed(seed) for seed in range(50)]


def test_the_exchange_keeps_its_promises() -> None:
    late = 0
    for seed in range(500):
        call = scenario(seed)
        driver.play(call)
        call.world.run_out()
        for sent in call.network.sent:
            if sent.executed is not None:
                assert sent.executed_at <= sent.expires
                late += sent.executed_at > sent.at + RECV_WINDOW
    assert late > 5, "requests are executed late"


def test_tallies_of_two_runs_are_those_of_one() -> None:
    whole, parts = play_seeds(range(60)), Tally()
    for half in (range(30), range(30, 60)):
        parts.merge(play_seeds(half))
    assert parts.endings == whole.endings
    assert parts.requests == whole.requests
