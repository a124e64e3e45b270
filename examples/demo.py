"""Cancel orders on a local sandbox, and show what was sent, what the exchange said, and what that means.

`make demo` runs this. Nothing leaves the machine.
"""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bingx_spot import AsyncBingxSpot, BingxSpot, Order, OrderNotOpen, generated_client
from bingx_spot_api.api.trade import cancel_order
from bingx_spot_api.models import CancelOrderRequest

COMMAND = Path(sys.executable).with_name("bingx-spot")
ORDERS = [
    {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "50000", "origQty": "0.01"},
    {"symbol": "ETH-USDT", "side": "SELL", "type": "LIMIT", "price": "4000", "origQty": "0.5"},
    {"symbol": "MØTH-USDT", "side": "BUY", "type": "LIMIT", "price": "0.0125", "origQty": "1000"},
    {"symbol": "BTC-USDT", "side": "SELL", "type": "LIMIT", "price": "90000", "origQty": "0.02"},
    {"symbol": "DOGE-USDT", "side": "SELL", "type": "LIMIT", "price": "0.4", "origQty": "500"},
    {"symbol": "SOL-USDT", "side": "BUY", "type": "LIMIT", "price": "120", "origQty": "3"},
]
LOST_RESPONSE = {"fault": "reset-after-executing", "operation": "cancel", "times": 1}

console = Console(highlight=False, width=min(Console().width, 80))


class Placed(NamedTuple):
    """An order that stands in the sandbox's book."""

    symbol: str
    order_id: int


