"""`bingx-spot journal`: a table for people, CSV and JSON for programs."""

import json
from pathlib import Path

import pytest

from tests.unit.bulk.commands import bingx_spot, cancel_many, write_orders


@pytest.fixture
def source(tmp_path) -> Path:
    return tmp_path / "orders.csv"


@pytest.fixture
def journal(tmp_path) -> Path:
    return tmp_path / "orders.journal"


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def kept(sandbox, source, journal) -> Path:
    orders = sandbox.place_orders(5)
    sandbox.fill(orders[1]["orderId"])
    assert cancel_many(sandbox, "--from", write_orders(source, orders), "--journal", journal).returncode == 1
    return journal


def test_shows_a_table_and_the_sums(sandbox, kept):
    done = bingx_spot(sandbox, "journal", kept)
    assert done.returncode == 0
    assert done.stdout.count("cancelled") == 5
    assert "FILLED" in done.stdout
    assert "5 orders" in done.stdout
    assert "CANCELED" in done.stdout
    # What the exchange did not say leaves nothing behind.
    assert "CANCELED;" not in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert sandbox.api_key not in done.stdout


def test_exports_csv_which_can_be_cancelled_again(sandbox, kept):
    done = bingx_spot(sandbox, "journal", kept, "--csv", "--outcome", "not open")
    head, row = done.stdout.splitlines()
    assert head.startswith("line,symbol,orderId,")
    assert ",not open,FILLED," in row
    again = cancel_many(sandbox, "--from", "-", "--dry-run", "--json", text=done.stdout)
    assert json.loads(again.stdout)["orders"] == 1


def test_exports_json(sandbox, kept):
    told = lines(bingx_spot(sandbox, "journal", kept, "--json").stdout)
    assert [line["line"] for line in told] == [2, 3, 4, 5, 6]
    assert [line["outcome"] for line in told] == ["cancelled", "not open", *["cancelled"] * 3]
    assert told[1]["attempts"][0]["operation"] == "cancelOrder"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [(("--csv", "--json"), "give one"), (("--outcome", "lost"), "--outcome")],
)
def test_refuses_what_it_does_not_know(sandbox, kept, arguments, named):
    done = bingx_spot(sandbox, "journal", kept, *arguments)
    assert done.returncode == 2
    assert named in done.stderr


def test_refuses_what_is_no_journal(sandbox, source):
    source.write_text("symbol,orderId\n" * 100)
    done = bingx_spot(sandbox, "journal", source)
    assert done.returncode == 2
    assert "is not a journal" in done.stderr
    assert bingx_spot(sandbox, "journal", source.with_name("none")).returncode == 2
