"""Result of one check."""

from dataclasses import dataclass
from enum import StrEnum


class Status(StrEnum):
    """How a check ended.

    Attributes:
        PASS: Nothing is wrong.
        WARN: It works, but could be better or will not work everywhere.
        FAIL: A cancel cannot work before this is fixed.
        SKIP: Not checked, because an earlier check failed or the user did not allow it.
    """

    PASS = "pass"  # noqa: S105 - not a password
    WARN = "warn"
    FAIL = "fail"
    SKIP = "skip"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of one check.

    Attributes:
        check: What was checked, in a word or two.
        status: How the check ended.
        found: What was found, in a sentence without a full stop.
        fix: How to fix it, or empty.
    """

    check: str
    status: Status
    found: str
    fix: str = ""


def passed(check: str, found: str) -> CheckResult:
    """Return the result of a check that found nothing wrong."""
    return CheckResult(check, Status.PASS, found)


def warned(check: str, found: str, fix: str) -> CheckResult:
    """Return the result of a check that found something that could be better."""
    return CheckResult(check, Status.WARN, found, fix)


def failed(check: str, found: str, fix: str) -> CheckResult:
    """Return the result of a check that found why a cancel cannot work."""
    return CheckResult(check, Status.FAIL, found, fix)


def skipped(check: str, reason: str, fix: str = "") -> CheckResult:
    """Return the result of a check that was not made, with the reason."""
    return CheckResult(check, Status.SKIP, reason, fix)
