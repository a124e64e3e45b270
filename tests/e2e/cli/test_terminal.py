"""Manners on any terminal: colour, width, encodings, completion."""

import json
import os
import re
import subprocess
from collections.abc import Iterator

import pytest

from bingx_sandbox import Sandbox
from bingx_spot.cli import COMMANDS
from tests.support.terminal import COLOUR, COMMAND, WIDTH, on_a_terminal


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits="off") as running:
        yield running


def variables(sandbox: Sandbox, **more: str) -> dict[str, str]:
    unwanted = ("BINGX_", "NO_COLOR", "COLUMNS", "PYTHONIOENCODING", "FORCE_COLOR")
    own = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    keys = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}
    return {**own, **keys, "BINGX_ENV": sandbox.url, "TERM": "xterm-256color", **more}


def asked(sandbox: Sandbox, symbol: str = "BTC-USDT") -> list[str]:
    order = sandbox.place_order(symbol, clientOrderID=None)
    return ["cancel", order["symbol"], "--order-id", str(order["orderId"])]


class TestColour:
    def test_on_a_terminal(self, sandbox):
        assert COLOUR.search(on_a_terminal(asked(sandbox), variables(sandbox)))

    def test_none_where_nobody_wants_it(self, sandbox):
        seen = on_a_terminal(asked(sandbox), variables(sandbox, NO_COLOR="1"))
        colours = [code for code in COLOUR.findall(seen) if not re.fullmatch(r"\x1b\[[0-4]?m", code)]
        assert colours == [], "bold and dim are no colours"
        assert "CANCELED" in seen

    @pytest.mark.parametrize(
        "arguments", [["time"], ["doctor", "--yes"], ["query", "BTC-USDT", "--order-id", "7"]]
    )
    def test_none_in_a_pipe(self, sandbox, arguments):
        done = subprocess.run(
            [COMMAND, *arguments], capture_output=True, text=True, env=variables(sandbox), check=False
        )
        assert "\x1b" not in done.stdout + done.stderr


@pytest.mark.parametrize(
    "arguments", [["doctor", "--yes"], ["--help"], *([name, "--help"] for name in COMMANDS)], ids=" ".join
)
def test_eighty_columns_are_enough(sandbox, arguments):
    seen = COLOUR.sub("", on_a_terminal(arguments, variables(sandbox)))
    # The sample secret of the exchange has 79 letters, and cannot be broken.
    lines = [line for line in seen.splitlines() if "BINGX_API_SECRET=mheO" not in line]
    assert max(map(len, lines)) <= WIDTH


class TestEncoding:
    @pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "utf-8"])
    def test_a_result_is_not_lost_over_a_letter(self, sandbox, encoding):
        arguments = asked(sandbox, "MØTH-USDT")
        done = subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            env=variables(sandbox, PYTHONIOENCODING=encoding),
            check=False,
        )
        assert done.returncode == 0, done.stderr
        assert b"CANCELED" in done.stdout

    @pytest.mark.parametrize("encoding", ["ascii", "latin-1", "utf-8"])
    def test_json_stays_json(self, sandbox, encoding):
        arguments = [*asked(sandbox, "MØTH-USDT"), "--json"]
        done = subprocess.run(
            [COMMAND, *arguments],
            capture_output=True,
            env=variables(sandbox, PYTHONIOENCODING=encoding),
            check=False,
        )
        assert json.loads(done.stdout.decode(encoding))["symbol"] == "MØTH-USDT"


class TestCompletion:
    @pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
    def test_a_script_for_each_shell(self, shell):
        done = subprocess.run([COMMAND, "completion", shell], capture_output=True, text=True, check=True)
        assert f"_BINGX_SPOT_COMPLETE={shell}_complete" in done.stdout

    def test_bash_completes_commands_and_options(self):
        script = """
source <(bingx-spot completion bash)
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
