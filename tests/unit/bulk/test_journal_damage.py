"""Damaged journals: no wrong cancel, and no order lost without a word."""

import re
import sqlite3
from pathlib import Path

import pytest

from bingx_spot import CancelRequest
from bingx_spot.bulk.input_rows import LostRow, Row
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalDamaged, JournalError
from bingx_spot.bulk.journal_rows import COLUMN_NAMES, DAMAGED
from tests.support.journals import new_journal, rows
from tests.unit.bulk.test_journal import CANCELLED, UNKNOWN
from tools.fuzz import journal as fuzz

ORDER_ID = 0x1817_5C0A_9B3D_71F2


def five() -> list[Row]:
    return [Row(line, CancelRequest("BTC-USDT", order_id=ORDER_ID + line)) for line in range(2, 7)]


@pytest.fixture(params=["row", "index", "row and index"])
def damaged(request: pytest.FixtureRequest, path: Path) -> Path:
    """Return a journal of five orders, in which one bit of the order id of line 4 is flipped."""
    new_journal(path, five()).close()
    content = bytearray(path.read_bytes())
    written, flipped = ((ORDER_ID + 4 ^ bit).to_bytes(8, "big") for bit in (0, 1 << 40))
    # The row is in the table's page, and behind it the page of the index has it too.
    places = [match.start() for match in re.finditer(re.escape(written), content)]
    assert len(places) == 2
    for place, part in zip(places, ("row", "index"), strict=True):
        if part in request.param:
            content[place : place + 8] = flipped
    path.write_bytes(content)
    return path


def change(path: Path, statement: str, *values: object) -> Path:
    """Change a journal behind the back of its checksums."""
    with sqlite3.connect(path) as other:
        other.execute(statement, values)
    other.close()
    return path


def test_a_row_with_a_flipped_bit_is_never_sent(damaged, request):
    hit = "row" in request.node.callspec.params["damaged"]
    journal = Journal.open(damaged)
    journal.recover()
    sent = [item.order_id - ORDER_ID for item in journal.pending()]
    assert sent == ([2, 3, 5, 6] if hit else [2, 3, 4, 5, 6])
    journal.close()


def test_it_is_shown_with_its_line(damaged, request):
    journal = Journal.open(damaged)
    journal.check()
    if "row" in request.node.callspec.params["damaged"]:
        assert journal.damaged_lines() == [4]
        counts = journal.counts()
        assert (counts.total(), counts[DAMAGED], counts.unfinished) == (5, 1, 4)
        assert [row.line for row in journal.rows(["damaged"])] == [4]
        with pytest.raises(JournalDamaged, match="the row of line 4 fails its checksum"):
            journal.record(4, CANCELLED)
    journal.close()


def test_the_input_is_still_that_of_the_journal(damaged):
    journal = Journal.open(damaged)
    journal.check()
    assert list(journal.import_rows(five())) == []
    for other in (five()[:3], [*five(), Row(9, CancelRequest("BTC-USDT", order_id=1))]):
        with pytest.raises(JournalError, match="another input"):
            list(journal.import_rows(other))
    journal.close()


@pytest.mark.parametrize(
    "column",
    [*COLUMN_NAMES[1:-1]],
)
def test_every_column_is_in_the_checksum(path, column):
    journal = new_journal(path, rows(2))
    journal.record(next(journal.pending()).line, UNKNOWN)
    journal.close()
    change(path, f"UPDATE orders SET {column} = ? WHERE line = 2", "9")  # noqa: S608 - a name of ours
    journal = Journal.open(path)
    journal.check()
    assert journal.damaged_lines() == [2]
    journal.recover()
    assert [item.line for item in journal.pending()] == [3]
    journal.close()


def test_a_row_in_the_place_of_another_is_damaged(path):
    new_journal(path, rows(3)).close()
    journal = Journal.open(change(path, "UPDATE orders SET line = 9 WHERE line = 2"))
    journal.check()
    assert journal.damaged_lines() == [9]
    [lost] = journal.import_rows(rows(3))
    assert isinstance(lost, LostRow)
    assert (lost.line, lost.reason) == (
        2,
        "the journal's row of it is damaged; nothing is sent for its order",
    )
    journal.close()


