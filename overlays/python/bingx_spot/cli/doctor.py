"""`bingx-spot doctor`: check what could keep a cancel from working, and say how to fix it."""

import sys
from collections.abc import Iterator
from dataclasses import asdict

import click

from bingx_spot.cli.output import environment_option, json_option, print_json, usage_errors
from bingx_spot.doctor import CheckResult, Status
from bingx_spot.doctor.checks import QUESTION, run_checks

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


@click.command("doctor", epilog=_EPILOG)
@environment_option
@click.option(
    "--yes", is_flag=True, help="Try the API key without asking: cancels an order id that cannot exist."
)
@json_option
def command(environment: str, yes: bool, as_json: bool) -> None:
    """Check API key, clock, network, hosts, permission, placement and limits, and say how to fix them."""
    asks = not yes and not as_json and sys.stdin.isatty()
    results = run_checks(
        environment, lambda: click.confirm(QUESTION, default=True, err=True) if asks else yes
    )
    with usage_errors():
        seen = list(results) if as_json else list(_print_each(results))
    ok = all(result.status is not Status.FAIL for result in seen)
    if as_json:
        print_json({"ok": ok, "checks": [asdict(result) for result in seen]})
    else:
        summary = "No check failed: a cancel can work." if ok else "Fix the failed checks, from the top."
        click.echo(f"\n{summary}")
    sys.exit(0 if ok else 1)


def _print_each(results: Iterator[CheckResult]) -> Iterator[CheckResult]:
    # One line at a time: a host that does not respond takes seconds.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    for result in results:
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=4)
        row.add_column(width=14)
        row.add_column(overflow="fold")
        row.add_row(Text(result.status, _STYLES[result.status]), Text(result.check), Text(result.found))
        if result.fix:
            row.add_row("", "", Text(result.fix, "dim"))
        console.print(row)
        yield result
