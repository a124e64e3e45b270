"""`cancel-many --journal` as a process: a full disk, a closed output, a second run."""

import resource
import shutil
import subprocess
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from bingx_spot import CancelRequest
from bingx_spot.bulk.input_rows import Row
from bingx_spot.bulk.journal import Journal
from tests.e2e.bulk.commands import COMMAND, cancel_many, journal_rows, started, wait_until, write_orders
from tests.support.command_line import invoke
from tests.support.file_kinds import KINDS, standing
from tests.support.journals import flip_order_id, new_journal, rows


def sent(sandbox) -> int:
    return sum(order["cancelRequests"] for order in sandbox.executed().values())


def as_rows(orders) -> list[Row]:
    requests = (CancelRequest(order["symbol"], order_id=order["orderId"]) for order in orders)
    return [Row(line, request) for line, request in enumerate(requests, 2)]


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
    assert {order["status"] for order in sandbox.executed().values()} == {"CANCELED"}


def test_on_a_full_disk_nothing_is_sent_that_cannot_be_recorded(sandbox, source, journal):
    orders = sandbox.place_orders(24)
    write_orders(source, orders)
    opened = new_journal(journal, as_rows(orders), sandbox.url, sandbox.api_key)
    # While somebody reads it, nothing can be merged into the file, and the log beside it grows.
    with closing(Journal.open_readonly(journal)) as reader:
        reading = reader.rows()
        next(reading)
        opened.close()
        room = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (60_000, 60_000))
        with started(sandbox, "--from", source, "--journal", journal, preexec_fn=room) as process:
            said, complained = process.communicate()
    assert process.returncode in (1, 3)
    assert f"{journal} cannot be" in complained
    assert "Not all cancelled by this run" in said or "Some outcomes are unknown" in said
    known = {row.order_id: row.outcome for row in journal_rows(journal)}
    executed = {int(name) for name, order in sandbox.executed().items() if order["cancelRequests"]}
    assert 0 < len(executed) < 24
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


@pytest.mark.slow
def test_when_there_is_room_again_the_same_journal_goes_on(sandbox, source, journal):
    write_orders(source, sandbox.place_orders(30))
    asked = ("--from", source, "--journal", journal)
    for size in range(3_000, 50_000, 14_000):
        room = partial(resource.setrlimit, resource.RLIMIT_FSIZE, (size, size))
        with started(sandbox, *asked, preexec_fn=room) as process:
            _, complained = process.communicate()
        assert "Traceback" not in complained
        assert process.returncode in (0, 1, 2, 3)
        if process.returncode != 0:
            assert f"{journal} cannot be" in complained
            assert "again" in complained
    assert process.returncode == 0, "the last one had room"
    assert {order["status"] for order in sandbox.executed().values()} == {"CANCELED"}


def test_a_damaged_row_is_named_and_never_sent(sandbox, source, journal):
    orders = sandbox.place_orders(12)
    write_orders(source, orders)
    new_journal(journal, as_rows(orders), sandbox.url, sandbox.api_key).close()
    flip_order_id(journal, int(orders[4]["orderId"]))
    for asked in (("--from", source), ()):
        done = cancel_many(sandbox, *asked, "--journal", journal)
        assert done.returncode == 3
        assert "line 6 of the journal is damaged: nothing is sent for its order" in done.stderr
        assert "the row fails its checksum" in done.stdout
    executed = sandbox.executed()
    untouched = [order for order in orders if not executed[str(order["orderId"])]["cancelRequests"]]
    assert untouched == [orders[4]]
    assert {order["cancelRequests"] for order in executed.values()} == {0, 1}


def test_a_folder_that_vanishes_ends_the_run(sandbox, source, journal):
    write_orders(source, sandbox.place_orders(90))
    folder = journal.parent / "folder"
    folder.mkdir()
    with started(sandbox, "--from", source, "--journal", folder / "orders.journal") as process:
        wait_until(lambda: sent(sandbox) > 20)
        shutil.rmtree(folder)
        _, complained = process.communicate()
    assert process.returncode in (1, 3)
    assert "was moved or removed while a run used it; put it back" in complained
    assert "Traceback" not in complained
    assert "Not in the journal: BTC-USDT " in complained
    assert sent(sandbox) < 90


@pytest.mark.parametrize("make", KINDS.values(), ids=list(KINDS))
def test_what_is_no_regular_file_is_never_removed(sandbox, source, journal, make):
    write_orders(source, sandbox.place_orders(1))
    make(journal)
    before = standing(journal)
    for arguments in (("--journal", journal, "--from", source), ("--journal", journal)):
        assert invoke("cancel-many", *arguments, sandbox=sandbox).exit_code == 2
    assert standing(journal) == before
    assert sent(sandbox) == 0


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(
    "option", [None, "--check", *(pytest.param(each, marks=pytest.mark.slow) for each in ("--csv", "--json"))]
)
def test_a_journal_that_cannot_be_printed(journal, option):
    new_journal(journal, rows(1)).close()
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [COMMAND, "journal", str(journal), *filter(None, [option])],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 3
    assert "The result cannot be written: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr
