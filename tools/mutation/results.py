"""Read the results of mutmut."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

# Exit codes of pytest under mutmut 3.8, as its stats.py lists them. It calls 255 a time-out too, but
# a worker that could not run its tests ends with it.
_KILLED = (1, 3)
_TIMED_OUT = (24, -24, 152, 36)
_SURVIVED = (0, 5, 33)
_KEY = re.compile(r"(?P<module>.+)\.x(?:ǁ(?P<class>.+)ǁ|_)(?P<name>.+)__mutmut_[0-9]+")


class Unusable(Exception):
    """The results of mutmut cannot be relied on."""


@dataclass(frozen=True)
class Mutant:
    """One mutant, and whether the tests noticed it.

    Attributes:
        key: Its name in mutmut.
        module: Its module.
        function: Its function or method.
        end: `killed`, `timed out` or `survived`.
    """

    key: str
    module: str
    function: str
    end: str


def mutants(stage: Path) -> list[Mutant]:
    """Return all mutants of a run.

    Args:
        stage: The folder in which mutmut ran.

    Raises:
        Unusable: A mutant was not tested, or its tests could not be run.
    """
    return [mutant for file in sorted((stage / "mutants").rglob("*.meta")) for mutant in _of(file)]


def _of(file: Path) -> Iterator[Mutant]:
    for key, code in json.loads(file.read_text(encoding="utf-8"))["exit_code_by_key"].items():
        found = _KEY.fullmatch(key)
        if found is None:
            raise Unusable(f"{key} is not the name of a mutant")
        function = ".".join(part for part in (found["class"], found["name"]) if part)
        yield Mutant(key, found["module"], function, _end(key, code))


def _end(key: str, code: int | None) -> str:
    if code in _KILLED:
        return "killed"
    if code in _TIMED_OUT:
        return "timed out"
    if code in _SURVIVED:
        return "survived"
    raise Unusable(f"{key}: its tests could not be run (exit code {code})")


def check_ids(stage: Path) -> None:
    """Check that every test can be selected by its id.

    Raises:
        Unusable: pytest escapes an id once more in each session, and does not find the test again.
    """
    stats = json.loads((stage / "mutants" / "mutmut-stats.json").read_text(encoding="utf-8"))
    for test in stats["duration_by_test"]:
        if "\\" in test or not test.isascii():
            raise Unusable(f"{test}: give it an id in ASCII, without a backslash")
