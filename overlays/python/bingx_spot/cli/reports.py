"""Reports about many orders: progress, results and summary of a bulk run, and the rows of a journal."""

from collections import Counter
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from shlex import quote
from typing import cast

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.table import Table
from rich.text import Text

from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import (
    DAMAGED,
    IN_FLIGHT,
    OUTCOMES,
    WAITING,
    Counts,
    JournalRow,
    PendingOrder,
)
from bingx_spot.bulk.result import CancelOutcome, CancelResult
from bingx_spot.bulk.sync_run import CancelRun
from bingx_spot.cli import output
from bingx_spot.cli.interruption import Interruption
from bingx_spot.core.clock import format_duration

_STYLES: Mapping[str, str] = {**output.STYLES, IN_FLIGHT: "magenta", WAITING: "default"}
_NOT_CANCELLED = tuple(word for word in OUTCOMES if word not in (CancelOutcome.CANCELLED, WAITING))


@dataclass(slots=True)
class RunReport:
    """Records and prints the results of a bulk run, and its summary."""

    journal: Journal
    where: Mapping[str, object] = field(default_factory=dict)  # requests go
    path: Path | None = None  # of the journal, where it outlives the process
    as_json: bool = False
    left_out: int = 0  # rows of the input that cannot be sent
    outcomes: Counter[str] = field(default_factory=Counter)
    unrecorded: list[CancelResult] = field(default_factory=list)  # results that the journal could not take
    problem: str = ""  # why the run has to end early

    def add(self, result: CancelResult) -> None:
        """Record a result in the journal, and print it."""
        # The journal yields the items.
        order = cast("PendingOrder", result.item)
        try:
            row = self.journal.record(order.line, result)
            outcome, members = row.outcome, row.to_dict()
        except JournalError as error:
            # Requests in flight are still finished and printed; nothing more is sent that cannot be recorded.
            self.problem = str(error)
            self.unrecorded.append(result)
            outcome = result.outcome.value
            members = {"line": order.line, "outcome": outcome, **order.parameters()}
        self.outcomes[outcome] += 1
        # Of an order for which nothing was sent, there is nothing to say.
        if self.as_json and outcome != WAITING:
            try:
                output.print_json({**members, **self.where})
            except OSError as error:
                self.problem = f"standard output cannot be written: {error.strerror}"
                output.discard_output()

    def print_summary(self, *, interrupted: bool = False) -> int:
        """Print the summary of the run, one line if a signal interrupted it, and return its exit code."""
        try:
            counts = self.journal.counts()
        except JournalError:
            # The problem is known already; the results of this run are known at least.
            counts = Counts(self.outcomes)
        try:
            self._print(counts, interrupted=interrupted)
        except (OSError, SystemExit):
            # The reader of standard output has closed it, which does not change the result. rich exits then.
            output.discard_output()
        if counts.unknown or counts[DAMAGED]:
            return output.EXIT_CODES[CancelOutcome.UNKNOWN]
        all_cancelled = counts[CancelOutcome.CANCELLED] == counts.total() and not self.problem
        return 0 if all_cancelled else output.EXIT_CODES[CancelOutcome.UNAFFECTED]

    def _print(self, counts: Counts, *, interrupted: bool) -> None:
        if interrupted and counts.unfinished:
            counted = ", ".join(f"{counts[word]:,} {word}" for word in OUTCOMES if counts[word])
            again = "go on" if self.path is not None else "finish; with --journal it goes on where it stopped"
            where = output.listed(self.where)
            text = f"Interrupted: {counted}. Run the same command again to {again}. ({where})"
            output.print_line(text, err=True)
            return
        for result in self.unrecorded:
            order = cast("PendingOrder", result.item)
            named = f"{order.symbol} {order.order_id or order.client_order_id}"
            output.print_line(f"Not in the journal: {named}: {result.outcome}", err=True)
        if self.problem:
            output.print_line(f"The run ended early: {self.problem}", err=True)
        if not self.as_json:
            with suppress(JournalError):
                others = self.journal.rows(_NOT_CANCELLED)
                more = print_rows(others, "Outcomes other than cancelled", output.SHOWN)
                if more:
                    where = "--journal or --json shows" if self.path is None else "the journal shows"
                    output.print_line(f"... and {more:,} more, which {where}.")
                    output.print_line()
        title = "Some outcomes are unknown" if counts.unknown else "Not all cancelled by this run"
        style = "yellow"
        if counts[CancelOutcome.CANCELLED] == counts.total():
            title, style = ("Cancelled" if counts.total() else "Nothing to cancel"), "green"
        rows = {**output.distinct(self.where), **summary_rows(counts, self.path)}
        rows["left out"] = output.plural(self.left_out, "bad row") if self.left_out else None
        output.print_table(title, style, rows, stderr=self.as_json)


