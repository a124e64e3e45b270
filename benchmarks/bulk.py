"""`make bench-bulk`: ten thousand orders through `cancel-many` and its journal, a million rows dry.

What is shown is what the command costs, for the sandbox's limits are lifted: at the exchange's five cancels a
second ten thousand orders take 33 minutes. Memory is the largest that the process had.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bingx_sandbox import Sandbox

ORDERS = 10_000
ROWS = 1_000_000
FIRST, STEP = 1735964079647111281, 1_000_004
COMMAND = Path(sys.executable).with_name("bingx-spot")
HEADER = "symbol,orderId"


def _csv_row(number: int) -> str:
    return f"BTC-USDT,{FIRST + STEP * number}"


def _json_row(number: int) -> str:
    return f'{{"symbol":"BTC-USDT","orderId":{FIRST + STEP * number}}}'


def _measured(arguments: list[str], source: Path, environment: dict[str, str]) -> tuple[float, float, float]:
    """Return seconds, seconds of CPU, and MiB at most, of a run that must end well."""
    began = time.perf_counter()
    with (
        source.open("rb") as rows,
        subprocess.Popen(
            [COMMAND, "cancel-many", "--from", "-", *arguments],
            stdin=rows,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            env={**os.environ, **environment},
        ) as process,
    ):
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"exit code {process.returncode}"
    unit = 1 if sys.platform == "darwin" else 1024
    return time.perf_counter() - began, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 2**20


def _write(path: Path, row: Callable[[int], str], count: int, header: str = "") -> Path:
    with path.open("w") as file:
        if header:
            print(header, file=file)
        for number in range(count):
            print(row(number), file=file)
    return path


def _cancelled(folder: Path) -> tuple[float, float, float]:
    with Sandbox(limits="off", orders=0) as sandbox:
        orders = sandbox.place_orders(ORDERS)
        source = _write(folder / "orders.csv", lambda at: f"BTC-USDT,{orders[at]['orderId']}", ORDERS, HEADER)
        keys = {"BINGX_API_KEY": sandbox.api_key, "BINGX_API_SECRET": sandbox.api_secret}
        environment = {**keys, "BINGX_ENV": sandbox.url, "BINGX_LIMITS": "off"}
        measured = _measured(["--journal", str(folder / "orders.journal")], source, environment)
        executed = sandbox.executed().values()
        assert all(order["status"] == "CANCELED" and order["cancelRequests"] == 1 for order in executed)
        assert len(executed) == ORDERS
        return measured


def main() -> None:
    """Measure, and print the table."""
    table = Table(box=None, header_style="dim")
    for heading in ("what", "seconds", "CPU seconds", "MiB at most"):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dry = ["--dry-run", "--env", "sandbox"]
        csv = _write(folder / "rows.csv", _csv_row, ROWS, HEADER)
        json = _write(folder / "rows.jsonl", _json_row, ROWS)
        for what, measured in (
            (f"{ORDERS:,} orders cancelled, with a journal", _cancelled(folder)),
            (f"{ROWS:,} rows of CSV, dry run", _measured(dry, csv, {})),
            (f"{ROWS:,} rows of JSON, dry run", _measured(dry, json, {})),
        ):
            table.add_row(what, *(f"{value:.1f}" for value in measured))
    Console().print(table)


if __name__ == "__main__":
    main()
