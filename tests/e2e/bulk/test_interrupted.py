"""Ctrl-C and SIGTERM during a run: requests in flight are finished, nothing more is sent."""

import json
import signal
import subprocess
import time
from pathlib import Path

import pytest

from tests.e2e.bulk.commands import cancel_many, journal_rows, started, wait_until, write_orders


@pytest.fixture
def source(tmp_path, sandbox) -> Path:
    return write_orders(tmp_path / "orders.csv", sandbox.place_orders(100))


def executed(sandbox) -> set[int]:
    return {int(name) for name, order in sandbox.executed().items() if order["cancelledBy"]}


def test_the_first_signal_ends_a_run_in_order(sandbox, source, journal):
    sandbox.faults([{"fault": "slow-start", "seconds": 0.4}])
    with started(sandbox, "--from", source, "--journal", journal) as process:
        wait_until(lambda: len(sandbox.requests()) >= 5)
        process.send_signal(signal.SIGINT)
        said, complained = process.communicate()
    assert process.returncode == 130
    assert said == ""
    known = journal_rows(journal)
    done = len(executed(sandbox))
    assert complained.startswith(
        f"Interrupted: {done} cancelled, {100 - done} waiting. Run the same command again to go on."
    )
    assert len(complained.splitlines()) == 1
    assert {row.order_id for row in known if row.outcome == "cancelled"} == executed(sandbox)
    assert {row.outcome for row in known} == {"cancelled", "waiting"}, "nothing is in doubt"
    assert 5 <= len(executed(sandbox)) < 100
    sandbox.clear_faults()
    before = sandbox.executed()
    assert cancel_many(sandbox, "--from", source, "--journal", journal).returncode == 0
    after = sandbox.executed()
    # On a busy machine a request may have been given up, and sent again, in the first run.
    assert all(after[name] == order for name, order in before.items() if order["cancelledBy"])
    assert all(order["cancelledBy"] for order in after.values())


def test_a_run_without_a_journal_prints_every_result(sandbox, source):
    sandbox.faults([{"fault": "slow-start", "seconds": 0.4}])
    with started(sandbox, "--from", source, "--json") as process:
        wait_until(lambda: len(sandbox.requests()) >= 5)
        process.send_signal(signal.SIGINT)
        said, _ = process.communicate()
    assert process.returncode == 130
    printed = [json.loads(line) for line in said.splitlines()]
    assert {line["orderId"] for line in printed if line["outcome"] == "cancelled"} == executed(sandbox)
    assert {line["outcome"] for line in printed} == {"cancelled"}
    assert {line["host"] for line in printed} == {sandbox.url}


def test_the_second_signal_ends_it_at_once_and_the_journal_has_the_orders_in_doubt(sandbox, source, journal):
    sandbox.faults([{"fault": "slow-start", "seconds": 8.0, "when": "after"}])
    with started(sandbox, "--from", source, "--journal", journal) as process:
        wait_until(lambda: len(sandbox.requests()) >= 5)
        process.send_signal(signal.SIGINT)
        time.sleep(0.3)
        assert process.poll() is None, "it waits for requests in flight"
        while process.poll() is None:
            # Again, for where the first was not yet looked at, this one was the same.
            process.send_signal(signal.SIGINT)
            time.sleep(0.3)
    assert process.returncode == 130
    doubtful = {row.order_id for row in journal_rows(journal) if row.outcome == "in_flight"}
    assert executed(sandbox) <= doubtful
    sandbox.clear_faults()
    done = cancel_many(sandbox, "--from", source, "--journal", journal)
    assert done.returncode == 1
    assert "maybe cancelled by this run" in done.stdout
    known = {row.order_id: row for row in journal_rows(journal)}
    assert {row.order_status for row in known.values()} == {"CANCELED"}
    assert {order_id for order_id, row in known.items() if row.maybe_cancelled_by_us} <= doubtful


def test_a_signal_during_the_import_leaves_no_journal(sandbox, journal):
    asked = ("--from", "-", "--journal", journal)
    with started(sandbox, *asked, stdin=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write("symbol,orderId\nBTC-USDT,1\n")
        process.stdin.flush()
        wait_until(journal.exists)
        time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        _, complained = process.communicate()
    assert process.returncode == 130
    assert complained == "Interrupted. Nothing was sent.\n"
    assert list(journal.parent.glob("*.journal*")) == []
    assert sandbox.requests() == []


def test_a_signal_that_the_shell_ignores_is_ignored(sandbox, source):
    sandbox.faults([{"fault": "slow-start", "seconds": 0.05}])

    def ignoring() -> None:
        signal.signal(signal.SIGHUP, signal.SIG_IGN)

    with started(sandbox, "--from", source, preexec_fn=ignoring) as process:
        wait_until(lambda: len(sandbox.requests()) >= 5)
        process.send_signal(signal.SIGHUP)
        assert process.wait() == 0
