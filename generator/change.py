"""One difference between two contracts, in words, and what the version must make of it."""

from collections.abc import Iterable
from dataclasses import dataclass

_NUMBERS = 3


@dataclass(frozen=True, slots=True)
class Change:
    """Says what changed, for a person.

    Args:
        where: An operation such as `POST /path`, a component, or what else it is part of.
        text: What changed there, without a full stop.
        breaking: Whether a caller who does nothing is broken by it.
    """

    where: str
    text: str
    breaking: bool

    def __str__(self) -> str:
        """Write it as one line."""
        return f"{'BREAKS' if self.breaking else 'is fine'}  {self.where}: {self.text}"


def version_allows(released: str, current: str, changes: Iterable[Change]) -> bool:
    """Tells whether the version says what has changed: something that breaks callers raises the first number.

    Before 1.0.0 the second number does that, as Semantic Versioning has it.

    Args:
        released: The version of the last release.
        current: The version that comes next.
        changes: What changed between the two.
    """
    old, new = numbers(released), numbers(current)
    depth = 1 if old[0] else 2
    return new[:depth] > old[:depth] or not any(change.breaking for change in changes)


def numbers(version: str) -> tuple[int, int, int]:
    """Gives the three numbers of a version.

    Raises:
        ValueError: It has not three numbers.
    """
    parts = version.split(".")
    if len(parts) != _NUMBERS or not all(part.isascii() and part.isdecimal() for part in parts):
        raise ValueError(f"{version!r} is no version of three numbers, such as 1.2.0")
    major, minor, patch = map(int, parts)
    return major, minor, patch
