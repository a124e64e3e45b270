"""Journal: what the disk has at each moment, what is tried again, and what stays in doubt."""

import os
import sqlite3
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
    OrderAlreadyCanceled,
    OrderFailed,
    OrderFilled,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    RateLimited,
    RequestInfo,
    RequestRejected,
    Response,
    StillOpen,
)
from bingx_spot.bulk.input_rows import Row
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalDamaged, JournalError
from bingx_spot.bulk.result import STOPPED
from tests.support.journals import API_KEY, BASE_URL, new_journal, rows
from tests.support.samples import ORDER

ATTEMPTS = (Attempt(1, "cancelOrder", BASE_URL, "rejected: no"),)
DETAILS = ErrorDetails("it said no", code=100404, hint="Do not ask again.", attempts=ATTEMPTS)


def order(status: str = "CANCELED") -> Order:
    return Order.from_data({**ORDER, "status": status}, Response(200, {}, b""))


def failed(error) -> CancelResult:
    return CancelResult.from_error(0, CancelRequest("BTC-USDT", order_id=1), None, error)


CANCELLED = CancelResult(position=0, item=None, outcome=CancelOutcome.CANCELLED, order=order())
FILLED = failed(OrderFilled(DETAILS, order("FILLED")))
ALREADY_CANCELED = failed(OrderAlreadyCanceled(DETAILS, order()))
FAILED = failed(OrderFailed(DETAILS, order("FAILED")))
NOT_OPEN = failed(OrderNotOpen(DETAILS))
NOT_FOUND = failed(OrderNotFound(DETAILS))
STILL_OPEN = failed(StillOpen(DETAILS, order("NEW")))
REJECTED = failed(RequestRejected(DETAILS))
NOT_SENT = failed(NotSent(ErrorDetails("not sent: the run was stopped before it")))
UNKNOWN = failed(OutcomeUnknown(DETAILS))
EVERY_RESULT = {
    "cancelled": CANCELLED,
    "filled": FILLED,
    "already_canceled": ALREADY_CANCELED,
    "failed": FAILED,
    "not_open": NOT_OPEN,
    "not_found": NOT_FOUND,
    "still_open": STILL_OPEN,
    "unaffected": REJECTED,
    "unknown": UNKNOWN,
}


@pytest.fixture(params=["file", "temporary"])
def journal(request, path):
    opened = new_journal(path if request.param == "file" else None, rows(5))
    yield opened
    opened.close()


@pytest.fixture
def one():
    """Return a journal with one order."""
    opened = new_journal(None, rows(1))
    yield opened
    opened.close()


def outcomes(journal: Journal) -> list[str]:
    return [row.outcome for row in journal.rows()]


def reopened(journal: Journal, path: Path) -> Journal:
    """Return the journal as a next run finds it."""
    journal.close()
    again = Journal.open(path)
    again.recover()
    return again


class TestBeginning:
    def test_an_order_is_on_the_disk_before_it_is_yielded(self, path):
        journal = new_journal(path, rows(3))
        pending = journal.pending()
        first = next(pending)
        assert (first.line, first.parameters()) == (2, {"symbol": "BTC-USDT", "orderId": 1})
        with sqlite3.connect(path) as other:
            begun = other.execute("SELECT in_flight, calls FROM orders").fetchall()
        other.close()
        assert begun == [(1, 1), (0, 0), (0, 0)]
        journal.close()

    def test_every_field_of_a_row_is_kept(self):
        request = CancelRequest("MØTH-USDT", client_order_id="a", cancel_restrictions="NEW", recv_window=50.5)
        journal = new_journal(None, [Row(7, request)])
        [pending] = journal.pending()
        assert pending.line == 7
        assert CancelRequest.of(pending.parameters()) == request
        journal.close()


