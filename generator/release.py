"""Released contracts: frozen below spec/released/, and what has changed since the last."""

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from generator.change import Change, numbers, version_allows
from generator.contract_diff import error_changes, extension_changes
from generator.document import ROOT, Document
from generator.oasdiff import openapi_changes
from generator.problem import GeneratorError

_FROZEN = ("openapi.yaml", "errors.yaml")
_HEADING = "## Unreleased\n"
_VERSION = re.compile(r"^  version: .*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Release:
    """One released contract.

    Args:
        version: Its version.
        folder: Where its files are.
    """

    version: str
    folder: Path

    @classmethod
    def last(cls, spec: Path = ROOT / "spec") -> "Release":
        """Gives the last release.

        Raises:
            GeneratorError: If there is none.
        """
        versions = [path.name for path in (spec / "released").glob("*.*.*")]
        if not versions:
            raise GeneratorError("Nothing was released. Freeze a first one: make release-spec VERSION=1.0.0")
        version = max(versions, key=numbers)
        return cls(version, spec / "released" / version)

    def document(self, name: str) -> Document:
        """Reads one of its files."""
        return Document.read(self.folder / name, f"spec/released/{self.version}/{name}")


def own_changes(release: Release, spec: Path) -> list[Change]:
    """Compares extensions and error table with a release; this needs no tool.

    Args:
        release: What to compare with.
        spec: The folder of the working contract.

    Raises:
        SpecError: If one of the two cannot be read.
    """
    contract, errors = (Document.read(spec / name, f"spec/{name}") for name in _FROZEN)
    return [
        *extension_changes(release.document("openapi.yaml").root, contract.root),
        *error_changes(release.document("errors.yaml").root, errors.root),
    ]


def all_changes(release: Release, spec: Path) -> list[Change]:
    """Compares everything with a release.

    Raises:
        GoMissing: If Go, which oasdiff needs, is not there.
        GeneratorError: If one of the two cannot be read, or oasdiff fails.
    """
    found = openapi_changes(release.folder / "openapi.yaml", spec / "openapi.yaml")
    return [*found, *own_changes(release, spec)]


def freeze(version: str, spec: Path = ROOT / "spec") -> list[Change]:
    """Makes a release of the working contract: sets its version, heads the changelog, keeps a copy.

    Returns:
        What has changed since the release before it; everything is new in a first one.

    Raises:
        GeneratorError: If the version is none, is not a later one, or does not say what has changed.
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
    return changes


def _since_last(version: str, spec: Path) -> list[Change]:
    release = Release.last(spec)
    if numbers(version) <= numbers(release.version):
        raise GeneratorError(f"{release.version} is released already. Take a later version than that.")
    changes = all_changes(release, spec)
    if not version_allows(release.version, version, changes):
        breaking = "\n".join(str(change) for change in changes if change.breaking)
        raise GeneratorError(
            f"{breaking}\n{version} does not say that callers break. Raise the first number."
        )
    return changes


def _head_changelog(changelog: Path, version: str) -> None:
    text = changelog.read_text("utf-8")
    if text.count(_HEADING) != 1:
        raise GeneratorError(f"{changelog.name} must have the heading {_HEADING.strip()!r} once.")
    _, _, after = text.partition(_HEADING)
    if not after.split("\n## ")[0].strip():
        raise GeneratorError(f"{changelog.name} says nothing below {_HEADING.strip()!r}. Say what changed.")
    changelog.write_text(text.replace(_HEADING, f"{_HEADING}\n## {version}\n"), "utf-8", newline="\n")
