"""The languages with a conformance script: their folders and the tools that they need."""

import os
import shutil
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ROOT / "overlays"
SCRIPT = "conformance.sh"
LINTER = "lint.sh"

#: By folder: each tool, and the option that prints its version.
TOOLS: Mapping[str, Mapping[str, str]] = {
    "python": {},
    "typescript": {"node": "--version", "npm": "--version"},
    "go": {"go": "version"},
    "rust": {"cargo": "--version", "rustc": "--version"},
    "java": {"java": "-version", "mvn": "--version"},
}
#: The folders whose overlay resolves whole calls, and so runs the outcome vectors.
RESOLVING = ("go", "python", "typescript")


@dataclass(frozen=True, slots=True)
class Language:
    """One folder of overlays/ with a script `conformance.sh`.

    Args:
        folder: The folder.
        tools: What must be installed, each with the option that shows its version.
        resolves: Whether its overlay resolves whole calls.
    """

    folder: Path
    tools: Mapping[str, str]
    resolves: bool = False

    @property
    def name(self) -> str:
        """The name of the folder."""
        return self.folder.name

    def missing(self) -> list[str]:
        """Return the tools that are not installed or do not run (a shim may be present without its tool)."""
        return [tool for tool, option in self.tools.items() if not _runs(tool, option)]


def languages(overlays: Path = OVERLAYS) -> list[Language]:
    """Return the languages that have a script, by name."""
    folders = [script.parent for script in sorted(overlays.glob(f"*/{SCRIPT}"))]
    return [Language(folder, TOOLS.get(folder.name, {}), folder.name in RESOLVING) for folder in folders]


def _runs(tool: str, option: str) -> bool:
    path = shutil.which(tool)
    if path is None:
        return False
    ran = subprocess.run([path, option], capture_output=True, check=False, stdin=subprocess.DEVNULL)
    return ran.returncode == os.EX_OK
