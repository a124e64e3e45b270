"""A process that cancels orders within the limit, for `make bench-limits`.

It reads what to do as one JSON line, says that it is ready, and begins when another line comes. It tells as
one JSON line how each order ended, and how long each took, in seconds.
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


def _client(asked: dict[str, Any]) -> BingxSpot:
    skew, true_time, true_time_ns = asked["skew"], time.time, time.time_ns
    # Whatever looks at the wall clock in this process sees a wrong one.
    time.time = lambda: true_time() + skew
    time.time_ns = lambda: true_time_ns() + round(skew * 1e9)
    return BingxSpot(
        Credentials(asked["apiKey"], asked["apiSecret"]),
        environment=asked["url"],
        limits=asked["limits"],
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


def _in_a_run(bingx: BingxSpot, orders: list[int], singles: list[int]) -> list[tuple[str, float]]:
    """Cancel in one run, and a single order again and again in the middle of it."""
    came: list[tuple[str, float]] = []
    ended = threading.Event()

    def single() -> None:
        in_the_middle = takewhile(lambda _: not ended.wait(1.3), singles)
        came.extend(_cancelled(bingx, order_id) for order_id in in_the_middle)

    thread = threading.Thread(target=single)
    thread.start()
    run = [str(result.outcome) for result in bingx.cancel_orders((SYMBOL, order_id) for order_id in orders)]
    ended.set()
    thread.join()
    assert set(run) == {"cancelled"}, run
    return came


def main() -> None:
    """Do what is asked for."""
    asked = json.loads(sys.stdin.readline())
    logging.basicConfig(stream=sys.stderr)
    with _client(asked) as bingx:
        print("ready", flush=True)
        sys.stdin.readline()
        if asked["singles"]:
            came = _in_a_run(bingx, asked["orders"], asked["singles"])
        else:
            came = _one_by_one(bingx, asked["orders"], asked["threads"])
    print(json.dumps(came), flush=True)


if __name__ == "__main__":
    main()
