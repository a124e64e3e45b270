"""`bingx-spot guard`: run a bot under the dead man's switch."""

import shutil
import signal
import subprocess
import sys
from contextlib import suppress
from threading import Thread
from types import FrameType

import click

from bingx_spot.cli.connection import FAILURE_CODES, Connection, connection_options
from bingx_spot.cli.interruption import signals_to
from bingx_spot.cli.output import listed, print_line
from bingx_spot.core.clock import time_of_day
from bingx_spot.emergency.switch import DeadMansSwitch, SwitchWarning
from bingx_spot.exceptions import CallError, OutcomeUnknown

_EPILOG = """\b
Examples:
  bingx-spot guard -- python my_bot.py
  bingx-spot guard --seconds 30 -- ./my-bot --pair BTC-USDT

While COMMAND runs, the exchange's dead man's switch is on, and is renewed. If COMMAND, this command,
the machine or its network dies, the exchange cancels EVERY open spot order of the account, of every
pair, within --seconds. If COMMAND ends with 0, the switch is closed, and orders stay.

An account has one switch: run one guard for an account. A bot that hangs and does not end keeps its
orders. Where this command is killed, the bot goes on, and may place new orders.

\b
Exit codes:
  that of COMMAND; 128 and more where a signal has ended it
  1    not started: the switch was refused, or the exchange was not reached
  2    not started: wrong usage, no API key, or no such COMMAND
  3    not started: the exchange did not say that the switch is on; or
       ended with 0, and the exchange did not say that the switch is closed
"""
_SIGNAL_BASE = 128


@click.command("guard", epilog=_EPILOG)
@click.option(
    "--seconds", type=int, default=60, show_default=True, metavar="10-120", help="How long the countdown is."
)
@connection_options
@click.argument("child", nargs=-1, required=True, type=click.UNPROCESSED, metavar="-- COMMAND...")
def command(seconds: int, connection: Connection, child: tuple[str, ...]) -> None:
    """Run a bot; if it dies, the exchange cancels every open order."""
    after = f"If the dead man's switch is on, the exchange cancels every open order within {seconds} s."
    # Another guard's switch would be closed with the one that was begun for nothing.
    if shutil.which(child[0]) is None:
        raise click.UsageError(f"{child[0]} cannot be run: it is not found, or not executable.")
    codes = dict(FAILURE_CODES)
    with connection.client(after, codes) as bingx:
        switch = bingx.dead_mans_switch(seconds, on_warning=_warn)
        _say(f"Requests go to {listed(connection.members())}.")
        try:
            code = _guard(switch, child)
        except CallError as error:
            if switch.triggers_at:
                codes[CallError] = codes[OutcomeUnknown]  # no reason says that it is closed
                _say(f"The command has ended; unless the switch is closed, {_triggers(switch)}.")
            else:
                unknown = isinstance(error, OutcomeUnknown)
                _say(f"The command was not started.{f' {after}' if unknown else ''}")
            raise
    sys.exit(code)


def _guard(switch: DeadMansSwitch, child: tuple[str, ...]) -> int:
    """Run the bot under the switch, and return its exit code."""
    code, problem = 0, ""
    with suppress(SystemExit), switch:
        _say(f"The dead man's switch is on: unless it is renewed, {_triggers(switch)}.")
        try:
            code = _run(child)
        except OSError as error:
            # No bot was started, and so none has crashed.
            problem = f"{child[0]} cannot be run: {error.strerror or type(error).__name__}."
        if code:
            sys.exit(code)  # for the switch this is a crash
    if code:
        _say(f"The command has ended with {code}, so the dead man's switch stays on: {_triggers(switch)}.")
    else:
        _say("The dead man's switch is closed.")
    if problem:
        raise click.UsageError(problem)
    return code


def _run(child: tuple[str, ...]) -> int:
    """Run the bot, to which signals are sent on, and return its exit code, or raise `OSError`."""
    started: list[subprocess.Popen[bytes]] = []
    early: list[int] = []

    def forward(number: int, _frame: FrameType | None) -> None:
        if not started:
            early.append(number)
        # The terminal sends Ctrl-C to both processes, other signals reach this process only.
        elif number != signal.SIGINT:
            started[0].send_signal(number)

    with signals_to(forward):
        started.append(subprocess.Popen(child))  # noqa: S603 - the user's own command
        # The bot may run before this process knows of it.
        for number in early:
            started[0].send_signal(number)
        code = started[0].wait()
    return code if code >= 0 else _SIGNAL_BASE - code


def _triggers(switch: DeadMansSwitch) -> str:
    return f"the exchange cancels every open order at {time_of_day(switch.triggers_at)}"


def _warn(warning: SwitchWarning) -> None:
    # A terminal that was stopped with Ctrl-S, or a pipe that is full, must not hold up the renewals.
    Thread(target=_say, args=(f"Warning: {warning}",), daemon=True).start()


def _say(text: str) -> None:
    # The bot's exit code counts, even where standard error is closed.
    with suppress(OSError):
        print_line(f"guard: {text}", err=True)
