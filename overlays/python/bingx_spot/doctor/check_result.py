"""Say what one look at one thing has shown."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """Name how a thing stands.

    Attributes:
        PASS: As it should be.
        WARN: It works, and could be better or will not work everywhere.
        FAIL: A cancel will not work before this is mended.
        SKIP: Not looked at, since something before it failed or was not allowed.
    """

    PASS = "pass"  # noqa: S105 - a verdict
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Hold what was found.

    Attributes:
        check: What was looked at, in a word or two.
        verdict: How it stands.
        found: What was seen, in a sentence without a full stop.
        mend: What to do about it, or nothing.
    """

    check: str
    verdict: Status
    found: str
    mend: str = ""


def passed(check: str, found: str) -> CheckResult:
    """Return a finding that is as it should be."""
    return CheckResult(check, Status.PASS, found)


def warned(check: str, found: str, mend: str) -> CheckResult:
    """Return a finding that works and could be better."""
    return CheckResult(check, Status.WARN, found, mend)


def failed(check: str, found: str, mend: str) -> CheckResult:
    """Return a finding that keeps a cancel from working."""
    return CheckResult(check, Status.FAIL, found, mend)


def skipped(check: str, reason: str, mend: str = "") -> CheckResult:
    """Return that a thing was not looked at, and why."""
    return CheckResult(check, Status.SKIP, reason, mend)
