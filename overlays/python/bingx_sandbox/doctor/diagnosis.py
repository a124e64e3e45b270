"""A diagnosis: what was wrong with a request, in words."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from bingx_sandbox.doctor.mistakes import Mistake


class WrittenMistake(TypedDict):
    """One mistake as JSON: its name, what was done, and the line that settles it."""

    mistake: str
    words: str
    rule: str


class WrittenDiagnosis(TypedDict):
    """A diagnosis as JSON.

    `words` says it all; `mistakes` are the parts, none if nothing usual explains the request; `signedText` is
    the text that was signed instead of the canonical string, None where that is not known or was right.
    """

    words: str
    mistakes: list[WrittenMistake]
    signedText: str | None


@dataclass(frozen=True)
class Diagnosis:
    """What the doctor found.

    Attributes:
        mistakes: The mistakes that together explain the request; none if nothing usual does.
        signed_text: The text that was signed; None where that is not known, or is the canonical string.
        digest: The digest that the mistakes lead to, which is the one that was sent.
        otherwise: What to say where there are no mistakes.
    """

    mistakes: tuple[Mistake, ...] = ()
    signed_text: str | None = None
    digest: bytes | None = field(default=None, repr=False)
    otherwise: str = ""

    @property
    def words(self) -> str:
        """Say what was done, and which line of `spec/signing.md` settles it."""
        if not self.mistakes:
            return self.otherwise
        rules = dict.fromkeys(str(mistake.rule) for mistake in self.mistakes)
        return " ".join([*(mistake.words for mistake in self.mistakes), "See", " and ".join(rules)])

    def written(self) -> WrittenDiagnosis:
        """Write it as JSON has it."""
        return WrittenDiagnosis(
            words=self.words,
            mistakes=[
                WrittenMistake(mistake=mistake.name, words=mistake.words, rule=str(mistake.rule))
                for mistake in self.mistakes
            ],
            signedText=self.signed_text,
        )
