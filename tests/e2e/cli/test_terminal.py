"""Terminals: color, width, encodings, completion."""

import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from bingx_sandbox import Sandbox
from tests.support.command_line import keys
from tests.support.terminal import ANSI_CODE, COMMAND, WIDTH, on_a_terminal


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits="off") as running:
        yield running


def variables(sandbox: Sandbox, **more: str) -> dict[str, str]:
    unwanted = ("BINGX_", "NO_COLOR", "COLUMNS", "PYTHONIOENCODING", "FORCE_COLOR")
    own = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**own, **keys(sandbox), "TERM": "xterm-256color", **more}


def cancel(sandbox: Sandbox, symbol: str = "BTC-USDT") -> list[str]:
    order = sandbox.place_order(symbol, clientOrderID=None)
    return ["cancel", order["symbol"], "--order-id", str(order["orderId"])]


class TestColour:
    def test_on_a_terminal(self, sandbox):
        assert ANSI_CODE.search(on_a_terminal(cancel(sandbox), variables(sandbox)))

    @pytest.mark.parametrize("command", ["cancel", "doctor"])
    def test_none_with_no_color(self, sandbox, command):
        arguments = cancel(sandbox) if command == "cancel" else ["doctor", "--yes"]
        seen = on_a_terminal(arguments, variables(sandbox, NO_COLOR="1"))
        colors = [code for code in ANSI_CODE.findall(seen) if not re.fullmatch(r"\x1b\[[0-4]?m", code)]
        assert colors == [], "bold and dim are not colors"
        assert ("CANCELED" if command == "cancel" else "pass") in seen


def test_eighty_columns_are_enough(sandbox):
    seen = ANSI_CODE.sub("", on_a_terminal(["doctor", "--yes"], variables(sandbox)))
    assert max(map(len, seen.splitlines())) <= WIDTH


class TestEncoding:
    @pytest.mark.parametrize("encoding", ["ascii", pytest.param("utf-8", marks=pytest.mark.slow)])
    def test_a_letter_that_the_stream_lacks_does_not_lose_the_result(self, sandbox, encoding):
        arguments = cancel(sandbox, "MØTH-USDT")
        done = subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            env=variables(sandbox, PYTHONIOENCODING=encoding),
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert b"CANCELED" in done.stdout

    @pytest.mark.parametrize("encoding", ["ascii", pytest.param("latin-1", marks=pytest.mark.slow)])
    def test_json_stays_json(self, sandbox, encoding):
        arguments = [*cancel(sandbox, "MØTH-USDT"), "--json"]
        done = subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            env=variables(sandbox, PYTHONIOENCODING=encoding),
            check=False,
        )
        assert json.loads(done.stdout.decode(encoding))["symbol"] == "MØTH-USDT"


def test_bash_completes_commands_and_options():
    script = """
eval "$(_BINGX_SPOT_COMPLETE=bash_source bingx-spot)"
complete_this() {
  COMPREPLY=()
  COMP_WORDS=("$@")
  COMP_CWORD=$(($# - 1))
  _bingx_spot_completion bingx-spot
  echo "${COMPREPLY[@]}"
}
complete_this bingx-spot canc
complete_this bingx-spot cancel --order
"""
    path = f"{COMMAND.parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, env={"PATH": path}, check=True
    )
    commands, options = done.stdout.splitlines()
    assert "cancel" in commands.split()
    assert options == "--order-id"
