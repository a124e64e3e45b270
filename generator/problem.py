"""Errors of the generator. Each says what is wrong and what to do."""

from collections.abc import Iterable
from dataclasses import dataclass

# In characters. A problem may quote a value of the contract, whatever its length.
_LONGEST = 2_000


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One problem at one line of the contract.

    Args:
        line: Line of the document, counted from 1.
        text: One or two sentences: what is wrong, then what to do.
    """

    line: int
    text: str


class GeneratorError(Exception):
    """Nothing was generated. The tree is unchanged."""

    def __str__(self) -> str:
        # A terminal would obey what a contract may hold: control characters, bidirectional marks.
        return "".join(
            character if character.isprintable() or character == "\n" else ascii(character)[1:-1]
            for character in super().__str__()
        )


class SpecError(GeneratorError):
    """The contract is not valid; the text has a line for each problem.

    Args:
        name: The name that messages use.
        problems: At least one problem. They are sorted by line, without duplicates.
    """

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(set(problems)))
        lines = [f"{name}:{problem.line}: {problem.text}" for problem in self.problems]
        super().__init__(
            "\n".join(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}…" for line in lines)
        )


def listed(names: Iterable[object]) -> str:
    """Return names for a message, with commas between."""
    return ", ".join(map(str, names)) or "there are none"
