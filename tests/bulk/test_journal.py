"""What a journal keeps, what it refuses, and what it makes of a run that was cut off."""

import itertools
import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from bingx_spot import (
    Attempt,
    CancelOutcome,
    CancelRequest,
    CancelResult,
    Evidence,
    NotSent,
    Order,
    OrderNotOpen,
    OutcomeUnknown,
    RateLimited,
    Refused,
    StillOpen,
)
from bingx_spot.answers import Answer
from bingx_spot.bulk.entry import STATES, WRITTEN, Entry
from bingx_spot.bulk.intake import Duplicate
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.lock import Lock
from bingx_spot.bulk.rows import BadRow, Row
from bingx_spot.bulk.store import JournalError, NoOrders
from tests.overlay.samples import ORDER

API_KEY = "planted-api-key-7f3a9c"
HERE = "http://127.0.0.1:8642"
TRIED = (Attempt(1, "cancelOrder", HERE, "surely not executed: no"),)
EVIDENCE = Evidence("it said no", code=100404, hint="Do not ask again.", attempts=TRIED)


def order(status: str = "CANCELED") -> Order:
    return Order.from_data({**ORDER, "status": status}, Answer(200, {}, b""))


CANCELLED = CancelResult(position=0, item=None, outcome=CancelOutcome.CANCELLED, order=order())
FILLED = OrderNotOpen(EVIDENCE, order("FILLED"))
GONE = OrderNotOpen(EVIDENCE, order("CANCELED"))
OPEN = StillOpen(EVIDENCE, order("NEW"))


def failed(error) -> CancelResult:
    return CancelResult.failed(0, CancelRequest("BTC-USDT", order_id=1), None, error)


def rows(count: int, first: int = 1) -> list[Row]:
    return [Row(line + 1, CancelRequest("BTC-USDT", order_id=line)) for line in range(first, first + count)]


def made(path: Path | None, found) -> Journal:
    journal = Journal.temporary() if path is None else Journal.at(path)
    with journal.filling(HERE, API_KEY):
        assert list(journal.take_in(found)) == []
    return journal


@pytest.fixture
def path(tmp_path) -> Path:
    return tmp_path / "orders.journal"


@pytest.fixture(params=["file", "temporary"])
def journal(request, path):
    opened = made(path if request.param == "file" else None, rows(5))
    yield opened
    opened.close()


def states(journal: Journal) -> list[str]:
    return [entry.state for entry in journal.entries()]


def test_what_is_due_is_on_the_disk_before_it_is_given_out(path):
    journal = made(path, rows(3))
    due = journal.due()
    first = next(due)
    assert (first.line, first.parameters()) == (2, {"symbol": "BTC-USDT", "orderId": 1})
    with sqlite3.connect(path) as other:
        assert other.execute("SELECT state, asked FROM orders").fetchall() == [
            ("asked", 1),
            ("waiting", 0),
            ("waiting", 0),
        ]
    other.close()
    journal.close()


def test_every_field_of_a_row_comes_back():
    asked = CancelRequest("MØTH-USDT", client_order_id="a", cancel_restrictions="NEW", recv_window=50.5)
    other = made(None, [Row(7, asked)])
    [due] = other.due()
    assert due.line == 7
    assert CancelRequest.of({**due.parameters()}) == asked
    other.close()


def test_how_an_order_ended_is_kept(journal):
    for due, result in zip(
        journal.due(), [CANCELLED, failed(FILLED), failed(Refused(EVIDENCE)), failed(OPEN)], strict=False
    ):
        entry = journal.settle(due.line, result)
        assert entry == next(known for known in journal.entries() if known.line == due.line)
    cancelled, filled, refused, untouched, waiting = journal.entries()
    assert (cancelled.state, cancelled.order_status, cancelled.executed_qty) == ("cancelled", "CANCELED", "0")
    assert cancelled.stated_order_id == ORDER["orderId"]
    assert cancelled.asked == 1
    assert cancelled.asked_at is not None
    assert cancelled.ended_at is not None
    assert (filled.state, filled.order_status, filled.error) == ("not open", "FILLED", "OrderNotOpen")
    assert filled.written()["attempts"] == [
        {"at": 1, "operation": "cancelOrder", "host": HERE, "result": "surely not executed: no"}
    ]
    assert (refused.state, refused.code, refused.message) == ("refused", "100404", "it said no")
    assert refused.hint == "Do not ask again."
    assert (untouched.state, untouched.order_status) == ("untouched", "NEW")
    assert waiting.state == "asked"
    counts = journal.counts()
    assert counts.total == 5
    assert counts.not_open() == {"filled": 1}