def summary_rows(counts: Counts, path: Path | None) -> dict[str, object]:
    """Return the rows of the table that summarizes a journal, which may have a file."""
    rows: dict[str, object] = {"cancelled": f"{counts[CancelOutcome.CANCELLED]:,}"}
    for outcome, meaning in OUTCOMES.items():
        if (number := counts[outcome]) and outcome != CancelOutcome.CANCELLED:
            rows[outcome] = f"{number:,}: {meaning}"
    if maybe := counts.maybe_cancelled_by_us:
        rows["of these"] = f"{maybe:,} maybe cancelled by this run, by a request before it was killed"
    if again := counts.unfinished:
        how = "run the same command again, or query them" if path is None else "run the same command again"
        rows["unfinished"] = f"{again:,}: {how}"
    rows["details"] = None if path is None else f"bingx-spot journal {quote(str(path))}"
    return rows


def print_rows(rows: Iterable[JournalRow], title: str, longest: int) -> int:
    """Print a table with at most `longest` orders, and return how many more there are."""
    iterator = iter(rows)
    # Only the outcome gives way in a narrow terminal: an order id that is broken cannot be copied.
    table = Table(title=Text(title, "bold"), title_justify="left", expand=True)
    table.add_column("line", justify="right", overflow="fold")
    for heading in ("symbol", "order"):
        table.add_column(heading, overflow="fold")
    table.add_column("outcome", overflow="fold", ratio=1)
    for row in islice(iterator, longest):
        cells = (row.line, row.symbol, row.order_id or row.client_order_id)
        outcome = Text(row.outcome, _STYLES.get(row.outcome, "yellow"))
        if reason := _reason(row):
            outcome = Text.assemble(outcome, f": {output.cell_text(reason)}")
        table.add_row(*map(Text, map(output.cell_text, cells)), outcome)
    if table.row_count:
        Console(highlight=False).print(table)
    return sum(1 for _ in iterator)


def _reason(row: JournalRow) -> str:
    """Return why a row has its outcome, in a few words; these three outcomes say it themselves."""
    if row.maybe_cancelled_by_us:
        return "maybe cancelled by this run before it was killed"
    if row.outcome in (CancelOutcome.CANCELLED, CancelOutcome.FILLED, CancelOutcome.ALREADY_CANCELED):
        return ""
    said = f"{row.message or ''}{f' (code {row.code})' if row.code else ''}".strip()
    return "; ".join(part for part in (row.order_status, said) if part)


class RunProgress(Progress):
    """Progress bar of a bulk run on standard error, with a line of the outcomes so far below it."""

    def __init__(self, total: int, run: CancelRun, report: RunReport, interruption: Interruption) -> None:
        self._run, self._outcomes, self._interruption = run, report.outcomes, interruption
        super().__init__(
            *(BarColumn(None), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()),
            console=Console(stderr=True),
            expand=True,
            transient=True,
            # Everything else is printed where it would be printed without a bar.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self.bar = self.add_task("", total=total)

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bar, and a line below it."""
        yield from super().get_renderables()
        if self._interruption.happened:
            yield Text("finishing requests in flight; Ctrl-C again ends at once", style="yellow")
        elif locked := self._run.locked_for:
            yield Text(f"rate limited: locked out for another {format_duration(locked)}", style="yellow")
        else:
            yield Text(", ".join(f"{number:,} {outcome}" for outcome, number in self._outcomes.items()))


class _Rate(ProgressColumn):
    def render(self, task: Task) -> Text:
        return Text("" if task.speed is None else f"{task.speed:.1f}/s")
