"""Redocly CLI's complaints become ours, with a line; what it cannot do is said."""

import subprocess
from pathlib import Path

import pytest

from generator import redocly
from generator.document import Document
from generator.problem import GeneratorError, Problem
from generator.redocly import strict_problems
from tests.generator.contracts import CONTRACT, ROOT, edited

pytestmark = pytest.mark.skipif(not redocly.installed(), reason="Node.js is not installed")


def found(folder: Path, text: str) -> list[Problem]:
    path = folder / "openapi.yaml"
    path.write_text(text, "utf-8")
    return list(strict_problems(Document.read(path, "spec/openapi.yaml"), path))


def test_the_contract_is_in_order() -> None:
    path = ROOT / "spec" / "openapi.yaml"
    assert list(strict_problems(Document.read(path, "spec/openapi.yaml"), path)) == []


@pytest.mark.parametrize(
    ("old", "new", "rule", "line"),
    [
        ("      summary: Cancel an order\n", "", "operation-summary", "    post:"),
        ("    description: Orders on the spot market\n", "", "tag-description", "  - name: trade"),
        (
            "                $ref: '#/components/schemas/QueryOrderResponse'",
            "                $ref: '#/components/schemas/CancelOrderResponse'",
            "no-unused-components",
            "    QueryOrderResponse:",
        ),
        (
            "          type: boolean\n",
            "          type: boolean\n          enum: [5]\n",
            "no-enum-type",
            "enum",
        ),
    ],
)
def test_what_is_not_is_named_with_its_line(tmp_path: Path, old: str, new: str, rule: str, line: str) -> None:
    text = edited((old, new))
    problems = [problem for problem in found(tmp_path, text) if rule in problem.text]
    assert problems
    assert line in text.splitlines()[problems[0].line - 1]


def test_a_linter_that_fails_is_not_taken_for_one_that_finds_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = subprocess.CompletedProcess([], 7, "", "no such rule")
    monkeypatch.setattr("generator.redocly.redocly", lambda *_: broken)
    with pytest.raises(GeneratorError, match="no such rule"):
        found(tmp_path, CONTRACT)
