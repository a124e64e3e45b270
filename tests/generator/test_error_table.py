"""Every row of the error table can be reached, and read by every client."""

from pathlib import Path
from typing import Any

import pytest

from generator.document import json_text
from generator.error_table import TABLE, read_error_table
from generator.problem import SpecError
from tests.support.plain_yaml import load_yaml

ROW: dict[str, Any] = {
    "id": "new",
    "codes": [100999],
    "meaning": "It is new.",
    "order": "untouched",
    "category": "refused",
    "waiting": {"helps": False},
    "advice": "Read it.",
}
WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "an id twice": ({"id": "busy"}, "There is a row `busy` already"),
    "no expression": ({"message": "(a"}, "This is no regular expression"),
    "no expression for the time": (
        {"waiting": {"helps": True, "until": "(a"}},
        "This is no regular expression",
    ),
    "no group for the time": (
        {"waiting": {"helps": True, "until": "after", "seconds": 5}},
        "`until` has not one group",
    ),
    "no status": ({"statuses": {"from": 500, "to": 400}}, "`from` is above `to`"),
    "a code of the rows below": ({"codes": [100500]}, "Row `new` above takes every answer of code 100500"),
}


def complaint(folder: Path, row: dict[str, Any]) -> str:
    """Return what is said of the table with a row above the others, or an empty text."""
    table = load_yaml(TABLE.read_text("utf-8"))
    path = folder / "errors.yaml"
    path.write_text(json_text({**table, "rows": [row, *table["rows"]]}), "utf-8")
    try:
        read_error_table(path)
    except SpecError as error:
        return str(error)
    return ""


def test_a_new_row_is_allowed(tmp_path: Path) -> None:
    assert complaint(tmp_path, ROW) == ""


@pytest.mark.parametrize("name", WRONG)
def test_a_row_that_serves_nobody_is_reported(tmp_path: Path, name: str) -> None:
    members, said = WRONG[name]
    (line,) = complaint(tmp_path, ROW | members).splitlines()
    assert said in line


def test_no_row_but_the_last_matches_everything(tmp_path: Path) -> None:
    everything = {key: value for key, value in ROW.items() if key != "codes"}
    assert "The last of `rows` must match everything, and no other row may" in complaint(tmp_path, everything)
