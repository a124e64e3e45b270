"""SECURITY.md: each promise names a test that exists, and the hosted workflow does what it says."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "SECURITY.md").read_text("utf-8")
ROWS = [
    line
    for line in PAGE.splitlines()
    if line.startswith("| ") and not line.startswith(("| promise", "| ---"))
]
TESTS = re.findall(r"`(tests/\S+\.py)::(\w+)`", PAGE)


def test_each_promise_has_a_test() -> None:
    assert len(ROWS) > 20
    assert len(TESTS) == len(ROWS)


@pytest.mark.parametrize(("file", "name"), TESTS, ids=[name for _, name in TESTS])
def test_each_test_exists(file: str, name: str) -> None:
    assert re.search(rf"^ *(async )?def {name}\(", (ROOT / file).read_text("utf-8"), re.MULTILINE)


def test_the_hosted_workflow_audits_and_fails_where_it_could_not() -> None:
    workflow = (ROOT / ".github" / "workflows" / "ci.yml").read_text("utf-8")
    assert "      - run: make audit\n" in workflow
    assert "schedule:" in workflow
