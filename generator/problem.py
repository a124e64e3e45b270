"""What can go wrong, said so that a person can mend it."""

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """Says what is wrong at one line of the contract, and what to do about it.

    Args:
        line: Line of the document, counted from 1.
        text: One or two sentences: what is wrong, then what to do.
    """

    line: int
    text: str


class GeneratorError(Exception):
    """Says why nothing was generated. Whatever was there before is untouched."""


class SpecError(GeneratorError):
    """Says what is wrong with the contract, a line for each problem.

    Args:
        name: The document, as the person who runs the generator knows it.
        problems: At least one problem. They are shown in the order of their lines, each once.
    """

    def __init__(self, name: str, problems: Iterable[Problem]) -> None:
        self.name = name
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{name}:{problem.line}: {problem.text}" for problem in self.problems))
