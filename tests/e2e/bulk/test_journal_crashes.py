"""A journal after a kill and on a full disk: everything that it said it had written is there."""

import subprocess
import sys

import pytest

from bingx_spot import CancelRequest
from bingx_spot.bulk.input_rows import Row
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalLock, NoOrders
from tests.support.journals import API_KEY, BASE_URL, new_journal, rows


def outcomes(journal: Journal) -> list[str]:
    return [row.outcome for row in journal.rows()]


class TestImport:
    def test_a_process_that_is_killed_during_the_import_leaves_a_new_journal(self, path):
        program = f"""
import os, pathlib, signal
from bingx_spot import CancelRequest
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.input_rows import Row
journal = Journal.open(pathlib.Path({str(path)!r}))
journal.run("PRAGMA cache_size=10")  # so that it writes before the end
def rows():
    for line in range(1, 2_000):
        yield Row(line, CancelRequest("BTC-USDT", order_id=line))
    os.kill(os.getpid(), signal.SIGKILL)
with journal.create({BASE_URL!r}, "key"):
    list(journal.import_rows(rows()))
"""
        killed = subprocess.run([sys.executable, "-c", program], check=False)
        assert killed.returncode == -9
        assert path.stat().st_size > 0, "it was killed with half of it written"
        with pytest.raises(NoOrders, match="holds no orders"):
            Journal.open_readonly(path)
        journal = Journal.open(path)
        assert journal.is_new
        with journal.create(BASE_URL, API_KEY):
            assert list(journal.import_rows(rows(2))) == []
        assert journal.counts().total() == 2
        journal.close()
        # The lock of the killed process is no file of this one.
        assert sorted(path.parent.iterdir()) == [path, path.with_name(f"{path.name}-lock")]


@pytest.mark.parametrize("full", ["SQLITE_FULL", "a limit"])
def test_an_order_that_cannot_be_recorded_is_not_yielded(path, full):
    new_journal(
        path, [Row(line, CancelRequest("BTC-USDT", client_order_id=f"{line:040}")) for line in range(1, 500)]
    ).close()
    program = f"""
import pathlib, resource, sys
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
path = pathlib.Path({str(path)!r})
journal = Journal.open(path)
if {full == "SQLITE_FULL"}:
    journal.run("PRAGMA journal_mode=DELETE")
    [[pages]] = journal.run("PRAGMA page_count")
    journal.run(f"PRAGMA max_page_count={{pages}}")
else:
    journal.run("PRAGMA journal_mode=WAL")
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size,) * 2)
given = 0
try:
    for _ in journal.pending():
        given += 1
except JournalError as problem:
    print(given, problem)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    given, problem = run.stdout.split(" ", 1)
    assert str(path) in problem
    assert "the disk is full" in problem or "cannot be used: disk I/O error" in problem
    reader = Journal.open(path)
    assert 0 < int(given) < 499
    assert outcomes(reader).count("in_flight") == int(given)
    reader.close()


def test_the_lock_of_a_dead_process_is_free(path):
    program = f"""
import os, pathlib, signal
from bingx_spot.bulk.journal_db import JournalLock
held = JournalLock(pathlib.Path({str(path)!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    JournalLock(path).release()
    assert [left.name for left in path.parent.iterdir()] == [f"{path.name}-lock"]
