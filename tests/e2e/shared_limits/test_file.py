"""Processes that share a limit through a file, and failures of the file and of the processes."""

import json
import logging
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bingx_spot import Order
from bingx_spot.shared_limits.file_store import FileStore
from bingx_spot.shared_limits.store import StoreError
from tests.e2e.shared_limits.clients import Arrivals, as_another_process, cancel, cancelling, client
from tests.unit.shared_limits.reports import report

#: Exchanges again and again, as fast as it can.
HAMMER = """
import sys
from pathlib import Path
from bingx_spot.shared_limits.file_store import FileStore
from tests.unit.shared_limits.reports import report
store = FileStore(Path(sys.argv[1]))
print("started", flush=True)
number = 0
while True:
    number += 1
    store.exchange("limit", report(sys.argv[2], single=[f"{sys.argv[2]}:{number}"]))
"""
#: Holds the file until it is killed.
HOLDER = """
import sqlite3, sys, time
sqlite3.connect(sys.argv[1], isolation_level=None).execute("BEGIN IMMEDIATE")
print("started", flush=True)
time.sleep(600)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "limits"


@contextmanager
def running(program: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run a program until the block ends, which starts when the program has."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "started\n"
        try:
            yield process
        finally:
            process.kill()


def exchange(store: FileStore, number: int) -> list[str]:
    names = [f"a:{each}" for each in range(number)]
    return store.exchange("limit", report("a", single=names))["granted"]


def test_clients_share_through_it(server: Arrivals, path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    # Each may be held up while the other has the file.
    monkeypatch.setattr("bingx_spot.shared_limits.file_store.TIMEOUT", 10.0)
    limits = f"file://localhost{path}"
    with client(server, limits, timeout=30) as one:
        as_another_process()
        with client(server, limits, timeout=30) as other, cancelling(one, other) as stop:
            while len(server.times) < 8:
                time.sleep(0.01)
            results = stop()
    assert all(isinstance(each, Order) for each in results)
    assert server.fullest_second() <= 5
    held = path.read_bytes()
    assert b"cancelOrder" in held
    assert b"sample-api-key" not in held


def test_a_process_killed_at_any_instant_leaves_it_intact(path: Path) -> None:
    dice = random.Random(7)  # noqa: S311 - a seed to repeat a failure, no secret
    with closing(FileStore(path)) as store:
        for number in range(6):
            with running(HAMMER, path, f"p{number}") as process:
                time.sleep(dice.random() * 0.01)
                process.kill()
                process.wait()
                # Its lock is gone with it.
                exchange(store, 0)
    with closing(sqlite3.connect(path)) as database:
        ((state,),) = database.execute("SELECT state FROM limits").fetchall()
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    assert len(json.loads(state)["permits"]) <= 5


def test_a_process_that_holds_it_and_hangs_is_an_error_in_time(path: Path) -> None:
    with closing(FileStore(path)) as store:
        exchange(store, 1)
        with running(HOLDER, path) as process:
            os.kill(process.pid, signal.SIGSTOP)
            before = time.monotonic()
            with pytest.raises(StoreError, match="locked"):
                exchange(store, 2)
            assert time.monotonic() - before < 30
            process.kill()
            process.wait()
            assert exchange(store, 2) == ["a:0", "a:1"]


@contextmanager
def without_root() -> Iterator[None]:
    """Have no more rights than the file's mode gives, even for root."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


def test_with_a_read_only_file_each_process_keeps_to_its_share(
    server: Arrivals, caplog: pytest.LogCaptureFixture
) -> None:
    with tempfile.TemporaryDirectory() as directory:
        Path(directory).chmod(0o755)
        path = Path(directory) / "limits"
        with closing(FileStore(path)) as store:
            exchange(store, 1)
        path.chmod(0o444)
        with (
            without_root(),
            caplog.at_level(logging.WARNING, "bingx_spot"),
            client(server, path, timeout=15) as bingx,
        ):
            assert all(isinstance(cancel(bingx), Order) for _ in range(3))
    assert caplog.text.count("shared rate limiter unavailable (the file cannot be used: ") == 1
    assert "readonly" in caplog.text
