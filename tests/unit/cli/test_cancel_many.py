"""`bingx-spot cancel-many`: wrong usage, the import of its orders, its dry run; nothing is sent."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace

import pytest

from bingx_spot import CancelOutcome, CancelResult
from bingx_spot.bulk.journal import Journal
from tests.support.command_line import invoke
from tests.support.file_kinds import KINDS, standing
from tests.support.journals import API_KEY, BASE_URL, flip_order_id, new_journal, rows

KEYS = {"BINGX_API_KEY": API_KEY, "BINGX_API_SECRET": "s", "BINGX_ENV": BASE_URL}
BAD = "symbol,orderId\nBTC-USDT,1\nBTC-USDT,1.7E+18\nbtc,1\n"


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    """Return the path of a journal that does not exist yet."""
    return tmp_path / "orders.journal"


def csv(count: int) -> str:
    return "symbol,orderId\n" + "".join(f"BTC-USDT,{number}\n" for number in range(1, count + 1))


def rows_of(*order_ids: int) -> str:
    return "symbol,orderId\n" + "".join(f"BTC-USDT,{order_id}\n" for order_id in order_ids)


class TestRoundedIds:
    TRUE = tuple(range(1735964079647111281, 1735964079647111321))

    def run(self, *order_ids: int):
        return invoke("cancel-many", "--from", "-", "--dry-run", text=rows_of(*order_ids))

    @pytest.mark.parametrize(
        "order_ids", [(1735964079647110000,), (1735964079647111000, 1735964079647112000)]
    )
    def test_more_than_chance_explains_are_refused(self, order_ids):
        done = self.run(*order_ids)
        assert done.exit_code == 2
        assert "line 2: orderId ends in zeros beyond its 16th digit" in done.stderr
        assert "Order ids that look rounded" in done.stderr
        assert "Nothing was sent" in " ".join(done.stderr.split())
        assert "bingx-spot cancel SYMBOL ORDER_ID --env live" in " ".join(done.stderr.split())

    def test_one_among_true_ones_is_pointed_out(self):
        done = self.run(1735964079647111000, *self.TRUE)
        assert done.exit_code == 0
        assert done.stderr.startswith("line 2: orderId ends in zeros beyond its 16th digit")

    def test_true_ones_are_not(self):
        assert self.run(*self.TRUE, 1000, 7).stderr == ""


class TestGoingOn:
    def waited(self, journal, monkeypatch, limits: str) -> list[float]:
        waited: list[float] = []
        monkeypatch.setattr("bingx_spot.cli.cancel_many.time", SimpleNamespace(sleep=waited.append))
        where = KEYS | {"BINGX_ENV": "http://127.0.0.1:1", "BINGX_LIMITS": limits, "BINGX_TIMEOUT": "0.05"}
        for _ in range(2):
            source = ("--from", "-", "--journal", journal)
            assert invoke("cancel-many", *source, text=rows_of(1), **where).exit_code == 1
        return waited

    def test_waits_for_what_the_process_before_may_have_sent(self, journal, monkeypatch):
        assert self.waited(journal, monkeypatch, "") == [1]

    def test_does_not_wait_where_limits_are_off_or_shared(self, journal, monkeypatch):
        assert self.waited(journal, monkeypatch, "off") == []

    def test_does_not_wait_where_nothing_is_left_to_do(self, journal, monkeypatch):
        monkeypatch.setattr("bingx_spot.cli.cancel_many.time", None)
        with closing(new_journal(journal, rows(1))) as done:
            [due] = done.pending()
            done.record(due.line, CancelResult(position=0, item=due, outcome=CancelOutcome.CANCELLED))
        assert invoke("cancel-many", "--journal", journal, **KEYS).exit_code == 0


class TestBadRows:
    @pytest.mark.parametrize("dry_run", [(), ("--dry-run",)], ids=["run", "dry run"])
    def test_all_are_printed_and_nothing_is_sent(self, journal, dry_run):
        done = invoke("cancel-many", "--from", "-", "--journal", journal, *dry_run, text=BAD, **KEYS)
        assert done.exit_code == 2
        assert "line 3: orderId is '1.7E+18'" in done.stderr
        assert "line 4: symbol is 'btc'" in done.stderr
        assert "2 rows cannot be sent, so nothing was sent" in done.stderr
        assert list(journal.parent.iterdir()) == [], "no half of a journal is left"

    def test_they_can_be_left_out(self):
        done = invoke("cancel-many", "--from", "-", "--skip-bad", "--dry-run", "--json", text=BAD, **KEYS)
        assert done.exit_code == 0
        assert "2 rows left out" in done.stderr
        plan = json.loads(done.stdout)
        assert (plan["orders"], plan["badRows"]) == (1, 2)

    def test_duplicates_and_ignored_columns_are_printed(self):
        text = "symbol,orderId,price\nBTC-USDT,1,7\nBTC-USDT,2,7\nBTC-USDT,1,7\n"
        done = invoke("cancel-many", "--from", "-", "--dry-run", "--json", text=text)
        assert done.exit_code == 0
        assert "line 4: duplicate of line 2" in done.stderr
        assert "1 duplicate row; each order is cancelled once." in done.stderr
        assert "Columns ignored: price." in done.stderr
        plan = json.loads(done.stdout)
        assert (plan["orders"], plan["duplicates"]) == (2, 1)


class TestDryRun:
    def test_shows_what_would_be_done_without_an_api_key(self, journal):
        asked = ("cancel-many", "--from", "-", "--journal", journal, "--dry-run")
        done = invoke(*asked, text=csv(50))
        assert done.exit_code == 0
        assert "orders to cancel │ 50" in done.stdout
        assert "9 s, at 5 a second" in done.stdout
        plan = json.loads(invoke(*asked, "--json", text=csv(50)).stdout)
        assert (plan["orders"], plan["seconds"], plan["duplicates"]) == (50, 9.0, 0)
        assert not journal.exists()

    @pytest.mark.parametrize(
        ("option", "variables", "seconds"),
        [
            (("--rate", "copy-trading"), {}, 49.0),
            (("--rate", "2"), {}, 24.0),
            ((), {"BINGX_RATE": "copy-trading"}, 49.0),
            (("--rate", "2"), {"BINGX_RATE": "copy-trading"}, 24.0),
        ],
    )
    def test_takes_as_long_as_the_rate_says(self, option, variables, seconds):
        asked = ("cancel-many", "--from", "-", "--dry-run", "--json", *option)
        plan = json.loads(invoke(*asked, text=csv(50), **variables).stdout)
        assert plan["seconds"] == seconds

    @pytest.mark.parametrize("rate", ["0", "6", "fast", "nan"])
    @pytest.mark.parametrize("dry_run", [(), ("--dry-run",)], ids=["run", "dry run"])
    def test_a_wrong_rate_exits_2(self, rate, dry_run):
        done = invoke("cancel-many", "--from", "-", "--rate", rate, *dry_run, text=csv(1), **KEYS)
        assert done.exit_code == 2
        assert "--rate is" in done.stderr

    def test_knows_what_the_journal_has_done_and_does_not_change_it(self, journal):
        opened = new_journal(journal, rows(5))
        next(opened.pending())
        opened.recover()
        opened.close()
        before = journal.read_bytes()
        done = invoke("cancel-many", "--journal", journal, "--dry-run", "--json", **KEYS)
        plan = json.loads(done.stdout)
        assert (plan["orders"], plan["inDoubt"], plan["done"]) == (5, 1, 0)
        assert journal.read_bytes() == before
        shown = invoke("cancel-many", "--journal", journal, "--dry-run", **KEYS).stdout
        assert "1: may be cancelled already; these are first" in shown

    def test_a_journal_of_another_account_is_rejected(self, journal):
        new_journal(journal, rows(5)).close()
        asked = ("cancel-many", "--journal", journal, "--dry-run")
        done = invoke(*asked, **{**KEYS, "BINGX_API_KEY": "another"})
        assert done.exit_code == 2
        assert "belongs to a run with another API key" in done.stderr
        assert invoke(*asked, BINGX_ENV=BASE_URL).exit_code == 0, "without a key it cannot be compared"


class TestJournal:
    def test_of_another_account_environment_or_input_is_rejected(self, journal):
        new_journal(journal, rows(5)).close()
        for text, changed, named in (
            (csv(5), {"BINGX_API_KEY": "another"}, "another API key"),
            (csv(5), {"BINGX_ENV": "http://127.0.0.1:1"}, "a run on http://127.0.0.1:8642"),
            (csv(4), {}, "another input"),
        ):
            done = invoke(
                "cancel-many", "--from", "-", "--journal", journal, text=text, **{**KEYS, **changed}
            )
            assert done.exit_code == 2
            assert named in done.stderr
        Journal.open(journal).close()

    def test_another_file_is_rejected_and_left_unchanged(self, tmp_path):
        source = tmp_path / "orders.csv"
        source.write_text(csv(2))
        done = invoke("cancel-many", "--from", source, "--journal", source, **KEYS)
        assert done.exit_code == 2
        assert "is not a journal of bingx-spot" in done.stderr
        assert source.read_text() == csv(2)

    def test_without_orders_needs_rows(self, journal):
        journal.touch()
        done = invoke("cancel-many", "--journal", journal, **KEYS)
        assert done.exit_code == 2
        assert "give them with --from" in done.stderr

    @pytest.mark.parametrize("dry_run", [(), ("--dry-run",)], ids=["run", "dry run"])
    def test_with_missing_rows_is_not_used(self, journal, dry_run):
        new_journal(journal, rows(5)).close()
        with closing(sqlite3.connect(journal)) as other:
            other.execute("DELETE FROM orders WHERE line = 3")
            other.commit()
        done = invoke("cancel-many", "--journal", journal, *dry_run, **KEYS)
        assert done.exit_code == 2
        assert "is damaged (it holds 4 of 5 orders); no run goes on with it" in done.stderr
        assert f"bingx-spot journal --check {journal}" in done.stderr

    def test_a_damaged_row_is_named_and_not_counted(self, journal):
        new_journal(journal, rows(5)).close()
        flip_order_id(journal, 3)
        for source in ((), ("--from", "-")):
            asked = ("cancel-many", *source, "--journal", journal, "--dry-run", "--json")
            done = invoke(*asked, text=csv(5), **KEYS)
            plan = json.loads(done.stdout)
            assert (plan["orders"], plan["done"]) == (4, 0)
            assert "line 4 of the journal is damaged: nothing is sent for its order" in done.stderr

    @pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))
    @pytest.mark.parametrize("dry_run", [(), ("--dry-run",)], ids=["run", "dry run"])
    def test_what_is_no_regular_file_is_refused_and_stays(self, journal, make, dry_run):
        make(journal)
        before = standing(journal)
        done = invoke("cancel-many", "--from", "-", "--journal", journal, *dry_run, text=csv(5), **KEYS)
        assert done.exit_code == 2
        assert "not a regular file" in done.stderr or "is a directory" in done.stderr
        assert "Traceback" not in done.stderr
        assert standing(journal) == before

    def test_a_path_that_cannot_be_looked_at_says_so(self, journal):
        done = invoke(
            "cancel-many", "--from", "-", "--journal", journal.with_name("a" * 300), text=csv(1), **KEYS
        )
        assert done.exit_code == 2
        assert "cannot be opened" in done.stderr

    def test_an_empty_file_is_said_to_be_empty(self, journal):
        journal.touch(0o600)
        done = invoke("cancel-many", "--from", "-", "--journal", journal, text=BAD, **KEYS)
        assert f"{journal} was empty: every order of the input is new to it." in done.stderr
        assert done.exit_code == 2
        assert journal.exists(), "it was there before"


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "--from"),
        (("--from", "missing.csv"), "missing.csv"),
        (("--from", "-", "--env", "moon"), "--env"),
        (("--from", "-", "--journal", "/"), "--journal"),
    ],
)
def test_wrong_usage_exits_2_and_names_the_option(arguments, named):
    text = "symbol,orderId\nBTC-USDT,1\n"
    done = invoke("cancel-many", *arguments, text=text, BINGX_API_KEY="k", BINGX_API_SECRET="s")
    assert done.exit_code == 2
    assert named in done.stderr


def test_without_an_api_key_it_exits_2_and_says_where_it_comes_from():
    done = invoke("cancel-many", "--from", "-", text="x")
    assert done.exit_code == 2
    assert "API key" in done.stderr
