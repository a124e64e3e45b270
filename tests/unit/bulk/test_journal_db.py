"""Database of a journal: its lock, and the files that it rejects and leaves unchanged."""

import shutil
import sqlite3
import stat
from pathlib import Path

import pytest

from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import VERSION, JournalError, JournalLock
from tests.support.file_kinds import KINDS, standing
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
    with pytest.raises(JournalError, match="cannot be read: No such file"):
        Journal.open_readonly(path)


@pytest.mark.parametrize("name", [":memory:", "file:orders", "file:orders?mode=memory", "a?b#c%20d", "-x"])
def test_a_name_with_a_meaning_to_sqlite_is_that_of_a_file(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    path = Path(name)
    new_journal(path, rows(3)).close()
    journal = Journal.open_readonly(path)
    assert len(list(journal.rows())) == 3
    journal.close()
    assert list(tmp_path.iterdir()) == [tmp_path / name]


def test_a_second_run_by_a_hard_link_is_refused(path):
    journal = new_journal(path, rows(3))
    other = path.with_name("other")
    other.hardlink_to(path)
    with pytest.raises(JournalError, match="cannot be opened: it has another name, a hard link"):
        Journal.open(other)
    assert [pending.line for pending in journal.pending()] == [2, 3, 4]
    journal.close()
    Journal.open_readonly(other).close()


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
@pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))
def test_what_is_no_regular_file_beside_it_is_refused_and_stays(path, make, suffix):
    new_journal(path, rows(1)).close()
    beside = path.with_name(path.name + suffix)
    make(beside)
    before = standing(beside)
    for opened in (Journal.open, Journal.open_readonly):
        with pytest.raises(JournalError, match=f"{suffix} is beside it, and it is a .*, not a regular file"):
            opened(path)
    assert standing(beside) == before


@pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))
def test_what_is_no_regular_file_is_refused_and_stays(path, make):
    make(path)
    before = standing(path)
    for opened in (Journal.open, Journal.open_readonly):
        with pytest.raises(JournalError, match=r"cannot be (opened|read): it is a .*, not a regular file"):
            opened(path)
    assert standing(path) == before


@pytest.mark.parametrize("suffix", ["-lock", "-wal", "-journal"])
def test_what_others_have_put_beside_it_is_refused_and_stays(path, suffix):
    beside = path.with_name(path.name + suffix)
    beside.symlink_to(path.with_name("nothing"))
    with pytest.raises(JournalError, match="it is a symbolic link"):
        Journal.open(path)
    assert list(path.parent.iterdir()) == [beside]


def test_a_journal_that_others_may_write_is_refused(path):
    new_journal(path, rows(1)).close()
    path.chmod(0o660)
    with pytest.raises(JournalError, match=f"others may write it; fix that with `chmod go-w {path}`"):
        Journal.open(path)
    path.chmod(0o640)
    Journal.open(path).close()


class TestRemoving:
    """Only what this process has created."""

    def test_an_empty_file_that_was_there_is_left(self, path):
        path.touch(0o600)
        journal = Journal.open(path)
        assert journal.is_new
        journal.close()
        assert list(path.parent.iterdir()) == [path]

    def test_what_took_the_place_of_the_journal_is_left(self, path):
        journal = Journal.open(path)
        path.unlink()
        path.write_text("diary")
        journal.close()
        assert path.read_text() == "diary"

    def test_a_lock_that_was_there_is_used_and_left(self, path):
        lock = path.with_name(f"{path.name}-lock")
        lock.touch(0o600)
        held = JournalLock(path)
        with pytest.raises(JournalError, match="another run works on it"):
            JournalLock(path)
        held.release()
        assert lock.exists()

    def test_a_file_of_that_name_is_no_lock(self, path):
        lock = path.with_name(f"{path.name}-lock")
        lock.write_text("diary")
        with pytest.raises(JournalError, match=f"^{lock} cannot be locked: it is no lock of bingx-spot"):
            Journal.open(path)
        assert lock.read_text() == "diary"
        assert list(path.parent.iterdir()) == [lock]

    def test_a_folder_that_has_vanished_is_no_error_at_the_end(self, path):
        folder = path.parent / "folder"
        folder.mkdir()
        journal = new_journal(folder / "orders.journal", rows(1))
        shutil.rmtree(folder)
        folder.touch()
        journal.close()
        assert folder.read_bytes() == b""
