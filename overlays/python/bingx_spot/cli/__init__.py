"""The command line, `bingx-spot`: one module a command, imported only when it is asked for."""

import sys
from importlib import import_module
from io import TextIOWrapper

import click

from bingx_spot._version import __version__

#: Command names and the first line of their help, so that the list of commands imports none of them.
COMMANDS = {
    "cancel": "Cancel one open order.",
    "cancel-many": "Cancel many open orders, listed in a file or a pipe.",
    "completion": "Print the completion script for bash, zsh or fish.",
    "doctor": "Tell what is wrong on this machine, and how to mend it.",
    "journal": "Show what a journal of cancel-many knows.",
    "query": "Show one order as the exchange states it now.",
    "sandbox": "Run the sandbox, a local stand-in for the exchange.",
    "sign": "Print the canonical string and the signature of parameters.",
    "time": "Print the exchange's time and how far this machine's clock is off.",
}

_EPILOG = """\b
Examples:
  bingx-spot cancel BTC-USDT --order-id 1735964079647111281
  bingx-spot cancel-many --from orders.csv --journal orders.journal
  bingx-spot sandbox -- python my_bot.py
  bingx-spot sign symbol=BTC-USDT timestamp=1696751141337

Keys come from BINGX_API_KEY and BINGX_API_SECRET, or from the key file that BINGX_KEY_FILE names;
never from arguments.
"""


class _Commands(click.Group):
    """Find commands by name and import only the one that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command = import_module(f"bingx_spot.cli.{cmd_name.replace('-', '_')}").command
        assert isinstance(command, click.Command)  # noqa: S101 - a mistake of ours, not of a user
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bingx-spot")
def _bingx_spot() -> None:
    """Cancel spot orders on the BingX exchange, safely."""


def main() -> None:
    """Run the command line and exit: 0 cancelled, 1 not cancelled, 2 usage, 3 unknown, 130 interrupted."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that knows no Ø shows its number instead; the result must not be lost over it.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        _bingx_spot.main(prog_name="bingx-spot", standalone_mode=False)
    except click.ClickException as problem:
        problem.show()
        sys.exit(problem.exit_code)
    except (click.Abort, KeyboardInterrupt):
        # click's own code for this is 1, which here would say "surely not cancelled".
        click.echo("Interrupted: whether a request took effect is not known.", err=True)
        sys.exit(130)
