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
"""The version whose layout the committed tree has."""

_ALIKE = ("--isolated", "--no-cache", "--no-respect-gitignore", "--target-version=py311", "--line-length=110")
# Only what the templates leave behind: unused imports, and imports out of order.
_COMMANDS = (
    ("check", *_ALIKE, "--fix-only", "--quiet", "--select=F401,I"),
    # On Windows, files are written with other line ends.
    ("format", *_ALIKE, "--config", 'format.line-ending = "lf"'),
)


def lay_out(folder: Path) -> None:
    """Formats every Python file under a folder.

    Each file is named to ruff, because a folder with a name such as `build` would be passed over.

    Raises:
        GeneratorError: If ruff is not the pinned one, or refuses a file.
    """
    ruff = _ruff()
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.py"))
    for command in _COMMANDS:
        _run([ruff, *command, *files], folder)


def _ruff() -> str:
    """Finds the program itself: `python -m ruff` would start a second Python each time, only to find it."""
    if version("ruff") != RUFF:
        raise GeneratorError(f"ruff {version('ruff')} is installed, {RUFF} is needed. Run `make setup`.")
    from ruff import find_ruff_bin  # type: ignore[import-untyped]  # noqa: PLC0415 - another one may lack it

    try:
        return str(find_ruff_bin())
    except FileNotFoundError:
        raise GeneratorError("ruff is installed without its program. Run `make setup`.") from None


def _run(command: list[str], folder: Path) -> None:
    # ruff takes options from variables of these names as well.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("RUFF_")}
    done = subprocess.run(  # noqa: S603 - fixed options, and files that were just made
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
    """Fills in a template.

    Args:
        name: Its file's name.
        data: What it speaks of; a name that is missing is an error.
        head: What the module begins with.
    """
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - it writes Python, not HTML
    )
    environment.filters |= {"literal": repr, "tuple": tuple}
    return f"{head}\n{environment.get_template(name).render(data)}"
