"""Generated trees, once per session."""

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
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of the contract."""
    return _tree(tmp_path_factory.mktemp("made"), CONTRACT)


@pytest.fixture(scope="session")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tree of a contract with three operations more."""
    names = [f"cancelKind{number}" for number in range(3)]
    return _tree(tmp_path_factory.mktemp("large"), with_operations(*names))


def run_python(tree: Path, code: str) -> str:
    """Run code in a new Python that imports the package of a tree; return its output."""
    setup = f"import sys; sys.path.insert(0, {str(tree / 'python')!r})\n"
    command = [sys.executable, "-B", "-c", setup + code]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="session")
def python(generated: Path) -> Python:
    """Run code that imports the package of the contract's tree."""
    return lambda code: run_python(generated, code)


@pytest.fixture(scope="session")
def large_python(large: Path) -> Python:
    """Run code that imports the package of the large tree."""
    return lambda code: run_python(large, code)
