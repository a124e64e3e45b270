"""Rendering and formatting of generated Python."""

import os
import subprocess
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generator.client import TEMPLATES
from generator.problem import GeneratorError

RUFF = "0.17.6"
"""The version that formats the committed tree."""

_ALIKE = ("--isolated", "--no-cache", "--no-respect-gitignore", "--target-version=py311", "--line-length=110")
# The templates leave unused imports and imports out of order.
_COMMANDS = (
    ("check", *_ALIKE, "--fix-only", "--quiet", "--select=F401,I"),
    # The default depends on the system.
    ("format", *_ALIKE, "--config", 'format.line-ending = "lf"'),
)


def format_python(folder: Path) -> None:
    """Format every Python file under a folder.

    Each file is named, because ruff skips folders such as `build`.

    Raises:
        GeneratorError: ruff is not the pinned version, or refuses a file.
    """
    ruff = _ruff()
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    for command in _COMMANDS:
        _run([ruff, *command, *files], folder)


def _ruff() -> str:
    """Return the program; `python -m ruff` would start a second Python to find it."""
    if version("ruff") != RUFF:
        raise GeneratorError(f"ruff {version('ruff')} is installed, {RUFF} is needed. Run `make setup`.")
    from ruff import find_ruff_bin  # type: ignore[import-untyped]  # noqa: PLC0415 - other versions may lack it

    try:
        return str(find_ruff_bin())
    except FileNotFoundError:
        raise GeneratorError("ruff is installed without its program. Run `make setup`.") from None


def _run(command: list[str], folder: Path) -> None:
    # ruff reads options from these variables.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    done = subprocess.run(  # noqa: S603 - fixed options and files that were just written
        command,
        cwd=folder,
        env=environment,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise GeneratorError(f"ruff refuses what was generated:\n{done.stderr or done.stdout}")


def render(name: str, data: Mapping[str, Any], head: str) -> str:
    """Fill in a template.

    Args:
        name: Its file name.
        data: Its variables; a missing one is an error.
        head: The first lines of the module.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - the output is Python, not HTML
    )
    environment.filters |= {"literal": repr, "tuple": tuple}
    return f"{head}\n{environment.get_template(name).render(data)}"
