"""Run a sandbox in the foreground: until a signal ends it, or around a command."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from types import FrameType

from bingx_sandbox.errors import SandboxError
from bingx_sandbox.market import FIRST_ORDER_ID
from bingx_sandbox.request_log import explain_rejections
from bingx_sandbox.sandbox import Sandbox

_SIGNAL_BASE = 128


def serve(sandbox: Sandbox, host: str = "127.0.0.1", port: int = 0, *, for_people: bool = False) -> None:
    """Run a sandbox until SIGINT or SIGTERM.

    Once it listens, it prints one line on standard output: a JSON object of `url`, the first account's
    first `apiKey` and `apiSecret`, and all `accounts`. When it has ended, it writes to standard error why it
    rejected requests, as far as it can explain that.

    Args:
        sandbox: The sandbox.
        host: A loopback address, or `localhost`.
        port: The port; 0 picks a free one.
        for_people: Whether to print a short text in place of the JSON object.

    Raises:
        SandboxError: The address is wrong, or in use; nothing was started.
    """
    text = _text_for_people if for_people else _announcement
    sandbox.run(host, port, lambda: print(text(sandbox), flush=True))
    _explain(sandbox)


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
        _explain(sandbox)
    return code


def _explain(sandbox: Sandbox) -> None:
    for line in explain_rejections(sandbox.requests(), sandbox.refused_by_limits()):
        print(line, file=sys.stderr)


def _announcement(sandbox: Sandbox) -> str:
    accounts = [account.to_dict() for account in sandbox.accounts]
    keys = {"apiKey": sandbox.api_key, "apiSecret": sandbox.api_secret}
    return json.dumps({"url": sandbox.url, **keys, "accounts": accounts})


def _text_for_people(sandbox: Sandbox) -> str:
    names = ("BINGX_ENV", "BINGX_API_KEY", "BINGX_API_SECRET")
    exports = "\n".join(f"  export {name}={sandbox.environment[name]}" for name in names)
    return (
        f"The sandbox listens at {sandbox.url}: open this page to see orders and requests.\n\n"
        f"With the Python SDK, in another terminal:\n\n{exports}\n"
        f"  bingx-spot cancel BTC-USDT --order-id {FIRST_ORDER_ID}\n\n"
        "Ctrl-C ends it. --json prints one JSON object in place of this text."
    )


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
