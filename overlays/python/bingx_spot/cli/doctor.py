"""`bingx-spot doctor`: check what could keep a cancel from working, and say how to fix it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

import click

from bingx_spot.cli.cancel import environment_option
from bingx_spot.cli.output import print_json, usage_errors
from bingx_spot.doctor.check_result import CheckResult, Status
from bingx_spot.doctor.checks import QUESTION, run_checks

_CHECK_FAILED = 1

_EPILOG = """\b
Examples:
  bingx-spot doctor
  bingx-spot doctor --env vst --yes
  bingx-spot doctor --env sandbox --yes --json

\b
Exit codes:
  0  no check failed: a cancel can work
  1  a check failed; its line says how to fix it
  2  wrong usage
"""
_STYLES = {Status.PASS: "green", Status.WARN: "yellow", Status.FAIL: "red", Status.SKIP: "dim"}
_STATUS_WIDTH = 4
_CHECK_WIDTH = 14


@click.command("doctor", epilog=_EPILOG)
@environment_option
@click.option(
    "--yes", is_flag=True, help="Try the API key without asking: cancels an order id that cannot exist."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def command(environment: str, yes: bool, as_json: bool) -> None:
    """Check API key, clock, network, hosts, permission, placement and limits, and say how to fix them."""
    results = run_checks(environment, _may_probe(yes=yes, as_json=as_json))
    with usage_errors():
        seen = list(results) if as_json else list(_print_each(results))
    ok = all(result.status is not Status.FAIL for result in seen)
    if as_json:
        print_json({"ok": ok, "checks": [asdict(result) for result in seen]})
    else:
        click.echo(
            "\nNo check failed: a cancel can work." if ok else "\nFix the failed checks, from the top."
        )
    sys.exit(0 if ok else _CHECK_FAILED)


def _may_probe(*, yes: bool, as_json: bool) -> Callable[[], bool]:
    """Return a function that asks for permission; without a terminal it does not ask."""
    if yes or as_json or not sys.stdin.isatty():
        return lambda: yes
    return lambda: click.confirm(QUESTION, default=True, err=True)


def _print_each(results: Iterator[CheckResult]) -> Iterator[CheckResult]:
    # One line at a time: a host that does not respond takes seconds.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    for result in results:
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=_STATUS_WIDTH)
        row.add_column(width=_CHECK_WIDTH)
        row.add_column(overflow="fold")
        row.add_row(Text(result.status, _STYLES[result.status]), Text(result.check), Text(result.found))
        if result.fix:
            row.add_row("", "", Text(result.fix, "dim"))
        console.print(row)
        yield result
