"""`make bench-bulk`: ten thousand orders through `cancel-many` and its journal, a million rows in a dry run.

The sandbox's rate limits are off, so that the figures are the cost of the command: at the exchange's five
cancels a second, ten thousand orders take 33 minutes. Memory is the peak of the process.
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
    """Return seconds, CPU seconds and peak MiB of a run that must succeed."""
    start = time.perf_counter()
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
    return time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss * unit / 2**20


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
    for heading in ("run", "seconds", "CPU seconds", "peak MiB"):
        table.add_column(heading, justify="left" if heading == "run" else "right")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dry = ["--dry-run", "--env", "sandbox"]
        csv = _write(folder / "rows.csv", _csv_row, ROWS, HEADER)
        json = _write(folder / "rows.jsonl", _json_row, ROWS)
        for run, measured in (
            (f"{ORDERS:,} orders cancelled, with a journal", _cancelled(folder)),
            (f"{ROWS:,} rows of CSV, dry run", _measured(dry, csv, {})),
            (f"{ROWS:,} rows of JSON, dry run", _measured(dry, json, {})),
        ):
            table.add_row(run, *(f"{value:.1f}" for value in measured))
    Console().print(table)


if __name__ == "__main__":
    main()
