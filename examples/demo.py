"""Cancel four real orders on a local sandbox, four ways, and let the sandbox say what it saw.

`make demo` runs this. Nothing here leaves the machine.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bingx_spot import AsyncBingxSpot, BingxSpot, Order, OrderNotOpen, generated_client
from bingx_spot_api.api.trade import cancel_order
from bingx_spot_api.models import CancelOrderRequest

COMMAND = Path(sys.executable).with_name("bingx-spot")
PLACED = [
    {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "50000", "origQty": "0.01"},
    {"symbol": "ETH-USDT", "side": "SELL", "type": "LIMIT", "price": "4000", "origQty": "0.5"},
    {"symbol": "MØTH-USDT", "side": "BUY", "type": "LIMIT", "price": "0.0125", "origQty": "1000"},
    {"symbol": "BTC-USDT", "side": "SELL", "type": "LIMIT", "price": "90000", "origQty": "0.02"},
    {"symbol": "SOL-USDT", "side": "BUY", "type": "LIMIT", "price": "120", "origQty": "3"},
]

console = Console(highlight=False)


@contextmanager
def sandbox() -> Iterator[dict[str, str]]:
    """Run `bingx-spot sandbox` and give what its first line says: url, apiKey, apiSecret."""
    with subprocess.Popen(
        [COMMAND, "sandbox", "--port", "0", "--orders", "0"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


def place(url: str) -> list[tuple[str, int]]:
    """Place the orders through the sandbox's control interface; give symbol and order id of each."""
    answers = [httpx.post(f"{url}/_sandbox/orders", json=order).raise_for_status().json() for order in PLACED]
    return [(answer["symbol"], answer["orderId"]) for answer in answers]


def cancel_blocking(symbol: str, order_id: int) -> str:
    """Cancel with the blocking client."""
    with BingxSpot.from_env() as bingx:
        order = bingx.cancel_order(symbol, order_id=order_id)
    return order.status


def cancel_awaiting(symbol: str, order_id: int) -> str:
    """Cancel with the async client."""

    async def cancel() -> Order:
        async with AsyncBingxSpot.from_env() as bingx:
            return await bingx.cancel_order(symbol, order_id=order_id)

    return asyncio.run(cancel()).status


def cancel_generated(symbol: str, order_id: int) -> str:
    """Cancel with the generated client, as users of openapi-python-client know it."""
    with generated_client() as client:
        response = cancel_order.sync(client=client, body=CancelOrderRequest(symbol=symbol, order_id=order_id))
    assert response is not None
    assert response.data
    return str(response.data.status)


def cancel_by_command(symbol: str, order_id: int) -> str:
    """Cancel with the command line, its answer as JSON."""
    command = [COMMAND, "cancel", symbol, "--order-id", str(order_id), "--json"]
    answer = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return str(answer["status"])


WAYS = {
    "BingxSpot (blocking)": cancel_blocking,
    "AsyncBingxSpot (awaiting)": cancel_awaiting,
    "generated client": cancel_generated,
    "command line": cancel_by_command,
}


def show(title: str, columns: list[str], rows: list[list[object]]) -> None:
    """Print a table under a title."""
    table = Table(box=None, show_header=any(columns), header_style="dim", padding=(0, 2))
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(escape(str(cell)) for cell in row))
    console.print(f"\n[bold]{title}[/]")
    console.print(table)


def cancel_all(orders: list[tuple[str, int]]) -> None:
    """Cancel the first four orders, each in its own way, and show what each call returned."""
    results: list[list[object]] = [
        [name, symbol, order_id, cancel(symbol, order_id)]
        for (name, cancel), (symbol, order_id) in zip(WAYS.items(), orders, strict=False)
    ]
    show("1. Four orders, cancelled in four ways", ["with", "symbol", "order id", "the answer"], results)


def cancel_again(symbol: str, order_id: int) -> None:
    """Cancel the first order once more: the SDK says why not, instead of saying yes."""
    try:
        with BingxSpot.from_env() as bingx:
            bingx.cancel_order(symbol, order_id=order_id)
    except OrderNotOpen as error:
        rows: list[list[object]] = [
            ["raises", f"{type(error).__name__}, code {error.code}"],
            ["the exchange said", error.message],
            ["what to do", error.hint],
        ]
        show("2. The first one again: it is not open, and that is said", ["", ""], rows)
    else:
        raise SystemExit("A cancelled order was cancelled again: this should not be.")


def ask_the_sandbox(url: str, orders: list[tuple[str, int]]) -> None:
    """Show what the sandbox verified and holds now, and fail unless it is what the calls said."""
    requests = httpx.get(f"{url}/_sandbox/requests").json()["requests"]
    console.print("\n[bold]3. What the sandbox received, verified with code of its own[/]")
    for request in requests:
        mark = "✓" if request["receivedSignature"] == request["expectedSignature"] else "✗"
        asked = "query " if request["method"] == "GET" else "cancel"
        line = f"  {mark} {asked} {escape(request['expectedCanonicalString'])} → {request['code']}"
        console.print(line, soft_wrap=True)
    book = {order["orderId"]: order for order in httpx.get(f"{url}/_sandbox/orders").json()["orders"]}
    rows: list[list[object]] = [
        [book[number]["symbol"], number, book[number]["status"]] for _, number in orders
    ]
    show("4. What the sandbox's order book holds now", ["symbol", "order id", "status"], rows)
    verified = requests and all(request["verdict"] == "accepted" for request in requests)
    cancelled = [row[2] == "CANCELED" for row in rows] == [True, True, True, True, False]
    if not (verified and cancelled):
        raise SystemExit("The sandbox saw something else than the calls said.")


def main() -> None:
    """Run the demonstration."""
    with sandbox() as keys:
        os.environ |= {
            "BINGX_API_KEY": keys["apiKey"],
            "BINGX_API_SECRET": keys["apiSecret"],
            "BINGX_ENV": keys["url"],
        }
        orders = place(keys["url"])
        console.print(f"The sandbox listens at {keys['url']}; {len(orders)} orders are placed on it.")
        cancel_all(orders)
        cancel_again(*orders[0])
        ask_the_sandbox(keys["url"], orders)
    console.print("[bold green]✓[/] Every signature was right, and just those four orders are cancelled.")


if __name__ == "__main__":
    main()
