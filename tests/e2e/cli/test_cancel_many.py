"""`bingx-spot cancel-many` with a sandbox: its output, exit code and journal."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from bingx_spot.cli import cancel_many as command
from tests.e2e.bulk.commands import cancel_many, journal_rows, started, write_orders
from tests.support.command_line import invoke


@pytest.fixture
def source(tmp_path) -> Path:
    return tmp_path / "orders.csv"


@pytest.fixture
def journal(tmp_path) -> Path:
    return tmp_path / "orders.journal"


@pytest.fixture
def _impatient(monkeypatch) -> None:
    """Give an order two seconds, for tests in which its outcome stays unknown."""
    monkeypatch.setattr(command, "BingxSpot", partial(command.BingxSpot, timeout=2.0))


def run(sandbox, *arguments: object, **options: str):
    return invoke("cancel-many", *arguments, sandbox=sandbox, **options)


def peak_memory(pid: int) -> Callable[[], int]:
    """Return a function that waits for the end of a process and returns its peak memory, in bytes."""
    peaks = [0]

    def follow() -> None:
        with suppress(OSError, ValueError, IndexError):
            while True:
                status = Path(f"/proc/{pid}/status").read_text()
                peaks[0] = max(peaks[0], int(status.split("VmHWM:")[1].split()[0]) * 1024)
                time.sleep(0.05)

    thread = threading.Thread(target=follow)
    thread.start()

    def peak() -> int:
        thread.join()
        return peaks[0]

    return peak


def sent(sandbox) -> int:
    return sum(order["cancelRequests"] for order in sandbox.executed().values())


def test_a_process_that_cancels_all_exits_0(sandbox, source):
    with started(sandbox, "--from", write_orders(source, sandbox.place_orders(30))) as process:
        said, complained = process.communicate()
    assert process.returncode == 0, complained
    assert said.startswith("Cancelled")
    assert " 30 " in said
    assert complained == ""
    assert {order["status"] for order in sandbox.executed().values()} == {"CANCELED"}


def test_other_outcomes_exit_1_and_are_listed(sandbox, source):
    orders = sandbox.place_orders(5)
    sandbox.fill(orders[1]["orderId"])
    offline = {"fault": "error", "code": 100490, "msg": "pair offline", "orderId": orders[2]["orderId"]}
    sandbox.faults([{**offline, "operation": "cancel"}])
    done = run(sandbox, "--from", write_orders(source, orders))
    assert done.exit_code == 1
    assert "1: nothing was left to cancel" in done.stdout
    assert "1: the request was rejected or not sent" in done.stdout
    assert "pair offline (code" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert "\x1b" not in done.output


@pytest.mark.usefixtures("_impatient")
def test_an_order_in_doubt_exits_3(sandbox, source):
    orders = sandbox.place_orders(3)
    lost = orders[1]["orderId"]
    # No response that says anything, and no query for an hour.
    locked = {"fault": "error", "code": 100410, "msg": "after {unblock}", "unblockIn": 3_600_000}
    sandbox.faults(
        [
            {"fault": "empty-body", "operation": "cancel", "orderId": lost, "when": "before"},
            {**locked, "operation": "query", "orderId": lost},
        ]
    )
    done = run(sandbox, "--from", write_orders(source, orders))
    assert done.exit_code == 3
    assert "1: may be cancelled" in done.stdout


def test_no_orders_are_no_error(sandbox):
    assert run(sandbox, "--from", "-", text="symbol,orderId\n").exit_code == 0
    assert run(sandbox, "--open").exit_code == 0
    assert run(sandbox, "--from", "-", text="").exit_code == 2


def test_json_has_an_object_for_each_order(sandbox):
    orders = sandbox.place_orders(4)
    sandbox.fill(orders[3]["orderId"])
    text = "".join(json.dumps(order) + "\n" for order in orders)
    done = run(sandbox, "--from", "-", "--json", text=text)
    assert done.exit_code == 1
    printed = {line["orderId"]: line for line in map(json.loads, done.stdout.splitlines())}
    assert {printed[order["orderId"]]["outcome"] for order in orders[:3]} == {"cancelled"}
    filled = printed[orders[3]["orderId"]]
    assert (filled["outcome"], filled["orderStatus"], filled["line"]) == ("filled", "FILLED", 4)
    assert filled["error"] == "OrderFilled"
    assert "Not all cancelled by this run" in done.stderr


def test_a_wrong_signature_aborts_the_run_and_the_right_one_goes_on(sandbox, source, journal):
    write_orders(source, sandbox.place_orders(100))
    options = ("--from", source, "--journal", journal)
    aborted = run(sandbox, *options, BINGX_API_SECRET="wrong")
    assert aborted.exit_code == 1
    assert "AuthenticationError" in aborted.stderr
    assert "100: run the same command again" in aborted.stdout
    assert len(sandbox.requests()) <= 32
    assert sandbox.api_key not in aborted.output
    assert run(sandbox, *options).exit_code == 0
    assert {row.outcome for row in journal_rows(journal)} == {"cancelled"}


def test_a_run_goes_on_with_and_without_its_rows(sandbox, source, journal):
    write_orders(source, sandbox.place_orders(20))
    options = ("--from", source, "--journal", journal)
    assert run(sandbox, *options).exit_code == 0
    for again in (options, ("--journal", journal)):
        assert run(sandbox, *again).exit_code == 0
    assert sent(sandbox) == 20


def test_duplicates_are_cancelled_once(sandbox, source):
    orders = sandbox.place_orders(3)
    done = run(sandbox, "--from", write_orders(source, [*orders, orders[0]]))
    assert done.exit_code == 0
    assert "line 5: duplicate of line 2" in done.stderr
    assert sent(sandbox) == 3


@pytest.mark.usefixtures("_impatient")
def test_a_resumed_run_goes_by_the_order_id_that_the_exchange_named(sandbox, journal):
    """The client order id may belong to a newer order by then."""
    order = sandbox.place_order(clientOrderID="my-bot_0001")
    text = "symbol,clientOrderID\nBTC-USDT,my-bot_0001\n"
    # Every cancel is lost, so that only queries name the order.
    sandbox.faults([{"fault": "html", "status": 502, "operation": "cancel", "when": "before"}])
    options = ("--journal", journal)
    assert run(sandbox, "--from", "-", *options, text=text).exit_code == 3
    [row] = journal_rows(journal)
    assert (row.outcome, row.exchange_order_id) == ("unknown", order["orderId"])
    sandbox.clear_faults()
    before = len(sandbox.requests())
    assert run(sandbox, *options).exit_code == 0
    [row] = journal_rows(journal)
    assert (row.outcome, row.order_id, row.client_order_id) == ("cancelled", None, "my-bot_0001")
    resumed = sandbox.requests()[before:]
    assert resumed
    assert all("my-bot_0001" not in str(request["parameters"]) for request in resumed)


@pytest.mark.slow
def test_ten_thousand_orders(sandbox, source, journal):
    write_orders(source, sandbox.place_orders(10_000))
    done = cancel_many(sandbox, "--from", source, "--journal", journal)
    assert done.returncode == 0, done.stderr
    assert {order["cancelRequests"] for order in sandbox.executed().values()} == {1}
    assert sum(row.outcome == "cancelled" for row in journal_rows(journal)) == 10_000


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="the peak is read from /proc")
def test_a_million_rows_from_a_pipe_stay_under_200_megabytes(sandbox):
    program = (
        "print('symbol,orderId')\n"
        "for number in range(1_000_000): print(f'BTC-USDT,{1735964079647111280 + 1_000_004 * number}')"
    )
    rows = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE)
    with started(sandbox, "--from", "-", "--dry-run", "--json", stdin=rows.stdout) as process:
        assert process.stdout is not None
        # Its own peak: that of wait4 begins with the memory of the process that started it.
        peak = peak_memory(process.pid)
        plan = json.loads(process.stdout.read())
        status = process.wait()
    assert rows.stdout is not None
    rows.stdout.close()
    rows.wait()
    assert status == 0
    assert plan["orders"] == 1_000_000
    assert 0 < peak() < 200 * 2**20


@pytest.mark.parametrize(
    ("pair", "left"), [("BTC-USDT", ["CANCELED", "NEW"]), (None, ["CANCELED", "CANCELED"])]
)
def test_the_orders_that_are_open_are_the_rows(sandbox, journal, pair, left):
    sandbox.place_order("BTC-USDT", clientOrderID="both-ids")
    sandbox.place_order("ETH-USDT")
    gone = sandbox.place_order("ETH-USDT")
    sandbox.cancel(gone["orderId"])
    done = run(sandbox, *(["--open", pair] if pair else ["--open"]), "--journal", journal)
    assert done.exit_code == 0, done.stderr
    assert [order["status"] for order in sandbox.orders()] == [*left, "CANCELED"]
    assert len(journal_rows(journal)) == left.count("CANCELED")


def test_open_orders_that_cannot_be_listed_exit_1(sandbox, source):
    done = run(sandbox, "--open", BINGX_API_SECRET="wrong")
    assert (done.exit_code, done.stderr.startswith("AuthenticationError")) == (1, True)
    done = run(sandbox, "--open", "BTC-USDT", "--from", write_orders(source, []))
    assert (done.exit_code, "cannot be used together" in done.stderr) == (2, True)


def test_the_same_command_goes_on_with_the_orders_that_were_open(sandbox, journal):
    orders = [sandbox.place_order() for _ in range(2)]
    offline = {"fault": "error", "code": 100490, "msg": "pair offline"}
    sandbox.faults([{**offline, "operation": "cancel", "orderId": orders[1]["orderId"]}])
    asked = ("--open", "--journal", journal, "--timeout", "1")
    assert run(sandbox, *asked).exit_code == 1
    sandbox.clear_faults()
    sandbox.place_order()
    again = run(sandbox, *asked, "--json")
    assert again.exit_code == 0, again.stderr
    assert "the run goes on with its orders, not with a new list" in again.stderr
    assert [order["status"] for order in sandbox.orders()] == ["CANCELED", "CANCELED", "NEW"]
    finished = run(sandbox, *asked)
    assert finished.exit_code == 2
    assert "is finished; name a new journal" in finished.stderr
