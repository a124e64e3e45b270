"""Released contracts: frozen copies in spec/released/, and the changes since the last one."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from generator.change import Change, numbers, version_allows
from generator.contract_diff import error_changes, extension_changes
from generator.document import ROOT, Document
from generator.oasdiff import openapi_changes
from generator.problem import GeneratorError
from generator.versions import freeze_versions, version_problems

_FROZEN = ("openapi.yaml", "errors.yaml")
_HEADING = "## Unreleased\n"
_VERSION = re.compile(r"^  version: .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Release:
    """One released contract.

    Args:
        version: Its version.
        folder: The folder of its files.
    """

    version: str
    folder: Path

    @classmethod
    def last(cls, spec: Path = ROOT / "spec") -> "Release":
        """Return the last release.

        Raises:
            GeneratorError: There is none.
        """
        versions = [path.name for path in (spec / "released").glob("*.*.*")]
        if not versions:
            raise GeneratorError("There is no release. Freeze a first one: make release-spec VERSION=1.0.0")
        version = max(versions, key=numbers)
        return cls(version, spec / "released" / version)

    def document(self, name: str) -> Document:
        """Read one of its files."""
        return Document.read(self.folder / name, f"spec/released/{self.version}/{name}")


def own_changes(release: Release, spec: Path) -> list[Change]:
    """Compare the extensions and the error table with a release.

    Raises:
        SpecError: One of the two cannot be read.
    """
    contract, errors = (Document.read(spec / name, f"spec/{name}") for name in _FROZEN)
    return [
        *extension_changes(release.document("openapi.yaml").root, contract.root),
        *error_changes(release.document("errors.yaml").root, errors.root),
    ]


def all_changes(release: Release, spec: Path) -> list[Change]:
    """Compare everything with a release.

    Raises:
        GoMissing: Go, which oasdiff needs, is not installed.
        GeneratorError: One of the two cannot be read, or oasdiff fails.
    """
    found = openapi_changes(release.folder / "openapi.yaml", spec / "openapi.yaml")
    return [*found, *own_changes(release, spec)]


def refuse_versions(release: Release, spec: Path) -> None:
    """Refuse a file beside the contract that has changed since a release under the same version.

    Raises:
        GeneratorError: There is one.
    """
    lines = list(version_problems(spec, release.folder))
    if lines:
        raise GeneratorError("\n".join([*lines, "Raise it, and say in spec/CHANGELOG.md what changed."]))


def freeze(version: str, spec: Path = ROOT / "spec") -> list[Change]:
    """Release the working contract: set its version, add a heading to the changelog, keep a copy.

    Returns:
        The changes since the previous release; empty for a first one.

    Raises:
        GeneratorError: The version is not valid, not later, or hides a change that breaks callers.
    """
    try:
        numbers(version)
    except ValueError as problem:
        raise GeneratorError(f"{problem}.") from None
    changes = _since_last(version, spec) if any((spec / "released").glob("*.*.*")) else []
    _head_changelog(spec / "CHANGELOG.md", version)
    contract = spec / "openapi.yaml"
    text = _VERSION.sub(f"  version: {version}", contract.read_text("utf-8"), count=1)
    contract.write_text(text, "utf-8", newline="\n")
    folder = spec / "released" / version
    folder.mkdir(parents=True)
    for name in _FROZEN:
        shutil.copyfile(spec / name, folder / name)
    freeze_versions(spec, folder)
    return changes


def _since_last(version: str, spec: Path) -> list[Change]:
    release = Release.last(spec)
    if numbers(version) <= numbers(release.version):
        raise GeneratorError(f"{release.version} is already released. Use a later version.")
    refuse_versions(release, spec)
    changes = all_changes(release, spec)
    if not version_allows(release.version, version, changes):
        breaking = "\n".join(str(change) for change in changes if change.breaking)
        raise GeneratorError(
            f"{breaking}\n{version} hides a change that breaks callers. Raise the first number."
        )
    return changes


def _head_changelog(changelog: Path, version: str) -> None:
    text = changelog.read_text("utf-8")
    if text.count(_HEADING) != 1:
        raise GeneratorError(f"{changelog.name} must have the heading {_HEADING.strip()!r} once.")
    _, _, after = text.partition(_HEADING)
    if not after.split("\n## ")[0].strip():
        raise GeneratorError(f"{changelog.name} is empty below {_HEADING.strip()!r}. Write what changed.")
    changelog.write_text(text.replace(_HEADING, f"{_HEADING}\n## {version}\n"), "utf-8", newline="\n")
