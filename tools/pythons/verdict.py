"""Read the result of a session of nox."""

import json
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree as ET

from tools.pythons.paths import report_of


@dataclass(frozen=True, slots=True)
class Verdict:
    """The result of a session.

    Attributes:
        session: Its name, as in `wheel(lowest, 3.12.1)`.
        passed: How many tests passed.
        failed: The names of the other tests, skipped ones included.
        well: Whether everything succeeded, the installation included.
    """

    session: str
    passed: int
    failed: tuple[str, ...]
    well: bool

    @property
    def version(self) -> str:
        """The version of Python."""
        return self.session.rpartition(" ")[2].rstrip(")")

    @property
    def dependencies(self) -> str:
        """Which versions of the dependencies: lowest or newest."""
        return self.session.partition("(")[2].partition(",")[0]


def verdicts(sessions: Path) -> list[Verdict]:
    """Read nox's report, and pytest's of each session.

    Args:
        sessions: The file that nox has written.
    """
    found = json.loads(sessions.read_text())["sessions"]
    return [judge(each["signatures"][0], each["result"], report_of(each["signatures"][0])) for each in found]


def judge(session: str, result: str, report: Path) -> Verdict:
    """Return the result of a session; one without passed tests has failed.

    Args:
        session: Its name.
        result: nox's word for it.
        report: pytest's report; it is missing if the session did not reach its tests.
    """
    cases = list(ET.parse(report).iter("testcase")) if report.exists() else []  # noqa: S314 - pytest's own
    failed = tuple(
        f"{case.get('classname')}::{case.get('name')}" for case in cases if len(case) and _bad(case)
    )
    passed = len(cases) - len(failed)
    return Verdict(session, passed, failed, result == "success" and passed > 0 and not failed)


def _bad(case: ET.Element) -> bool:
    return any(child.tag in ("failure", "error", "skipped") for child in case)
