"""Output of the commands: a table for people, one JSON object for programs, and the exit codes."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from decimal import Decimal

import click

from bingx_spot.bulk.items import format_input_error
from bingx_spot.bulk.result import CancelOutcome
from bingx_spot.core.clock import time_of_day
from bingx_spot.error_details import Attempt
from bingx_spot.exceptions import BingxError, CallError, InvalidInput
from bingx_spot.visible_text import visible, visible_json

#: The exit code of a cancel by its outcome. 2 is wrong usage.
EXIT_CODES = {
    CancelOutcome.CANCELLED: 0,
    CancelOutcome.UNAFFECTED: 1,
    CancelOutcome.UNKNOWN: 3,
    CancelOutcome.FILLED: 10,
    CancelOutcome.ALREADY_CANCELED: 11,
    CancelOutcome.FAILED: 12,
    CancelOutcome.NOT_OPEN: 13,
    CancelOutcome.NOT_FOUND: 14,
    CancelOutcome.STILL_OPEN: 15,
}
#: The exit code where a journal is damaged.
DAMAGED = 4

#: How many lines, or orders, are shown of many: more than a person reads.
SHOWN = 20

#: The colour of an outcome; of all others it is yellow.
STYLES: Mapping[str, str] = {
    CancelOutcome.CANCELLED: "green",
    CancelOutcome.STILL_OPEN: "red",
    CancelOutcome.UNAFFECTED: "red",
    CancelOutcome.UNKNOWN: "magenta",
}
# Where the user gives a parameter: an option or an environment variable.
_OPTION_NAMES = {
    "order_id": "ORDER_ID",
    "client_order_id": "--client-order-id",
    "recv_window": "--recv-window",
    "cancel_restrictions": "--only",
    "environment": "--env or BINGX_ENV",
    "limits": "BINGX_LIMITS",
    "proxy": "--proxy or BINGX_PROXY",
    "seconds": "--seconds",
    "timeout": "--timeout",
}

json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
dry_run_option = click.option(
    "--dry-run", is_flag=True, help="Show the request, secrets masked, and send nothing."
)


@contextmanager
def usage_errors() -> Iterator[None]:
    """Translate errors before a request is sent into click's usage errors, with the user's names."""
    try:
        yield
    except InvalidInput as error:
        raise click.UsageError(f"{format_input_error(error, _OPTION_NAMES)}.") from None
    except CallError:
        raise
    except BingxError as error:
        # Of the API key or of a journal.
        text = str(error)
        raise click.UsageError(text if text.endswith("?") else f"{text}.") from None


def error_members(error: CallError) -> dict[str, object]:
    """Return the members of the JSON object for a failed call."""
    code = error.code
    return {
        "error": type(error).__name__,
        # The exchange sends some as text.
        "code": int(code) if isinstance(code, str) and code.removeprefix("-").isdecimal() else code,
        "message": error.message,
        "httpStatus": error.http_status,
        "hint": error.hint or None,
        "retryAt": error.details.retry_at,
        "attempts": [asdict(attempt) for attempt in error.attempts],
    }


def attempt_lines(attempts: Sequence[Attempt], reason: str = "") -> list[str]:
    """Return one line for all attempts that are equal: how many, when and where, and their result.

    A `reason` that is shown beside the lines is not repeated in them.
    """
    groups: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in attempts:
        result = attempt.result.removesuffix(f": {reason}")
        groups.setdefault((attempt.operation, result), []).append(attempt)
    lines = []
    for (operation, result), equal in groups.items():
        times = dict.fromkeys(time_of_day(attempt.at) for attempt in (equal[0], equal[-1]))
        hosts = dict.fromkeys(attempt.host.partition("://")[2] or attempt.host for attempt in equal)
        count = "" if len(equal) == 1 else f" {len(equal)} times"
        lines.append(f"{operation}{count}, {' to '.join(times)}, {', '.join(hosts)}: {result}")
    return lines


def print_error(error: CallError, where: Mapping[str, object], *, as_json: bool) -> None:
    """Print why a call failed, and where: one JSON object, or a line on standard error."""
    if as_json:
        print_json({**where, **error_members(error)})
    else:
        until = error.details.retry_at
        retry_at = f" retry_at is {time_of_day(until)}." if until else ""
        print_line(f"{type(error).__name__} ({listed(where)}): {error}{retry_at}", err=True)


def distinct(members: Mapping[str, object]) -> dict[str, object]:
    """Return each value once, by its last name: of an environment that is but a host, only the host."""
    names = {value: name for name, value in members.items()}
    return {name: value for value, name in names.items()}


def listed(members: Mapping[str, object]) -> str:
    """Return names and values in one line, each value once."""
    return ", ".join(f"{name} {value}" for name, value in distinct(members).items())


def key_values(parameters: Sequence[str]) -> dict[str, str]:
    """Return the values of `KEY=VALUE` arguments; raise a usage error where they are not."""
    pairs: dict[str, str] = {}
    for parameter in parameters:
        name, equals, value = parameter.partition("=")
        if not equals or not name:
            raise click.UsageError(f"{parameter!r} is not KEY=VALUE.")
        if name in pairs:
            raise click.UsageError(f"{name} is given twice.")
        pairs[name] = value
    return pairs


def print_line(text: str = "", *, err: bool = False) -> None:
    """Print one line, whatever is in the text, on standard output or standard error."""
    click.echo(visible(text), err=err)


def print_json(value: object, *, indent: int | None = None) -> None:
    """Print JSON, an object without the members that are None: on one line, or indented for people."""
    if isinstance(value, Mapping):
        value = {name: member for name, member in value.items() if member is not None}
    # JSON can escape what the encoding of the stream does not have.
    escaped = "utf" not in (sys.stdout.encoding or "").lower()
    text = json.dumps(value, ensure_ascii=escaped, default=str, indent=indent)
    click.echo("\n".join(map(visible_json, text.split("\n"))))


def print_table(title: str, style: str, rows: Mapping[str, object], *, stderr: bool = False) -> None:
    """Print a title and one row for each member that is not None.

    There is no colour where standard output is not a terminal, or where NO_COLOR is set.
    """
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    # Text: in a str, rich would read markup.
    title_text = Text(visible(title), f"bold {style}")
    table = Table(title=title_text, title_justify="left", show_header=False)
    table.add_column(style="dim", no_wrap=True)
    table.add_column(overflow="fold")
    for label, value in rows.items():
        if value is not None:
            table.add_row(Text(visible(label)), Text(cell_text(value)))
    Console(highlight=False, stderr=stderr).print(table)


def cell_text(value: object) -> str:
    """Return the text of a cell; a list has one line for each of its items."""
    if isinstance(value, list):
        return "\n".join(map(cell_text, value))
    return visible(f"{value:f}" if isinstance(value, Decimal) else str(value))


def discard_output() -> None:
    """Discard everything that is printed to standard output from now on, since it cannot be written."""
    # Buffered text would fail again when the process ends.
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def print_first(texts: Sequence[str]) -> None:
    """Print texts on standard error, a line each: the first ones, and how many more there are."""
    for text in texts[:SHOWN]:
        print_line(text, err=True)
    if len(texts) > SHOWN:
        print_line(f"... and {len(texts) - SHOWN:,} more", err=True)


def print_damaged(lines: Sequence[int]) -> None:
    """Print the lines of a journal that are damaged on standard error."""
    print_first([f"line {line} of the journal is damaged: nothing is sent for its order" for line in lines])


def plural(number: int, noun: str) -> str:
    """Return a number and a noun, such as `1 row` or `1,234 rows`."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
