"""`make bench-limits`: how much of the permitted rate is used, and whether the exchange rejects any request.

Each row is a run against `bingx-spot sandbox` with the documented limits, lock-outs included, in its own
process. The rate is the number of requests that arrived after the first burst, divided by what five a second
allow in that time. A process's fair share is an equal part of what arrived while all processes were running.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from shutil import which

import httpx
from rich.console import Console
from rich.table import Table

from bingx_spot_api.contract import BY_ID

_LIMIT = BY_ID["cancelOrder"].uid_limit
assert _LIMIT is not None
RATE = _LIMIT.requests / _LIMIT.seconds
# Requests that arrive so soon after the first belong to the first burst, in seconds.
_BURST = 0.1
# The least part of its fair share that a process must have.
_LEAST_FAIR = 0.5
# A single cancel during a bulk run waits for one permit, and takes its own time.
_LONGEST_SINGLE = 1 / RATE + 0.1


@dataclass(frozen=True)
class Plan:
    """What a run does, and what it must reach.

    Args:
        what: A short description.
        limits: Returns the option `limits`, from the URL of redis-server and a directory.
        least: The smallest part of the rate.
        orders: How many each process cancels.
        processes: Number of processes.
        threads: Number of threads of each.
        skews: Errors of their clocks, in seconds.
        singles: Number of single cancels during a bulk run; 0 for no bulk run.
    """

    what: str
    limits: Callable[[str, Path], str | None]
    least: float
    orders: int
    processes: int = 1
    threads: int = 8
    skews: tuple[float, ...] = (0.0,)
    singles: int = 0


PLANS = (
    Plan("200 cancels, one process", lambda _, __: None, 0.98, 200),
    Plan("four processes, one Redis", lambda url, _: url, 0.95, 50, processes=4),
    Plan("clocks 3 s apart, one Redis", lambda url, _: url, 0.95, 50, processes=2, skews=(0.0, -3.0)),
    Plan("two processes, one file", lambda _, path: f"file://{path}/limits", 0.95, 50, processes=2),
    Plan("a bulk run, and single cancels", lambda _, __: None, 0.97, 150, singles=40),
)


@dataclass
class Outcome:
    """The result of a run.

    Attributes:
        rate: The part of the permitted rate.
        rejected: Number of requests that the exchange rejected for a limit.
        failed: Errors of the orders that are not cancelled.
        fairness: The smallest part that a process had of its fair share.
        longest: Duration of the longest single cancel during a bulk run, in seconds; 0 without one.
    """

    rate: float
    rejected: int
    failed: list[str] = field(default_factory=list)
    fairness: float = 1.0
    longest: float = 0.0

    def meets(self, plan: Plan) -> bool:
        """Return whether the run reached its plan."""
        kept = not self.rejected and not self.failed
        return (
            kept
            and self.rate >= plan.least
            and self.fairness >= _LEAST_FAIR
            and self.longest <= _LONGEST_SINGLE
        )


@contextmanager
def _sandbox() -> Iterator[tuple[dict[str, str], httpx.Client]]:
    command = [Path(sys.executable).with_name("bingx-spot"), "sandbox", "--port", "0", "--orders", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            assert process.stdout is not None
            sandbox = json.loads(process.stdout.readline())
            with httpx.Client(base_url=f"{sandbox['url']}/_sandbox", timeout=60) as control:
                yield sandbox, control
        finally:
            process.terminate()


@contextmanager
def _redis(directory: Path) -> Iterator[str]:
    binary = which("redis-server") or which("valkey-server")
    assert binary, "redis-server is not installed (Debian: redis-server)"
    socket = directory / "redis.sock"
    command = [binary, "--port", "0", "--unixsocket", str(socket), "--save", ""]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:
        try:
            while not socket.exists():
                time.sleep(0.01)
            yield f"unix://{socket}"
        finally:
            process.terminate()


def _run(plan: Plan, redis: str, directory: Path) -> Outcome:
    with _sandbox() as (sandbox, control), ExitStack() as stack:
        order = {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "50000", "origQty": "1"}
        count = plan.orders * plan.processes + plan.singles
        placed = [int(each["orderId"]) for each in control.post("/orders", json=[order] * count).json()]
        task = {"url": sandbox["url"], "apiKey": sandbox["apiKey"], "apiSecret": sandbox["apiSecret"]}
        task["limits"] = plan.limits(redis, directory)
        shares = [placed[plan.orders * at :][: plan.orders] for at in range(plan.processes)]
        singles = placed[len(placed) - plan.singles :] if plan.singles else []
        workers = [stack.enter_context(_worker()) for _ in shares]
        for worker, share, skew in zip(workers, shares, plan.skews * plan.processes, strict=False):
            more = {"orders": share, "skew": skew, "threads": plan.threads, "singles": singles}
            _send(worker, json.dumps(task | more))
        for worker in workers:
            assert _receive(worker) == "ready\n"
        for worker in workers:
            _send(worker, "go")
        results = [json.loads(_receive(worker)) for worker in workers]
        requests = control.get("/requests").json()["requests"]
        rejected = sum(control.get("/limits").json()["refused"].values())
    return _outcome(results, shares, requests, rejected, has_bulk_run=bool(plan.singles))


@contextmanager
def _worker() -> Iterator["subprocess.Popen[str]"]:
    command = [sys.executable, "-m", "benchmarks.limit_worker"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            with suppress(OSError):
                process.kill()


def _send(worker: "subprocess.Popen[str]", line: str) -> None:
    assert worker.stdin is not None
    print(line, file=worker.stdin, flush=True)


def _receive(worker: "subprocess.Popen[str]") -> str:
    assert worker.stdout is not None
    return worker.stdout.readline()


def _outcome(
    results: list[list[tuple[str, float]]],
    shares: list[list[int]],
    requests: list[dict[str, object]],
    rejected: int,
    *,
    has_bulk_run: bool,
) -> Outcome:
    ended = [each for worker in results for each in worker]
    arrived = sorted(
        (int(str(each["receivedAt"])) / 1000, int(str(each["parameters"]["orderId"])))  # type: ignore[index]
        for each in requests
    )
    first, last = arrived[0][0], arrived[-1][0]
    burst = sum(moment < first + _BURST for moment, _ in arrived)
    return Outcome(
        (len(arrived) - burst) / (last - first) / RATE,
        rejected,
        [how for how, _ in ended if how != "CANCELED"],
        _fairness(arrived, shares),
        max((seconds for _, seconds in ended), default=0.0) if has_bulk_run else 0.0,
    )


def _fairness(arrived: list[tuple[float, int]], shares: list[list[int]]) -> float:
    """Return the smallest part that a process had of its fair share, while all were running."""
    moments = [[moment for moment, order_id in arrived if order_id in set(share)] for share in shares]
    all_running_until = min(each[-1] for each in moments)
    counts = [sum(moment <= all_running_until for moment in each) for each in moments]
    return min(counts) * len(shares) / sum(counts)


def main() -> None:
    """Run the plans, print the table, and exit with 1 if one is missed."""
    table = Table(box=None, header_style="dim")
    for heading in ("what", "rate", "at least", "rejected", "fair", "single", ""):
        table.add_column(heading, justify="left" if heading == "what" else "right")
    missed = 0
    with tempfile.TemporaryDirectory(prefix="bingx-limits-") as name, _redis(Path(name)) as redis:
        for plan in PLANS:
            outcome = _run(plan, redis, Path(name))
            meets = outcome.meets(plan)
            missed += not meets
            table.add_row(
                plan.what,
                f"{outcome.rate:.1%}",
                f"{plan.least:.0%}",
                str(outcome.rejected),
                f"{outcome.fairness:.0%}" if plan.processes > 1 else "",
                f"{outcome.longest * 1000:.0f} ms" if plan.singles else "",
                "" if meets else "missed",
            )
            for how in outcome.failed[:3]:
                print(how, file=sys.stderr)
    Console().print(table)
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
