"""Commands that run with a sandbox of their own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys

import pytest

from bingx_sandbox import Sandbox, run_command
from tests.sandbox.test_cli import COMMAND, rejected

_CANCEL = """
from bingx_spot import BingxSpot
with BingxSpot.from_env() as bingx:
    print(bingx.cancel_order("BTC-USDT", order_id=1735964079647111281).status)
"""
# The timestamp is in seconds and the signature is wrong.
_WRONG = """
import os, time, urllib.request
query = f"symbol=BTC-USDT&timestamp={int(time.time())}&signature=0"
url = os.environ["BINGX_ENV"] + "/openApi/spot/v1/trade/cancel?" + query
headers = {"X-BX-APIKEY": os.environ["BINGX_API_KEY"]}
for _ in range(%d):
    urllib.request.urlopen(urllib.request.Request(url, headers=headers, method="POST")).read()
"""


def run_with_sandbox(*command: str, options: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    own = {name: value for name, value in os.environ.items() if not name.startswith("BINGX_")}
    command_line = [COMMAND, "sandbox", *options, "--", *command]
    return subprocess.run(command_line, env=own, capture_output=True, text=True, timeout=60, check=False)


def test_a_program_finds_its_sandbox_in_the_environment() -> None:
    result = run_with_sandbox(sys.executable, "-c", _CANCEL)
    assert (result.returncode, result.stdout) == (0, "CANCELED\n")
    assert result.stderr.startswith("The sandbox listens at http://127.0.0.1:")


def test_the_secret_is_only_in_the_environment_of_the_program() -> None:
    result = run_with_sandbox(sys.executable, "-c", "import os; print(os.environ['BINGX_API_SECRET'])")
    assert result.stdout.strip()
    assert result.stdout.strip() not in result.stderr


@pytest.mark.parametrize(
    ("script", "code"),
    [("exit 7", 7), pytest.param("kill -TERM $$", 128 + signal.SIGTERM, marks=pytest.mark.slow)],
)
def test_the_exit_code_is_that_of_the_command(script: str, code: int) -> None:
    assert run_with_sandbox("sh", "-c", script).returncode == code


def test_rejected_requests_are_explained_at_the_end() -> None:
    result = run_with_sandbox(sys.executable, "-c", _WRONG % 3, options=("--limits", "off"))
    output = " ".join(result.stderr.split())
    assert "Request 1, POST /openApi/spot/v1/trade/cancel, and 2 more 100421 Null timestamp" in output
    assert output.count(" is in seconds; it must be in milliseconds.") == 1, "each reason once"
    assert max(map(len, result.stderr.splitlines())) <= 80


def test_rejections_by_limits_are_counted_at_the_end(capfd: pytest.CaptureFixture[str]) -> None:
    sandbox = Sandbox()
    # The clock of its limits stands still, so that a slow machine cannot spread the requests.
    sandbox._exchange.limits._now = lambda: 1000.0
    assert run_command(sandbox, [sys.executable, "-c", _WRONG % 7]) == 0
    output = capfd.readouterr().err
    assert output.endswith("Requests rejected by a rate limit: 2. Use --limits off to disable the limits.\n")


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        (["--", "no-such-command"], "Error: no-such-command cannot be run: No such file or directory."),
        (["--port", "1", "--", "true"], "Error: --port cannot be used with a command"),
        (["--orders", "-1", "--", "true"], "Error: --orders must be a whole number"),
        (["--clock-offset", "9" * 15, "--", "true"], "Error: --clock-offset must be a whole number"),
    ],
)
def test_a_wrong_option_is_named(arguments: list[str], error: str) -> None:
    assert error in rejected(*arguments)


def test_a_signal_reaches_the_command_and_ends_the_sandbox() -> None:
    command = [COMMAND, "sandbox", "--", "sh", "-c", "echo ready; exec sleep 60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        process.terminate()
        assert process.wait(30) == 128 + signal.SIGTERM
