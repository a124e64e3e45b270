"""What a journal keeps, what it refuses, and what it makes of a run that was cut off."""

import itertools
import sqlite3
import stat
from pathlib import Path

import pytest

from bingx_spot import (
    Attempt,
    CancelOutcome,
    CancelRequest,
    CancelResult,
    ErrorDetails,
    NotSent,
    Order,
    OrderNotOpen,
    OutcomeUnknown,
    RateLimited,
    RequestRejected,
    StillOpen,
)
from bingx_spot.bulk.input_rows import BadRow, Row
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import STATES, WRITTEN, Duplicate, JournalRow
from bingx_spot.models import Response
from tests.support.samples import ORDER
from tests.unit.bulk.journals import API_KEY, HERE, made, rows

TRIED = (Attempt(1, "cancelOrder", HERE, "surely not executed: no"),)
EVIDENCE = ErrorDetails("it said no", code=100404, hint="Do not ask again.", attempts=TRIED)


def order(status: str = "CANCELED") -> Order:
    return Order.from_data({**ORDER, "status": status}, Response(200, {}, b""))


CANCELLED = CancelResult(position=0, item=None, outcome=CancelOutcome.CANCELLED, order=order())
FILLED = OrderNotOpen(EVIDENCE, order("FILLED"))
GONE = OrderNotOpen(EVIDENCE, order("CANCELED"))
OPEN = StillOpen(EVIDENCE, order("NEW"))


def failed(error) -> CancelResult:
    return CancelResult.failed(0, CancelRequest("BTC-USDT", order_id=1), None, error)


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
        journal.due(),
        [CANCELLED, failed(FILLED), failed(RequestRejected(EVIDENCE)), failed(OPEN)],
        strict=False,
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
    endings = [CANCELLED, failed(FILLED), failed(RequestRejected(EVIDENCE)), failed(OutcomeUnknown(EVIDENCE))]
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
        (failed(RequestRejected(EVIDENCE)), "unknown", False),
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
    entry = journal.settle(due.line, failed(NotSent(ErrorDetails("not sent: the run was stopped"))))
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


def test_what_is_written_has_every_column(journal):
    assert set(WRITTEN.values()) == {*JournalRow.__dataclass_fields__, "perhaps_ours"} - {"in_doubt"}
    assert set(itertools.chain(STATES, ["invalid"])) == {*CancelOutcome, "waiting", "asked"}
    entry = next(iter(journal.entries()))
    assert list(entry.written()) == list(WRITTEN)
