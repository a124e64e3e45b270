"""Cancel many orders on a sandbox that misbehaves, and find every false report.

`make chaos` cancels three thousand; the tests a few hundred.
"""

import asyncio
import gc
import itertools
import json
import math
import queue
import random
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import httpx

from bingx_spot import AsyncBingxSpot, BingxSpot, Credentials
from bingx_spot.shared_limits import options as accounts
from tools.chaos.faults import FAULTS, LATE, ONCE, rules
from tools.chaos.verdict import Report, Tally

TIMEOUT = 2.0
AT_ONCE = 25
STAGES = 4
CLIENT_KINDS = ("sync", "async")
# The share of the cancels that name the order by its order id; the others use its client order id.
_BY_ORDER_ID = 0.5
_AGE_MS = 60_000


@dataclass(frozen=True)
class Stage:
    """A running sandbox, seen through its control interface."""

    url: str
    credentials: Credentials
    control: httpx.Client

    def play(self, faults: list[dict[str, object]]) -> None:
        """Set the faults."""
        self.control.post("/faults", json={"faults": faults}).raise_for_status()

    def place(self, count: int, dice: random.Random) -> list["Target"]:
        """Place orders, some of them filled, half filled, cancelled or failed already."""
        order: dict[str, Any] = {
            "symbol": "BTC-USDT",
            "side": "BUY",
            "type": "LIMIT",
            "price": "50000",
            "origQty": "1",
        }
        words = ("NEW", "PARTIALLY_FILLED", "FILLED", "CANCELED", "FAILED")
        statuses = dice.choices(words, (78, 10, 6, 3, 3), k=count)
        # Seventeen queries that find no order make the SDK stop querying, so no order is too new to be found.
        order["time"] = time.time_ns() // 1_000_000 - _AGE_MS
        orders = [
            {**order, "status": status, "clientOrderID": f"chaos-{dice.randrange(10**12)}"}
            for status in statuses
        ]
        placed = self.control.post("/orders", json=orders).raise_for_status().json()
        return [
            Target(order["orderId"], order["clientOrderID"], dice.random() < _BY_ORDER_ID) for order in placed
        ]

    def executed(self) -> dict[str, dict[str, object]]:
        """Return the sandbox's record of each order."""
        tally: dict[str, dict[str, object]] = (
            self.control.get("/executed").raise_for_status().json()["orders"]
        )
        return tally


@dataclass(frozen=True)
class Target:
    """An order to cancel, and the id that the cancel names it by."""

    order_id: int
    client_order_id: str
    by_order_id: bool

    def named(self) -> dict[str, Any]:
        """Return the argument that names the order."""
        return {"order_id": self.order_id} if self.by_order_id else {"client_order_id": self.client_order_id}


@dataclass
class Run:
    """The whole run: a tally for each kind of fault, and leaks."""

    tallies: dict[str, Tally] = field(default_factory=dict)
    leaks: list[str] = field(default_factory=list)
    seconds: float = 0.0

    @property
    def wrongs(self) -> list[str]:
        """Return everything that went wrong, with the kind of fault."""
        found = [f"{kind}: {wrong}" for kind, tally in self.tallies.items() for wrong in tally.wrongs]
        return found + self.leaks


def chaos(
    cancels: int,
    seeds: list[int],
    kinds: tuple[str, ...] = tuple(FAULTS),
) -> Run:
    """Cancel at least so many orders, spread over kinds of fault, seeds and kinds of client.

    Several sandboxes run at once, because most of the time is spent waiting for faults.
    """
    run, began, before = Run(), time.monotonic(), _belongings()
    jobs = list(itertools.product(kinds, seeds, CLIENT_KINDS))
    batch = math.ceil(cancels / len(jobs))
    with ExitStack() as stack, ThreadPoolExecutor(STAGES) as workers:
        stages = [stack.enter_context(_stage()) for _ in range(STAGES)]
        idle = queue.SimpleQueue[Stage]()
        for stage in stages:
            idle.put(stage)
        for kind, tally in workers.map(lambda job: _batch(idle, *job, batch), jobs):
            run.tallies.setdefault(kind, Tally()).merge(tally)
    after = _belongings()
    if any(now > then for now, then in zip(after, before, strict=True)):
        run.leaks.append(f"sockets and threads were {before}, are {after}")
    run.seconds = time.monotonic() - began
    return run


