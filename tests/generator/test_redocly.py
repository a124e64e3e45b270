"""Redocly CLI's complaints become ours, with a line; what it cannot do is said."""

import json
import subprocess
from pathlib import Path

import pytest

from generator import redocly
from generator.document import Document
from generator.problem import GeneratorError, Problem
from generator.redocly import strict_problems
from tests.generator.contracts import CONTRACT, edited

needs_node = pytest.mark.skipif(not redocly.installed(), reason="Node.js is not installed")


def found(folder: Path, text: str) -> list[Problem]:
    path = folder / "openapi.yaml"
    path.write_text(text, "utf-8")
    return list(strict_problems(Document.read(path, "spec/openapi.yaml"), path))


#: By rule: what is changed in the contract, and the line that is named.
BROKEN = {
    "operation-summary": ("      summary: Cancel an order\n", "", "    post:"),
    "tag-description": ("    description: Orders on the spot market\n", "", "  - name: trade"),
    "no-unused-components": (
        "                $ref: '#/components/schemas/QueryOrderResponse'",
        "                $ref: '#/components/schemas/CancelOrderResponse'",
        "    QueryOrderResponse:",
    ),
    "no-enum-type": ("          type: boolean\n", "          type: boolean\n          enum: [5]\n", "enum"),
}


@needs_node
def test_names_each_problem_with_its_line(tmp_path: Path) -> None:
    text = edited(*((old, new) for old, new, _ in BROKEN.values()))
    problems = found(tmp_path, text)
    for rule, (_, _, line) in BROKEN.items():
        [first, *_] = [problem for problem in problems if rule in problem.text]
        assert line in text.splitlines()[first.line - 1]


def test_a_failing_linter_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = subprocess.CompletedProcess([], 7, "", "no such rule")
    monkeypatch.setattr("generator.redocly.redocly", lambda *_: broken)
    with pytest.raises(GeneratorError, match="no such rule"):
        found(tmp_path, CONTRACT)


class TestTools:
    def test_node_that_is_missing_is_named(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("PATH", "")
        assert not redocly.installed()
        with pytest.raises(redocly.NodeMissing, match=r"Node\.js and npm are not installed"):
            redocly.redocly("--version")

    def test_the_lock_file_pins_hashes_and_names_no_address(self) -> None:
        lock = json.loads((redocly.TOOLS / "package-lock.json").read_text("utf-8"))
        packages = {name: package for name, package in lock["packages"].items() if name}
        assert packages
        for package in packages.values():
            assert package["integrity"].startswith("sha512-")
            assert "resolved" not in package
        assert "http" not in json.dumps(lock)
        wanted = json.loads((redocly.TOOLS / "package.json").read_text("utf-8"))["devDependencies"]
        assert wanted == {"@redocly/cli": packages["node_modules/@redocly/cli"]["version"]}

    @pytest.mark.slow
    @needs_node
    def test_install_from_the_lock_file_alone(self, tmp_path: Path) -> None:
        ran = redocly.redocly("--version", build=tmp_path)
        assert ran.returncode == 0
        assert ran.stdout.strip().startswith("2.77.0")
        assert (tmp_path / ".installed").is_file()
