"""Limits that the processes of one machine share through a file, whatever happens to the file or to them."""

import json
import logging
import os
import random
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from bingx_spot import NotSent, Order, RateLimited
from bingx_spot.shared_limits.file_store import FileStore
from bingx_spot.shared_limits.protocol import StoreError
from tests.unit.shared_limits.calling import (
    Arrivals,
    arrivals,
    as_another_process,
    cancelled,
    cancelling,
    client,
)
from tests.unit.shared_limits.reports import report

GONE = "the shared limit cannot be had"
#: Asks again and again, as fast as it can.
HAMMER = """
import sys
from pathlib import Path
from bingx_spot.shared_limits.file_store import FileStore
from tests.unit.shared_limits.reports import report
store = FileStore(Path(sys.argv[1]))
print("begun", flush=True)
number = 0
while True:
    number += 1
    store.exchange("limit", report(sys.argv[2], single=[f"{sys.argv[2]}:{number}"]))
"""
#: Holds the file until it is killed.
HOLDER = """
import sqlite3, sys, time
sqlite3.connect(sys.argv[1], isolation_level=None).execute("BEGIN IMMEDIATE")
print("begun", flush=True)
time.sleep(600)
"""


@pytest.fixture
def server() -> Iterator[Arrivals]:
    with arrivals() as server:
        yield server


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "limits"


