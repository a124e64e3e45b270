"""oasdiff, which finds changes of an OpenAPI document that break callers; built at a pinned version."""

import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from generator.change import Change
from generator.document import ROOT
from generator.problem import GeneratorError

MODULE = "github.com/oasdiff/oasdiff"
VERSION = "v1.37.0"
_BUILD = ROOT / "build" / "go"
_BREAKS = 3
# oasdiff checks the version too, without the extensions; change.py checks it with them.
_NOT_OURS = frozenset({"api-version-not-bumped"})


class GoMissing(GeneratorError):
    """Go is not installed."""


def openapi_changes(before: Path, after: Path, build: Path = _BUILD) -> list[Change]:
    """Compare two OpenAPI documents without their extensions.

    Raises:
        GoMissing: Go is not installed.
        GeneratorError: oasdiff cannot be built, or fails.
    """
    # Without the first option, every change within `allOf` counts as harmless.
    options = ("--flatten-allof", "--format", "json", "--allow-external-refs=false")
    ran = _run([str(_install(build)), "changelog", str(before), str(after), *options])
    try:
        found: list[Any] | None = json.loads(ran.stdout or "[]") if ran.returncode == 0 else None
    except ValueError:
        found = None
    if found is None:
        raise GeneratorError(f"oasdiff fails:\n{ran.stderr or ran.stdout}")
    return [_change(entry) for entry in found if entry["id"] not in _NOT_OURS]


def _change(entry: Any) -> Change:
    operation = f"{entry.get('operation', '')} {entry.get('path', '')}".strip()
    return Change(operation or entry.get("section", "document"), entry["text"], entry["level"] == _BREAKS)


def _install(build: Path) -> Path:
    """Build oasdiff in a folder, unless it is there, and return the program."""
    program = build / VERSION / "oasdiff"
    if program.is_file():
        return program
    if shutil.which("go") is None:
        raise GoMissing("Go is not installed. Install it, then try again.")
    program.parent.mkdir(parents=True, exist_ok=True)
    environment = {"GOBIN": str(program.parent), "GOFLAGS": "-mod=mod"}
    ran = _run(["go", "install", f"{MODULE}@{VERSION}"], environment)
    if ran.returncode:
        raise GeneratorError(f"Go cannot build oasdiff {VERSION}:\n{ran.stderr or ran.stdout}")
    return program


def _run(command: list[str], environment: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603 - a pinned tool and this project's files
        command,
        env=os.environ | (environment or {}),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
