"""The versions of the error table, the vocabulary of extensions, and each file of vectors."""

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from generator.change import numbers
from generator.document import Document, json_text

FROZEN = "versions.json"
"""The file of a release with version and digest of each file."""

_PATTERNS = (
    "errors.yaml",
    "schemas/extensions.schema.json",
    "schemas/operations.schema.json",
    "vectors/*.json",
)


def versions(spec: Path) -> dict[str, dict[str, str]]:
    """Return version and digest of each file that has a version of its own, by its path below `spec/`.

    White space, comments and the order of members do not count.
    """
    found = {}
    for path in sorted(path for pattern in _PATTERNS for path in spec.glob(pattern)):
        content = _read(path)
        text = json.dumps(content, sort_keys=True, ensure_ascii=False)
        # A schema has its version at the end of its `$id`.
        version = str(content.get("version") or content.get("$id", "")).rpartition(":")[2]
        digest = hashlib.sha256(text.encode()).hexdigest()
        found[path.relative_to(spec).as_posix()] = {"version": version, "sha256": digest}
    return found


def freeze_versions(spec: Path, folder: Path) -> None:
    """Write the versions and digests into the folder of a release."""
    (folder / FROZEN).write_text(json_text(versions(spec)), "utf-8", newline="\n")


def version_problems(spec: Path, folder: Path) -> Iterator[str]:
    """Yield a line for each file without a version, or whose version hides a change since a release."""
    released = _released(folder)
    for name, current in versions(spec).items():
        try:
            number = numbers(current["version"])
        except ValueError:
            yield f"spec/{name} has no version of three numbers."
            continue
        before = released.get(name)
        if before is None or before["sha256"] == current["sha256"]:
            continue
        if number <= numbers(before["version"]):
            version = current["version"]
            yield f"spec/{name} has changed since {folder.name}, and its version is still {version}."


def _released(folder: Path) -> dict[str, dict[str, str]]:
    if (folder / FROZEN).is_file():
        released: dict[str, dict[str, str]] = json.loads((folder / FROZEN).read_text("utf-8"))
        return released
    return versions(folder)


def _read(path: Path) -> dict[str, Any]:
    if path.suffix == ".yaml":
        return dict(Document.read(path, path.name).root)
    content: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return content
