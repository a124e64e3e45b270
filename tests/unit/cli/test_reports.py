"""Summaries of bulk runs: the numbers, what they mean, and the exit code."""

from collections import Counter
from pathlib import Path

import pytest

from bingx_spot import CancelOutcome, CancelRequest, CancelResult, ErrorDetails, OutcomeUnknown
from bingx_spot.bulk.input_rows import Row
from bingx_spot.bulk.journal_rows import OUTCOMES, Counts
from bingx_spot.cli.reports import RunReport, print_rows, summary_rows
from tests.support.journals import new_journal, rows


def test_every_outcome_has_its_number_and_its_meaning():
    counts = Counts(dict.fromkeys(OUTCOMES, 2))
    counts.maybe_cancelled_by_us = 1
    summary = summary_rows(counts, Path("my orders.journal"))
    assert {*OUTCOMES} <= summary.keys()
    assert all(str(summary[outcome]).startswith("2: ") for outcome in OUTCOMES if outcome != "cancelled")
    assert str(summary["of these"]).startswith("1 maybe cancelled by this run")
    assert summary["unfinished"] == "14: run the same command again"
    assert summary["details"] == "bingx-spot journal 'my orders.journal'"


def test_outcomes_that_did_not_occur_are_left_out():
    summary = summary_rows(Counts({"cancelled": 3}), None)
    assert summary == {"cancelled": "3", "details": None}
    assert "or query them" in str(summary_rows(Counts({"unknown": 1}), None)["unfinished"])


@pytest.mark.parametrize(
    ("outcomes", "problem", "code", "title"),
    [
        (["cancelled"], "", 0, "Cancelled"),
        (["cancelled"], "the disk is full", 1, "Cancelled"),
        (["filled"], "", 1, "Not all cancelled by this run"),
        (["not_found", "unknown"], "", 3, "Some outcomes are unknown"),
    ],
)
def test_exit_codes(capsys, outcomes, problem, code, title):
    journal = new_journal(None, rows(len(outcomes)))
    report = RunReport(journal, problem=problem)
    for order, outcome in zip(journal.pending(), outcomes, strict=True):
        report.add(CancelResult(position=0, item=order, outcome=CancelOutcome(outcome), request=order))
    assert report.outcomes == Counter(outcomes)
    assert report.print_summary() == code
    shown = capsys.readouterr()
    assert title in shown.out
    assert problem in shown.err
    journal.close()


def test_no_order_is_not_said_to_be_cancelled(capsys):
    journal = new_journal(None, rows(0))
    where = {"environment": "https://h.test", "host": "https://h.test"}
    assert RunReport(journal, where).print_summary() == 0
    shown = capsys.readouterr().out
    assert shown.startswith("Nothing to")
    assert shown.count("https://h.test") == 1
    journal.close()


def test_rows_that_were_left_out_are_not_forgotten(capsys):
    journal = new_journal(None, rows(0))
    assert RunReport(journal, left_out=2).print_summary() == 0
    assert "│ left out  │ 2 bad rows │" in capsys.readouterr().out
    journal.close()


def test_results_that_could_not_be_recorded_are_printed(capsys):
    journal = new_journal(None, rows(1, first=7))
    [order] = journal.pending()
    journal.close()
    report = RunReport(journal)
    report.add(CancelResult.from_error(0, order, order, OutcomeUnknown(ErrorDetails("no response"))))
    assert report.print_summary() == 3, "the journal is closed: what the run has seen itself counts"
    shown = capsys.readouterr().err
    assert "Not in the journal: BTC-USDT 7: unknown" in shown
    assert "The run ended early: the temporary folder cannot be used" in shown


def test_sixty_columns_break_no_order_id(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "60")
    journal = new_journal(None, [Row(1, CancelRequest("1000PEPE-USDT", order_id=1735964079647111281))])
    [order] = journal.pending()
    report = RunReport(journal)
    report.add(CancelResult(position=0, item=order, outcome=CancelOutcome.ALREADY_CANCELED, request=order))
    assert report.print_summary() == 1
    shown = capsys.readouterr().out
    assert max(map(len, shown.splitlines())) <= 60
    assert "│ 1000PEPE-USDT │ 1735964079647111281 │ already_" in shown
    assert "Not all cancelled by this run" in shown
    journal.close()


def test_a_long_table_says_how_many_rows_more_there_are(capsys):
    journal = new_journal(None, rows(5))
    assert print_rows(journal.rows(), "", 3) == 2
    assert capsys.readouterr().out.count("BTC-USDT") == 3
    journal.close()
