"""`cancel-many --journal` as a process: a full disk, a closed output, a second run."""

import resource
import subprocess

from tests.e2e.bulk.commands import cancel_many, journal_rows, started, wait_until, write_orders


def sent(sandbox) -> int:
    return sum(order["cancelRequests"] for order in sandbox.executed().values())


def test_one_run_at_a_time(sandbox, source, journal):
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


def test_on_a_full_disk_nothing_is_sent_that_cannot_be_recorded(sandbox, source, journal):
    write_orders(source, sandbox.place_orders(120))

    def fill() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, 300_000))

    with started(sandbox, "--from", source, "--journal", journal, preexec_fn=fill) as process:
        said, complained = process.communicate()
    assert process.returncode in (1, 3)
    assert f"{journal} cannot be" in complained
    assert "Not every order is cancelled" in said
    known = {row.order_id: row.outcome for row in journal_rows(journal)}
    executed = {int(name) for name, order in sandbox.executed().items() if order["cancelRequests"]}
    assert 0 < len(executed) < 120
    assert {known[order_id] for order_id in executed} <= {"cancelled", "in_flight"}, (
        "nothing was sent unrecorded"
    )
    unrecorded = [order_id for order_id in executed if known[order_id] == "in_flight"]
    assert all(f"BTC-USDT {order_id}: " in complained for order_id in unrecorded), (
        "and every result is printed"
    )
    done = cancel_many(sandbox, "--from", source, "--journal", journal)
    assert done.returncode == (1 if unrecorded else 0)
    assert {row.order_status for row in journal_rows(journal)} == {"CANCELED"}


def test_a_closed_output_ends_the_run_and_everything_is_recorded(sandbox, source, journal):
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
    cancelled = {row.order_id for row in journal_rows(journal) if row.outcome == "cancelled"}
    executed = {int(name) for name, order in sandbox.executed().items() if order["cancelledBy"]}
    assert cancelled == executed


def test_a_closed_output_does_not_change_the_exit_code(sandbox, source, journal):
    write_orders(source, sandbox.place_orders(3))
    with started(sandbox, "--from", source, "--journal", journal) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0
