"""Compare the surviving mutants with the explanations in survivors.toml."""

import tomllib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from tools.mutation.results import Mutant

EXPLANATIONS = Path(__file__).with_name("survivors.toml")


@dataclass(frozen=True)
class Change:
    """What a mutant changes. It identifies the mutant even when code around it changes.

    Attributes:
        module: The module, `bingx_spot.core.clock`.
        function: The function or method, `Clock.learn`.
        before: The original lines.
        after: The lines of the mutant.
    """

    module: str
    function: str
    before: str
    after: str

    @classmethod
    def of(cls, mutant: Mutant, diff: str) -> "Change":
        """Read the change of a mutant from its unified diff."""
        lines = [line for line in diff.splitlines() if not line.startswith(("---", "+++", "@@", "#"))]
        before, after = (_joined(lines, sign) for sign in "-+")
        return cls(mutant.module, mutant.function, before, after)


def _joined(lines: list[str], sign: str) -> str:
    return "\n".join(line[1:].strip() for line in lines if line.startswith(sign))


@dataclass
class Verdict:
    """The result of a run.

    Attributes:
        explained: Survivors that survivors.toml explains.
        unexplained: Survivors that it does not explain.
        gone: Explanations whose mutant was killed or does not exist.
    """

    explained: list[Change] = field(default_factory=list)
    unexplained: list[Change] = field(default_factory=list)
    gone: list[Change] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Return whether nothing is left to explain, and nothing to remove."""
        return not self.unexplained and not self.gone

    def explained_in(self, module: str) -> int:
        """Return how many survivors of a module are explained."""
        return Counter(change.module for change in self.explained)[module]


def judge(survivors: Iterable[Change], explanations: Iterable[Change]) -> Verdict:
    """Compare the survivors with the explanations."""
    listed, verdict = list(explanations), Verdict()
    found = list(survivors)
    for change in found:
        (verdict.explained if change in listed else verdict.unexplained).append(change)
    verdict.gone = [change for change in listed if change not in found]
    return verdict


def explanations(file: Path = EXPLANATIONS) -> list[Change]:
    """Read the explained changes.

    Raises:
        ValueError: An entry has no reason, or is there twice.
    """
    entries = tomllib.loads(file.read_text(encoding="utf-8")).get("survivor", [])
    changes = [_change(entry) for entry in entries]
    twice = [change for change, count in Counter(changes).items() if count > 1]
    if twice:
        raise ValueError(f"{file.name} explains twice: {twice[0]}")
    return changes


def _change(entry: dict[str, str]) -> Change:
    if not entry.get("reason", "").strip():
        raise ValueError(f"an entry has no reason: {entry}")
    return Change(*(_stripped(entry[name]) for name in ("module", "function", "before", "after")))


def _stripped(text: str) -> str:
    return "\n".join(line.strip() for line in text.strip().splitlines())
