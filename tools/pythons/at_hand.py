"""Find the Pythons of this machine that the package is for."""

from collections.abc import Iterable
from dataclasses import dataclass

#: The minor versions of Python 3 that the package is for, up to the last that is out.
MINORS = range(11, 15)


@dataclass(frozen=True, slots=True)
class Python:
    """Hold an interpreter.

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


def at_hand() -> list[Python]:
    """Return one Python of each minor version, wherever it was installed from: PATH, pyenv, uv, asdf."""
    # Known where `make pythons` runs, and not where this module is tested.
    import findpython

    found = findpython.find_all(major=3, implementation="cpython", freethreaded=False)
    return newest_of_each(Python(each.minor, each.patch, str(each.executable)) for each in found)


def newest_of_each(found: Iterable[Python]) -> list[Python]:
    """Return of each minor version from the first that will do the one with the newest patch."""
    kept = {python.minor: python for python in sorted(found, key=lambda each: each.patch)}
    return [kept[minor] for minor in sorted(kept) if minor >= MINORS.start]


def not_at_hand(pythons: Iterable[Python]) -> list[str]:
    """Return the versions that the package is for and that are missing, as in 3.14."""
    there = {python.minor for python in pythons}
    return [f"3.{minor}" for minor in MINORS if minor not in there]
