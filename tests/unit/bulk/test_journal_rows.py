"""Rows of a journal: their import, their names in JSON and CSV, and their counts."""

import pytest

from bingx_spot import CancelOutcome, CancelRequest
from bingx_spot.bulk.input_rows import BadRow, DuplicateRow, Row
from bingx_spot.bulk.journal import Journal
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import COLUMNS, OUTCOMES, Counts, JournalRow
from tests.support.journals import API_KEY, BASE_URL, new_journal, rows

OTHER_INPUTS = {
    "one row less": rows(4),
    "one row more": rows(6),
    "other orders": rows(5, first=2),
    "none": [],
    "another line": [*rows(4), Row(9, rows(5)[4].request)],
}


class TestImport:
    def test_duplicates_and_contradictions_are_yielded(self):
        journal = Journal.temporary()
        named = CancelRequest("BTC-USDT", client_order_id="a")
        other = CancelRequest("BTC-USDT", order_id=1, cancel_restrictions="NEW")
        found = [*rows(2), Row(5, rows(1)[0].request), Row(6, named), Row(7, named), Row(8, other)]
        with journal.create(BASE_URL, API_KEY):
            problems = list(journal.import_rows([*found, BadRow(9, "x")]))
        assert problems[:2] == [
            DuplicateRow(5, "duplicate of line 2"),
            DuplicateRow(7, "duplicate of line 6"),
        ]
        assert isinstance(problems[2], BadRow)
        assert "a duplicate of line 2, with other conditions" in problems[2].reason
        assert problems[3] == BadRow(9, "x")
        assert [order.line for order in journal.pending()] == [2, 3, 6]
        journal.close()

    def test_the_same_id_of_another_symbol_is_another_order(self):
        journal = new_journal(None, [*rows(1), Row(9, CancelRequest("ETH-USDT", order_id=1))])
        assert journal.counts().total() == 2
        journal.close()

    @pytest.mark.parametrize("other", OTHER_INPUTS.values(), ids=OTHER_INPUTS)
    def test_another_input_is_rejected(self, path, other):
        new_journal(path, rows(5)).close()
        journal = Journal.open(path)
        with pytest.raises(JournalError, match="another input"):
            list(journal.import_rows(other))
        assert list(journal.import_rows([*rows(5), Row(9, rows(1)[0].request)])) == [
            DuplicateRow(9, "duplicate of line 2")
        ]
        journal.close()

    def test_other_conditions_for_the_same_order_are_rejected(self, path):
        new_journal(path, rows(1)).close()
        journal = Journal.open(path)
        with pytest.raises(JournalError, match="another input: its orders are not those of this one"):
            list(journal.import_rows([Row(2, CancelRequest("BTC-USDT", order_id=1, recv_window=100))]))
        journal.close()


def row(state: str, *, in_flight: bool = False, in_doubt: bool = False) -> JournalRow:
    known = dict.fromkeys(JournalRow.__dataclass_fields__)
    return JournalRow(**{**known, "state": state, "in_flight": in_flight, "in_doubt": in_doubt})


class TestRow:
    def test_every_column_is_written(self):
        written = {*JournalRow.__dataclass_fields__, "outcome", "maybe_cancelled_by_us"}
        assert set(COLUMNS.values()) == written - {"state", "in_doubt", "in_flight"}
        assert list(row("waiting").to_dict()) == list(COLUMNS)

    def test_a_row_in_flight_says_so(self):
        assert row("unaffected", in_flight=True).outcome == "in_flight"
        assert row("unaffected").outcome == "unaffected"

    @pytest.mark.parametrize("state", OUTCOMES)
    def test_only_what_is_not_open_may_be_cancelled_by_us(self, state):
        expected = state in ("already_canceled", "not_open")
        assert row(state, in_doubt=True).maybe_cancelled_by_us is expected
        assert not row(state).maybe_cancelled_by_us


def test_outcomes_are_those_of_a_cancel_and_what_is_not_known_yet():
    assert set(OUTCOMES) == {*CancelOutcome, "waiting", "in_flight", "damaged"}


def test_counts_by_what_a_run_does_next():
    counts = Counts(dict.fromkeys(OUTCOMES, 1))
    assert counts.total() == len(OUTCOMES)
    assert counts.unknown == 2, "unknown and in flight"
    assert counts.unfinished == 7, "also waiting, not open, not found, still open, unaffected"
