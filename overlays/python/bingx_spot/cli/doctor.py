"""`bingx-spot doctor` and `bingx-spot time`: what could keep a cancel from working, the clock by itself."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import UTC, datetime
from shutil import get_terminal_size
from textwrap import wrap

import click

from bingx_spot.bulk.result import CancelOutcome
from bingx_spot.cli.connection import Connection, connection_options
from bingx_spot.cli.interruption import interruptible
from bingx_spot.cli.output import EXIT_CODES, json_option, print_json, print_line
from bingx_spot.doctor import CheckResult, Status
from bingx_spot.doctor.check_exchange import CANCEL_CHECK, KEY_CHECK, measure_time, offset_in_words
from bingx_spot.doctor.checks import QUESTION, run_checks
from bingx_spot.exceptions import CallError
from bingx_spot.visible_text import visible

_DOCTOR_EPILOG = """\b
Examples:
  bingx-spot doctor
  bingx-spot doctor --env vst --yes
  bingx-spot doctor --env sandbox --yes --json

\b
Exit codes:
  0  everything was checked: a cancel can work
  1  a check failed; its line says how to fix it
  2  wrong usage
  3  no check failed, but the key, or whether it may cancel, was not checked
"""
_TIME_EPILOG = """\b
Examples:
  bingx-spot time
  bingx-spot time --env vst --json

It needs no API key.

\b
Exit codes:
  0    the time is shown
  2    wrong usage
  3    the exchange did not say its time
"""
_COLORS = {Status.PASS: "green", Status.WARN: "yellow", Status.FAIL: "red", Status.SKIP: "bright_black"}


@click.command("doctor", epilog=_DOCTOR_EPILOG)
@connection_options
@click.option(
    "--yes",
    is_flag=True,
    help="Check without asking whether the key may cancel: by an order id that cannot exist.",
)
@json_option
def command(connection: Connection, yes: bool) -> None:
    """Check API key, clock, network, hosts, permission, placement and limits, and say how to fix them."""
    as_json = connection.as_json
    asks = not yes and not as_json and sys.stdin.isatty()
    results = run_checks(
        connection.options, lambda: click.confirm(QUESTION, default=True, err=True) if asks else yes
    )
    parsed = connection.environment
    with interruptible("No order was touched."):
        if not as_json:
            named = "" if parsed.name == parsed.base_url else f"Environment {parsed.name}, "
            print_line(f"{named}host {parsed.base_url}")
            print_line()
        seen = list(results) if as_json else list(_print_each(results))
    code, summary = _summary(seen)
    if as_json:
        checks = [asdict(result) for result in seen]
        print_json({"ok": code == 0, **connection.members(), "summary": summary, "checks": checks})
    else:
        print_line()
        print_line(summary)
    sys.exit(code)


def _summary(results: list[CheckResult]) -> tuple[int, str]:
    """Return the exit code, and what was proved and what was not."""
    statuses = {result.check: result.status for result in results}
    if Status.FAIL in statuses.values():
        if statuses.get(CANCEL_CHECK) is Status.PASS:
            # By the fallback host, or without the limits that are shared.
            return 1, "A cancel can work, but not as it should: fix what failed."
        key = "" if _is_checked(statuses, KEY_CHECK) else " The key was NOT checked."
        return 1, f"A cancel cannot work yet: fix what failed, from the top.{key}"
    if not _is_checked(statuses, KEY_CHECK):
        return 3, "Key NOT checked: whether a cancel can work is not known."
    if not _is_checked(statuses, CANCEL_CHECK):
        proved = "The exchange is reached, and accepts key and signature."
        return 3, f"{proved} NOT checked: whether the key may cancel, and how parameters are read."
    return 0, "Everything was checked: the exchange accepts the key for cancels."


def _is_checked(statuses: Mapping[str, Status], check: str) -> bool:
    return statuses.get(check, Status.SKIP) is not Status.SKIP


def _print_each(results: Iterator[CheckResult]) -> Iterator[CheckResult]:
    # One at a time: a host that does not respond takes seconds.
    indent, width = " " * 22, get_terminal_size().columns
    for result in results:
        first, *others = wrap(f"{result.check:<16}{result.found}", width - 6, subsequent_indent=indent[6:])
        click.secho(visible(f"{result.status:<6}"), fg=_COLORS[result.status], nl=False)
        for line in (first, *(indent[:6] + line for line in others)):
            print_line(line)
        for line in wrap(result.fix, width, initial_indent=indent, subsequent_indent=indent):
            print_line(line)
        yield result


@click.command("time", epilog=_TIME_EPILOG)
@connection_options
@json_option
def time_command(connection: Connection) -> None:
    """Print the exchange's time and the offset of this machine's clock."""
    codes = {CallError: EXIT_CODES[CancelOutcome.UNKNOWN]}
    with interruptible("Nothing was changed."), connection.printing_errors(codes):
        server_time, offset = measure_time(connection.options)
    rows: dict[str, object] = {"Unix ms": server_time}
    # A server may give a number that no date has.
    with suppress(ValueError, OverflowError, OSError):
        date = datetime.fromtimestamp(server_time / 1000, UTC)
        rows["UTC"] = f"{date:%Y-%m-%d %H:%M:%S}.{server_time % 1000:03}"
    rows["this machine is"] = f"{offset_in_words(offset)} it"
    members = {"serverTime": server_time, "clockOffset": offset}
    connection.show("The exchange's time", "cyan", rows, members)
