"""One contender in a process of its own: makes calls on command, and reports how long they took.

Commands are lines on standard input; each is answered with one JSON line. `calls N` makes N calls one after
another, `together S` keeps fifty in flight for S seconds, `memory N` reports by how much the process grows in
N calls.
"""

import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from statistics import median
from typing import Any

from benchmarks.speed.contenders import CONTENDERS, Awaiting, Blocking, loop

TOGETHER = 50
# Not measured: the first calls after a pause, while other contenders ran.
_WARM_UP = 15


def calls(call: Callable[[], object], count: int) -> dict[str, float]:
    """Make calls one after another; the figures are seconds for one of them."""
    for _ in range(_WARM_UP):
        call()
    times, cpu = [], time.process_time()
    for _ in range(count):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return {"p50": median(times), "cpu": (time.process_time() - cpu) / count}


async def awaited(call: Awaiting, count: int) -> dict[str, float]:
    """Make calls one after another, awaiting."""
    for _ in range(_WARM_UP):
        await call()
    times, cpu = [], time.process_time()
    for _ in range(count):
        began = time.perf_counter()
        await call()
        times.append(time.perf_counter() - began)
    return {"p50": median(times), "cpu": (time.process_time() - cpu) / count}


async def together(call: Awaiting, seconds: float) -> dict[str, float]:
    """Keep fifty calls in flight."""
    count, ends, cpu = 0, time.perf_counter() + seconds, time.process_time()
    began = time.perf_counter()

    async def go_on() -> None:
        nonlocal count
        while time.perf_counter() < ends:
            await call()
            count += 1

    await asyncio.gather(*(go_on() for _ in range(TOGETHER)))
    took = time.perf_counter() - began
    return {"rate": count / took, "cpu": (time.process_time() - cpu) / count}


def memory(call: Callable[[], object], count: int) -> dict[str, float]:
    """Make many calls, and return by how many bytes the process has grown after a first tenth of them."""
    for _ in range(count // 10):
        call()
    before = resident()
    for _ in range(count):
        call()
    return {"grown": resident() - before, "connections": sockets()}


def resident() -> float:
    """Return how much memory the process has, in bytes; 0 where the system does not say."""
    path = "/proc/self/statm"
    if not os.path.exists(path):  # noqa: PTH110 - as below
        return 0.0
    with open(path, encoding="ascii") as file:  # noqa: PTH123 - likewise
        return float(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


def sockets() -> int:
    """Count the sockets of this process."""
    folder = "/proc/self/fd"
    if not os.path.isdir(folder):  # noqa: PTH112 - pathlib is slower to import than some contenders
        return 0
    links = (os.path.realpath(f"{folder}/{name}") for name in os.listdir(folder))  # noqa: PTH208
    return sum("socket:" in link for link in links)


def run_command(
    call: Any, awaits: bool, events: asyncio.AbstractEventLoop | None, line: str
) -> dict[str, float]:
    """Run the command of a line."""
    what, amount = line.split()
    if not awaits:
        blocking: Blocking = call
        return (memory if what == "memory" else calls)(blocking, int(amount))
    assert events is not None
    doing = together(call, float(amount)) if what == "together" else awaited(call, int(amount))
    return events.run_until_complete(doing)


def main(name: str, url: str) -> None:
    """Create the contender, report its connections, and run commands until the input ends."""
    contender = CONTENDERS[name]
    events = loop() if contender.awaits else None

    async def create() -> Any:
        return contender.make(url)

    call = contender.make(url) if events is None else events.run_until_complete(create())
    before = sockets()
    figures = run_command(call, contender.awaits, events, "calls 5")
    # A contender may have opened its one connection when it was made.
    print(json.dumps({**figures, "connections": max(sockets() - before, 1)}), flush=True)
    for line in sys.stdin:
        print(json.dumps(run_command(call, contender.awaits, events, line)), flush=True)
    # Without the clean-up of libraries, which could wait.
    os._exit(0)


if __name__ == "__main__":
    main(*sys.argv[1:])
