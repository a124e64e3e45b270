"""The command line, `bingx-spot`: each command is imported only when it runs."""

import os
import signal
import sys
from importlib import import_module
from io import TextIOWrapper

import click

from bingx_spot._version import __version__
from bingx_spot.visible_text import visible

#: Command names and the first line of their help, so that the list of commands imports none of them.
COMMANDS = {
    "call": "Call any operation of the contract.",
    "cancel": "Cancel one open order.",
    "cancel-all": "Cancel every open order, and prove that nothing is left.",
    "cancel-many": "Cancel many open orders, listed in a file or a pipe.",
    "doctor": "Check what could keep a cancel from working, and say how to fix it.",
    "guard": "Run a bot; if it dies, the exchange cancels every open order.",
    "journal": "Show the journal of a cancel-many run.",
    "operations": "List the operations that can be called.",
    "query": "Show one order as the exchange states it now.",
    "sandbox": "Run the sandbox, a local stand-in for the exchange.",
    "sign": "Print the canonical string and the signature of parameters.",
    "time": "Print the exchange's time and the offset of this machine's clock.",
}

# Small commands that stand in the module of another one; each is its `{name}_command`.
_BESIDE = {"query": "cancel", "operations": "call", "time": "doctor"}

_EPILOG = """\b
Examples:
  bingx-spot cancel BTC-USDT 1735964079647111281
  bingx-spot cancel-many --from orders.csv --journal orders.journal
  bingx-spot call openOrders symbol=BTC-USDT
  bingx-spot sandbox -- python my_bot.py
  bingx-spot sign symbol=BTC-USDT timestamp=1696751141337

The API key comes from BINGX_API_KEY and BINGX_API_SECRET, from the files that BINGX_API_KEY_FILE and
BINGX_API_SECRET_FILE name, or from the key file that BINGX_KEY_FILE names; never from arguments.

The help of each command has its exit codes.

\b
Shell completion, in ~/.bashrc (zsh_source in ~/.zshrc, fish_source for fish):
  eval "$(_BINGX_SPOT_COMPLETE=bash_source bingx-spot)"
"""


class _Commands(click.Group):
    """Group that imports only the command that runs."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in COMMANDS:
            return None
        name = cmd_name.replace("-", "_")
        module = import_module(f"bingx_spot.cli.{_BESIDE.get(name, name)}")
        command: click.Command = getattr(module, f"{name}_command" if name in _BESIDE else "command")
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))


@click.command(cls=_Commands, epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="bingx-spot")
def _bingx_spot() -> None:
    """Cancel spot orders on the BingX exchange, safely."""


def main() -> None:
    """Run the command line and exit with a code of its `--help`."""
    for name in ("stdin", "stdout", "stderr"):
        # Closed by `>&-`, or by a service manager: a result without a reader is no error.
        if getattr(sys, name) is None:
            mode = "r" if name == "stdin" else "w"
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_RDWR), mode, encoding="utf-8"))
    for stream in (sys.stdout, sys.stderr):
        # A result must not be lost because a terminal cannot show the Ø of MØTH-USDT: it shows its number.
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        from bingx_spot.cli.interruption import signals_to

        # Click itself does not know NO_COLOR.
        color = False if os.environ.get("NO_COLOR") else None
        # SIGTERM would end a command without a word; each says what is known after Ctrl-C.
        with signals_to(signal.default_int_handler):
            _bingx_spot.main(prog_name="bingx-spot", standalone_mode=False, color=color)
    except click.ClickException as error:
        # Click repeats arguments as they are. Its own list of choices has one a line.
        text = visible(error.format_message().replace("\n\t", " "))
        context = getattr(error, "ctx", None)
        shown = click.UsageError(text, context) if context else click.ClickException(text)
        shown.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        # Not click's own code, 1, which here means "surely not cancelled".
        click.echo("Interrupted. A request in flight may have taken effect; query the order.", err=True)
        sys.exit(130)
    except OSError as error:
        from bingx_spot.cli.output import discard_output

        # The command may have done what it should, and could not say so.
        reason = f"The result cannot be written: {error.strerror}."
        click.echo(visible(f"{reason} Query the order, or give the command again."), err=True)
        discard_output()
        sys.exit(3)
