"""Run through the orders of a journal, and keep and tell how each ended."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import DueOrder
from bingx_spot.bulk.result import CancelResult
from bingx_spot.bulk.sync_run import CancelRun
from bingx_spot.cli.output import Interruption, print_json, silence_output
from bingx_spot.client import BingxSpot
from bingx_spot.exceptions import BulkRunAborted


@dataclass(slots=True)
class ManyRun:
    """Run through what is due in a journal.

    Attributes:
        journal: Where the orders are.
        as_json: Whether each result is printed as a line of JSON.
        problem: Why it ended before all was done, in words, or nothing.
        unkept: The results that the journal could not take.
        ended: How many orders ended in which state.
    """

    journal: Journal
    as_json: bool = field(kw_only=True)
    problem: str = ""
    unkept: list[CancelResult] = field(default_factory=list)
    ended: Counter[str] = field(default_factory=Counter)
    _prints: bool = True

    def through(self, bingx: BingxSpot, interruption: Interruption) -> None:
        """Cancel what is due, until all is done, an error stops it, or somebody interrupts it.

        Args:
            bingx: Cancels.
            interruption: Tells that somebody wants it to end.
        """
        counts = self.journal.counts()
        with bingx.cancel_orders(self.journal.due()) as run:
            interruption.calls(run.stop)
            with self._progress(counts.left + counts.unknown, run, interruption) as ended:
                try:
                    for result in run:
                        state = self._kept(result, run)
                        self.ended[state] += 1
                        ended(state)
                except (BulkRunAborted, JournalError) as problem:
                    self.problem = self.problem or str(problem)

    def _kept(self, result: CancelResult, run: CancelRun) -> str:
        """Keep a result, print it, and return its outcome in a word."""
        assert isinstance(result.item, DueOrder)  # noqa: S101 - what the journal gives
        try:
            entry = self.journal.settle(result.item.line, result)
        except JournalError as problem:
            # What is out is finished still, and told; nothing more goes out that nobody could keep.
            self.problem = str(problem)
            self.unkept.append(result)
            run.stop()
            self._print(
                {"line": result.item.line, "outcome": result.outcome, **result.item.parameters()}, run
            )
            return str(result.outcome)
        self._print(entry.written(), run)
        return entry.state

    def _print(self, members: Mapping[str, object], run: CancelRun) -> None:
        if not self.as_json or not self._prints:
            return
        try:
            print_json(members)
        except OSError as problem:
            self.problem = f"standard output cannot be written: {problem.strerror}"
            self._prints = False
            silence_output()
            run.stop()

    @contextmanager
    def _progress(
        self, total: int, run: CancelRun, interruption: Interruption
    ) -> Iterator[Callable[[str], object]]:
        """Show a bar while the block lasts, where somebody can see it; yields what counts an order."""
        # A bar between the lines of the same terminal would help nobody.
        shared = self.as_json and sys.stdout.isatty()
        if shared or not sys.stderr.isatty():
            yield lambda _: None
            return
        from bingx_spot.cli.reports import RunProgress

        with RunProgress(total, run, lambda: interruption.happened) as progress:
            yield progress.ended
