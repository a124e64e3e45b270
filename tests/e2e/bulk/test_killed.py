"""SIGKILL at random instants: nothing is lost, nothing is sent for an order known to be cancelled."""

import random
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from bingx_sandbox import Sandbox
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import JournalRow
from tests.e2e.bulk.commands import PATIENCE, cancel_many, journal_rows, started, wait_until, write_orders

KILLS = 50
ORDERS = 2500
# Requests that one round may see before it is killed, so that fifty rounds do not get through all orders.
MOST = 30
# For so long a process starts and takes in its orders; some kills are to fall into that.
START = 0.6


@dataclass
class Rounds:
    """Kill a run again and again, and hold each state against the one before."""

    sandbox: Sandbox
    source: Path
    journal: Path
    chance: random.Random
    known: dict[int, int] = field(default_factory=dict)
    killed: int = 0

    def kill_once(self) -> None:
        with started(
            self.sandbox,
            *("--from", self.source, "--journal", self.journal),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        ) as process:
            self._wait(process)
            assert process.poll() is None, "it was to be killed, and ended by itself"
            process.send_signal(signal.SIGKILL)
            assert process.wait() == -signal.SIGKILL
        self.killed += 1
        self.check()

    def check(self) -> None:
        """Check that what was known to be cancelled is so still, and that nothing was sent for it since."""
        executed = self.sandbox.executed()
        for order_id, requests in self.known.items():
            assert executed[str(order_id)]["cancelRequests"] == requests, "sent in vain"
        now = {row.order_id: row for row in self.rows()}
        for order_id, order in executed.items():
            if order["cancelRequests"] and now:
                assert now[int(order_id)].outcome != "waiting", "sent before the journal had it"
        assert self.known.keys() <= {order_id for order_id, row in now.items() if row.outcome == "cancelled"}
        for order_id, row in now.items():
            if row.outcome == "cancelled":
                assert executed[str(order_id)]["status"] == "CANCELED"
                assert order_id is not None
                self.known[order_id] = executed[str(order_id)]["cancelRequests"]

    def rows(self) -> list[JournalRow]:
        try:
            return journal_rows(self.journal)
        except JournalError:
            # Killed before the orders were in it.
            assert not self.known
            return []

    def _wait(self, process: subprocess.Popen[str]) -> None:
        # Some at a moment of the clock, which may be before anything is sent; all others at some request.
        longest = self.chance.uniform(0, START) if self.chance.random() < 0.3 else PATIENCE
        ends = time.monotonic() + longest
        until = self._sent() + self.chance.randint(1, MOST)
        wait_until(lambda: self._sent() >= until or time.monotonic() > ends or process.poll() is not None)
        time.sleep(self.chance.uniform(0, 0.003))

    def _sent(self) -> int:
        requests = self.sandbox.requests()
        return requests[-1]["number"] if requests else 0


@pytest.mark.slow
def test_nothing_is_lost_and_nothing_is_sent_in_vain(sandbox, tmp_path):
    orders = sandbox.place_orders(ORDERS)
    # Slow enough for a kill to find requests that are out, before and after they are executed.
    waits = {"fault": "slow-start", "operation": "cancel", "seconds": 0.01}
    sandbox.faults([{**waits, "when": "before", "probability": 0.5, "seed": 4}, {**waits, "when": "after"}])
    source = write_orders(tmp_path / "orders.csv", orders)
    rounds = Rounds(sandbox, source, tmp_path / "orders.journal", random.Random(4))  # noqa: S311 - a seed repeats it
    while rounds.killed < KILLS:
        rounds.kill_once()
    sandbox.clear_faults()
    done = cancel_many(sandbox, "--from", source, "--journal", rounds.journal)
    assert done.returncode in (0, 1), done.stderr
    rounds.check()
    kept, executed = journal_rows(rounds.journal), sandbox.executed()
    assert [(row.symbol, row.order_id) for row in kept] == [
        (order["symbol"], order["orderId"]) for order in orders
    ], "the journal has every order of the input, once"
    assert {order["status"] for order in executed.values()} == {"CANCELED"}
    for row in kept:
        order = executed[str(row.order_id)]
        assert order["cancelledBy"] is not None
        assert order["cancelRequests"] <= row.calls, "each request was in the journal before it was sent"
        # Cancelled by an earlier round that could not record it: the journal says so, and no more.
        assert row.outcome == "cancelled" or row.maybe_cancelled_by_us
    assert any(row.maybe_cancelled_by_us for row in kept), "no kill has met a request in flight"
    assert done.returncode == 1
