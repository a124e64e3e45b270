"""Since the last release: a change that breaks callers needs a major version, a harmless one is named."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from generator.commands import main
from generator.document import yaml_text
from generator.oasdiff import openapi_changes
from generator.problem import GeneratorError
from generator.release import Release, freeze
from tests.generator.contracts import ROOT, with_placing
from tests.support.plain_yaml import load_yaml

needs_go = pytest.mark.skipif(shutil.which("go") is None, reason="Go is not installed")

CANCEL = "POST /openApi/spot/v1/trade/cancel"
# A further parameter that a caller may give.
OPTIONAL = "        cancelRestrictions:\n          $ref"
NOTE = (
    "        note:\n          type: string\n          description: A note.\n          example: a\n" + OPTIONAL
)
REQUIRED = (
    "      required: [symbol, timestamp]\n      properties:\n        symbol:\n",
    "      required: [symbol, timestamp, recvWindow]\n      properties:\n        symbol:\n",
)


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """The spec as it was released last, to be changed."""
    folder = tmp_path / "spec"
    folder.mkdir()
    release = Release.last()
    for name in ("openapi.yaml", "errors.yaml"):
        shutil.copyfile(release.folder / name, folder / name)
    shutil.copytree(release.folder, folder / "released" / release.version)
    (folder / "CHANGELOG.md").write_text("# Changelog\n\n## Unreleased\n\n- News.\n\n## 1.0.0\n", "utf-8")
    return folder


def change(spec: Path, old: str, new: str, name: str = "openapi.yaml") -> None:
    text = (spec / name).read_text("utf-8")
    assert old in text
    (spec / name).write_text(text.replace(old, new, 1), "utf-8")


def diff(spec: Path) -> Result:
    return CliRunner().invoke(main, ["diff", "--spec", str(spec)])


@needs_go
class TestDiff:
    def test_says_that_nothing_has_changed(self, spec: Path) -> None:
        ran = diff(spec)
        assert ran.exit_code == 0
        version = Release.last().version
        assert ran.output == f"Nothing has changed for callers since {version}.\n"

    def test_of_a_deliberately_breaking_copy_fails_and_names_the_change(self, spec: Path) -> None:
        change(spec, *REQUIRED)
        change(spec, "uid: {requests: 5, seconds: 1}", "uid: {requests: 4, seconds: 1}")
        ran = diff(spec)
        assert ran.exit_code == 1
        said = " ".join(ran.output.split())
        assert f"BREAKS {CANCEL}: the request property `recvWindow` became required" in said
        assert f"BREAKS {CANCEL}: the limit per UID was 5 in 1 s and is 4 in 1 s" in said
        assert "Raise the first number of info.version" in said
        assert max(map(len, ran.output.splitlines()[:-1])) <= 80

    def test_looks_into_lists_and_parts(self, tmp_path: Path) -> None:
        contract = load_yaml(with_placing())
        response = contract["components"]["schemas"]["BatchOrdersResponse"]
        contract["components"]["schemas"]["BatchOrdersResponse"] = {"allOf": [response]}
        before, after = tmp_path / "before.yaml", tmp_path / "after.yaml"
        before.write_text(yaml_text(contract), "utf-8")
        contract["components"]["schemas"]["CancelledOrder"]["required"].remove("symbol")
        after.write_text(yaml_text(contract), "utf-8")
        said = [str(change) for change in openapi_changes(before, after)]
        where = "POST /openApi/spot/v1/trade/batchOrders"
        assert any(
            line.startswith(f"BREAKS  {where}: the response property `data/orders/items/symbol`")
            for line in said
        )

    def test_of_a_breaking_copy_with_a_major_version_passes_and_names_it(self, spec: Path) -> None:
        change(spec, *REQUIRED)
        change(spec, f"  version: {Release.last().version}", "  version: 2.0.0")
        ran = diff(spec)
        assert ran.exit_code == 0
        assert "`recvWindow` became required" in " ".join(ran.output.split())

    def test_of_a_harmless_copy_passes_and_names_the_change(self, spec: Path) -> None:
        change(spec, OPTIONAL, NOTE)
        ran = diff(spec)
        assert ran.exit_code == 0
        said = " ".join(ran.output.split())
        assert f"is fine {CANCEL}: added the new optional request property `note`" in said

    def test_of_an_operation_that_is_gone_fails_and_names_it(self, spec: Path) -> None:
        contract: Any = load_yaml((spec / "openapi.yaml").read_text("utf-8"))
        del contract["paths"]["/openApi/swap/v2/server/time"]
        (spec / "openapi.yaml").write_text(yaml.safe_dump(contract, sort_keys=False), "utf-8")
        ran = diff(spec)
        assert ran.exit_code == 1
        assert "BREAKS GET /openApi/swap/v2/server/time: API path removed" in " ".join(ran.output.split())

    def test_of_an_error_that_means_another_thing_fails(self, spec: Path) -> None:
        change(
            spec,
            "meaning: No open order has this id.\n    order: notOpen",
            "meaning: No open order has this id.\n    order: unknown",
            "errors.yaml",
        )
        ran = diff(spec)
        assert ran.exit_code == 1
        assert "BREAKS error order-not-exist: order was 'notOpen' and is 'unknown'" in " ".join(
            ran.output.split()
        )

    def test_of_the_working_contract_passes(self) -> None:
        assert diff(ROOT / "spec").exit_code == 0


@pytest.mark.parametrize(("ci", "code"), [("", 0), ("true", 1)])
def test_without_go_extensions_alone_are_compared_by_a_person_and_ci_fails(
    spec: Path, tmp_path: Path, ci: str, code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("generator.oasdiff.openapi_changes.__defaults__", (tmp_path,))
    change(spec, "uid: {requests: 5, seconds: 1}", "uid: {requests: 6, seconds: 1}")
    ran = diff(spec)
    assert ran.exit_code == code
    assert "Go is not installed" in ran.output
    assert ("was 5 in 1 s and is 6 in 1 s" in " ".join(ran.output.split())) == (code == 0)


@needs_go
class TestFreeze:
    def test_sets_the_version_heads_the_changelog_and_keeps_a_copy(self, spec: Path) -> None:
        change(spec, OPTIONAL, NOTE)
        (named,) = freeze("1.2.0", spec)
        assert "`note`" in named.text
        assert "\n  version: 1.2.0\n" in (spec / "openapi.yaml").read_text("utf-8")
        frozen = spec / "released" / "1.2.0"
        for name in ("openapi.yaml", "errors.yaml"):
            assert (frozen / name).read_bytes() == (spec / name).read_bytes()
        assert "## Unreleased\n\n## 1.2.0\n\n- News.\n" in (spec / "CHANGELOG.md").read_text("utf-8")
        assert Release.last(spec).version == "1.2.0"

    @pytest.mark.parametrize(
        ("version", "problem"),
        [
            ("1.2", "no version of three numbers"),
            (Release.last().version, "is already released"),
            ("0.9.0", "is already released"),
            ("1.2.0", "1.2.0 hides a change that breaks callers"),
        ],
    )
    def test_refuses_a_version_that_says_too_little(self, spec: Path, version: str, problem: str) -> None:
        change(spec, *REQUIRED)
        before = (spec / "openapi.yaml").read_bytes()
        with pytest.raises(GeneratorError, match=problem):
            freeze(version, spec)
        assert (spec / "openapi.yaml").read_bytes() == before
        assert not (spec / "released" / "1.2.0").exists()

    def test_requires_an_entry_in_the_changelog(self, spec: Path) -> None:
        change(spec, "\n- News.\n", "", "CHANGELOG.md")
        with pytest.raises(GeneratorError, match="Write what changed"):
            freeze("1.2.0", spec)

    def test_may_be_the_first(self, spec: Path) -> None:
        shutil.rmtree(spec / "released")
        assert freeze("1.0.0", spec) == []
        assert Release.last(spec).version == "1.0.0"


def test_nothing_released_is_said(tmp_path: Path) -> None:
    with pytest.raises(GeneratorError, match="There is no release"):
        Release.last(tmp_path)


def test_the_last_is_the_highest_number_and_not_the_last_word(tmp_path: Path) -> None:
    for version in ("1.9.0", "1.10.0"):
        (tmp_path / "released" / version).mkdir(parents=True)
    assert Release.last(tmp_path).version == "1.10.0"


def test_the_changelog_has_a_heading_for_each_release() -> None:
    text = (ROOT / "spec" / "CHANGELOG.md").read_text("utf-8")
    for folder in (ROOT / "spec" / "released").iterdir():
        assert f"\n## {folder.name}\n" in text
