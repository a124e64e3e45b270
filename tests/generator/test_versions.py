"""A file that changed since the last release has another version."""

import json
from pathlib import Path

import pytest

from generator.versions import freeze_versions, version_problems, versions
from tests.generator.contracts import ROOT

SPEC = ROOT / "spec"


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    folder = tmp_path / "spec"
    (folder / "vectors").mkdir(parents=True)
    (folder / "schemas").mkdir()
    (folder / "errors.yaml").write_text("# A comment.\nversion: 1.0.0\nrows: []\n", "utf-8")
    (folder / "schemas" / "extensions.schema.json").write_text('{"$id": "urn:extensions:1.0.0"}', "utf-8")
    (folder / "vectors" / "signing.json").write_text('{"version": "1.0.0", "groups": []}', "utf-8")
    (folder / "1.0.0").mkdir()
    freeze_versions(folder, folder / "1.0.0")
    return folder


def problems(spec: Path) -> list[str]:
    return list(version_problems(spec, spec / "1.0.0"))


def test_nothing_has_changed(spec: Path) -> None:
    (spec / "errors.yaml").write_text("# Another comment.\nrows: []\nversion: 1.0.0\n", "utf-8")
    assert problems(spec) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("errors.yaml", "version: 1.0.0\nrows: [{}]\n"),
        ("schemas/extensions.schema.json", '{"$id": "urn:extensions:1.0.0", "type": "object"}'),
        ("vectors/signing.json", '{"version": "1.0.0", "groups": [{}]}'),
        ("vectors/signing.json", '{"version": "0.9.0", "groups": [{}]}'),
    ],
)
def test_a_change_under_the_same_version_is_found(spec: Path, name: str, text: str) -> None:
    (spec / name).write_text(text, "utf-8")
    (problem,) = problems(spec)
    assert problem.startswith(f"spec/{name} has changed since 1.0.0, and its version is still ")


def test_a_change_under_a_higher_version_is_fine(spec: Path) -> None:
    (spec / "vectors" / "signing.json").write_text('{"version": "1.1.0", "groups": [{}]}', "utf-8")
    (spec / "vectors" / "news.json").write_text('{"version": "1.0.0"}', "utf-8")
    assert problems(spec) == []


def test_a_file_without_a_version_is_found(spec: Path) -> None:
    (spec / "vectors" / "news.json").write_text("{}", "utf-8")
    assert problems(spec) == ["spec/vectors/news.json has no version of three numbers."]


def test_every_file_has_a_version_that_the_changelog_names() -> None:
    changelog = (SPEC / "CHANGELOG.md").read_text("utf-8")
    found = versions(SPEC)
    assert {path.name for path in (SPEC / "vectors").glob("*.json")} <= {Path(name).name for name in found}
    headings = [line for line in changelog.splitlines() if line.startswith("### ")]
    for kind, name in (
        ("Error table", "errors.yaml"),
        ("Vocabulary", "schemas/extensions.schema.json"),
        ("Compiled contract", "schemas/operations.schema.json"),
    ):
        assert f"### {kind} {found[name]['version']}" in headings
    vectors = changelog.split("### Vectors")[1].split("\n#")[0]
    for name, each in found.items():
        if name.startswith("vectors/"):
            assert f"`{Path(name).name}` {each['version']}" in vectors


def test_a_release_says_what_it_froze(spec: Path) -> None:
    frozen = json.loads((spec / "1.0.0" / "versions.json").read_text("utf-8"))
    assert frozen["vectors/signing.json"]["version"] == "1.0.0"
    assert frozen.keys() == versions(spec).keys()
