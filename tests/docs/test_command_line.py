"""The page on the command line: its exit codes are those of the command."""

import re
from pathlib import Path

from bingx_spot.cli.output import EXIT_CODES

PAGE = Path(__file__).parents[2] / "docs" / "reference" / "command-line.md"


def test_every_outcome_has_its_exit_code():
    rows = re.findall(r"^\| (\d+) \| `(\w+)` \|", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    assert {outcome: int(code) for code, outcome in rows} == {
        outcome.value: code for outcome, code in EXIT_CODES.items()
    }