@contextmanager
def run_sandbox() -> Iterator[dict[str, str]]:
    """Run `bingx-spot sandbox`, and yield its first line: url, apiKey, apiSecret."""
    command = [COMMAND, "sandbox", "--port", "0", "--orders", "0", "--limits", "off"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            assert process.stdout is not None
            yield json.loads(process.stdout.readline())
        finally:
            process.terminate()


class Witness:
    """The sandbox's own record of requests and orders, which the SDK has no part in."""

    def __init__(self, url: str) -> None:
        self._http = httpx.Client(base_url=f"{url}/_sandbox")
        self._shown = 0

    def place(self) -> list[Placed]:
        """Place the orders of the demonstration."""
        placed = self._http.post("/orders", json=ORDERS).raise_for_status().json()
        return [Placed(order["symbol"], order["orderId"]) for order in placed]

    def lose_the_next_response(self) -> None:
        """Let the sandbox execute the next cancel, then reset the connection."""
        self._http.post("/faults", json=LOST_RESPONSE).raise_for_status()

    def requests(self) -> list[dict[str, Any]]:
        """Return all requests that have arrived."""
        requests: list[dict[str, Any]] = self._http.get("/requests").raise_for_status().json()["requests"]
        return requests

    def status_of(self, order_id: int) -> str:
        """Return an order's status in the book."""
        book = self._http.get("/orders").raise_for_status().json()["orders"]
        return next(str(order["status"]) for order in book if order["orderId"] == order_id)

    def show_new_requests(self) -> None:
        """Print the requests since the last time, with what the sandbox said to each."""
        requests = self.requests()
        rows = [(self._sent(request), self._said(request)) for request in requests[self._shown :]]
        show("sent", "the exchange", rows)
        self._shown = len(requests)

    def _sent(self, request: dict[str, Any]) -> str:
        operation = "query" if request["method"] == "GET" else "cancel"
        return f"{operation:<6} {request['parameters']['orderId']}"

    def _said(self, request: dict[str, Any]) -> str:
        if request["answered"] == "nothing":
            return "[yellow]cancels the order, but the connection breaks before it answers[/]"
        if request["code"]:
            return f"[yellow]refuses:[/] “{escape(request['msg'])}” (code {request['code']})"
        status = self.status_of(int(request["parameters"]["orderId"]))
        return f"answers: the order is [green]{status}[/]"


def cancel_sync(symbol: str, order_id: int) -> str:
    """Cancel with the blocking client."""
    with BingxSpot.from_env() as bingx:
        return bingx.cancel_order(symbol, order_id=order_id).status


def cancel_async(symbol: str, order_id: int) -> str:
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
    """Cancel with the command line, whose result is JSON."""
    command = [COMMAND, "cancel", symbol, "--order-id", str(order_id), "--json"]
    result = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    return str(result["status"])


INTERFACES: dict[str, Callable[[str, int], str]] = {
    "BingxSpot": cancel_sync,
    "AsyncBingxSpot": cancel_async,
    "generated client": cancel_generated,
    "bingx-spot cancel": cancel_by_command,
}


def show(left: str, right: str, rows: list[tuple[str, str]]) -> None:
    """Print rows of two columns, the left one 26 characters wide."""
    table = Table(box=None, header_style="dim", padding=(0, 1), pad_edge=False)
    table.add_column(f"   {left}", width=29, no_wrap=True)
    table.add_column(right, overflow="fold")
    for first, second in rows:
        table.add_row(f"   {first}", second)
    console.print(table)


def step(number: int, title: str, explanation: str) -> None:
    """Print the heading of a step."""
    console.print(f"\n[bold]{number}  {title}[/]")
    console.print(f"   [dim]{explanation}[/]\n", soft_wrap=False)


def conclude(text: str) -> None:
    """Print what a step has shown."""
    console.print(f"\n   [bold green]✓[/] {text}")


def cancel_four(orders: list[Placed], witness: Witness) -> None:
    """Cancel four orders, each with another interface."""
    step(1, "Cancel four orders", "The same signed request, by each of the four interfaces.")
    rows = [
        (name, f"{order.symbol:<10} {order.order_id}  [green]{cancel(*order)}[/]")
        for (name, cancel), order in zip(INTERFACES.items(), orders, strict=True)
    ]
    show("with", "order", rows)
    print()
    witness.show_new_requests()
    conclude(
        "All four calls returned the order: the exchange says, for this order,\n     that it is cancelled."
    )


def lose_a_response(order: Placed, witness: Witness) -> None:
    """Cancel an order, and learn the outcome although the response is lost."""
    step(
        2,
        "Cancel an order, and lose the response",
        "Was it cancelled? The SDK asks the exchange until it knows.",
    )
    witness.lose_the_next_response()
    status = cancel_sync(*order)
    witness.show_new_requests()
    conclude(f"cancel_order returned {status}: cancelled for certain, and no error.")


def cancel_again(order: Placed, witness: Witness) -> None:
    """Cancel an order that is cancelled already: the SDK raises, and says what the order is."""
    step(3, "Cancel the first order again", "There is nothing left to cancel, and the exception says so.")
    try:
        cancel_sync(*order)
    except OrderNotOpen as error:
        witness.show_new_requests()
        status = error.order.status if error.order else "unknown"
        conclude(
            f"cancel_order raised {type(error).__name__}: this call cancelled nothing;\n"
            f"     the order is {status}."
        )
    else:
        raise SystemExit("A cancelled order was cancelled again. This must not happen.")


def check_the_book(orders: list[Placed], witness: Witness) -> None:
    """Compare the sandbox's record with what the calls reported, and fail where they differ."""
    step(4, "Compare with the exchange's own book", "The sandbox shares no code with the SDK.")
    statuses = [witness.status_of(order.order_id) for order in orders]
    expected = ["CANCELED"] * (len(orders) - 1) + ["NEW"]
    rows = [
        (
            f"{order.symbol:<10}",
            f"{order.order_id}  [{'green' if status == 'CANCELED' else 'cyan'}]{status}[/]",
        )
        for order, status in zip(orders, statuses, strict=True)
    ]
    show("symbol", "order", rows)
    requests = witness.requests()
    verified = all(request["receivedSignature"] == request["expectedSignature"] for request in requests)
    if statuses != expected or not verified:
        raise SystemExit("The sandbox saw something else than the calls reported.")
    conclude(
        f"{len(requests)} requests, every signature verified. Five orders are cancelled,\n"
        "     and the one that no call named is still open."
    )


def main() -> None:
    """Run the demonstration."""
    with run_sandbox() as keys:
        os.environ |= {
            "BINGX_API_KEY": keys["apiKey"],
            "BINGX_API_SECRET": keys["apiSecret"],
            "BINGX_ENV": keys["url"],
        }
        witness = Witness(keys["url"])
        orders = witness.place()
        console.print(
            f"\nA sandbox stands in for the exchange, at {keys['url']}.\n"
            f"{len(orders)} orders are open on it. Nothing leaves this machine."
        )
        cancel_four(orders[:4], witness)
        lose_a_response(orders[4], witness)
        cancel_again(orders[0], witness)
        check_the_book(orders, witness)
    console.print("\nNext: [bold]README.md[/], or [bold].venv/bin/bingx-spot --help[/]\n")


if __name__ == "__main__":
    main()
