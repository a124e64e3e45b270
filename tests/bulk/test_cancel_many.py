"""`bingx-spot cancel-many` as people and programs use it: a process, its output, exit code and journal."""

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import pytest

from tests.bulk.commands import bingx_spot, cancel_many, entries, started, wait_until, write_orders


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


class TestAJournal:
    def test_goes_on_where_it_stopped_and_without_the_rows_too(self, sandbox, source, journal):
        write_orders(source, sandbox.place_orders(20))
        asked = ("--from", source, "--journal", journal)
        assert cancel_many(sandbox, *asked).returncode == 0
        for again in (asked, ("--journal", journal)):
            done = cancel_many(sandbox, *again)
            assert done.returncode == 0
            assert "20" in done.stdout
        assert sent(sandbox) == 20

    @pytest.mark.parametrize(
        ("change", "named"),
        [
            ({"BINGX_API_KEY": "another"}, "another API key"),
            ({"BINGX_ENV": "http://127.0.0.1:1"}, "was made for http://127.0.0.1"),
        ],
    )
    def test_of_another_account_or_environment_is_refused(self, sandbox, source, journal, change, named):
        write_orders(source, sandbox.place_orders(2))
        assert cancel_many(sandbox, "--from", source, "--journal", journal).returncode == 0
        done = cancel_many(sandbox, "--from", source, "--journal", journal, **change)
        assert done.returncode == 2
        assert named in done.stderr

    def test_of_another_input_is_refused(self, sandbox, source, journal):
        orders = sandbox.place_orders(2)
        assert (
            cancel_many(sandbox, "--from", write_orders(source, orders), "--journal", journal).returncode == 0
        )
        done = cancel_many(sandbox, "--from", write_orders(source, orders[1:]), "--journal", journal)
        assert done.returncode == 2
        assert "another input" in done.stderr

    def test_that_is_another_file_is_refused_and_left_as_it_is(self, sandbox, source):
        write_orders(source, sandbox.place_orders(2))
        before = source.read_bytes()
        done = cancel_many(sandbox, "--from", source, "--journal", source)
        assert done.returncode == 2
        assert "is not a journal of bingx-spot" in done.stderr
        assert source.read_bytes() == before
        assert sandbox.requests() == []

    def test_takes_one_run_at_a_time(self, sandbox, source, journal):
        write_orders(source, sandbox.place_orders(20))
        sandbox.faults([{"fault": "slow-start", "seconds": 0.5}])
        with started(sandbox, "--from", source, "--journal", journal) as first:
            wait_until(sandbox.requests)
            second = cancel_many(sandbox, "--from", source, "--journal", journal)
            assert first.wait() == 0
        assert second.returncode == 2
        assert "another run works on it" in second.stderr
        assert sent(sandbox) == 20

    def test_on_a_full_disk_sends_nothing_that_it_cannot_keep(self, sandbox, source, journal):
        write_orders(source, sandbox.place_orders(120))

        def fill() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

        with started(sandbox, "--from", source, "--journal", journal, preexec_fn=fill) as process:
            said, complained = process.communicate()
        assert process.returncode in (1, 3)
        assert f"{journal} cannot be" in complained
        assert "Not all are cancelled" in said
        known = {entry.order_id: entry.state for entry in entries(journal)}
        executed = {int(name) for name, order in sandbox.executed().items() if order["cancelRequests"]}
        assert 0 < len(executed) < 120
        assert {known[order_id] for order_id in executed} <= {"cancelled", "asked"}, "nothing was sent unkept"
        unkept = [order_id for order_id in executed if known[order_id] == "asked"]
        assert all(f"BTC-USDT {order_id}: " in complained for order_id in unkept), "and all is told"
        done = cancel_many(sandbox, "--from", source, "--journal", journal)
        assert done.returncode == (1 if unkept else 0)
        assert {entry.order_status for entry in entries(journal)} == {"CANCELED"}

    def test_is_kept_where_nobody_reads_the_output(self, sandbox, source, journal):
        write_orders(source, sandbox.place_orders(300))
        sandbox.faults([{"fault": "slow-start", "seconds": 0.05}])
        with started(sandbox, "--from", source, "--journal", journal, "--json") as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.readline()
            process.stdout.close()
            complained = process.stderr.read()
        assert process.returncode == 1
        assert "standard output cannot be written" in complained
        assert "Traceback" not in complained
        cancelled = {entry.order_id for entry in entries(journal) if entry.state == "cancelled"}
        executed = {int(name) for name, order in sandbox.executed().items() if order["cancelledBy"]}
        assert cancelled == executed

    def test_where_nobody_reads_the_summary_the_exit_code_is_true(self, sandbox, source, journal):
        write_orders(source, sandbox.place_orders(3))
        with started(sandbox, "--from", source, "--journal", journal) as process:
            assert process.stdout is not None
            assert process.stderr is not None
            process.stdout.close()
            assert process.stderr.read() == ""
        assert process.returncode == 0


class TestTheJournalCommand:
    @pytest.fixture
    def kept(self, sandbox, source, journal) -> Path:
        orders = sandbox.place_orders(5)
        sandbox.fill(orders[1]["orderId"])
        assert (
            cancel_many(sandbox, "--from", write_orders(source, orders), "--journal", journal).returncode == 1
        )
        return journal

    def test_shows_a_table_and_the_sums(self, sandbox, kept):
        done = bingx_spot(sandbox, "journal", kept)
        assert done.returncode == 0
        assert done.stdout.count("cancelled") == 5
        assert "FILLED" in done.stdout
        assert "5 orders" in done.stdout
        assert max(map(len, done.stdout.splitlines())) <= 80
        assert sandbox.api_key not in done.stdout

    def test_exports_csv_which_can_be_cancelled_again(self, sandbox, kept):
        done = bingx_spot(sandbox, "journal", kept, "--csv", "--outcome", "not open")
        head, row = done.stdout.splitlines()
        assert head.startswith("line,symbol,orderId,")
        assert ",not open,FILLED," in row
        again = cancel_many(sandbox, "--from", "-", "--dry-run", "--json", text=done.stdout)
        assert json.loads(again.stdout)["orders"] == 1

    def test_exports_json(self, sandbox, kept):
        told = lines(bingx_spot(sandbox, "journal", kept, "--json").stdout)
        assert [line["line"] for line in told] == [2, 3, 4, 5, 6]
        assert [line["outcome"] for line in told] == ["cancelled", "not open", *["cancelled"] * 3]
        assert told[1]["attempts"][0]["operation"] == "cancelOrder"

    @pytest.mark.parametrize(
        ("arguments", "named"),
        [(("--csv", "--json"), "give one"), (("--outcome", "lost"), "--outcome")],
    )
    def test_refuses_what_it_does_not_know(self, sandbox, kept, arguments, named):
        done = bingx_spot(sandbox, "journal", kept, *arguments)
        assert done.returncode == 2
        assert named in done.stderr

    def test_refuses_what_is_no_journal(self, sandbox, source):
        source.write_text("symbol,orderId\n" * 100)
        done = bingx_spot(sandbox, "journal", source)
        assert done.returncode == 2
        assert "is not a journal" in done.stderr
        assert bingx_spot(sandbox, "journal", source.with_name("none")).returncode == 2


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
