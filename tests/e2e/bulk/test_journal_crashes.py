"""A journal through a kill, a full disk and an error half-way: all of it is there, or what went in before."""

import subprocess
import sys

import pytest

from bingx_spot import CancelRequest
from bingx_spot.bulk.input_rows import Row
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import Lock, NoOrders
from tests.unit.bulk.journals import API_KEY, HERE, made, rows


def states(journal: Journal) -> list[str]:
    return [entry.state for entry in journal.entries()]


class TestFilling:
    def test_all_rows_are_taken_or_none(self, path):
        journal = Journal.at(path)

        def broken():
            yield from rows(3)
            raise LookupError

        with pytest.raises(LookupError), journal.filling(HERE, API_KEY):
            list(journal.take_in(broken()))
        assert journal.is_new
        journal.close(discard=True)
        assert list(path.parent.iterdir()) == []

    def test_a_process_that_was_killed_while_filling_leaves_a_new_journal(self, path):
        program = f"""
import os, pathlib, signal
from bingx_spot import CancelRequest
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.input_rows import Row
journal = Journal.at(pathlib.Path({str(path)!r}))
def rows():
    for line in range(1, 50_000):
        yield Row(line, CancelRequest("BTC-USDT", order_id=line))
    os.kill(os.getpid(), signal.SIGKILL)
with journal.filling({HERE!r}, "key"):
    list(journal.take_in(rows()))
"""
        killed = subprocess.run([sys.executable, "-c", program], check=False)
        assert killed.returncode == -9
        assert path.stat().st_size > 0, "it was killed with half of it written"
        with pytest.raises(NoOrders, match="holds no orders"):
            Journal.reading(path)
        journal = Journal.at(path)
        assert journal.is_new
        with journal.filling(HERE, API_KEY):
            assert list(journal.take_in(rows(2))) == []
        assert journal.counts().total == 2
        journal.close()
        assert list(path.parent.iterdir()) == [path]


@pytest.mark.parametrize("full", ["SQLITE_FULL", "a limit"])
def test_an_order_that_cannot_be_written_is_not_given_out(path, full):
    made(
        path, [Row(line, CancelRequest("BTC-USDT", client_order_id=f"{line:040}")) for line in range(1, 500)]
    ).close()
    program = f"""
import pathlib, resource, sys
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
path = pathlib.Path({str(path)!r})
journal = Journal.at(path)
if {full == "SQLITE_FULL"}:
    journal._store.run("PRAGMA journal_mode=DELETE")
    [[pages]] = journal._store.run("PRAGMA page_count")
    journal._store.run(f"PRAGMA max_page_count={{pages}}")
else:
    journal._store.keep_log()
    resource.setrlimit(resource.RLIMIT_FSIZE, (path.stat().st_size,) * 2)
given = 0
try:
    for due in journal.due():
        given += 1
except JournalError as problem:
    print(given, problem)
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    given, problem = run.stdout.split(" ", 1)
    assert str(path) in problem
    assert "no room left" in problem or "cannot be used: disk I/O error" in problem
    reader = Journal.at(path)
    assert 0 < int(given) < 499
    assert states(reader).count("asked") == int(given)
    reader.close()


def test_the_lock_of_a_dead_process_is_free(path):
    program = f"""
import os, pathlib, signal
from bingx_spot.bulk.journal_db import Lock
held = Lock(pathlib.Path({str(path)!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    Lock(path).release()
    assert list(path.parent.iterdir()) == []