def test_only_what_is_not_known_or_was_never_reached_is_asked_again(path):
    journal = made(path, rows(7))
    endings = [CANCELLED, failed(FILLED), failed(Refused(EVIDENCE)), failed(OutcomeUnknown(EVIDENCE))]
    endings += [failed(NotSent(EVIDENCE)), failed(RateLimited(EVIDENCE))]
    for due, result in zip(journal.due(), [*endings, None], strict=True):
        if result is not None:
            journal.settle(due.line, result)
    journal.close()
    again = Journal.at(path)
    again.recover()
    assert states(again) == [
        "cancelled",
        "not open",
        "refused",
        "unknown",
        "untouched",
        "untouched",
        "unknown",
    ]
    assert [due.line for due in again.due()] == [5, 8, 6, 7], "what is in doubt comes first"
    again.close()


def in_doubt(path: Path) -> Journal:
    """Return a journal whose one order was out when its run was cut off."""
    journal = made(path, rows(1))
    assert len(list(journal.due())) == 1
    journal.close()
    again = Journal.at(path)
    again.recover()
    return again


@pytest.mark.parametrize(
    ("result", "state", "perhaps"),
    [
        (CANCELLED, "cancelled", False),
        (failed(GONE), "not open", True),
        (failed(OrderNotOpen(EVIDENCE)), "not open", True),
        (failed(FILLED), "not open", False),
        (failed(Refused(EVIDENCE)), "unknown", False),
        (failed(NotSent(EVIDENCE)), "unknown", False),
        (failed(OutcomeUnknown(EVIDENCE)), "unknown", False),
        (failed(OPEN), "untouched", False),
    ],
)
def test_a_doubt_is_settled_only_by_what_says_how_the_order_is(path, result, state, perhaps):
    journal = in_doubt(path)
    [due] = journal.due()
    entry = journal.settle(due.line, result)
    assert (entry.state, entry.perhaps_ours) == (state, perhaps)
    assert journal.counts().perhaps_ours == perhaps
    assert entry.asked == 2
    journal.close()


def test_cancelled_by_somebody_else_is_not_said_to_be_perhaps_ours(journal):
    due = next(journal.due())
    assert not journal.settle(due.line, failed(GONE)).perhaps_ours


def test_what_was_given_back_was_not_asked_for(journal):
    due = next(journal.due())
    entry = journal.settle(due.line, failed(NotSent(Evidence("not sent: the run was stopped"))))
    assert (entry.state, entry.asked) == ("untouched", 0)


def test_an_order_that_is_named_again_is_told_and_taken_once():
    journal = Journal.temporary()
    named = CancelRequest("BTC-USDT", client_order_id="a")
    other = CancelRequest("BTC-USDT", order_id=1, cancel_restrictions="NEW")
    found = [*rows(2), Row(5, rows(1)[0].request), Row(6, named), Row(7, named), Row(8, other)]
    with journal.filling(HERE, API_KEY):
        problems = list(journal.take_in([*found, BadRow(9, "x")]))
    assert problems[:2] == [Duplicate(5, 2), Duplicate(7, 6)]
    assert isinstance(problems[2], BadRow)
    assert "the order of line 2 again, with other conditions" in problems[2].reason
    assert problems[3] == BadRow(9, "x")
    assert [due.line for due in journal.due()] == [2, 3, 6]
    journal.close()


def test_the_same_id_of_another_symbol_is_another_order():
    other = Row(9, CancelRequest("ETH-USDT", order_id=1))
    journal = made(None, [*rows(1), other])
    assert journal.counts().total == 2
    journal.close()


