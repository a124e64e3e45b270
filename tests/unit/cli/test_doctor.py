"""`bingx-spot doctor` and `time`: their output and their exit codes."""

import json
import re
import time

import pytest

from bingx_spot import ErrorDetails, RateLimited
from bingx_spot.cli import doctor
from bingx_spot.doctor import CheckResult, Status, check_exchange
from tests.support.command_line import invoke
from tests.unit.cli.stub_client import install

HOUR = 3_600_000
# How long a slow machine may take, in milliseconds.
TOLERANCE = 10_000

HEALTHY = [
    CheckResult("key", Status.PASS, "it is set"),
    CheckResult("clock", Status.WARN, "1200 ms behind", "Use NTP."),
    CheckResult("key accepted", Status.PASS, "it is right"),
    CheckResult("may cancel", Status.PASS, "it may"),
]
SICK = [*HEALTHY, CheckResult("TCP", Status.FAIL, "connection refused", "Check for a firewall.")]


@pytest.fixture
def results(monkeypatch) -> list:
    """Return the results that the checks give, which a test may change."""
    found = list(HEALTHY)
    monkeypatch.setattr(doctor, "run_checks", lambda *_: iter(found))
    return found


def test_if_everything_was_checked_it_exits_0(results):
    done = invoke("doctor")
    assert done.exit_code == 0
    assert done.stdout.startswith("Environment live, host https://open-api.bingx.com\n")
    assert done.stdout.endswith("Everything was checked: the exchange accepts the key for cancels.\n")
    assert "warn  clock           1200 ms behind" in done.stdout
    assert "Use NTP." in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.stdout


def test_a_failure_exits_1_and_says_how_to_fix_it(results):
    results[:] = [*SICK[:2], SICK[-1]]
    done = invoke("doctor")
    assert done.exit_code == 1
    assert "fail  TCP             connection refused" in done.stdout
    assert "Check for a firewall." in done.stdout
    assert done.stdout.endswith(
        "A cancel cannot work yet: fix what failed, from the top. The key was NOT checked.\n"
    )


def test_a_failure_that_keeps_no_cancel_from_working_is_not_said_to(results):
    results[:] = SICK
    done = invoke("doctor")
    assert done.exit_code == 1
    assert done.stdout.endswith("A cancel can work, but not as it should: fix what failed.\n")


@pytest.mark.parametrize(
    ("unchecked", "summary"),
    [("key accepted", "Key NOT checked"), ("may cancel", "NOT checked: whether the key may cancel")],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_what_was_not_checked_is_never_a_pass(results, unchecked, summary, as_json):
    results[:] = [result for result in HEALTHY if result.check != unchecked]
    results.append(CheckResult(unchecked, Status.SKIP, "NOT checked"))
    done = invoke("doctor", *["--json"] * as_json)
    assert done.exit_code == 3
    if as_json:
        assert json.loads(done.stdout)["ok"] is False
    assert summary in done.stdout.splitlines()[-1]


def test_json(results):
    results[:] = SICK
    done = invoke("doctor", "--json")
    assert done.exit_code == 1
    printed = json.loads(done.stdout)
    assert (printed["ok"], printed["environment"]) == (False, "live")
    assert printed["host"] == "https://open-api.bingx.com"
    assert printed["checks"][-1] == {
        "check": "TCP",
        "status": "fail",
        "found": "connection refused",
        "fix": "Check for a firewall.",
    }


@pytest.mark.parametrize(("arguments", "allowed"), [((), False), (("--yes",), True), (("--json",), False)])
def test_without_a_terminal_it_asks_nobody(monkeypatch, arguments, allowed):
    asked = []

    def checks(_, may_probe):
        asked.append(may_probe())
        return iter(HEALTHY)

    monkeypatch.setattr(doctor, "run_checks", checks)
    assert invoke("doctor", *arguments).exit_code == 0
    assert asked == [allowed]


def test_an_unknown_environment_exits_2():
    done = invoke("doctor", "--env", "nowhere")
    assert done.exit_code == 2
    assert "--env" in done.stderr


class TestTime:
    @pytest.mark.parametrize(("offset", "word"), [(1.5 * HOUR, "behind it"), (-1.5 * HOUR, "ahead of it")])
    def test_says_how_far_the_clock_is_off(self, monkeypatch, offset, word):
        install(monkeypatch, check_exchange, time.time_ns() // 1_000_000 + int(offset))
        done = invoke("time")
        assert done.exit_code == 0
        # A slow machine may need a minute more or less.
        assert re.search(rf"1 h (29|30|31) min {word}", done.stdout)
        printed = json.loads(invoke("time", "--json").stdout)
        assert abs(printed["clockOffset"] - offset) < TOLERANCE

    def test_a_failure_exits_3(self, monkeypatch):
        install(monkeypatch, check_exchange, RateLimited(ErrorDetails("it said no", http_status=403)))
        done = invoke("time")
        assert done.exit_code == 3
        assert "RateLimited" in done.stderr
        done = invoke("time", "--json")
        assert done.exit_code == 3
        assert json.loads(done.stdout)["httpStatus"] == 403

    def test_wrong_usage_exits_2(self):
        done = invoke("time", "--env", "moon")
        assert done.exit_code == 2
        assert "--env" in done.stderr