def _batch(
    idle: "queue.SimpleQueue[Stage]", kind: str, seed: int, client_kind: str, count: int
) -> tuple[str, Tally]:
    stage = idle.get()
    # Forget locks that the last kind of fault has caused.
    accounts.forget()
    dice = random.Random(f"{seed} {kind} {client_kind}")  # noqa: S311 - dice, not secrets
    orders = stage.place(count, dice)
    stage.play(rules(kind, dice.randrange(10**6)))
    client_options = {"environment": stage.url, "timeout": TIMEOUT, "limits": "off"}
    cancel_all = _sync if client_kind == "sync" else _async
    reports = cancel_all(stage.credentials, client_options, orders)
    stage.play([])
    if "late" in kind:
        # What is executed after the report must be in the record too.
        time.sleep(2 * LATE)
    tally, executed = Tally(), stage.executed()
    for report in (replace(report, may_be_banned=kind in ONCE) for report in reports):
        book = executed[str(report.order_id)]
        tally.requests += int(str(book["cancelRequests"]))
        tally.add(report, str(book["status"]), executed=book["cancelledBy"] is not None)
    idle.put(stage)
    return kind, tally


def _sync(credentials: Credentials, client_options: Any, orders: list[Target]) -> list[Report]:
    def cancel(target: Target) -> Report:
        began, result = time.monotonic(), None
        try:
            result = bingx.cancel_order("BTC-USDT", **target.named())
        except Exception as error:  # noqa: BLE001 - the verdict reports an error that is not ours
            result = error
        return Report(target.order_id, result, time.monotonic() - began, TIMEOUT)

    with BingxSpot(credentials, **client_options) as bingx, ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(cancel, orders))


def _async(credentials: Credentials, client_options: Any, orders: list[Target]) -> list[Report]:
    return asyncio.run(_awaited(credentials, client_options, orders))


async def _awaited(credentials: Credentials, client_options: Any, orders: list[Target]) -> list[Report]:
    async def cancel(target: Target) -> Report:
        async with slots:
            began, result = time.monotonic(), None
            try:
                result = await bingx.cancel_order("BTC-USDT", **target.named())
            except Exception as error:  # noqa: BLE001 - the verdict reports an error that is not ours
                result = error
            return Report(target.order_id, result, time.monotonic() - began, TIMEOUT)

    slots = asyncio.Semaphore(AT_ONCE)
    async with AsyncBingxSpot(credentials, **client_options) as bingx:
        reports = await asyncio.gather(*map(cancel, orders))
    assert len(asyncio.all_tasks()) == 1, "a task was left behind"
    return reports


def _belongings() -> tuple[int, int]:
    """Return the number of sockets and of threads of this process."""
    gc.collect()
    links = [_link(path) for path in Path("/proc/self/fd").iterdir()]
    return sum(link.startswith("socket:") for link in links), threading.active_count()


def _link(path: Path) -> str:
    try:
        return str(path.readlink())
    except OSError:
        return ""


@contextmanager
def _stage() -> Iterator[Stage]:
    command = [Path(sys.executable).with_name("bingx-spot"), "sandbox", "--port", "0", "--orders", "0"]
    command += ["--limits", "off"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            said = json.loads(process.stdout.readline())
            with httpx.Client(base_url=f"{said['url']}/_sandbox", timeout=30) as control:
                yield Stage(said["url"], Credentials(said["apiKey"], said["apiSecret"]), control)
        finally:
            process.terminate()