@pytest.mark.parametrize(
    ("statement", "problem"),
    [
        ("DELETE FROM orders WHERE line = 3", "it holds 4 of 5 orders"),
        ("UPDATE owner SET orders = 4", "the row that names its owner fails its checksum"),
        ("UPDATE owner SET environment = 'https://open-api.bingx.com'", "the row that names its owner"),
        ("DELETE FROM owner", "the row that names its owner"),
        ("INSERT INTO owner SELECT * FROM owner", "the row that names its owner"),
        ("DROP TABLE owner", "its tables are not those of a journal"),
        ("ALTER TABLE orders RENAME COLUMN line TO row", "its tables are not those of a journal"),
        ("DROP INDEX by_order_id", "its tables are not those of a journal"),
        ("CREATE TABLE more (a)", "its tables are not those of a journal"),
    ],
)
def test_a_journal_that_lacks_something_is_not_used(path, statement, problem):
    new_journal(path, rows(5)).close()
    journal = Journal.open(change(path, statement))
    with pytest.raises(JournalDamaged, match=problem):
        journal.check()
    journal.close()


def test_the_log_of_a_killed_run_does_not_change_a_journal_that_took_its_place(path):
    log = path.with_name(f"{path.name}-wal")
    killed = new_journal(path, rows(5))
    next(killed.pending())
    left = log.read_bytes()
    killed.close()
    path.unlink()
    new_journal(path, rows(5, first=100)).close()
    log.write_bytes(left)
    journal = Journal.open(path)
    assert [row.order_id for row in journal.rows()] == [1, 2, 3, 4, 5], "SQLite takes it for this journal's"
    with pytest.raises(JournalDamaged, match="its orders are not those that were imported"):
        journal.check()
    journal.close()


def test_a_row_that_is_damaged_while_a_run_uses_it_is_not_sent(path, monkeypatch):
    monkeypatch.setattr("bingx_spot.bulk.journal._BATCH", 4)
    journal = new_journal(path, rows(8))
    pending = journal.pending()
    next(pending)
    # Not of those that are fetched already.
    change(path, "UPDATE orders SET order_id = 7000 WHERE line = 6")
    assert [item.line for item in pending] == [3, 4, 5, 7, 8, 9]
    assert journal.damaged_lines() == [6]
    journal.close()


def test_what_a_lost_log_had_is_in_the_file(path):
    journal = new_journal(path, rows(5))
    for pending in journal.pending():
        journal.record(pending.line, CANCELLED)
    kept = path.with_name("kept")
    kept.write_bytes(path.read_bytes())
    journal.close()
    journal = Journal.open_readonly(kept)
    outcomes = [row.outcome for row in journal.rows()]
    # The last step of all may be in the log alone.
    assert outcomes[:4] == ["cancelled"] * 4
    assert outcomes[4] in ("cancelled", "in_flight")
    journal.close()


@pytest.mark.parametrize("size", [1, 511, 600, 4096, 5000])
def test_a_file_that_is_cut_short_is_not_taken_for_a_new_journal(path, size):
    new_journal(path, rows(200)).close()
    content = path.read_bytes()[:size]
    path.write_bytes(content)
    with pytest.raises(JournalError, match=r"is damaged|is not a journal of bingx-spot"):
        Journal.open(path).check()
    assert path.read_bytes() == content


def test_damage_at_sixty_places():
    assert fuzz.run(range(60)) == 60


@pytest.mark.slow
def test_damage_at_two_thousand_places():
    assert fuzz.run(range(1000, 3000)) == 2000


def test_the_fuzz_target_notices_a_wrong_cancel(path, monkeypatch):
    monkeypatch.setattr("bingx_spot.bulk.journal_rows.checksum", lambda _: b"")
    monkeypatch.setattr("bingx_spot.bulk.journal.checksum", lambda _: b"")
    with pytest.raises(AssertionError, match=r"was sent as|changed without a word"):
        fuzz.run(range(1000))
