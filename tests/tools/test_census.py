"""The census of a small package with one ring of imports."""

import sys
from pathlib import Path

import pytest

from tools.census import Census, census

FILES = {
    "__init__.py": "",
    "top.py": "from sample import middle\n",
    "middle.py": "from sample.core import first  # noqa: F401\n",
    "core/__init__.py": "",
    "core/first.py": "import typing\nif typing.TYPE_CHECKING:\n    from sample.core import second\n",
    "core/second.py": "def late():\n    import sample.core.first\n" + "\n" * 60,
}


@pytest.fixture
def sample(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        file = tmp_path / "sample" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(text, "utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "sample", raising=False)
    return tmp_path / "sample"


def test_imports_for_type_checking_and_in_functions_count(sample: Path) -> None:
    assert census("sample", sample) == Census(
        files=6,
        lines=67,
        small=5,
        noqa=1,
        layers=3,
        cycles=(("sample.core.first", "sample.core.second"),),
    )
