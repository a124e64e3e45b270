"""Which Pythons are tested, and when a session has succeeded."""

import re
from pathlib import Path

import pytest

from tools.pythons.installed import Python, newest_of_each, not_installed
from tools.pythons.verdict import judge

NAME = "wheel(lowest, 3.12.1)"


def test_the_newest_patch_of_each_supported_version_is_tested():
    found = [Python(11, 2, "/usr/bin/a"), Python(11, 10, "b"), Python(11, 9, "c"), Python(10, 14, "d")]
    assert [str(each) for each in newest_of_each([*found, Python(13, 0, "e")])] == ["3.11.10", "3.13.0"]


def test_missing_versions_are_named():
    assert not_installed([Python(11, 2, "a"), Python(13, 0, "b")]) == ["3.12", "3.14"]


@pytest.mark.parametrize(
    ("result", "cases", "well"),
    [
        ("success", "<testcase name='a'/><testcase name='b'/>", True),
        ("success", "", False),
        ("success", None, False),
        ("failed", "<testcase name='a'/>", False),
        ("success", "<testcase name='a'/><testcase name='b'><skipped/></testcase>", False),
        ("failed", "<testcase name='a'/><testcase name='b'><failure/></testcase>", False),
        ("success", "<testcase name='a'/><testcase name='b'><properties/></testcase>", True),
    ],
)
def test_a_session_succeeds_only_if_tests_passed_and_none_failed(
    tmp_path: Path, result: str, cases: str | None, well: bool
):
    report = tmp_path / "report.xml"
    if cases is not None:
        report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    verdict = judge(NAME, result, report)
    assert verdict.well is well
    assert (verdict.version, verdict.dependencies) == ("3.12.1", "lowest")


def test_every_test_that_nox_runs_exists() -> None:
    """A file that moves must not drop out of the run unnoticed."""
    root = Path(__file__).parents[2]
    text = (root / "noxfile.py").read_text("utf-8")
    files = re.findall(r'"(tests/[^":]+\.py)', text)
    assert files
    assert [file for file in files if not (root / file).exists()] == []
