"""A command with a sandbox around it: its environment points there, and the sandbox ends when it ends."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import FrameType

from bingx_sandbox.errors import SandboxError
from bingx_sandbox.journal import RequestRecord
from bingx_sandbox.sandbox import Sandbox

_KILLED = 128
_MOST_EXPLAINED = 20
_WIDTH = 79


def run_within(sandbox: Sandbox, command: Sequence[str]) -> int:
    """Run a command that finds a sandbox in its environment, and give its exit code.

    What the sandbox has to say goes to standard error: where it listens and, at the end, why it refused
    what it could explain, for its page is gone then. Ctrl-C is the command's affair.

    Raises:
        SandboxError: The command cannot be run; the error names it.
    """
    with sandbox:
        print(f"The sandbox listens at {sandbox.url} until this command ends.", file=sys.stderr)
        code = _run(command, {**os.environ, **sandbox.environment})
        for line in (*_explained(sandbox.requests()), *_limited(sandbox.refused_by_limits())):
            print(line, file=sys.stderr)
    return code


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    running: list[subprocess.Popen[bytes]] = []
    with _signals_left_to(running):
        try:
            running.append(subprocess.Popen(command, env=environment))  # noqa: S603 - the person's own
        except OSError as error:
            reason = f"cannot be run: {error.strerror or type(error).__name__}"
            raise SandboxError(reason, field=command[0]) from None
        code = running[0].wait()
    return code if code >= 0 else _KILLED - code


@contextmanager
def _signals_left_to(running: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Leave the signals that end a program to a command, once it runs, and go on until it has ended."""

    def hand_on(number: int, _frame: FrameType | None) -> None:
        if not running:
            sys.exit(_KILLED + number)
        # The terminal sends Ctrl-C to both; what is sent to us alone would not reach the command.
        if number != signal.SIGINT:
            running[0].send_signal(number)

    previous = {number: signal.signal(number, hand_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def _explained(records: Sequence[RequestRecord]) -> Iterator[str]:
    refused = [record for record in records if "diagnosis" in record]
    for record in refused[:_MOST_EXPLAINED]:
        yield f"Request {record['number']}, {record['method']} {record['path']}"
        why = f"{record['verdict']}. {record['diagnosis']['words']}"
        yield textwrap.fill(why, _WIDTH, initial_indent="  ", subsequent_indent="  ")
    if len(refused) > _MOST_EXPLAINED:
        yield f"{len(refused) - _MOST_EXPLAINED} more were refused."


def _limited(refused: Mapping[str, int]) -> Iterator[str]:
    count = sum(refused.values())
    if count:
        yield f"Requests that were refused by a limit: {count}. With --limits off there is none."
