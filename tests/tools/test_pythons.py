"""Which Pythons are tried, and what a session must have shown to count as well."""

from pathlib import Path

import pytest

from tools.pythons.at_hand import Python, newest_of_each, not_at_hand
from tools.pythons.verdict import judge

NAME = "wheel(lowest, 3.12.1)"


def test_of_each_minor_version_the_newest_patch_is_tried_and_none_that_is_too_old():
    found = [Python(11, 2, "/usr/bin/a"), Python(11, 10, "b"), Python(11, 9, "c"), Python(10, 14, "d")]
    assert [str(each) for each in newest_of_each([*found, Python(13, 0, "e")])] == ["3.11.10", "3.13.0"]


def test_what_is_missing_is_said():
    assert not_at_hand([Python(11, 2, "a"), Python(13, 0, "b")]) == ["3.12", "3.14"]


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
def test_a_session_is_well_only_where_tests_passed_and_none_did_not(
    tmp_path: Path, result: str, cases: str | None, well: bool
):
    report = tmp_path / "report.xml"
    if cases is not None:
        report.write_text(f"<testsuites><testsuite>{cases}</testsuite></testsuites>")
    verdict = judge(NAME, result, report)
    assert verdict.well is well
    assert (verdict.version, verdict.dependencies) == ("3.12.1", "lowest")
