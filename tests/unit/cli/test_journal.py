"""`bingx-spot journal`: a table for people, CSV and JSON for programs."""

import json
from pathlib import Path

import pytest

from bingx_spot import CancelOutcome, CancelResult, ErrorDetails, Order, OrderFilled, OutcomeUnknown, Response
from bingx_spot.bulk.journal_rows import OUTCOMES
from tests.support.command_line import invoke
from tests.support.journals import API_KEY, new_journal, rows
from tests.support.samples import ORDER


def order(status: str) -> Order:
    return Order.from_data({**ORDER, "status": status}, Response(200, {}, b""))


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return a journal with a cancelled, a filled and an unknown order, and one in flight."""
    path = tmp_path / "orders.journal"
    journal = new_journal(path, rows(4))
    details = ErrorDetails("no response in time", code=7, hint="Query it.")
    errors = [OrderFilled(details, order("FILLED")), OutcomeUnknown(details)]
    pending = journal.pending()
    cancelled = CancelOutcome.CANCELLED
    journal.record(
        next(pending).line, CancelResult(position=0, item=None, outcome=cancelled, order=order("CANCELED"))
    )
    for error in errors:
        item = next(pending)
        journal.record(item.line, CancelResult.from_error(0, item, item, error))
    next(pending)
    journal.close()
    return path


def test_shows_tables(path):
    done = invoke("journal", path)
    assert done.exit_code == 0
    assert "4 orders" in done.stdout
    assert "FILLED" in done.stdout
    assert "no response in time (code 7)" in done.stdout
    assert "in_flight" in done.stdout
    assert "CANCELED;" not in done.stdout, "an empty part leaves nothing"
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert API_KEY not in done.stdout


def test_csv_can_be_cancelled_again(path):
    done = invoke("journal", path, "--csv", "--outcome", "unknown")
    header, row = done.stdout.splitlines()
    assert header.startswith("line,symbol,orderId,")
    assert ",unknown," in row
    plan = invoke("cancel-many", "--from", "-", "--dry-run", "--json", text=done.stdout)
    assert json.loads(plan.stdout)["orders"] == 1


def test_json(path):
    printed = [json.loads(line) for line in invoke("journal", path, "--json").stdout.splitlines()]
    assert [line["line"] for line in printed] == [2, 3, 4, 5]
    assert [line["outcome"] for line in printed] == ["cancelled", "filled", "unknown", "in_flight"]
    assert printed[1]["orderStatus"] == "FILLED"


def test_every_outcome_is_in_the_help(path):
    shown = invoke("journal", "--help").stdout
    for outcome in OUTCOMES:
        assert f"  {outcome} " in shown
        assert invoke("journal", path, "--outcome", outcome).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "named"),
    [(("--csv", "--json"), "exclude each other"), (("--outcome", "lost"), "--outcome")],
)
def test_wrong_usage_exits_2(path, arguments, named):
    done = invoke("journal", path, *arguments)
    assert done.exit_code == 2
    assert named in done.stderr


def test_another_file_is_rejected(tmp_path):
    other = tmp_path / "orders.csv"
    other.write_text("symbol,orderId\n" * 100)
    done = invoke("journal", other)
    assert done.exit_code == 2
    assert "is not a journal" in done.stderr
    assert invoke("journal", tmp_path / "none").exit_code == 2
