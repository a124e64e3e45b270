"""The runner of the documentation's examples fails on an example that is not true."""

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from tests.support.documentation import commands, evaluate


def block(text: str, folder: Path) -> Any:
    return SimpleNamespace(parsed=text, namespace={"commands": folder})


def test_takes_a_block_apart():
    assert commands("$ one\n$ two\nsays\nmore\n") == [("one", ""), ("two", "says\nmore\n")]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("$ echo right\nright\n", ""),
        ("$ echo right and more\nright ...\n", ""),
        ("$ echo silent\n", ""),
        ("$ echo right\nwrong\n", "printed:\nright"),
        ("$ false\n", "exit code 1"),
        ("$ no-such-command\n", "exit code 127"),
        ("$ make nothing\n", ""),
    ],
)
def test_runs_a_block(tmp_path, text, problem):
    found = evaluate(block(text, tmp_path))
    assert found.startswith(problem)
    assert bool(found) == bool(problem)
