"""`make conformance`: run each language, the generators and the kit's collections; print the results."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor

from rich.console import Console
from rich.table import Table

from tools.conformance.by_hand import run_collections
from tools.conformance.generators_page import PAGE, differences, rows, shown_counts, with_rows
from tools.conformance.language import languages
from tools.conformance.reading import KINDS
from tools.conformance.run import BUILD, Verdict, prove
from tools.conformance.trial import Trial, try_all


def main(arguments: list[str]) -> int:
    """Run the named languages, or all. Return 1 if anything is wrong, or missing on CI.

    Args:
        arguments: Names of languages; `--write` reads with slow readers too, and writes spec/generators.md.
    """
    console = Console(width=80, highlight=False)
    write, names = "--write" in arguments, [each for each in arguments if each != "--write"]
    known = languages()
    unknown = set(names) - {language.name for language in known}
    if unknown:
        console.print(f"✗ no such language here: {', '.join(sorted(unknown))}", style="red")
        return 2
    chosen = [language for language in known if not names or language.name in names]
    # Two at a time: one downloads or starts a JVM while the other compiles.
    with ThreadPoolExecutor(2) as threads:
        verdicts = list(threads.map(prove, chosen))
    console.print(table(verdicts))
    failed = False
    if not names:
        failed = _generators(console, verdicts, write=write)
        verdicts.append(run_collections(BUILD / "collections"))
        console.print(f"{verdicts[-1].language}: {verdicts[-1].generator or 'not run to the end'}")
    for verdict in verdicts:
        for wrong in verdict.wrongs:
            failed = True
            console.print(f"[red]✗[/] {verdict.language}:", end=" ")
            console.print(wrong, markup=False)
        if verdict.missing:
            failed |= bool(os.environ.get("CI"))
            console.print(f"{verdict.language}: skipped, not installed: {', '.join(verdict.missing)}")
    return 1 if failed else 0


def _generators(console: Console, verdicts: list[Verdict], *, write: bool) -> bool:
    """Try every other generator. Return whether anything is wrong, or missing on CI."""
    if shutil.which("java") is None:
        console.print("Generation for other languages: skipped, not installed: java")
        return bool(os.environ.get("CI"))
    trials = try_all(BUILD / "generators", slow=write)
    console.print(readings(trials))
    for trial in trials:
        if not trial.reading:
            console.print(f"{trial.generator.name}: generated, not read: {trial.why_not}")
    made = rows(trials, verdicts)
    page = PAGE.read_text("utf-8")
    if write:
        PAGE.write_text(with_rows(page, made), "utf-8")
    wrongs = [f"{trial.generator.name}: {wrong}" for trial in trials for wrong in trial.wrongs]
    wrongs += [] if write else differences(made, page)
    for wrong in wrongs:
        console.print("[red]✗[/]", end=" ")
        console.print(wrong, markup=False)
    return bool(wrongs)


def readings(trials: list[Trial]) -> Table:
    """Return the table of the generators, which is that of spec/generators.md as far as it was made."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("generator", *KINDS):
        shown.add_column(heading, no_wrap=True)
    for trial in trials:
        if trial.reading:
            shown.add_row(trial.generator.name, *shown_counts(trial.reading))
    return shown


def table(verdicts: list[Verdict]) -> Table:
    """Return the table of the results."""
    shown = Table(box=None, header_style="dim", pad_edge=False, padding=(0, 1, 0, 0))
    headings = (
        "language",
        "generator",
        "vectors\npassed",
        "outcome\npassed",
        "sandbox\ncancel",
        "id\nexact",
    )
    for heading in headings:
        shown.add_column(heading, no_wrap=True)
    for verdict in verdicts:
        if verdict.missing:
            shown.add_row(verdict.language, "not run")
            continue
        counts = f"{verdict.passed} of {verdict.total}"
        outcomes = "none" if verdict.outcomes is None else "{} of {}".format(*verdict.outcomes)
        answers = ["yes" if right else "NO" for right in (verdict.cancelled, verdict.exact)]
        shown.add_row(verdict.language, verdict.generator, counts, outcomes, *answers)
    return shown


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
