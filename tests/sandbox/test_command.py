"""A command with a sandbox around it, as people start it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bingx_sandbox import Sandbox, run_command
from tests.sandbox.test_cli import COMMAND, refused

_CANCEL = """
from bingx_spot import BingxSpot
with BingxSpot.from_env() as bingx:
    print(bingx.cancel_order("BTC-USDT", order_id=1735964079647111281).status)
"""
# In seconds, and signed with nothing: the exchange would say neither.
_WRONG = """
import os, time, urllib.request
asked = f"symbol=BTC-USDT&timestamp={int(time.time())}&signature=0"
url = os.environ["BINGX_ENV"] + "/openApi/spot/v1/trade/cancel?" + asked
headers = {"X-BX-APIKEY": os.environ["BINGX_API_KEY"]}
for _ in range(%d):
    urllib.request.urlopen(urllib.request.Request(url, headers=headers, method="POST")).read()
"""


def within(*command: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
    whole = [COMMAND, "sandbox", *options, "--", *command]
    return subprocess.run(whole, env=own, capture_output=True, text=True, timeout=60, check=False)


def test_a_program_finds_the_sandbox_around_it() -> None:
    done = within(sys.executable, "-c", _CANCEL)
    assert (done.returncode, done.stdout) == (0, "CANCELED\n")
    assert done.stderr.startswith("The sandbox listens at http://127.0.0.1:")


def test_its_secret_is_nowhere_but_in_the_program_s_environment() -> None:
    done = within(sys.executable, "-c", "import os; print(os.environ['BINGX_API_SECRET'])")
    assert done.stdout.strip()
    assert done.stdout.strip() not in done.stderr


@pytest.mark.parametrize(("script", "code"), [("exit 7", 7), ("kill -TERM $$", 128 + signal.SIGTERM)])
def test_its_exit_code_is_the_command_s(script: str, code: int) -> None:
    assert within("sh", "-c", script).returncode == code


def test_what_was_refused_is_explained_at_the_end() -> None:
    done = within(sys.executable, "-c", _WRONG % 22, options=("--limits", "off"))
    told = " ".join(done.stderr.split())
    assert "Request 1, POST /openApi/spot/v1/trade/cancel 100421 Null timestamp" in told
    assert " is in seconds; it must be in milliseconds." in told
    assert done.stderr.endswith("2 more requests were rejected.\n")
    assert max(map(len, done.stderr.splitlines())) <= 80


def test_what_a_limit_refused_is_counted_at_the_end(capfd: pytest.CaptureFixture[str]) -> None:
    sandbox = Sandbox()
    # Its limits see no time pass, lest a slow machine have a second between two requests.
    sandbox._exchange.limits._now = lambda: 1000.0
    assert run_command(sandbox, [sys.executable, "-c", _WRONG % 7]) == 0
    told = capfd.readouterr().err
    assert told.endswith("Requests rejected by a rate limit: 2. Use --limits off to disable the limits.\n")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--", "no-such-command"], "Error: no-such-command cannot be run: No such file or directory."),
        (["--port", "1", "--", "true"], "Error: --port cannot go with a command"),
        (["--orders", "-1", "--", "true"], "Error: --orders must be a whole number"),
        (["--clock-offset", "9" * 15, "--", "true"], "Error: --clock-offset must be a whole number"),
    ],
)
def test_what_cannot_be_is_refused(arguments: list[str], told: str) -> None:
    assert told in refused(*arguments)


def test_a_signal_is_handed_on_and_the_sandbox_ends_with_the_command() -> None:
    command = [COMMAND, "sandbox", "--", "sh", "-c", "echo ready; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.wait(30) == 128 + signal.SIGTERM
