"""SIGKILL at fifty random instants: nothing is lost, nothing is sent for an order known to be cancelled."""

import random
import signal
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path

from bingx_sandbox import Sandbox
from bingx_spot.bulk.journal_db import JournalError
from bingx_spot.bulk.journal_rows import JournalRow
from tests.unit.bulk.commands import PATIENCE, cancel_many, entries, started, wait_until, write_orders

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
        now = {entry.order_id: entry for entry in self.entries()}
        for order_id, order in executed.items():
            if order["cancelRequests"] and now:
                assert now[int(order_id)].state != "waiting", "sent before the journal had it"
        assert self.known.keys() <= {
            order_id for order_id, entry in now.items() if entry.state == "cancelled"
        }
        for order_id, entry in now.items():
            if entry.state == "cancelled":
                assert executed[str(order_id)]["status"] == "CANCELED"
                assert order_id is not None
                self.known[order_id] = executed[str(order_id)]["cancelRequests"]

    def entries(self) -> list[JournalRow]:
        try:
            return entries(self.journal)
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


def test_nothing_is_lost_and_nothing_is_sent_in_vain(sandbox, tmp_path):
    orders = sandbox.place_orders(ORDERS)
    # Slow enough for a kill to find requests that are out, before and after they are executed.
    waits = {"fault": "slow-start", "operation": "cancel", "seconds": 0.01}
    sandbox.faults([{**waits, "when": "before", "probability": 0.5, "seed": 4}, {**waits, "when": "after"}])
    source = write_orders(tmp_path / "orders.csv", orders)
    rounds = Rounds(sandbox, source, tmp_path / "orders.journal", random.Random(4))  # noqa: S311
    while rounds.killed < KILLS:
        rounds.kill_once()
    sandbox.clear_faults()
    done = cancel_many(sandbox, "--from", source, "--journal", rounds.journal)
    assert done.returncode in (0, 1), done.stderr
    rounds.check()
    kept, executed = entries(rounds.journal), sandbox.executed()
    assert [(entry.symbol, entry.order_id) for entry in kept] == [
        (order["symbol"], order["orderId"]) for order in orders
    ], "the journal has every order of the input, once"
    assert {order["status"] for order in executed.values()} == {"CANCELED"}
    for entry in kept:
        order = executed[str(entry.order_id)]
        assert order["cancelledBy"] is not None
        assert order["cancelRequests"] <= entry.asked, "each request was in the journal before it was sent"
        # Cancelled by an earlier round which could not write it down: that is what is said, and no more.
        assert entry.state == "cancelled" or entry.perhaps_ours
    assert any(entry.perhaps_ours for entry in kept), "no kill has met a request that was out"
    assert done.returncode == 1
