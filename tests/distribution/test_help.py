"""`make help`, as a person and as a program sees it."""

import re
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_it_names_every_target_in_eighty_columns_and_without_colour_in_a_pipe() -> None:
    # Within `make test` it would say where it goes.
    command = ["make", "--no-print-directory", "help"]
    shown = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^\.PHONY: (\S+)$", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    assert targets
    assert re.findall(r"^  make (\S+) +[A-Z]", shown, re.MULTILINE) == targets
    assert max(map(len, shown.splitlines())) <= 80
    assert "\033" not in shown
