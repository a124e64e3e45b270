"""Checks of this machine, the network and the account: everything that a cancel needs."""

from dataclasses import dataclass
from enum import StrEnum, auto


class Status(StrEnum):
    """How a check ended."""

    PASS = auto()  # nothing is wrong
    WARN = auto()  # it works, but could be better or will not work everywhere
    FAIL = auto()  # a cancel cannot work before this is fixed
    SKIP = auto()  # not checked: an earlier check failed, or the user did not allow it


@dataclass(frozen=True, slots=True)
class CheckResult:
    """Result of one check."""

    check: str  # what was checked, in a word or two
    status: Status
    found: str  # in a sentence without a full stop
    fix: str = ""
