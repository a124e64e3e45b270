"""`make pythons`: test the wheel on each installed Python, and print a table."""

import subprocess
import sys

from rich.console import Console
from rich.table import Table

from tools.pythons.installed import installed_pythons, not_installed
from tools.pythons.paths import BUILD, LOG, SESSIONS
from tools.pythons.verdict import Verdict, verdicts

# Lines of the log that are printed if a session did not reach its tests.
_TAIL = 40


def main() -> int:
    """Run every session, and return 1 if one failed or no Python was found."""
    for old in (*BUILD.glob("*.xml"), SESSIONS):
        old.unlink(missing_ok=True)
    pythons = installed_pythons()
    with LOG.open("w") as log:
        # By its module, so that the noxfile can import from here.
        nox = [sys.executable, "-m", "nox", "--nocolor", "-j", "2", "--report", str(SESSIONS)]
        ended = subprocess.run(nox, stdout=log, stderr=log, check=False).returncode
    seen = verdicts(SESSIONS) if SESSIONS.exists() else []
    console = Console(width=80, highlight=False)
    console.print(table(seen))
    if missing := not_installed(pythons):
        console.print(f"Not tried, because not installed: Python {', '.join(missing)}.")
    well = ended == 0 and len(seen) == 2 * len(pythons) > 0 and all(each.well for each in seen)
    if not well:
        _explain(console, seen)
    return 0 if well else 1


def table(seen: list[Verdict]) -> Table:
    """Return a table of the sessions."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    for heading in ("Python", "dependencies", "passed", "failed", "verdict"):
        shown.add_column(
            heading, no_wrap=True, justify="right" if heading in ("passed", "failed") else "left"
        )
    for each in sorted(seen, key=lambda each: [*map(int, each.version.split(".")), each.dependencies]):
        counts = str(each.passed), str(len(each.failed))
        shown.add_row(each.version, each.dependencies, *counts, "works" if each.well else "[red]FAILS[/]")
    return shown


def _explain(console: Console, seen: list[Verdict]) -> None:
    for each in seen:
        for name in each.failed:
            console.print(f"✗ {each.version} {each.dependencies}: {name}", markup=False)
    lines = LOG.read_text().splitlines()
    for line in lines[-_TAIL:]:
        console.print(line, markup=False)
    console.print(f"The whole log is in {LOG.relative_to(BUILD.parent.parent)}.")


if __name__ == "__main__":
    sys.exit(main())
