"""mypy and pyright accept the right uses, and reject the wrong ones line by line."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# `make types` checks the code itself.
pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
ROOT = HERE.parents[2]


def marked(name: str) -> set[int]:
    lines = (HERE / name).read_text(encoding="utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# refused")}


def refused_by_mypy(name: str) -> set[int]:
    command = [sys.executable, "-m", "mypy", "--strict", "--no-error-summary", "--config-file=", HERE / name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert not done.stderr, done.stderr
    return {int(number) for number in re.findall(rf"{re.escape(name)}:([0-9]+): error", done.stdout)}


def refused_by_pyright(name: str) -> set[int]:
    command = [sys.executable, "-m", "pyright", "--outputjson", "--pythonpath", sys.executable, HERE / name]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    found = json.loads(done.stdout[done.stdout.index("{") :])["generalDiagnostics"]
    return {one["range"]["start"]["line"] + 1 for one in found if one["severity"] == "error"}


CHECKERS = [
    pytest.param(refused_by_mypy, id="mypy"),
    pytest.param(
        refused_by_pyright,
        id="pyright",
        marks=pytest.mark.skipif(shutil.which("node") is None, reason="pyright needs Node.js"),
    ),
]


@pytest.mark.parametrize("refused_by", CHECKERS)
def test_right_uses_are_accepted(refused_by):
    assert refused_by("accepted.py") == set()


@pytest.mark.parametrize("refused_by", CHECKERS)
def test_wrong_uses_are_refused(refused_by):
    assert refused_by("refused.py") == marked("refused.py")
