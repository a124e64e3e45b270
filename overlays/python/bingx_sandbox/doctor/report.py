"""The report of the doctor: which mistakes explain a rejected request."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TypedDict

from bingx_sandbox.doctor.catalog import Mistake


class MistakeDict(TypedDict):
    """One mistake as JSON: its name, what was done, and the rule that it violates."""

    mistake: str
    words: str
    rule: str


class DiagnosisDict(TypedDict):
    """A diagnosis as JSON.

    `words` is the complete text; `mistakes` are its parts, none if no usual mistake explains the request.
    `signedText` is the text that was signed instead of the canonical string; None if that is unknown, or if
    the text was correct.
    """

    words: str
    mistakes: list[MistakeDict]
    signedText: str | None


@dataclass(frozen=True)
class Diagnosis:
    """The result of a check.

    Attributes:
        mistakes: The mistakes that together explain the request; none if no usual ones do.
        signed_text: The text that was signed; None if it is unknown, or is the canonical string.
        digest: The digest that the mistakes lead to, which is the one that was sent.
        otherwise: The text if there are no mistakes.
    """

    mistakes: tuple[Mistake, ...] = ()
    signed_text: str | None = None
    digest: bytes | None = field(default=None, repr=False)
    otherwise: str = ""

    @property
    def words(self) -> str:
        """Return what was done, and which lines of `spec/signing.md` that violates."""
        if not self.mistakes:
            return self.otherwise
        rules = dict.fromkeys(str(mistake.rule) for mistake in self.mistakes)
        return " ".join([*(mistake.words for mistake in self.mistakes), "See", " and ".join(rules)])

    def to_dict(self) -> DiagnosisDict:
        """Return it as JSON."""
        return DiagnosisDict(
            words=self.words,
            mistakes=[
                MistakeDict(mistake=mistake.name, words=mistake.words, rule=str(mistake.rule))
                for mistake in self.mistakes
            ],
            signedText=self.signed_text,
        )
