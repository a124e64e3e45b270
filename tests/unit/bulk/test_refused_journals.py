"""What a journal refuses: another run, another account, environment or input, a file of something else."""

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from bingx_spot import CancelRequest
from bingx_spot.bulk.input_rows import Row
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import Duplicate
from tests.unit.bulk.journals import API_KEY, HERE, made, rows


def is_open(path: Path) -> bool:
    """Tell whether this process has the file open."""
    # The directory's own number is gone when the list of it is there.
    return any(opened.exists() and path.samefile(opened) for opened in list(Path("/dev/fd").iterdir()))


def test_refused_another_run_at_the_same_time(path):
    journal = made(path, rows(1))
    program = (
        "import sys, pathlib; from bingx_spot.bulk.journal_db import Lock; Lock(pathlib.Path(sys.argv[1]))"
    )
    other = subprocess.run([sys.executable, "-c", program, path], capture_output=True, text=True, check=False)
    assert "is in use: another run works on it" in other.stderr
    with pytest.raises(JournalError, match="another run works on it"):
        Journal.at(path)
    journal.close()
    Journal.at(path).close()
    assert sorted(file.name for file in path.parent.iterdir()) == [path.name], "one file is left"


def test_refused_another_account_and_another_environment(path):
    made(path, rows(1)).close()
    journal = Journal.at(path)
    journal.check(HERE, API_KEY)
    with pytest.raises(JournalError, match="another API key"):
        journal.check(HERE, "other")
    with pytest.raises(JournalError, match=r"made for http://127.0.0.1:8642, and this run is for https"):
        journal.check("https://open-api.bingx.com", API_KEY)
    journal.close()


@pytest.mark.parametrize(
    "other", [rows(4), rows(6), rows(5, first=2), [], [*rows(4), Row(9, rows(5)[4].request)]]
)
def test_refused_another_input(path, other):
    made(path, rows(5)).close()
    journal = Journal.at(path)
    with pytest.raises(JournalError, match="another input"):
        list(journal.take_in(other))
    assert list(journal.take_in([*rows(5), Row(9, rows(1)[0].request)])) == [Duplicate(9, 2)]
    journal.close()


def test_refused_other_conditions_for_the_same_order(path):
    made(path, rows(1)).close()
    journal = Journal.at(path)
    with pytest.raises(JournalError, match="another input: it does not have line 2"):
        list(journal.take_in([Row(2, CancelRequest("BTC-USDT", order_id=1, recv_window=100))]))
    journal.close()


@pytest.mark.parametrize("content", [b"symbol,orderId\nBTC-USDT,1\n" * 50, b"x"])
def test_refused_a_file_of_another_kind_which_stays_as_it_is(path, content):
    path.write_bytes(content)
    for opened in (Journal.at, Journal.reading):
        with pytest.raises(JournalError, match="is not a journal of bingx-spot") as kept:
            opened(path)
        assert not is_open(path), kept
    assert path.read_bytes() == content
    assert list(path.parent.iterdir()) == [path]


def test_refused_a_database_of_something_else(path):
    with sqlite3.connect(path) as other:
        other.execute("CREATE TABLE accounts (name TEXT)")
    other.close()
    content = path.read_bytes()
    with pytest.raises(JournalError, match="a database of something else"):
        Journal.at(path)
    assert path.read_bytes() == content


def test_refused_a_journal_of_a_later_version(path):
    made(path, rows(1)).close()
    with sqlite3.connect(path) as other:
        other.execute("PRAGMA user_version=2")
    other.close()
    with pytest.raises(JournalError, match="later version") as kept:
        Journal.at(path)
    assert not is_open(path), kept


def test_refused_a_place_where_no_file_can_be(path):
    with pytest.raises(JournalError, match="cannot be locked: No such file"):
        Journal.at(path / "x" / "y")
    with pytest.raises(JournalError, match="no such file"):
        Journal.reading(path)
