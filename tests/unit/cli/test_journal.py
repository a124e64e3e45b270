"""`bingx-spot journal`: a table for people, CSV and JSON for programs."""

import csv
import io
import json
import os
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bingx_spot import (
    CancelOutcome,
    CancelRequest,
    CancelResult,
    ErrorDetails,
    Order,
    OrderFilled,
    OutcomeUnknown,
    Response,
)
from bingx_spot.bulk.input_rows import Row
from bingx_spot.bulk.journal_rows import OUTCOMES
from tests.support.command_line import invoke
from tests.support.journals import API_KEY, BASE_URL, flip_order_id, new_journal, rows
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
    assert "filled" in done.stdout
    assert "unknown: no response in time" in done.stdout
    assert "in_flight" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert API_KEY not in done.stdout


def test_names_environment_and_host(path):
    assert "│ environment │ sandbox " in invoke("journal", path).stdout
    first = json.loads(invoke("journal", path, "--json").stdout.splitlines()[0])
    assert (first["environment"], first["host"]) == ("sandbox", BASE_URL)
    with closing(sqlite3.connect(path)) as database:
        database.execute("UPDATE owner SET environment = 'https://own.test'")
        database.commit()
    table = invoke("journal", path).stdout
    assert (table.count("https://own.test"), table.count("│ environment")) == (1, 0)
    with closing(sqlite3.connect(path)) as database:
        database.execute("DELETE FROM owner")
        database.commit()
    damaged = invoke("journal", path, "--json")
    assert damaged.exit_code == 4
    assert "host" not in json.loads(damaged.stdout.splitlines()[0])


def test_csv_can_be_cancelled_again(path):
    done = invoke("journal", path, "--csv", "--outcome", "unknown")
    header, row = done.stdout.splitlines()
    assert header.startswith("line,symbol,orderId,")
    assert ",unknown," in row
    plan = invoke("cancel-many", "--from", "-", "--dry-run", "--json", text=done.stdout)
    assert json.loads(plan.stdout)["orders"] == 1


@pytest.fixture
def hostile(tmp_path: Path) -> Path:
    """Return a journal whose texts are formulas and terminal codes."""
    path = tmp_path / "hostile.journal"
    said = [
        "=HYPERLINK(1)",
        "+1-2",
        "-2+3",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\uff1d1",
        "-1.5",
        "\x1b[2J\u202e\x9b",
    ]
    journal = new_journal(path, rows(len(said)))
    for item, text in zip(journal.pending(), said, strict=True):
        error = OutcomeUnknown(ErrorDetails("", code=7))
        error.message = text
        journal.record(item.line, CancelResult.from_error(0, item, item, error))
    journal.close()
    return path


def test_csv_has_no_cell_that_a_spreadsheet_would_run(hostile):
    done = invoke("journal", hostile, "--csv")
    messages = [row["message"] for row in csv.DictReader(io.StringIO(done.stdout))]
    assert messages == [
        *("'=HYPERLINK(1)", "'+1-2", "'-2+3", "'@SUM(A1)", r"'\t=1", r"'\r=1", "'\uff1d1", "-1.5"),
        r"\x1b[2J\u202e\x9b",
    ]


@pytest.mark.parametrize("how", [[], ["--csv"], ["--json"]])
def test_nothing_in_a_journal_reaches_the_terminal(hostile, how):
    done = invoke("journal", hostile, *how)
    assert all(line.isprintable() for line in done.stdout.split("\n"))


def test_a_client_order_id_that_begins_as_a_formula_can_be_cancelled_again(tmp_path):
    path = tmp_path / "ids.journal"
    new_journal(path, [Row(2, CancelRequest("BTC-USDT", client_order_id="-my-id"))]).close()
    done = invoke("journal", path, "--csv")
    assert ",'-my-id," in done.stdout
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


class TestCheck:
    def test_a_sound_journal(self, path):
        done = invoke("journal", path, "--check")
        assert (done.exit_code, done.stdout) == (0, f"{path} is sound: 4 orders.\n")

    @pytest.mark.parametrize("option", ["--check", "--json", "--csv", None])
    def test_a_damaged_row_is_named_and_has_an_exit_code_of_its_own(self, path, option):
        flip_order_id(path, 3)
        done = invoke("journal", path, *filter(None, [option]))
        assert done.exit_code == 4
        assert "line 4 of the journal is damaged: nothing is sent for its order" in done.stderr
        assert "Query the orders of these lines" in done.stderr
        if option == "--json":
            outcomes = [json.loads(line)["outcome"] for line in done.stdout.splitlines()]
            assert outcomes == ["cancelled", "filled", "damaged", "in_flight"]

    @pytest.mark.parametrize("option", ["--check", "--json", "--csv", None])
    def test_a_journal_that_lacks_rows(self, path, option):
        with closing(sqlite3.connect(path)) as other:
            other.execute("DELETE FROM orders WHERE line = 3")
            other.commit()
        done = invoke("journal", path, *filter(None, [option]))
        assert done.exit_code == 4
        assert f"{path} is damaged: it holds 3 of 4 orders." in done.stderr
        assert "No run goes on with it." in done.stderr

    def test_a_page_that_cannot_be_read(self, path):
        content = bytearray(path.read_bytes())
        content[2 * 4096 : 3 * 4096] = b"x" * 4096
        path.write_bytes(content)
        for option in ("--check", "--json"):
            done = invoke("journal", path, option)
            assert done.exit_code == 4
            assert "is damaged: " in done.stderr

    def test_attempts_that_are_no_json_are_a_damaged_row(self, path):
        with closing(sqlite3.connect(path)) as other:
            other.execute("UPDATE orders SET attempts = '[{' WHERE line = 3")
            other.commit()
        done = invoke("journal", path, "--json")
        assert done.exit_code == 4
        assert "line 3 of the journal is damaged" in done.stderr


def test_what_is_no_file_is_named(tmp_path):
    os.mkfifo(tmp_path / "fifo")
    done = invoke("journal", tmp_path / "fifo")
    assert done.exit_code == 2
    assert "it is a FIFO, not a regular file" in done.stderr


def test_another_file_is_rejected(tmp_path):
    other = tmp_path / "orders.csv"
    other.write_text("symbol,orderId\n" * 100)
    done = invoke("journal", other)
    assert done.exit_code == 2
    assert "is not a journal" in done.stderr
    assert invoke("journal", tmp_path / "none").exit_code == 2
