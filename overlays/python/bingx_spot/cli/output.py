"""Print results: a table for people, one JSON object for programs."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal
from types import FrameType, TracebackType
from typing import Self

import click

from bingx_spot.exceptions import CallError, InvalidInput
from bingx_spot.models import Order

NOT_CANCELLED = 1
UNKNOWN = 3

_OPTIONS = {
    "order_id": "--order-id",
    "client_order_id": "--client-order-id",
    "recv_window": "--recv-window",
    "cancel_restrictions": "--only",
    "environment": "--env",
    "limits": "BINGX_LIMITS",
    "rate": "BINGX_RATE",
    "symbol": "SYMBOL",
}


def in_options(problem: InvalidInput) -> str:
    """Return the error's text with the fields named as the options that they came from."""
    words = [_OPTIONS.get(word, word) for word in problem.field.split(" ")]
    return f"{' '.join(words)} {problem.reason}; allowed: {problem.allowed}."


def order_rows(order: Order) -> dict[str, object]:
    """Return what a table shows of an order."""
    return {
        "symbol": order.symbol,
        "order id": order.order_id,
        "client order id": order.client_order_id,
        "status": order.status,
        "type": order.type,
        "side": order.side,
        "price": order.price,
        "quantity": order.orig_qty,
        "executed": order.executed_qty,
        "average price": order.avg_price,
        "fee": order.fee,
    }


def failure_facts(problem: CallError) -> dict[str, object]:
    """Return what one JSON object tells of a call that failed."""
    return {
        "error": type(problem).__name__,
        "code": problem.code,
        "message": problem.message,
        "httpStatus": problem.http_status,
        "hint": problem.hint or None,
        "retryAt": problem.details.retry_at,
        "attempts": [asdict(attempt) for attempt in problem.attempts],
    }


@contextmanager
def suppress_closed_output() -> Iterator[None]:
    """Let the block print to whom may have stopped reading: a result does not change over that."""
    try:
        yield
    except (OSError, SystemExit):
        # SystemExit is what rich makes of a closed pipe.
        silence_output()


def silence_output() -> None:
    """Print nothing more to standard output, which cannot be written."""
    # What is buffered would fail once more at the end of the process.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def duration(seconds: float) -> str:
    """Return a length of time in words: its two largest units.

    Args:
        seconds: How long.
    """
    days, rest = divmod(round(seconds), 86_400)
    hours, rest = divmod(rest, 3_600)
    minutes, seconds = divmod(rest, 60)
    named = ((days, "d"), (hours, "h"), (minutes, "min"), (seconds, "s"))
    parts = [f"{number} {unit}" for number, unit in named if number]
    return " ".join(parts[:2]) or "0 s"


def print_failure(problem: CallError, *, as_json: bool) -> None:
    """Print why a call failed: one JSON object, or a line on standard error."""
    if as_json:
        print_json(failure_facts(problem))
    else:
        click.echo(f"{type(problem).__name__}: {problem}", err=True)


def print_json(members: Mapping[str, object]) -> None:
    """Print one JSON object on one line of standard output, without the members that are None."""
    present = {name: value for name, value in members.items() if value is not None}
    # Escaped where the stream could not carry it; JSON has its own way to write any character.
    escaped = "utf" not in (sys.stdout.encoding or "").lower()
    click.echo(json.dumps(present, ensure_ascii=escaped, default=str))


def print_table(title: str, colour: str, rows: Mapping[str, object], *, stderr: bool = False) -> None:
    """Print a title and a row for each member that is not None.

    Colour is left out where standard output is no terminal, or where NO_COLOR is set.

    Args:
        title: What happened, in a word or two.
        colour: A colour of rich's, `green` for example.
        rows: Labels and values.
        stderr: Whether to print it on standard error.
    """
    # Imported here: a quarter of the start of a command that prints JSON.
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    table = Table(title=title, title_style=f"bold {colour}", title_justify="left", show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in rows.items():
        if value is not None:
            table.add_row(label, escape(_text(value)))
    Console(highlight=False, stderr=stderr).print(table)


def _text(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


#: The exit code of a command that was interrupted.
INTERRUPTED = 130

_SIGNALS = ("SIGINT", "SIGTERM", "SIGHUP")
_SHOW_CURSOR = b"\x1b[?25h"


class Interruption:
    """Watch for the signals that ask a process to end, for as long as its `with` block lasts.

    Before `calls` was called, the first signal raises KeyboardInterrupt.
    """

    def __init__(self) -> None:
        self.happened = False
        self._stop: Callable[[], object] | None = None
        self._before: dict[signal.Signals, object] = {}

    def calls(self, stop: Callable[[], object]) -> None:
        """Let the first signal call this instead.

        Args:
            stop: Ends in order what is under way.
        """
        self._stop = stop

    def __enter__(self) -> Self:
        for name in _SIGNALS:
            number = getattr(signal, name, None)
            # What a shell or nohup has told the process to ignore is ignored.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                self._before[number] = signal.signal(number, self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]

    def _handle(self, _number: int, _frame: FrameType | None) -> None:
        if self.happened:
            if sys.stderr.isatty():
                os.write(2, _SHOW_CURSOR)
            # Without another word: the journal has what it must have at any moment.
            os._exit(INTERRUPTED)
        self.happened = True
        if self._stop is None:
            raise KeyboardInterrupt
        self._stop()
