"""`bingx-spot doctor`: tell what is wrong on this machine, and how to mend it."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import asdict

import click

from bingx_spot.cli.cancel import environment_option
from bingx_spot.cli.output import in_options, print_json
from bingx_spot.doctor.check_result import CheckResult, Status
from bingx_spot.doctor.checks import QUESTION, run_checks
from bingx_spot.exceptions import InvalidInput

NOT_WELL = 1

_EPILOG = """\b
Examples:
  bingx-spot doctor
  bingx-spot doctor --env vst --yes
  bingx-spot doctor --env sandbox --yes --json

\b
Exit codes:
  0  nothing stands in the way of a cancel
  1  something does; the lines that fail say what to do
  2  the command is not right
"""
_COLOURS = {Status.PASS: "green", Status.WARN: "yellow", Status.FAIL: "red", Status.SKIP: "dim"}
_MARK_WIDTH = 4
_CHECK_WIDTH = 14


@click.command("doctor", epilog=_EPILOG)
@environment_option
@click.option(
    "--yes", is_flag=True, help="Try the key without asking: cancels an order id that cannot exist."
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object, for programs.")
def command(environment: str, yes: bool, as_json: bool) -> None:
    """Look at key, clock, network, hosts, permission, placement and limits, and say what to mend."""
    findings = run_checks(environment, _leave(yes=yes, as_json=as_json))
    try:
        seen = list(findings) if as_json else list(_shown(findings))
    except InvalidInput as problem:
        raise click.UsageError(in_options(problem)) from None
    well = all(finding.verdict is not Status.FAIL for finding in seen)
    if as_json:
        print_json({"well": well, "findings": [asdict(finding) for finding in seen]})
    else:
        click.echo("\nNothing stands in the way of a cancel." if well else "\nMend what fails, from the top.")
    sys.exit(0 if well else NOT_WELL)


def _leave(*, yes: bool, as_json: bool) -> Callable[[], bool]:
    """Return what asks a person for leave; where there is nobody to ask, there is none."""
    if yes or as_json or not sys.stdin.isatty():
        return lambda: yes
    return lambda: click.confirm(QUESTION, default=True, err=True)


def _shown(findings: Iterator[CheckResult]) -> Iterator[CheckResult]:
    # One line at a time: a host that does not answer takes its seconds.
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    for finding in findings:
        row = Table.grid(padding=(0, 2, 0, 0))
        row.add_column(width=_MARK_WIDTH)
        row.add_column(width=_CHECK_WIDTH)
        row.add_column(overflow="fold")
        row.add_row(
            Text(finding.verdict, _COLOURS[finding.verdict]), Text(finding.check), Text(finding.found)
        )
        if finding.mend:
            row.add_row("", "", Text(finding.mend, "dim"))
        console.print(row)
        yield finding
