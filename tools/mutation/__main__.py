"""`make mutation`: run mutmut, and compare the survivors with survivors.toml."""

import os
import subprocess
import sys
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tools.mutation.results import Mutant, Unusable, check_ids, mutants
from tools.mutation.staging import STAGE, stage
from tools.mutation.verdict import Change, Verdict, explanations, judge

_MUTMUT = str(Path(sys.executable).with_name("mutmut"))
_KILLED = ("killed", "timed out")


def main() -> int:
    """Run, print the table and the score, and return 1 if anything is left to explain or to remove."""
    console = Console(width=110, highlight=False)
    try:
        found = _run(stage())
    except Unusable as problem:
        console.print(f"[red]✗[/] {problem}", markup=True)
        return 1
    survivors = [Change.of(mutant, _diff(mutant)) for mutant in found if mutant.end == "survived"]
    verdict = judge(survivors, explanations())
    console.print(_table(found, verdict))
    _print_wrongs(console, verdict)
    killed = sum(mutant.end in _KILLED for mutant in found)
    console.print(
        f"Mutants: {len(found)}, killed: {killed} ({killed / len(found):.1%}), "
        f"explained: {len(verdict.explained)}, survived: {len(verdict.unexplained)}",
        style="bold",
    )
    return 0 if verdict.good else 1


def _run(folder: Path) -> list[Mutant]:
    # A PYTHONPATH could import the sources that are not mutated.
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    command = [_MUTMUT, "run", "--max-children", str(os.cpu_count() or 2)]
    log = folder / "mutmut.log"
    with log.open("wb") as output:
        ran = subprocess.run(command, cwd=folder, env=environment, stdout=output, stderr=output, check=False)
    if ran.returncode:
        raise Unusable(f"mutmut ended with {ran.returncode}:\n{log.read_text(errors='replace')[-3000:]}")
    check_ids(folder)
    return mutants(folder)


def _diff(mutant: Mutant) -> str:
    shown = subprocess.run(
        [_MUTMUT, "show", mutant.key], cwd=STAGE, capture_output=True, text=True, check=True
    )
    return shown.stdout


def _table(found: list[Mutant], verdict: Verdict) -> Table:
    table = Table(box=None, header_style="dim")
    for heading in ("module", "mutants", "killed", "timed out", "explained", "survived"):
        table.add_column(heading, justify="left" if heading == "module" else "right")
    for module in sorted({mutant.module for mutant in found}):
        ends = [mutant.end for mutant in found if mutant.module == module]
        explained = verdict.explained_in(module)
        counts = [ends.count("killed"), ends.count("timed out"), explained]
        table.add_row(module, *map(str, (len(ends), *counts, ends.count("survived") - explained)))
    return table


def _print_wrongs(console: Console, verdict: Verdict) -> None:
    for sentence, changes in (
        ("survived, and survivors.toml does not explain it", verdict.unexplained),
        ("is explained in survivors.toml, and is killed or gone", verdict.gone),
    ):
        for change in changes:
            console.print(f"[red]✗[/] {change.module} {change.function} {sentence}:")
            console.print(f"  - {change.before}\n  + {change.after}", markup=False)


if __name__ == "__main__":
    sys.exit(main())
