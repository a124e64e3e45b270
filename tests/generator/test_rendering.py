"""The layout is ruff's, the same on every system."""

import subprocess
from pathlib import Path

import pytest
from ruff import find_ruff_bin

from generator.caller_view import python_view
from generator.client import write_client
from generator.document import Document
from generator.problem import GeneratorError
from generator.rendering import format_python
from tests.generator.contracts import with_operations


def test_line_ends_are_the_same_on_every_system(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_bytes(b'# Head.\r\n\r\n"""Text."""\r\nimport sys, os\r\nprint(os.sep)\r\n')
    format_python(tmp_path)
    laid_out = (tmp_path / "module.py").read_bytes()
    assert laid_out == b'# Head.\n\n"""Text."""\n\nimport os\n\nprint(os.sep)\n'


def test_invalid_python_is_refused_with_its_location(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("def", "utf-8")
    with pytest.raises(GeneratorError, match=r"ruff refuses what was generated:\n(.|\n)*module\.py:1:4"):
        format_python(tmp_path)


def test_a_ruff_without_its_program_is_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("ruff.find_ruff_bin", missing)
    with pytest.raises(GeneratorError, match=r"^ruff is installed without its program\. Run `make setup`\.$"):
        format_python(tmp_path)


def test_generated_modules_have_no_unused_imports(tmp_path: Path) -> None:
    (tmp_path / "openapi.yaml").write_text(with_operations("cancelEverything", "cancelSome"), "utf-8")
    document = Document.read(tmp_path / "openapi.yaml", "spec/openapi.yaml")
    package = tmp_path / "package"
    write_client(document, python_view(document.root), package, "# Head.\n")
    files = [*package.glob("models/[!_]*.py"), *package.glob("api/*/[!_]*.py")]
    assert len(files) > 10
    command = [find_ruff_bin(), "check", "--isolated", "--no-cache", "--line-length=110", "--select=F401,I"]
    looked = subprocess.run([*command, *files], capture_output=True, encoding="utf-8", check=False)
    assert looked.returncode == 0, looked.stdout
