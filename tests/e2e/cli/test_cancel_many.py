"""`bingx-spot cancel-many` as people and programs use it: a process, its output, exit code and journal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.unit.bulk.commands import cancel_many, entries, started, write_orders


@pytest.fixture
def source(tmp_path) -> Path:
    return tmp_path / "orders.csv"


@pytest.fixture
def journal(tmp_path) -> Path:
    return tmp_path / "orders.journal"


def sent(sandbox) -> int:
    return sum(order["cancelRequests"] for order in sandbox.executed().values())


def lines(text: str) -> list[dict[str, object]]:
    return [json.loads(line) for line in text.splitlines()]


class TestARun:
    def test_that_cancels_all_exits_0_and_says_so(self, sandbox, source):
        write_orders(source, sandbox.place_orders(30))
        done = cancel_many(sandbox, "--from", source)
        assert done.returncode == 0, done.stderr
        assert done.stdout.startswith("Cancelled")
        assert " 30 " in done.stdout
        assert done.stderr == ""
        assert {order["status"] for order in sandbox.executed().values()} == {"CANCELED"}

    def test_that_meets_other_endings_exits_1_and_names_them(self, sandbox, source):
        orders = sandbox.place_orders(5)
        sandbox.fill(orders[1]["orderId"])
        offline = {"fault": "error", "code": 100490, "msg": "pair offline", "orderId": orders[2]["orderId"]}
        sandbox.faults([{**offline, "operation": "cancel"}])
        done = cancel_many(sandbox, "--from", write_orders(source, orders))
        assert done.returncode == 1
        assert "not open" in done.stdout
        assert "1: 1 filled" in done.stdout
        assert "pair offline (code" in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 80
        assert "\x1b" not in done.stdout + done.stderr

    def test_that_leaves_a_doubt_exits_3(self, sandbox, source):
        orders = sandbox.place_orders(3)
        lost = orders[1]["orderId"]
        # No answer that says anything, and no asking for an hour.
        locked = {"fault": "error", "code": 100410, "msg": "after {unblock}", "unblockIn": 3_600_000}
        sandbox.faults(
            [
                {"fault": "empty-body", "operation": "cancel", "orderId": lost, "when": "before"},
                {**locked, "operation": "query", "orderId": lost},
            ]
        )
        done = cancel_many(sandbox, "--from", write_orders(source, orders))
        assert done.returncode == 3
        assert "perhaps cancelled" in done.stdout

    def test_of_no_orders_is_no_error(self, sandbox):
        assert cancel_many(sandbox, "--from", "-", text="symbol,orderId\n").returncode == 0
        assert cancel_many(sandbox, "--from", "-", "--format", "jsonl", text="").returncode == 0
        assert cancel_many(sandbox, "--from", "-", text="").returncode == 2

    def test_prints_a_json_object_for_each_order(self, sandbox):
        orders = sandbox.place_orders(4)
        sandbox.fill(orders[3]["orderId"])
        text = "".join(json.dumps(order) + "\n" for order in orders)
        done = cancel_many(sandbox, "--from", "-", "--json", text=text)
        assert done.returncode == 1
        told = {line["orderId"]: line for line in lines(done.stdout)}
        assert list(told) != []
        assert {told[order["orderId"]]["outcome"] for order in orders[:3]} == {"cancelled"}
        filled = told[orders[3]["orderId"]]
        assert (filled["outcome"], filled["orderStatus"], filled["line"]) == ("not open", "FILLED", 4)
        assert filled["error"] == "OrderNotOpen"
        assert "Not all are cancelled" in done.stderr

    def test_stops_at_once_where_the_signature_is_wrong_and_goes_on_with_the_right_one(
        self, sandbox, source, journal
    ):
        write_orders(source, sandbox.place_orders(100))
        asked = ("--from", source, "--journal", journal)
        stopped = cancel_many(sandbox, *asked, BINGX_API_SECRET="wrong")
        assert stopped.returncode == 1
        assert "AuthenticationError" in stopped.stderr
        assert "100: surely untouched" in stopped.stdout
        assert len(sandbox.requests()) <= 32
        assert sandbox.api_key not in stopped.stdout + stopped.stderr
        done = cancel_many(sandbox, *asked)
        assert done.returncode == 0
        assert {entry.state for entry in entries(journal)} == {"cancelled"}

    def test_of_ten_thousand_orders(self, sandbox, source, journal):
        write_orders(source, sandbox.place_orders(10_000))
        done = cancel_many(sandbox, "--from", source, "--journal", journal)
        assert done.returncode == 0, done.stderr
        assert {order["cancelRequests"] for order in sandbox.executed().values()} == {1}
        assert sum(entry.state == "cancelled" for entry in entries(journal)) == 10_000


class TestRows:
    BAD = "symbol,orderId\nBTC-USDT,{good}\nBTC-USDT,1.7E+18\nbtc,1\n"

    def test_bad_ones_are_all_told_and_nothing_is_sent(self, sandbox, journal):
        [order] = sandbox.place_orders(1)
        text = self.BAD.format(good=order["orderId"])
        done = cancel_many(sandbox, "--from", "-", "--journal", journal, text=text)
        assert done.returncode == 2
        assert "line 3: orderId is 1.7E+18" in done.stderr
        assert "line 4: symbol is 'btc'" in done.stderr
        assert "2 rows cannot be sent" in done.stderr
        assert sandbox.requests() == []
        assert list(journal.parent.iterdir()) == [], "no half of a journal is left"

    def test_bad_ones_can_be_left_out(self, sandbox, journal):
        [order] = sandbox.place_orders(1)
        text = self.BAD.format(good=order["orderId"])
        asked = ("--from", "-", "--skip-bad", "--journal", journal)
        done = cancel_many(sandbox, *asked, text=text)
        assert done.returncode == 0
        assert "2 rows left out" in done.stderr
        assert cancel_many(sandbox, *asked, text=text).returncode == 0
        assert sent(sandbox) == 1

    def test_an_order_that_is_named_again_is_told_and_cancelled_once(self, sandbox, source):
        orders = sandbox.place_orders(3)
        write_orders(source, [*orders, orders[0]])
        done = cancel_many(sandbox, "--from", source)
        assert done.returncode == 0
        assert "line 5: names the order of line 2 again" in done.stderr
        assert sent(sandbox) == 3

    def test_what_is_not_read_is_told(self, sandbox):
        [order] = sandbox.place_orders(1)
        text = f"symbol,orderId,price\nBTC-USDT,{order['orderId']},7\n"
        assert "Not read: price." in cancel_many(sandbox, "--from", "-", text=text).stderr


class TestADryRun:
    def test_says_what_would_be_done_and_sends_nothing(self, sandbox, source, journal):
        write_orders(source, sandbox.place_orders(50))
        asked = ("--from", source, "--journal", journal, "--dry-run")
        done = cancel_many(sandbox, *asked)
        assert done.returncode == 0
        assert "orders to cancel │ 50" in done.stdout
        assert "9 s, at 5 a second" in done.stdout
        told = json.loads(cancel_many(sandbox, *asked, "--json").stdout)
        assert (told["orders"], told["seconds"], told["duplicates"]) == (50, 9.0, 0)
        assert sandbox.requests() == []
        assert not journal.exists()

    def test_needs_no_keys(self, sandbox, source):
        write_orders(source, sandbox.place_orders(5))
        without = {"BINGX_API_KEY": "", "BINGX_API_SECRET": ""}
        done = cancel_many(sandbox, "--from", source, "--dry-run", **without)
        assert done.returncode == 0, done.stderr

    def test_knows_what_a_journal_has_done(self, sandbox, source, journal):
        write_orders(source, sandbox.place_orders(5))
        asked = ("--from", source, "--journal", journal)
        assert cancel_many(sandbox, *asked).returncode == 0
        before = journal.read_bytes()
        told = json.loads(cancel_many(sandbox, *asked, "--dry-run", "--json").stdout)
        assert (told["orders"], told["done"]) == (0, 5)
        assert journal.read_bytes() == before

    def test_of_a_million_rows_from_a_pipe_stays_under_200_megabytes(self, sandbox):
        program = (
            "print('symbol,orderId')\n"
            "for number in range(1_000_000): print(f'BTC-USDT,{1735964079647111280 + 1_000_004 * number}')"
        )
        rows = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
        with started(sandbox, "--from", "-", "--dry-run", "--json", stdin=rows.stdout) as process:
            assert process.stdout is not None
            told = json.loads(process.stdout.read())
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = status
        assert rows.stdout is not None
        rows.stdout.close()
        rows.wait()
        assert status == 0
        assert told["orders"] == 1_000_000
        per_unit = 1 if sys.platform == "darwin" else 1024
        assert used.ru_maxrss * per_unit < 200 * 2**20


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        ((), "--from"),
        (("--from", "missing.csv"), "missing.csv"),
        (("--from", "-", "--env", "moon"), "--env"),
        (("--from", "-", "--format", "xml"), "--format"),
        (("--from", "-", "--journal", "/"), "--journal"),
    ],
)
def test_a_command_that_is_not_right_exits_2(sandbox, arguments, named):
    done = cancel_many(sandbox, *arguments, text="symbol,orderId\nBTC-USDT,1\n")
    assert done.returncode == 2
    assert named in done.stderr
    assert sandbox.requests() == []


def test_without_keys_it_says_where_they_come_from(sandbox):
    done = cancel_many(sandbox, "--from", "-", text="x", BINGX_API_KEY="", BINGX_API_SECRET="")
    assert done.returncode == 2
    assert "API key" in done.stderr
