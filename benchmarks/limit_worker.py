"""A process that cancels orders within the limit, for `make bench-limits`.

It reads its task as one JSON line, prints `ready`, and starts when it reads another line. It prints one JSON
line with the result and the duration, in seconds, of each order.
"""

import json
import logging
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from itertools import takewhile
from typing import Any

from bingx_spot import BingxSpot, CallError, Clock, Credentials

SYMBOL = "BTC-USDT"


def _client(task: dict[str, Any]) -> BingxSpot:
    skew, true_time, true_time_ns = task["skew"], time.time, time.time_ns
    # All of this process sees a wrong wall clock.
    time.time = lambda: true_time() + skew
    time.time_ns = lambda: true_time_ns() + round(skew * 1e9)
    return BingxSpot(
        Credentials(task["apiKey"], task["apiSecret"]),
        environment=task["url"],
        limits=task["limits"],
        timeout=300,
        clock=Clock(time.time_ns),
    )


def _cancelled(bingx: BingxSpot, order_id: int) -> tuple[str, float]:
    began = time.perf_counter()
    try:
        ended = str(bingx.cancel_order(SYMBOL, order_id=order_id).status)
    except CallError as error:
        ended = f"{type(error).__name__}: {error}"
    return ended, time.perf_counter() - began


def _one_by_one(bingx: BingxSpot, orders: list[int], threads: int) -> list[tuple[str, float]]:
    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(lambda order_id: _cancelled(bingx, order_id), orders))


def _bulk_run(bingx: BingxSpot, orders: list[int], singles: list[int]) -> list[tuple[str, float]]:
    """Cancel in one bulk run, and single orders during it."""
    results: list[tuple[str, float]] = []
    ended = threading.Event()

    def single() -> None:
        during_the_run = takewhile(lambda _: not ended.wait(1.3), singles)
        results.extend(_cancelled(bingx, order_id) for order_id in during_the_run)

    thread = threading.Thread(target=single)
    thread.start()
    run = [str(result.outcome) for result in bingx.cancel_orders((SYMBOL, order_id) for order_id in orders)]
    ended.set()
    thread.join()
    assert set(run) == {"cancelled"}, run
    return results


def main() -> None:
    """Run the task."""
    task = json.loads(sys.stdin.readline())
    logging.basicConfig(stream=sys.stderr)
    with _client(task) as bingx:
        print("ready", flush=True)
        sys.stdin.readline()
        if task["singles"]:
            results = _bulk_run(bingx, task["orders"], task["singles"])
        else:
            results = _one_by_one(bingx, task["orders"], task["threads"])
    print(json.dumps(results), flush=True)


if __name__ == "__main__":
    main()
