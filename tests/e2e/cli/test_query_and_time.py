"""`bingx-spot query` and `bingx-spot time`, as people and programs use them."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import BingxSpot, OutcomeUnknown
from tests.e2e.outcome.calls import SYMBOL, TIME, options

COMMAND = str(Path(sys.executable).with_name("bingx-spot"))
HOUR = 3_600_000
# How long an answer may be on its way on a machine that is busy, in milliseconds.
ON_ITS_WAY = 10_000


def now() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits="off", orders=0) as running:
        yield running


def run(*arguments: object, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
    return subprocess.run(
        [COMMAND, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=60,
        env={**environment, **variables},
        check=False,
    )


@pytest.fixture
def ask(sandbox: Sandbox) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command with the sandbox's keys."""
    keys = {
        "BINGX_API_KEY": sandbox.api_key,
        "BINGX_API_SECRET": sandbox.api_secret,
        "BINGX_ENV": sandbox.url,
    }
    return lambda *arguments: run(*arguments, **keys)


Ask = Callable[..., subprocess.CompletedProcess[str]]


class TestQueryCommand:
    def test_prints_a_table_and_exits_0(self, sandbox: Sandbox, ask: Ask) -> None:
        placed = sandbox.place_order(SYMBOL, status="FILLED")
        done = ask("query", SYMBOL, "--order-id", placed["orderId"])
        assert done.returncode == 0, done.stderr
        assert str(placed["orderId"]) in done.stdout
        assert "FILLED" in done.stdout
        assert "\x1b" not in done.stdout

    def test_json_is_the_order_as_the_exchange_states_it(self, sandbox: Sandbox, ask: Ask) -> None:
        placed = sandbox.place_order(SYMBOL, clientOrderID="my-bot_0003")
        done = ask("query", SYMBOL, "--client-order-id", "my-bot_0003", "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert (told["orderId"], told["status"]) == (placed["orderId"], "NEW")
        assert told["time"] > 0

    def test_an_order_that_nobody_knows_exits_1(self, ask: Ask) -> None:
        done = ask("query", SYMBOL, "--order-id", "7")
        assert done.returncode == 1
        assert not done.stdout
        assert "OrderNotOpen" in done.stderr
        assert "order does not exist" in done.stderr
        assert "Traceback" not in done.stderr

    def test_json_is_one_object_for_a_failure_too(self, sandbox: Sandbox, ask: Ask) -> None:
        done = ask("query", SYMBOL, "--order-id", "7", "--json")
        assert done.returncode == 1
        told = json.loads(done.stdout)
        assert (told["error"], told["code"]) == ("OrderNotOpen", 100404)
        assert [tried["operation"] for tried in told["attempts"]] == ["queryOrder"]
        sandbox.faults([{"fault": "html", "status": 418}])
        told = json.loads(ask("query", SYMBOL, "--order-id", "7", "--json").stdout)
        assert told["error"] == "RateLimited"
        assert told["retryAt"] > now()

    def test_what_cannot_be_learnt_exits_3(self, sandbox: Sandbox, ask: Ask) -> None:
        sandbox.faults([{"fault": "html", "status": 418}])
        done = ask("query", SYMBOL, "--order-id", "7")
        assert done.returncode == 3
        assert "RateLimited" in done.stderr
        assert not done.stdout
        assert sandbox.api_key not in done.stderr

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [
            ((SYMBOL,), "--order-id or --client-order-id"),
            ((SYMBOL, "--order-id", "12a"), "--order-id"),
            (("btc/usdt", "--order-id", "1"), "SYMBOL"),
            ((SYMBOL, "--order-id", "1", "--env", "moon"), "--env"),
        ],
    )
    def test_bad_input_exits_2_and_names_the_option(self, arguments: tuple[str, ...], named: str) -> None:
        done = run("query", *arguments, BINGX_API_KEY="k", BINGX_API_SECRET="s")
        assert done.returncode == 2
        assert named in done.stderr
        assert not done.stdout

    def test_no_keys_exits_2_and_says_where_they_come_from(self) -> None:
        done = run("query", SYMBOL, "--order-id", "1")
        assert done.returncode == 2
        assert "BINGX_API_KEY" in done.stderr

    def test_the_recipe_of_an_unknown_outcome_is_a_command_that_answers(
        self, sandbox: Sandbox, ask: Ask
    ) -> None:
        placed = sandbox.place_order(SYMBOL)
        sandbox.faults([{"fault": "reset-after-executing"}])
        with pytest.raises(OutcomeUnknown) as unknown, BingxSpot(**options(sandbox, timeout=0.5)) as bingx:
            bingx.cancel_order(SYMBOL, order_id=placed["orderId"])
        sandbox.clear_faults()
        command = unknown.value.hint.split("`")[1].split()
        assert command[0] == "bingx-spot"
        done = ask(*command[1:], "--json")
        assert json.loads(done.stdout)["status"] == "CANCELED"


class TestTimeCommand:
    def test_needs_no_keys_and_prints_how_far_the_clock_is_off(self, sandbox: Sandbox) -> None:
        done = run("time", "--env", sandbox.url, "--json")
        assert done.returncode == 0, done.stderr
        told = json.loads(done.stdout)
        assert abs(told["serverTime"] - now()) < 2 * ON_ITS_WAY
        assert abs(told["clockOffset"]) < ON_ITS_WAY
        assert sandbox.requests()[0]["path"] == TIME
        assert "none" not in json.dumps(sandbox.requests()), "no key is sent"

    @pytest.mark.parametrize(("offset", "word"), [(HOUR, "behind"), (-HOUR, "ahead")])
    def test_says_which_way(self, offset: int, word: str) -> None:
        with Sandbox(limits="off", clock=lambda: now() + offset) as sandbox:
            done = run("time", "--env", sandbox.url)
            told = json.loads(run("time", "--env", sandbox.url, "--json").stdout)
        assert done.returncode == 0, done.stderr
        assert f"ms {word}" in done.stdout
        assert abs(told["clockOffset"] - offset) < ON_ITS_WAY

    def test_what_cannot_be_learnt_exits_3(self, sandbox: Sandbox) -> None:
        sandbox.faults([{"fault": "html", "status": 403}])
        done = run("time", "--env", sandbox.url)
        assert done.returncode == 3
        assert "RateLimited" in done.stderr
        assert "Traceback" not in done.stderr
        told = run("time", "--env", sandbox.url, "--json")
        assert told.returncode == 3
        assert json.loads(told.stdout)["httpStatus"] == 403

    def test_bad_input_exits_2(self) -> None:
        done = run("time", "--env", "moon")
        assert done.returncode == 2
        assert "--env" in done.stderr


def test_a_cancel_that_failed_says_what_the_order_is_now(sandbox: Sandbox, ask: Ask) -> None:
    placed = sandbox.place_order(SYMBOL)
    sandbox.faults([{"fault": "html", "status": 502, "operation": "cancel"}])
    done = ask("cancel", SYMBOL, "--order-id", placed["orderId"], "--json")
    assert done.returncode == 1
    told = json.loads(done.stdout)
    assert (told["outcome"], told["error"], told["orderStatus"]) == ("not cancelled", "StillOpen", "NEW")
    assert len(told["attempts"]) == len(sandbox.requests())


@pytest.mark.parametrize("command", ["query", "time"])
def test_help_has_examples(command: str) -> None:
    done = run(command, "--help")
    assert done.returncode == 0
    assert "Examples" in done.stdout
