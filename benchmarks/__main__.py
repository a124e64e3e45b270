"""`make bench`: one cancel over a warm connection, as ratios to a plain, unsigned `httpx.Client.post`.

Contenders take turns in rounds, so that whatever else the machine does falls on all of them; each round
gives a ratio, and the table shows the median of those with the spread of the middle half. The server is
a process of its own that answers a fixed body, without TLS.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median, quantiles

import httpx
from rich.console import Console
from rich.table import Table

from benchmarks.server import ORDER_ID
from bingx_spot import BingxSpot, Credentials, generated_client
from bingx_spot_api.api.trade import cancel_order
from bingx_spot_api.models import CancelOrderRequest

ROUNDS = 30
CALLS = 60
BASELINE = "httpx post, plain, unsigned"


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield f"http://127.0.0.1:{int(process.stdout.readline())}"
        finally:
            process.kill()


def _contenders(url: str) -> dict[str, Callable[[], object]]:
    credentials = Credentials("benchmark-key", "benchmark-secret")
    plain = httpx.Client(base_url=url)
    bingx = BingxSpot(credentials, environment=url, limits="off")
    generated = generated_client(credentials, environment=url, limits="off")
    body = {"symbol": "BTC-USDT", "orderId": ORDER_ID}
    request = CancelOrderRequest(symbol="BTC-USDT", order_id=ORDER_ID)
    return {
        BASELINE: lambda: plain.post("/openApi/spot/v1/trade/cancel", json=body).json(),
        "BingxSpot.cancel_order, whole": lambda: bingx.cancel_order("BTC-USDT", order_id=ORDER_ID),
        "generated client, signed": lambda: cancel_order.sync(client=generated, body=request),
    }


def _measured(call: Callable[[], object]) -> tuple[float, float]:
    """Return the median time of a call and its CPU time, in microseconds."""
    times, cpu = [], time.process_time()
    for _ in range(CALLS):
        began = time.perf_counter()
        call()
        times.append(time.perf_counter() - began)
    return median(times) * 1e6, (time.process_time() - cpu) / CALLS * 1e6


def _ratios(rounds: list[dict[str, tuple[float, float]]], name: str, index: int) -> str:
    values = [measured[name][index] / measured[BASELINE][index] for measured in rounds]
    low, _, high = quantiles(values, n=4)
    return f"{median(values):.2f} [{low:.2f}..{high:.2f}]"


def main() -> None:
    """Measure, and print the table."""
    with _server() as url:
        contenders = _contenders(url)
        for call in contenders.values():
            call()
        rounds = []
        for turn in range(ROUNDS):
            names = list(contenders)
            names = names[turn % len(names) :] + names[: turn % len(names)]
            rounds.append({name: _measured(contenders[name]) for name in names})
    table = Table(box=None, header_style="dim")
    for heading in ("contender", "p50 / plain", "CPU / plain", "p50 µs"):
        table.add_column(heading, justify="left" if heading == "contender" else "right")
    for name in contenders:
        p50 = median(measured[name][0] for measured in rounds)
        table.add_row(name, _ratios(rounds, name, 0), _ratios(rounds, name, 1), f"{p50:.0f}")
    console = Console()
    console.print(table)
    console.print(f"Medians of {ROUNDS} rounds of {CALLS} calls, one connection, middle half in brackets.")


if __name__ == "__main__":
    main()
