"""`make help` and `make help-all`, as a person and as a program sees them."""

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MOST = 16


def listed(target: str) -> list[str]:
    """Run a help target in a pipe, and return the targets that it lists."""
    # Within `make test` it would print the directory it enters.
    command = ["make", "--no-print-directory", target]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert max(map(len, shown.splitlines())) <= 80
    assert "\033" not in shown
    return re.findall(r"^  make (\S+) +[A-Z]", shown, re.MULTILINE)


def test_help_lists_a_screen_of_targets() -> None:
    assert {"demo", "unit", "test", "check", "help-all"} <= set(listed("help"))
    assert len(listed("help")) <= MOST


def test_help_all_lists_every_target() -> None:
    targets = re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert listed("help-all") == targets
    assert set(listed("help")) < set(targets)


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md"])
def test_every_target_that_a_page_names_exists(page: str) -> None:
    named = set(re.findall(r"(?:`|\$ )make ([a-z][a-z-]+)", (ROOT / page).read_text("utf-8")))
    assert named <= set(listed("help-all"))
