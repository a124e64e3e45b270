"""The layout is ruff's, the same on every system."""

from pathlib import Path

import pytest

from generator.layout import lay_out
from generator.problem import GeneratorError


def test_line_ends_are_the_same_whatever_the_system_writes(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_bytes(b'# Head.\r\n\r\n"""Text."""\r\nimport sys, os\r\nprint(os.sep)\r\n')
    lay_out(tmp_path)
    laid_out = (tmp_path / "module.py").read_bytes()
    assert laid_out == b'# Head.\n\n"""Text."""\n\nimport os\n\nprint(os.sep)\n'


def test_what_is_no_python_is_refused_with_the_place(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text("def", "utf-8")
    with pytest.raises(GeneratorError, match=r"ruff refuses what was generated:\n(.|\n)*module\.py:1:4"):
        lay_out(tmp_path)


def test_a_ruff_without_its_program_is_one_clear_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing() -> str:
        raise FileNotFoundError

    monkeypatch.setattr("ruff.find_ruff_bin", missing)
    with pytest.raises(GeneratorError, match=r"^ruff is installed without its program\. Run `make setup`\.$"):
        lay_out(tmp_path)