class TestRecording:
    def test_what_is_known_of_an_order_is_kept(self, journal):
        results = [CANCELLED, FILLED, REJECTED, STILL_OPEN]
        for pending, result in zip(journal.pending(), results, strict=False):
            row = journal.record(pending.line, result)
            assert row == next(known for known in journal.rows() if known.line == pending.line)
        cancelled, filled, rejected, still_open, last = journal.rows()
        assert (cancelled.outcome, cancelled.order_status, cancelled.executed_qty) == (
            "cancelled",
            "CANCELED",
            "0",
        )
        assert cancelled.exchange_order_id == ORDER["orderId"]
        assert cancelled.calls == 1
        assert cancelled.started_at is not None
        assert cancelled.ended_at is not None
        assert (filled.outcome, filled.order_status, filled.error) == ("filled", "FILLED", "OrderFilled")
        assert filled.to_dict()["attempts"] == [
            {"at": 1, "operation": "cancelOrder", "host": BASE_URL, "result": "rejected: no"}
        ]
        assert (rejected.outcome, rejected.code, rejected.message) == ("unaffected", "100404", "it said no")
        assert rejected.hint == "Do not ask again."
        assert (still_open.outcome, still_open.order_status) == ("still_open", "NEW")
        assert last.outcome == "in_flight"
        assert journal.counts().total() == 5

    @pytest.mark.parametrize(("outcome", "result"), EVERY_RESULT.items(), ids=EVERY_RESULT)
    def test_each_outcome_has_its_word(self, one, outcome, result):
        [pending] = one.pending()
        assert one.record(pending.line, result).outcome == outcome == result.outcome

    def test_an_order_that_was_not_sent_counts_no_call(self, one):
        [pending] = one.pending()
        row = one.record(pending.line, NOT_SENT)
        assert (row.outcome, row.calls) == ("unaffected", 0)

    def test_an_order_before_which_the_run_was_stopped_waits_as_before(self, one):
        [before] = one.rows()
        [pending] = one.pending()
        assert one.record(pending.line, failed(NotSent(ErrorDetails("stopped", rule=STOPPED)))) == before

    @pytest.mark.parametrize("earlier", ["not_open", "not_found", "still_open"])
    @pytest.mark.parametrize("result", [NOT_SENT, REJECTED], ids=["not sent", "rejected"])
    def test_a_call_without_effect_leaves_what_is_known(self, path, earlier, result):
        journal = new_journal(path, rows(1))
        [pending] = journal.pending()
        before = journal.record(pending.line, EVERY_RESULT[earlier])
        journal = reopened(journal, path)
        [pending] = journal.pending()
        row = journal.record(pending.line, result)
        assert (row.outcome, row.order_status) == (earlier, before.order_status)
        assert row.message == result.error.message
        journal.close()


class TestGoingOn:
    def test_every_outcome_that_time_can_change_is_tried_again(self, path):
        results = [*EVERY_RESULT.values(), NOT_SENT, failed(RateLimited(DETAILS)), None]
        journal = new_journal(path, rows(len(results)))
        for pending, result in zip(journal.pending(), results, strict=True):
            if result is not None:
                journal.record(pending.line, result)
        journal = reopened(journal, path)
        assert outcomes(journal) == [*EVERY_RESULT, "unaffected", "unaffected", "unknown"]
        lines = [pending.line for pending in journal.pending()]
        assert lines[:2] == [10, 13], "orders in doubt are first: unknown, and in flight when it was killed"
        assert lines[2:] == [6, 7, 8, 9, 11, 12], "not open, not found, still open, unaffected"
        journal.close()

    def test_an_order_is_tried_once_in_a_run(self, path):
        journal = new_journal(path, rows(2))
        for pending in journal.pending():
            journal.record(pending.line, UNKNOWN)
        journal = reopened(journal, path)
        tried = []
        for pending in journal.pending():
            tried.append(pending.line)
            journal.record(pending.line, STILL_OPEN)
        assert tried == [2, 3]
        journal.close()

    @pytest.mark.parametrize(
        ("result", "outcome", "maybe_ours"),
        [
            (CANCELLED, "cancelled", False),
            (FILLED, "filled", False),
            (FAILED, "failed", False),
            (ALREADY_CANCELED, "already_canceled", True),
            (NOT_OPEN, "not_open", True),
            (NOT_FOUND, "unknown", False),
            (REJECTED, "unknown", False),
            (NOT_SENT, "unknown", False),
            (UNKNOWN, "unknown", False),
            (STILL_OPEN, "still_open", False),
        ],
        ids=lambda value: str(value.error or value.outcome) if isinstance(value, CancelResult) else None,
    )
    def test_a_doubt_is_settled_only_by_the_state_of_the_order(self, path, result, outcome, maybe_ours):
        journal = new_journal(path, rows(1))
        assert len(list(journal.pending())) == 1
        journal = reopened(journal, path)
        [pending] = journal.pending()
        row = journal.record(pending.line, result)
        assert (row.outcome, row.maybe_cancelled_by_us) == (outcome, maybe_ours)
        assert journal.counts().maybe_cancelled_by_us == maybe_ours
        journal.close()

    def test_an_order_that_somebody_else_cancelled_is_not_maybe_ours(self, one):
        [pending] = one.pending()
        assert not one.record(pending.line, ALREADY_CANCELED).maybe_cancelled_by_us


