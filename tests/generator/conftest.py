"""Trees that are made once for all tests."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from generator.run import generate
from tests.generator.contracts import CONTRACT, with_operations

Python = Callable[[str], str]


def _tree(folder: Path, text: str) -> Path:
    spec = folder / "openapi.yaml"
    spec.write_text(text, "utf-8")
    generate(spec, "spec/openapi.yaml", folder / "generated")
    return folder / "generated"


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree that the contract gives."""
    return _tree(tmp_path_factory.mktemp("made"), CONTRACT)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of a contract with forty operations more."""
    names = [f"cancelKind{number}" for number in range(40)]
    return _tree(tmp_path_factory.mktemp("large"), with_operations(*names))


def run_python(tree: Path, code: str) -> str:
    """Runs code in a Python of its own that sees a tree's package, and gives what it prints."""
    setup = f"import sys; sys.path.insert(0, {str(tree / 'python')!r})\n"
    command = [sys.executable, "-B", "-c", setup + code]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def python(made: Path) -> Python:
    """Runs code that sees the package of the tree that the contract gives."""
    return lambda code: run_python(made, code)


@pytest.fixture(scope="session")
def large_python(large: Path) -> Python:
    """Runs code that sees the package of the large tree."""
    return lambda code: run_python(large, code)