@contextmanager
def running(program: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Run a program until the block ends, which begins when it says so."""
    command = [sys.executable, "-c", program, *map(str, arguments)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        try:
            yield process
        finally:
            process.kill()


def asked(store: FileStore, process: str, number: int) -> list[str]:
    names = [f"{process}:{each}" for each in range(number)]
    return store.exchange("limit", report(process, single=names))["granted"]


class TestSharing:
    def test_two_processes_have_one_limit(self, path: Path) -> None:
        with closing(FileStore(path)) as one, closing(FileStore(path)) as other:
            assert len(asked(one, "a", 3)) == 3
            assert len(asked(other, "b", 3)) == 2

    def test_each_limit_is_its_own(self, path: Path) -> None:
        with closing(FileStore(path)) as store:
            assert len(asked(store, "a", 5)) == 5
            told = store.exchange("another", report("a", single=["a:9"]))
            assert told["granted"] == ["a:9"]

    def test_the_file_is_the_owner_s_alone(self, path: Path) -> None:
        with closing(FileStore(path)) as store:
            asked(store, "a", 1)
        assert stat.S_IMODE(path.stat().st_mode) == 0o600

    @pytest.mark.parametrize("written", ["{}", "file://{}", "file://localhost{}"])
    def test_clients_share_through_it(
        self, server: Arrivals, path: Path, written: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        # Each may be held up while the other has the file; how long that is waited for is tried elsewhere.
        monkeypatch.setattr("bingx_spot.shared_limits.file_store.TIMEOUT", 10.0)
        limits = written.format(path)
        with client(server, limits, timeout=30) as one:
            as_another_process()
            with client(server, limits, timeout=30) as other:
                came = [cancelled(bingx) for bingx in (one, other, one, other, one)]
                late = [cancelled(bingx.with_options(timeout=0.4)) for bingx in (other, one, other)]
        assert all(isinstance(each, Order) for each in came)
        # Where the store is slow, the time is up before it is known how long the wait would be.
        assert all(isinstance(each, RateLimited | NotSent) for each in late)
        assert len(server.moments) == 5

    def test_a_path_will_do_as_it_is(self, server: Arrivals, path: Path) -> None:
        with client(server, path) as bingx:
            assert isinstance(cancelled(bingx), Order)
        assert path.exists()

    def test_no_second_holds_too_many(self, server: Arrivals, path: Path) -> None:
        with client(server, path, timeout=30) as one:
            as_another_process()
            with client(server, path, timeout=30) as other, cancelling(one, other) as stop:
                while len(server.moments) < 14:
                    time.sleep(0.01)
                came = stop()
        assert all(isinstance(each, Order) for each in came)
        assert server.fullest_second() <= 5

    def test_it_holds_no_key(self, server: Arrivals, path: Path) -> None:
        with client(server, path) as bingx:
            cancelled(bingx)
        held = path.read_bytes()
        assert b"cancelOrder" in held
        assert b"sample-api-key" not in held


class TestKilled:
    def test_a_process_that_is_killed_at_any_instant_leaves_it_whole(self, path: Path) -> None:
        dice = random.Random(7)  # noqa: S311 - dice, not secrets
        with closing(FileStore(path)) as store:
            for number in range(20):
                with running(HAMMER, path, f"p{number}") as process:
                    time.sleep(dice.random() * 0.01)
                    process.kill()
                    process.wait()
                    # Its lock has gone with it, and what it left is whole.
                    asked(store, "a", 0)
        with closing(sqlite3.connect(path)) as seen:
            ((state,),) = seen.execute("SELECT state FROM limits").fetchall()
            assert seen.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert len(json.loads(state)["permits"]) <= 5

    def test_one_that_holds_it_and_is_held_up_itself_is_not_waited_for(self, path: Path) -> None:
        with closing(FileStore(path)) as store:
            asked(store, "a", 1)
            with running(HOLDER, path) as process:
                os.kill(process.pid, signal.SIGSTOP)
                before = time.monotonic()
                with pytest.raises(StoreError, match="locked"):
                    asked(store, "a", 2)
                assert time.monotonic() - before < 5
                process.kill()
                process.wait()
                assert asked(store, "a", 2) == ["a:0", "a:1"]


@contextmanager
def as_nobody() -> Iterator[None]:
    """Have no more rights than a file gives, whoever runs the tests."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


class TestUnusable:
    """Callers go on with a limit of their own, and it is said once."""

    def goes_on(self, server: Arrivals, where: Path, caplog: pytest.LogCaptureFixture) -> str:
        with caplog.at_level(logging.WARNING, "bingx_spot"), client(server, where, timeout=15) as bingx:
            assert all(isinstance(cancelled(bingx), Order) for _ in range(3))
        assert len(server.moments) == 3
        assert caplog.text.count(GONE) == 1
        return caplog.text

    def test_a_full_disk(self, path: Path) -> None:
        with closing(FileStore(path)) as store:
            asked(store, "a", 1)
            # SQLite's own word for a disk on which nothing more fits.
            store._opened().execute("PRAGMA max_page_count = 1")
            big = report("a", single=[f"a:{'x' * 4000}{number}" for number in range(5)])
            with pytest.raises(StoreError, match="full"):
                store.exchange("another", big)
            assert asked(store, "b", 1) == ["b:0"]

    def test_a_device_that_is_always_full(self, server: Arrivals, caplog: pytest.LogCaptureFixture) -> None:
        self.goes_on(server, Path("/dev/full"), caplog)

    def test_a_directory_that_is_not_there(
        self, server: Arrivals, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        assert "No such file or directory" in self.goes_on(server, path / "deeper", caplog)

    def test_a_directory_in_its_place(
        self, server: Arrivals, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        self.goes_on(server, tmp_path, caplog)

    def test_a_file_that_is_something_else(
        self, server: Arrivals, path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        path.write_text("my diary\n" * 100)
        assert "not a database" in self.goes_on(server, path, caplog)
        assert path.read_text() == "my diary\n" * 100

    def test_a_file_that_may_only_be_read(self, server: Arrivals, caplog: pytest.LogCaptureFixture) -> None:
        with tempfile.TemporaryDirectory() as directory:
            Path(directory).chmod(0o755)
            path = Path(directory) / "limits"
            with closing(FileStore(path)) as store:
                asked(store, "a", 1)
            path.chmod(0o444)
            with as_nobody():
                assert "readonly" in self.goes_on(server, path, caplog)
