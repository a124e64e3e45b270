"""Redocly CLI, a linter and renderer of OpenAPI; installed from a lock file, run without network."""

import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.document import Document
from generator.problem import GeneratorError, Problem

TOOLS = Path(__file__).resolve().parent / "node"
_BUILD = Path(__file__).resolve().parent.parent / "build" / "node"
_FILES = ("package.json", "package-lock.json", ".npmrc")
# Redocly CLI would send telemetry and look for newer versions.
_SILENT = {"REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true", "NO_COLOR": "1"}


class NodeMissing(GeneratorError):
    """Node.js or npm is not installed."""


def installed() -> bool:
    """Return whether Node.js and npm are installed."""
    return all(shutil.which(tool) for tool in ("node", "npm"))


def redocly(*arguments: str, build: Path = _BUILD) -> subprocess.CompletedProcess[str]:
    """Run Redocly CLI. Install it first if necessary.

    Returns:
        The completed process, with any exit code.

    Raises:
        NodeMissing: Node.js is not installed.
        GeneratorError: Redocly CLI cannot be installed.
    """
    command = [str(_install(build) / "node_modules" / ".bin" / "redocly"), *arguments]
    return _run(command, build)


def _install(build: Path) -> Path:
    """Install the locked packages in a folder, unless they are there, and return the folder."""
    if not installed():
        raise NodeMissing("Node.js and npm are not installed. Install them, then try again.")
    locked = hashlib.sha256(b"".join((TOOLS / name).read_bytes() for name in _FILES)).hexdigest()
    done = build / ".installed"
    if done.is_file() and done.read_text("utf-8") == locked:
        return build
    build.mkdir(parents=True, exist_ok=True)
    for name in _FILES:
        shutil.copy(TOOLS / name, build)
    ran = _run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], build)
    if ran.returncode:
        raise GeneratorError(
            f"npm cannot install {TOOLS.name}/package-lock.json:\n{ran.stderr or ran.stdout}"
        )
    done.write_text(locked, "utf-8")
    return build


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - a locked tool and this project's files
        command,
        cwd=folder,
        env=os.environ | _SILENT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )


RULES = TOOLS / "redocly.yaml"
# Exit codes of a run that worked: without and with problems.
_ENDS = (0, 1)


def strict_problems(document: Document, path: Path) -> Iterator[Problem]:
    """Yield the problems that Redocly CLI finds, warnings included.

    Raises:
        NodeMissing: Node.js is not installed.
        GeneratorError: The linter fails.
    """
    options = ("--config", str(RULES), "--lint-config", "error", "--format", "json", "--max-problems", "1000")
    ran = redocly("lint", str(path.absolute()), *options)
    try:
        found = json.loads(ran.stdout)["problems"] if ran.returncode in _ENDS else None
    except (ValueError, KeyError):
        found = None
    if found is None:
        raise GeneratorError(f"Redocly CLI fails:\n{ran.stderr or ran.stdout}")
    for complaint in found:
        yield document.problem(_location(complaint), _text(complaint))


def _location(complaint: Any) -> list[str | int]:
    """Convert a JSON pointer, such as `#/paths/~1a/get/tags/0`, to a location."""
    places = complaint.get("location") or [{}]
    steps = str(places[0].get("pointer") or "#").split("/")[1:]
    names = [step.replace("~1", "/").replace("~0", "~") for step in steps]
    return [int(name) if name.isdecimal() else name for name in names]


def _text(complaint: Any) -> str:
    words = " ".join(str(complaint["message"]).split()).rstrip(".")
    return f"{words} (Redocly CLI, {complaint['ruleId']})."
