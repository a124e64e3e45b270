"""Progress bar of `bingx-spot cancel-many`."""

from collections import Counter
from collections.abc import Callable, Iterable

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

from bingx_spot.bulk.sync_run import CancelRun
from bingx_spot.cli.output import format_duration


class RunProgress(Progress):
    """Progress bar of a bulk run on standard error, while its `with` block lasts.

    Args:
        total: How many orders the run has.
        run: The run.
        outcomes: How many orders have ended with which outcome.
        is_stopping: Returns whether a signal has stopped the run.
    """

    def __init__(
        self, total: int, run: CancelRun, outcomes: Counter[str], is_stopping: Callable[[], bool]
    ) -> None:
        self._run, self._outcomes, self._is_stopping = run, outcomes, is_stopping
        super().__init__(
            *(BarColumn(None), MofNCompleteColumn(), _Rate(), TimeRemainingColumn()),
            console=Console(stderr=True),
            expand=True,
            transient=True,
            # Everything else is printed where it would be printed without a bar.
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._bar = self.add_task("", total=total)

    def count(self) -> None:
        """Count an order that has ended."""
        self.advance(self._bar)

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield the bar, and a line below it."""
        yield from super().get_renderables()
        if self._is_stopping():
            yield Text("finishing requests in flight; Ctrl-C again ends at once", style="yellow")
        elif locked := self._run.locked_for:
            yield Text(f"rate limited: locked out for another {format_duration(locked)}", style="yellow")
        else:
            yield Text(", ".join(f"{number:,} {outcome}" for outcome, number in self._outcomes.items()))


class _Rate(ProgressColumn):
    """Column with the recent number of orders a second."""

    def render(self, task: Task) -> Text:
        """Return the text of the column."""
        return Text("" if task.speed is None else f"{task.speed:.1f}/s")
