"""`make conformance`: run the script of each language and print a table of the results."""

import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import version

from rich.console import Console
from rich.table import Table

from tools.conformance.generation import generate_all
from tools.conformance.language import languages
from tools.conformance.run import BUILD, Verdict, prove


def main(names: list[str]) -> int:
    """Run the named languages, or all. Return 1 if anything is wrong, or missing on CI."""
    console = Console(width=80, highlight=False)
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
    failed = False if names else _generation(console)
    for verdict in verdicts:
        for wrong in verdict.wrongs:
            failed = True
            console.print(f"[red]✗[/] {verdict.language}:", end=" ")
            console.print(wrong, markup=False)
        if verdict.missing:
            failed |= bool(os.environ.get("CI"))
            console.print(f"{verdict.language}: skipped, not installed: {', '.join(verdict.missing)}")
    return 1 if failed else 0


def _generation(console: Console) -> bool:
    """Generate for languages without a toolchain. Return whether anything is wrong, or missing on CI."""
    if shutil.which("java") is None:
        console.print("Generation for other languages: skipped, not installed: java")
        return bool(os.environ.get("CI"))
    results = generate_all(BUILD / "generation")
    right = [one.language for one in results if not one.wrongs]
    console.print(
        f"Generated without a warning, every field of the models and none that is injected, amounts as text: "
        f"{', '.join(right)} (openapi-generator {version('openapi-generator-cli')})."
    )
    for one in results:
        for wrong in one.wrongs:
            console.print(f"[red]✗[/] {one.language}, {one.generator}:", end=" ")
            console.print(wrong, markup=False)
    return len(right) < len(results)


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
