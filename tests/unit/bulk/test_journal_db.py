"""Database of a journal: its lock, and the files that it rejects and leaves unchanged."""

import sqlite3
import stat
from pathlib import Path

import pytest

from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError, JournalLock
from bingx_spot.bulk.journal_schema import VERSION
from tests.support.journals import new_journal, rows


def is_open(path: Path) -> bool:
    """Return whether this process has the file open."""
    # The number of the directory itself is gone once the list has been read.
    return any(opened.exists() and path.samefile(opened) for opened in list(Path("/dev/fd").iterdir()))


def test_only_one_run_holds_the_lock(path):
    lock = JournalLock(path)
    with pytest.raises(JournalError, match="is in use: another run works on it"):
        JournalLock(path)
    lock.release()
    JournalLock(path).release()
    assert list(path.parent.iterdir()) == []


def test_a_second_run_on_an_open_journal_is_rejected(path):
    journal = new_journal(path, rows(1))
    with pytest.raises(JournalError, match="another run works on it"):
        Journal.open(path)
    journal.close()
    Journal.open(path).close()
    assert list(path.parent.iterdir()) == [path], "one file is left"


def test_the_file_is_its_owners_only(path):
    new_journal(path, rows(1)).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("content", [b"symbol,orderId\nBTC-USDT,1\n" * 50, b"x"], ids=["csv", "short"])
def test_a_file_of_another_kind_is_rejected_and_left_unchanged(path, content):
    path.write_bytes(content)
    for opened in (Journal.open, Journal.open_readonly):
        with pytest.raises(JournalError, match="is not a journal of bingx-spot"):
            opened(path)
        assert not is_open(path)
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_another_database_is_rejected_and_left_unchanged(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE accounts (name TEXT)")
    other.close()
    content = path.read_bytes()
    with pytest.raises(JournalError, match="is not a journal of bingx-spot"):
        Journal.open(path)
    assert path.read_bytes() == content


@pytest.mark.parametrize(("version", "age"), [(VERSION + 1, "a later"), (VERSION - 1, "an earlier")])
def test_a_journal_of_another_version_is_rejected(path, version, age):
    new_journal(path, rows(1)).close()
    with sqlite3.connect(path) as other:
        other.execute(f"PRAGMA user_version={version}")
    other.close()
    with pytest.raises(JournalError, match=f"was written by {age} version of bingx-spot"):
        Journal.open(path)
    assert not is_open(path)


def test_a_folder_that_does_not_exist(path):
    with pytest.raises(JournalError, match="cannot be locked: No such file"):
        Journal.open(path / "x" / "y")
    with pytest.raises(JournalError, match="no such file"):
        Journal.open_readonly(path)
