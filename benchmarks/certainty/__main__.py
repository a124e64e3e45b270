"""`make bench-certainty`: how long until a cancel is known to be cancelled; ours and ccxt's in one run.

Prints the table, and writes it and the plot into the documentation. `--cancels N` sets how many cancels cross
the line that loses packets; `--smoke` runs a few rows, to see that it works, and writes nothing.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from benchmarks.certainty import report
from benchmarks.certainty.report import Measured
from benchmarks.certainty.rows import Row, Scene, rows
from benchmarks.certainty.worker import CONTENDERS
from benchmarks.speed.contenders import KEY, SECRET, SYMBOL
from benchmarks.speed.rounds import PEERS, ROOT
from bingx_sandbox import Sandbox

_CANCELS = 150
_SMOKE = ("warm, healthy", "idle connection silently dead, new ones fine", "IPv6 dead, IPv4 fine")
# Until the permits of the cancels that warmed a client up are free again, in seconds.
_PAUSE = 1.2


def main() -> None:
    """Measure and report."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.certainty", description=__doc__)
    parser.add_argument("--cancels", type=int, default=_CANCELS, help="over the line that loses packets")
    parser.add_argument("--smoke", action="store_true", help="run a few rows, and write nothing")
    parser.add_argument("--only", default="", help="run the rows whose titles have this, and write nothing")
    options = parser.parse_args()
    if not PEERS.exists():
        raise SystemExit("The public clients are missing: make peers")
    chosen = [row for row in rows(options.cancels) if options.only in row.title]
    if options.smoke:
        chosen = [row for row in chosen if row.title in _SMOKE]
    measured = []
    for row in chosen:
        measured.append(_measured(row))
        report.show(measured[-1])
    if not options.smoke and not options.only:
        report.write(measured)
    missed = [each.row.title for each in measured if not each.met]
    print(f"\nGoals met: {len(measured) - len(missed)} of {len(measured)}")
    if missed:
        sys.exit(f"Missed: {'; '.join(missed)}")


def _measured(row: Row) -> Measured:
    # Each has a sandbox and a line of its own. They share the machine where they are compared with each
    # other, and where they wait in vain, which takes long.
    together = list(CONTENDERS) if row.relative else [name for name in CONTENDERS if not _is_ours(name)]
    results = {name: _played(row, name) for name in CONTENDERS if name not in together}
    with ThreadPoolExecutor(len(together)) as threads:
        results |= zip(together, threads.map(lambda name: _played(row, name), together), strict=True)
    return Measured(row, results)


def _is_ours(contender: str) -> bool:
    return contender.startswith("spot")


def _played(row: Row, contender: str) -> list[tuple[float, str]]:
    limits = "documented" if row.limits else "off"
    with (
        Sandbox(api_key=KEY, api_secret=SECRET, orders=0, limits=limits) as sandbox,
        row.scene(sandbox) as scene,
        _worker(contender, scene, row) as worker,
    ):
        # A first line without orders, so that its client is made before the time counts.
        _told(worker, [], together=True)
        if row.warm:
            _told(worker, _placed(sandbox, row.warm), together=True)
            time.sleep(_PAUSE)
        orders = _placed(sandbox, row.cancels)
        scene.begin()
        results = _told(worker, orders, together=row.together)
        cancelled = {int(order["orderId"]) for order in sandbox.orders() if order["status"] == "CANCELED"}
        for order_id, (_, said) in zip(orders, results, strict=True):
            assert said != "known" or order_id in cancelled, f"{contender} lies: {row.title}"
        if _is_ours(contender):
            refused = sandbox.refused_by_limits()
            assert not any(refused.values()), f"{contender} sends too much: {row.title}: {refused}"
    return results


def _placed(sandbox: Sandbox, count: int) -> list[int]:
    return [int(order["orderId"]) for order in sandbox.place_orders(count, SYMBOL)]


def _told(worker: "subprocess.Popen[str]", orders: list[int], *, together: bool) -> list[tuple[float, str]]:
    assert worker.stdin is not None
    assert worker.stdout is not None
    worker.stdin.write(json.dumps({"orders": orders, "together": together}) + "\n")
    worker.stdin.flush()
    results: list[tuple[float, str]] = json.loads(worker.stdout.readline())
    return results


@contextmanager
def _worker(contender: str, scene: Scene, row: Row) -> Iterator["subprocess.Popen[str]"]:
    settings = {
        "url": scene.url,
        "fallback": scene.fallback,
        "addresses": scene.addresses,
        "limits": None if row.limits else "off",
    }
    python = sys.executable if _is_ours(contender) else str(PEERS)
    command = [python, "-m", "benchmarks.certainty.worker", contender, json.dumps(settings)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            yield process
        finally:
            process.kill()


if __name__ == "__main__":
    main()
