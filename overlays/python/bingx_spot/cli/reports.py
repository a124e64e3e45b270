"""Say what came of a run, and of what is in a journal."""

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from itertools import islice
from pathlib import Path

import click
from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import Counts, JournalRow
from bingx_spot.bulk.sync_run import CancelRun
from bingx_spot.cli.bulk_run import ManyRun
from bingx_spot.cli.output import NOT_CANCELLED, UNKNOWN, duration, print_table, suppress_closed_output

_COLOURS = {"cancelled": "green", "not open": "yellow", "refused": "red", "unknown": "magenta"}
# What is worth a person's look at the end of a run; the rest is in the journal.
_SHOWN = 20
_UNFINISHED = ("not open", "refused", "untouched", "unknown", "asked")


def show_end(run: ManyRun, path: Path | None) -> int:
    """Print what came of a run, and return its exit code.

    Args:
        run: The run.
        path: Where its journal is, or None where it goes with the process.
    """
    try:
        counts = run.journal.counts()
    except JournalError:
        # Which was told already; this is at least what is known.
        counts = Counts(run.ended)
    with suppress_closed_output():
        _print_end(run, counts, path)
    if counts.unknown:
        return UNKNOWN
    return 0 if counts.states["cancelled"] == counts.total and not run.problem else NOT_CANCELLED


def _print_end(run: ManyRun, counts: Counts, path: Path | None) -> None:
    for result in run.unkept:
        request = result.request
        named = "" if request is None else f"{request.symbol} {request.order_id or request.client_order_id}"
        click.echo(f"Not in the journal: {named}: {result.outcome}", err=True)
    if run.problem:
        click.echo(f"Ended before all was done: {run.problem}", err=True)
    if not run.as_json:
        _print_unfinished(run, path)
    done = counts.states["cancelled"] == counts.total
    title, colour = ("Cancelled", "green") if done else ("Not all are cancelled", "yellow")
    print_table(title, colour, summary_rows(counts, path), stderr=run.as_json)


def _print_unfinished(run: ManyRun, path: Path | None) -> None:
    with suppress(JournalError):
        more = print_entries(run.journal.entries(_UNFINISHED), "Not cancelled", _SHOWN)
        if more:
            where = "--journal or --json tells" if path is None else "the journal tells"
            click.echo(f"... and {more:,} more, of which {where}.\n")


def summary_rows(counts: Counts, journal: Path | None) -> dict[str, object]:
    """Return what the table at the end of a run shows.

    Args:
        counts: Of all the orders.
        journal: Where the details are, or None where they are nowhere.
    """
    again = "" if journal is None else "; the same command again goes on with them"
    find_out = "see bingx-spot query" if journal is None else "the same command again finds out"
    left = f"{counts.left:,}: surely untouched{again}"
    unknown = f"{counts.unknown:,}: perhaps cancelled; {find_out}"
    return {
        "cancelled": f"{counts.states['cancelled']:,}",
        "not open": _not_open(counts),
        "refused": f"{counts.states['refused']:,}",
        "unknown": unknown if counts.unknown else "0",
        "left": left if counts.left else None,
        "details": None if journal is None else f"bingx-spot journal {journal}",
    }


def _not_open(counts: Counts) -> str:
    number = counts.states["not open"]
    parts = [f"{count:,} {word}" for word, count in counts.not_open().items()]
    if counts.perhaps_ours:
        parts.append(f"{counts.perhaps_ours:,} of them perhaps by this run, before it was cut off")
    return f"{number:,}: {', '.join(parts)}" if number else "0"


def print_entries(entries: Iterable[JournalRow], title: str, longest: int, *, stderr: bool = False) -> int:
    """Print a table of orders, and return how many more there were than fit into it.

    Args:
        entries: The orders.
        title: What they are.
        longest: How many to print.
        stderr: Whether to print it on standard error.
    """
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    iterator = iter(entries)
    table = Table(title=title, title_style="bold", title_justify="left")
    for heading, justify in (("line", "right"), ("symbol", "left"), ("order", "left"), ("outcome", "left")):
        table.add_column(heading, justify=justify, overflow="fold")  # type: ignore[arg-type]
    table.add_column("why", overflow="fold", ratio=1)
    for entry in islice(iterator, longest):
        named = str(entry.order_id or entry.client_order_id)
        outcome = f"[{_COLOURS.get(entry.state, 'default')}]{entry.state}[/]"
        table.add_row(str(entry.line), escape(entry.symbol), escape(named), outcome, escape(_why(entry)))
    if table.row_count:
        Console(highlight=False, stderr=stderr).print(table)
    return sum(1 for _ in iterator)


def _why(entry: JournalRow) -> str:
    if entry.perhaps_ours:
        return f"{entry.order_status or 'of unknown status'}, perhaps by this run before it was cut off"
    if entry.state == "not open":
        return entry.order_status or entry.hint or ""
    said = f"{entry.message or ''}{f' (code {entry.code})' if entry.code else ''}".strip()
    return "; ".join(part for part in (entry.order_status, said) if part)


class RunProgress(Progress):
    """Show a run's progress on standard error while its `with` block lasts.

    Args:
        total: How many orders the run has.
        run: The run.
        is_ending: Tells whether it was asked to end.
    """

    def __init__(self, total: int, run: CancelRun, is_ending: Callable[[], bool]) -> None:
        self._run = run
        self._is_ending = is_ending
        self._counts: Counter[str] = Counter()
        super().__init__(
            *(BarColumn(None), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()),
            console=Console(stderr=True),
            expand=True,
            transient=True,
            # What is printed meanwhile goes where it would go without a bar.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._shown = self.add_task("", total=total)

    def ended(self, outcome: str) -> None:
        """Count an order that has ended.

        Args:
            outcome: How, in a word.
        """
        self._counts[outcome] += 1
        self.advance(self._shown)

    def get_renderables(self) -> Iterable[RenderableType]:
        """Return what is shown: the bar, and a line below it."""
        yield from super().get_renderables()
        yield self._line()

    def _line(self) -> Text:
        if self._is_ending():
            return Text("finishing what is out; Ctrl-C once more ends at once", style="yellow")
        if locked := self._run.locked_for:
            return Text(f"the exchange will not listen for another {duration(locked)}", style="yellow")
        return Text(", ".join(f"{number:,} {outcome}" for outcome, number in self._counts.items()))


class _Rate(ProgressColumn):
    """Show how many orders a second have ended lately."""

    def render(self, task: Task) -> Text:
        """Return what is shown."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s")
