"""The table of spec/generators.md: what each generator's models make of the answers of the vectors."""

from collections.abc import Iterable, Mapping

from tools.conformance.generators import LOSSLESS
from tools.conformance.language import ROOT
from tools.conformance.reading import KINDS, Reading
from tools.conformance.run import Verdict
from tools.conformance.trial import Trial

PAGE = ROOT / "spec" / "generators.md"
START, END = "<!-- Made by `make generators`. -->\n", "<!-- The end of what `make generators` makes. -->\n"
_HEADINGS = ("generator", "version", "language", "options", *KINDS)
_NOT_PARSED = "generated, not parsed: no toolchain"
_OVERLAY = "all, below its overlay"
_OVERLAY_HINTS = {
    "openapi-generator": (
        "`disallowAdditionalPropertiesIfNotPresent=false`: answers have fields that are not listed"
    ),
    "openapi-typescript": f"its `transform` makes an `int64` a `bigint`; {LOSSLESS}",
    "progenitor": "one response for each operation, `200`; `nullable` from the named schemas",
}


def rows(trials: Iterable[Trial], verdicts: Iterable[Verdict]) -> dict[str, str]:
    """Return the rows of what was read, or cannot be, by the generator's name."""
    found = {}
    for trial in trials:
        if trial.reading:
            cells = shown_counts(trial.reading)
        elif trial.generator.reader is None:
            cells = [_NOT_PARSED]
        else:
            continue
        options = (
            " ".join([f"`{option}`" for option in trial.generator.options or ()]) or trial.generator.hint
        )
        name = trial.generator.name
        found[name] = _row([name, trial.version, trial.generator.language, options, *cells])
    for verdict in verdicts:
        if not verdict.missing and not verdict.wrongs:
            name, _, number = verdict.generator.partition(" ")
            found[f"{name} of {verdict.language}"] = _row(
                [name, number, verdict.language, _OVERLAY_HINTS.get(name, ""), _OVERLAY]
            )
    return found


def shown_counts(reading: Reading) -> list[str]:
    """Return the counts as text, in the order of the columns."""
    return [f"{right} of {of}" for right, of in (reading.counts[kind] for kind in KINDS)]


def stored_rows(page: str) -> dict[str, str]:
    """Return the rows of a page by the generator's name, that of an overlay with its language."""
    found = {}
    for line in _table(page).splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found[f"{cells[0]} of {cells[2]}" if cells[4] == _OVERLAY else cells[0]] = f"{line}\n"
    return found


def differences(made: Mapping[str, str], page: str) -> list[str]:
    """Return a sentence for each row that a page lacks or has otherwise."""
    stored = stored_rows(page)
    return [
        f"spec/generators.md has another row for {name}: run `make generators`"
        for name, row in made.items()
        if stored.get(name) != row
    ]


def with_rows(page: str, made: Mapping[str, str]) -> str:
    """Return a page with these rows; it keeps the others that it has."""
    merged = stored_rows(page) | made
    table = (
        _row(_HEADINGS) + _row(["---"] * len(_HEADINGS)) + "".join(merged[name] for name in sorted(merged))
    )
    return page.replace(START + _table(page) + END, START + table + END)


def _table(page: str) -> str:
    return page.split(START)[1].split(END, maxsplit=1)[0]


def _row(cells: Iterable[str]) -> str:
    filled = [*cells]
    filled += [""] * (len(_HEADINGS) - len(filled))
    return f"| {' | '.join(filled)} |\n"
