"""`cancel-many --journal`: what a run keeps, what it goes on with, and what it refuses."""

import resource
import subprocess
from pathlib import Path

import pytest

from tests.unit.bulk.commands import cancel_many, entries, started, wait_until, write_orders


@pytest.fixture
def source(tmp_path) -> Path:
    return tmp_path / "orders.csv"


@pytest.fixture
def journal(tmp_path) -> Path:
    return tmp_path / "orders.journal"


def sent(sandbox) -> int:
    return sum(order["cancelRequests"] for order in sandbox.executed().values())


def test_goes_on_where_it_stopped_and_without_the_rows_too(sandbox, source, journal):
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
def test_of_another_account_or_environment_is_refused(sandbox, source, journal, change, named):
    write_orders(source, sandbox.place_orders(2))
    assert cancel_many(sandbox, "--from", source, "--journal", journal).returncode == 0
    done = cancel_many(sandbox, "--from", source, "--journal", journal, **change)
    assert done.returncode == 2
    assert named in done.stderr


def test_of_another_input_is_refused(sandbox, source, journal):
    orders = sandbox.place_orders(2)
    assert cancel_many(sandbox, "--from", write_orders(source, orders), "--journal", journal).returncode == 0
    done = cancel_many(sandbox, "--from", write_orders(source, orders[1:]), "--journal", journal)
    assert done.returncode == 2
    assert "another input" in done.stderr


def test_that_is_another_file_is_refused_and_left_as_it_is(sandbox, source):
    write_orders(source, sandbox.place_orders(2))
    before = source.read_bytes()
    done = cancel_many(sandbox, "--from", source, "--journal", source)
    assert done.returncode == 2
    assert "is not a journal of bingx-spot" in done.stderr
    assert source.read_bytes() == before
    assert sandbox.requests() == []


def test_takes_one_run_at_a_time(sandbox, source, journal):
    rows = write_orders(source, sandbox.place_orders(20)).read_text()
    asked = ("--from", "-", "--journal", journal)
    with started(sandbox, *asked, stdin=subprocess.PIPE) as first:
        wait_until(journal.exists)
        # The first one is at work for as long as there may be more rows.
        second = cancel_many(sandbox, "--from", source, "--journal", journal)
        first.communicate(rows)
    assert first.returncode == 0
    assert second.returncode == 2
    assert "another run works on it" in second.stderr
    assert sent(sandbox) == 20


def test_on_a_full_disk_sends_nothing_that_it_cannot_keep(sandbox, source, journal):
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


def test_is_kept_where_nobody_reads_the_output(sandbox, source, journal):
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


def test_where_nobody_reads_the_summary_the_exit_code_is_true(sandbox, source, journal):
    write_orders(source, sandbox.place_orders(3))
    with started(sandbox, "--from", source, "--journal", journal) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0
