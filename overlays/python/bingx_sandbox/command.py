"""Run a command with a sandbox that exists only while the command runs."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from bingx_sandbox.errors import SandboxError
from bingx_sandbox.request_log import explain_rejections
from bingx_sandbox.sandbox import Sandbox

_SIGNAL_BASE = 128


def run_command(sandbox: Sandbox, command: Sequence[str]) -> int:
    """Run a command whose environment points at a sandbox, and return its exit code.

    The sandbox writes to standard error where it listens. When the command has ended, and the page with it,
    it writes why it rejected requests, as far as it can explain that. Ctrl-C goes to the command.

    Raises:
        SandboxError: The command cannot be run; the error names it.
    """
    with sandbox:
        print(f"The sandbox listens at {sandbox.url} until this command ends.", file=sys.stderr)
        code = _run(command, {**os.environ, **sandbox.environment})
        for line in explain_rejections(sandbox.requests(), sandbox.refused_by_limits()):
            print(line, file=sys.stderr)
    return code


def _run(command: Sequence[str], environment: dict[str, str]) -> int:
    running: list[subprocess.Popen[bytes]] = []
    with _forward_signals(running):
        try:
            running.append(subprocess.Popen(command, env=environment))  # noqa: S603 - the user's own command
        except OSError as error:
            reason = f"cannot be run: {error.strerror or type(error).__name__}"
            raise SandboxError(reason, field=command[0]) from None
        code = running[0].wait()
    return code if code >= 0 else _SIGNAL_BASE - code


@contextmanager
def _forward_signals(running: Sequence[subprocess.Popen[bytes]]) -> Iterator[None]:
    """Send the signals that end a program to the running command, and wait until it has ended."""

    def forward(number: int, _frame: FrameType | None) -> None:
        if not running:
            sys.exit(_SIGNAL_BASE + number)
        # The terminal sends Ctrl-C to both processes, other signals reach this process only.
        if number != signal.SIGINT:
            running[0].send_signal(number)

    previous = {number: signal.signal(number, forward) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
