"""`bingx-spot cancel-many`, also as a process, and its files."""

import csv
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from bingx_sandbox import Sandbox
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_rows import JournalRow
from tests.support.command_line import invoke, keys

COMMAND = Path(sys.executable).with_name("bingx-spot")
PATIENCE = 600.0


def variables(sandbox: Sandbox, **more: str) -> dict[str, str]:
    """Return the environment of a command that uses the sandbox, without rate limits of its own."""
    unwanted = ("BINGX_", "NO_COLOR", "COLUMNS", "FORCE_COLOR", "PYTHONIOENCODING")
    own = {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}
    return {**own, **keys(sandbox), "COLUMNS": "80", **more}


def cancel_many(
    sandbox: Sandbox, *arguments: object, text: str | None = None, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run it until it ends, within the process of the tests."""
    ran = invoke("cancel-many", *arguments, sandbox=sandbox, text=text, **more)
    return subprocess.CompletedProcess("cancel-many", ran.exit_code, ran.stdout, ran.stderr)


def started(sandbox: Sandbox, *arguments: object, **options: Any) -> subprocess.Popen[str]:
    """Start it, with pipes for its output."""
    pipes = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    command = [COMMAND, "cancel-many", *map(str, arguments)]
    return subprocess.Popen(command, text=True, **{"env": variables(sandbox), **pipes, **options})


def write_orders(path: Path, orders: Iterable[Any]) -> Path:
    """Write orders as CSV."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["symbol", "orderId"])
        writer.writerows([order["symbol"], order["orderId"]] for order in orders)
    return path


def journal_rows(path: Path) -> list[JournalRow]:
    """Return the rows of a journal, also while its run goes on."""
    journal = Journal.open_readonly(path)
    try:
        return list(journal.rows())
    finally:
        journal.close()


def wait_until(happened: Callable[[], object]) -> None:
    ends = time.monotonic() + PATIENCE
    while not happened():
        assert time.monotonic() < ends, "it never happened"
        time.sleep(0.002)