class TestOrderIds:
    """A client order id may be used again for a newer order; an order id may not."""

    BY_CLIENT_ORDER_ID = CancelRequest("BTC-USDT", client_order_id="my-bot_0001")

    def by_client_order_id(self, error) -> CancelResult:
        return CancelResult.from_error(0, self.BY_CLIENT_ORDER_ID, None, error)

    def sent(self, **parameters: object) -> RequestInfo:
        return RequestInfo("POST", BASE_URL, "json", {"symbol": "BTC-USDT", **parameters}, {})

    @pytest.mark.parametrize(
        ("error", "expected"),
        [
            (StillOpen(DETAILS, order("NEW")), {"orderId": ORDER["orderId"]}),
            (OutcomeUnknown(ErrorDetails("?", order_id=42, attempts=ATTEMPTS)), {"orderId": 42}),
            ("went on by order id", {"orderId": 43}),
            (OutcomeUnknown(DETAILS), {"clientOrderID": "my-bot_0001"}),
            (OrderNotFound(DETAILS), {"clientOrderID": "my-bot_0001"}),
        ],
        ids=["a query", "a response", "a request", "unknown", "not found"],
    )
    def test_once_the_exchange_has_named_it_the_order_is_cancelled_by_its_order_id(
        self, path, error, expected
    ):
        if isinstance(error, str):
            error = OutcomeUnknown(ErrorDetails("?", request=self.sent(orderId=43), attempts=ATTEMPTS))
        journal = new_journal(path, [Row(2, self.BY_CLIENT_ORDER_ID)])
        [pending] = journal.pending()
        journal.record(pending.line, self.by_client_order_id(error))
        journal = reopened(journal, path)
        [pending] = journal.pending()
        assert pending.parameters() == {"symbol": "BTC-USDT", **expected}
        row = journal.record(pending.line, self.by_client_order_id(OrderNotFound(DETAILS)))
        assert row.exchange_order_id == expected.get("orderId"), "and it is never forgotten"
        assert (row.order_id, row.client_order_id) == (None, "my-bot_0001"), "as in the input"
        journal.close()


class TestOwner:
    def test_another_account_and_another_environment_are_rejected(self, path):
        new_journal(path, rows(1)).close()
        journal = Journal.open(path)
        journal.check_owner(BASE_URL, API_KEY)
        with pytest.raises(JournalError, match="another API key"):
            journal.check_owner(BASE_URL, "other")
        with pytest.raises(JournalError, match=r"a run on http://127.0.0.1:8642, and this run is on https"):
            journal.check_owner("https://open-api.bingx.com", API_KEY)
        journal.close()

    def test_the_file_holds_no_key(self, path):
        journal = new_journal(path, rows(2))
        journal.record(next(journal.pending()).line, CANCELLED)
        journal.close()
        assert API_KEY.encode() not in path.read_bytes()


