"""Find the installed Pythons that the package supports."""

from collections.abc import Iterable
from dataclasses import dataclass

#: The supported minor versions of Python 3.
MINORS = range(11, 15)


@dataclass(frozen=True, slots=True)
class Python:
    """An interpreter.

    Attributes:
        minor: The 12 of 3.12.1.
        patch: The 1 of it.
        executable: Its path.
    """

    minor: int
    patch: int
    executable: str

    def __str__(self) -> str:
        return f"3.{self.minor}.{self.patch}"


def installed_pythons() -> list[Python]:
    """Return one Python of each minor version, from PATH, pyenv, uv or asdf."""
    import findpython

    found = findpython.find_all(major=3, implementation="cpython", freethreaded=False)
    return newest_of_each(Python(each.minor, each.patch, str(each.executable)) for each in found)


def newest_of_each(found: Iterable[Python]) -> list[Python]:
    """Return the newest patch of each supported minor version."""
    kept = {python.minor: python for python in sorted(found, key=lambda each: each.patch)}
    return [kept[minor] for minor in sorted(kept) if minor >= MINORS.start]


def not_installed(pythons: Iterable[Python]) -> list[str]:
    """Return the supported versions that are not installed, such as 3.14."""
    there = {python.minor for python in pythons}
    return [f"3.{minor}" for minor in MINORS if minor not in there]