class TestRefusing:
    def test_another_run_at_the_same_time(self, path):
        journal = made(path, rows(1))
        program = (
            "import sys, pathlib; from bingx_spot.bulk.lock import Lock; Lock(pathlib.Path(sys.argv[1]))"
        )
        other = subprocess.run(
            [sys.executable, "-c", program, path], capture_output=True, text=True, check=False
        )
        assert "is in use: another run works on it" in other.stderr
        with pytest.raises(JournalError, match="another run works on it"):
            Journal.at(path)
        journal.close()
        Journal.at(path).close()
        assert sorted(file.name for file in path.parent.iterdir()) == [path.name], "one file is left"

    def test_another_account_and_another_environment(self, path):
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
    def test_another_input(self, path, other):
        made(path, rows(5)).close()
        journal = Journal.at(path)
        with pytest.raises(JournalError, match="another input"):
            list(journal.take_in(other))
        assert list(journal.take_in([*rows(5), Row(9, rows(1)[0].request)])) == [Duplicate(9, 2)]
        journal.close()

    def test_other_conditions_for_the_same_order(self, path):
        made(path, rows(1)).close()
        journal = Journal.at(path)
        with pytest.raises(JournalError, match="another input: it does not have line 2"):
            list(journal.take_in([Row(2, CancelRequest("BTC-USDT", order_id=1, recv_window=100))]))
        journal.close()

    @pytest.mark.parametrize("content", [b"symbol,orderId\nBTC-USDT,1\n" * 50, b"x"])
    def test_a_file_of_another_kind_which_stays_as_it_is(self, path, content):
        path.write_bytes(content)
        for opened in (Journal.at, Journal.reading):
            with pytest.raises(JournalError, match="is not a journal of bingx-spot"):
                opened(path)
        assert path.read_bytes() == content
        assert list(path.parent.iterdir()) == [path]

    def test_a_database_of_something_else(self, path):
        with sqlite3.connect(path) as other:
            other.execute("CREATE TABLE accounts (name TEXT)")
        other.close()
        content = path.read_bytes()
        with pytest.raises(JournalError, match="a database of something else"):
            Journal.at(path)
        assert path.read_bytes() == content

    def test_a_journal_of_a_later_version(self, path):
        made(path, rows(1)).close()
        with sqlite3.connect(path) as other:
            other.execute("PRAGMA user_version=2")
        other.close()
        with pytest.raises(JournalError, match="later version"):
            Journal.at(path)

    def test_a_place_where_no_file_can_be(self, path):
        with pytest.raises(JournalError, match="cannot be locked: No such file"):
            Journal.at(path / "x" / "y")
        with pytest.raises(JournalError, match="no such file"):
            Journal.reading(path)


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
from bingx_spot.bulk.rows import Row
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


def test_the_file_is_its_owners_alone_and_holds_no_key(path):
    journal = made(path, rows(2))
    journal.settle(next(journal.due()).line, CANCELLED)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    journal.close()
    assert API_KEY.encode() not in path.read_bytes()


def test_it_can_be_read_while_a_run_writes_and_where_nothing_can_be_written(path):
    journal = made(path, rows(2))
    reader = Journal.reading(path)
    assert states(reader) == ["waiting"] * 2
    journal.settle(next(journal.due()).line, CANCELLED)
    assert states(reader) == ["cancelled", "waiting"]
    reader.close()
    journal.close()
    path.parent.chmod(0o500)
    try:
        reader = Journal.reading(path)
        assert states(reader) == ["cancelled", "waiting"]
        reader.close()
    finally:
        path.parent.chmod(0o700)


def test_a_journal_without_orders_is_none_to_read(path):
    path.touch()
    with pytest.raises(JournalError, match="holds no orders"):
        Journal.reading(path)


@pytest.mark.parametrize("full", ["SQLITE_FULL", "a limit"])
def test_an_order_that_cannot_be_written_is_not_given_out(path, full):
    made(
        path, [Row(line, CancelRequest("BTC-USDT", client_order_id=f"{line:040}")) for line in range(1, 500)]
    ).close()
    program = f"""
import pathlib, resource, sys
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.store import JournalError
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
from bingx_spot.bulk.lock import Lock
held = Lock(pathlib.Path({str(path)!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    Lock(path).release()
    assert list(path.parent.iterdir()) == []


def test_what_is_written_has_every_column(journal):
    assert set(WRITTEN.values()) == {*Entry.__dataclass_fields__, "perhaps_ours"} - {"in_doubt"}
    assert set(itertools.chain(STATES, ["invalid"])) == {*CancelOutcome, "waiting", "asked"}
    entry = next(iter(journal.entries()))
    assert list(entry.written()) == list(WRITTEN)