class TestReading:
    def test_while_a_run_writes_and_where_nothing_can_be_written(self, path):
        journal = new_journal(path, rows(2))
        reader = Journal.open_readonly(path)
        assert outcomes(reader) == ["waiting"] * 2
        journal.record(next(journal.pending()).line, CANCELLED)
        assert outcomes(reader) == ["cancelled", "waiting"]
        reader.close()
        journal.close()
        path.parent.chmod(0o500)
        try:
            reader = Journal.open_readonly(path)
            assert outcomes(reader) == ["cancelled", "waiting"]
            reader.close()
        finally:
            path.parent.chmod(0o700)

    def test_rows_with_some_outcomes(self, journal):
        journal.record(next(journal.pending()).line, CANCELLED)
        assert [row.line for row in journal.rows(["cancelled"])] == [2]
        assert [row.line for row in journal.rows(["waiting", "unknown"])] == [3, 4, 5, 6]

    def test_a_journal_without_orders_cannot_be_read(self, path):
        path.touch()
        with pytest.raises(JournalError, match="holds no orders"):
            Journal.open_readonly(path)


def test_an_import_that_fails_leaves_nothing(path):
    journal = Journal.open(path)

    def broken():
        yield from rows(3)
        raise LookupError

    with pytest.raises(LookupError), journal.create(BASE_URL, API_KEY):
        list(journal.import_rows(broken()))
    assert journal.is_new
    journal.close()
    assert list(path.parent.iterdir()) == []


@pytest.mark.parametrize("left", [0, 4096])
def test_nothing_is_sent_once_the_file_was_cut(path, left):
    journal = new_journal(path, rows(3))
    pending = journal.pending()
    next(pending)
    os.truncate(path, left)
    with pytest.raises(JournalDamaged, match="another program has cut it while a run used it"):
        next(pending)
    journal.close()


@pytest.mark.parametrize("change", ["removed", "replaced", "its folder is gone"])
def test_nothing_is_sent_once_the_file_has_left_its_path(path, change):
    folder = path.parent / "folder"
    folder.mkdir()
    path = folder / "orders.journal"
    journal = new_journal(path, rows(3))
    pending = journal.pending()
    first = next(pending)
    moved = (path if change != "its folder is gone" else folder).rename(folder.with_name("moved"))
    if change == "replaced":
        path.touch()
    with pytest.raises(JournalError, match="was moved or removed while a run used it; put it back"):
        journal.record(first.line, CANCELLED)
    with pytest.raises(JournalError, match="was moved or removed"):
        next(pending)
    journal.close()
    reader = Journal.open_readonly(moved if moved.is_file() else moved / path.name)
    assert outcomes(reader) == ["in_flight", "waiting", "waiting"]
    reader.close()


def test_a_reader_does_not_hold_up_a_run_that_goes_on(path):
    new_journal(path, rows(3)).close()
    journal = reopened(Journal.open(path), path)
    reader = Journal.open_readonly(path)
    shown = reader.rows()
    next(shown)
    journal.run("PRAGMA busy_timeout=0")
    journal.record(next(journal.pending()).line, CANCELLED)
    assert [row.outcome for row in shown] == ["waiting", "waiting"], "as it was when the reader began"
    reader.close()
    journal.close()


class TestSize:
    LONG = "x" * 900_000

    def test_what_is_kept_of_an_error_is_bounded(self, path):
        attempts = tuple(Attempt(at, "cancelOrder", BASE_URL, self.LONG) for at in range(65))
        details = ErrorDetails(self.LONG, code=7, hint=self.LONG, attempts=attempts)
        journal = new_journal(path, rows(4))
        for pending in journal.pending():
            row = journal.record(pending.line, failed(OutcomeUnknown(details)))
        journal.close()
        assert path.stat().st_size < 400_000
        kept = row.to_dict()["attempts"]
        assert [attempt["at"] for attempt in kept] == list(range(65))
        for text in (row.message, row.hint, kept[0]["result"]):
            assert text.endswith(" (900,000 characters, cut)")
            assert len(text) <= 1_100

    def test_a_text_that_sqlite_cannot_store_is_shown_by_its_number(self, one):
        details = ErrorDetails("no \ud800", code=7, hint="\udfff", attempts=ATTEMPTS)
        [pending] = one.pending()
        row = one.record(pending.line, failed(OutcomeUnknown(details)))
        assert (row.message, row.hint) == ("no \\ud800", "\\udfff")
