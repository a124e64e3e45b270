"""Show how far a run has come: a bar with rate and time left, and below it the counts by outcome."""

from collections import Counter
from collections.abc import Callable, Iterable

from rich.console import Console, RenderableType
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

from bingx_spot.bulk.blocking import CancelRun
from bingx_spot.cli.output import duration


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
