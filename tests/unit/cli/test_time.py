"""`bingx-spot time`: its output and its exit codes."""

import json
import time

import pytest

from bingx_spot import ErrorDetails, RateLimited
from bingx_spot.doctor import check_exchange
from tests.support.command_line import invoke
from tests.unit.cli.stub_client import install

HOUR = 3_600_000
# How long a slow machine may take, in milliseconds.
TOLERANCE = 10_000


@pytest.mark.parametrize(("offset", "word"), [(HOUR, "behind"), (-HOUR, "ahead")])
def test_says_how_far_the_clock_is_off(monkeypatch, offset, word):
    install(monkeypatch, check_exchange, time.time_ns() // 1_000_000 + offset)
    done = invoke("time")
    assert done.exit_code == 0
    assert f"ms {word}" in done.stdout
    printed = json.loads(invoke("time", "--json").stdout)
    assert abs(printed["clockOffset"] - offset) < TOLERANCE


def test_a_failure_exits_3(monkeypatch):
    install(monkeypatch, check_exchange, RateLimited(ErrorDetails("it said no", http_status=403)))
    done = invoke("time")
    assert done.exit_code == 3
    assert "RateLimited" in done.stderr
    done = invoke("time", "--json")
    assert done.exit_code == 3
    assert json.loads(done.stdout)["httpStatus"] == 403


def test_wrong_usage_exits_2():
    done = invoke("time", "--env", "moon")
    assert done.exit_code == 2
    assert "--env" in done.stderr
