"""Checks of this machine, the network and the account: everything that a cancel needs."""

from dataclasses import dataclass
from enum import StrEnum, auto


class Status(StrEnum):
    """How a check ended.

    Attributes:
        PASS: Nothing is wrong.
        WARN: It works, but could be better or will not work everywhere.
        FAIL: A cancel cannot work before this is fixed.
        SKIP: Not checked, because an earlier check failed or the user did not allow it.
    """

    PASS = auto()
    WARN = auto()
    FAIL = auto()
    SKIP = auto()


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
