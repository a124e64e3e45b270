"""One change between two versions of a contract, and whether the version number says so."""

from collections.abc import Iterable
from dataclasses import dataclass

_NUMBERS = 3


@dataclass(frozen=True, slots=True)
class Change:
    """One change, in words.

    Args:
        where: The operation (`POST /path`), component or other part that changed.
        text: What changed, without a full stop.
        breaking: Whether it breaks callers that do not change their code.
    """

    where: str
    text: str
    breaking: bool

    def __str__(self) -> str:
        """Return it as one line."""
        return f"{'BREAKS' if self.breaking else 'is fine'}  {self.where}: {self.text}"


def version_allows(released: str, current: str, changes: Iterable[Change]) -> bool:
    """Return whether the version is high enough: a change that breaks callers raises the first number.

    Before 1.0.0 such a change raises the second number (Semantic Versioning).
    """
    old, new = numbers(released), numbers(current)
    depth = 1 if old[0] else 2
    return new[:depth] > old[:depth] or not any(change.breaking for change in changes)


def numbers(version: str) -> tuple[int, int, int]:
    """Return the three numbers of a version.

    Raises:
        ValueError: The version does not have three numbers.
    """
    parts = version.split(".")
    if len(parts) != _NUMBERS or not all(part.isascii() and part.isdecimal() for part in parts):
        raise ValueError(f"{version!r} is no version of three numbers, such as 1.2.0")
    major, minor, patch = map(int, parts)
    return major, minor, patch
