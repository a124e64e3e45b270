"""Take the screenshot of the page that the README shows: `make screenshot`."""

from __future__ import annotations

import sys
from pathlib import Path

import httpx
from playwright.sync_api import Page

from bingx_sandbox import Sandbox
from tests.sandbox.client import CANCEL, Client
from tests.sandbox.page.chromium import CHROMIUM, chromium
from tests.sandbox.page.locators import badly_signed, latest

PICTURE = Path(__file__).parents[3] / "docs" / "_static" / "sandbox.png"
_SIZE = {"width": 1280, "height": 800}
_MAX_BYTES = 200_000


def main() -> int:
    """Take the screenshot; return the exit code."""
    if CHROMIUM is None:
        print("chromium is not installed", file=sys.stderr)
        return 1
    with Sandbox() as sandbox, httpx.Client(trust_env=False) as http, chromium() as browser:
        send_requests(Client(sandbox, http))
        context = browser.new_context(viewport=_SIZE, color_scheme="light", reduced_motion="reduce")
        page = context.new_page()
        page.goto(sandbox.url)
        open_the_diagnosis(page)
        page.screenshot(path=PICTURE)
    size = PICTURE.stat().st_size
    print(f"{PICTURE.name}: {size} bytes")
    return int(size > _MAX_BYTES)


def send_requests(client: Client) -> None:
    """Send some requests, the most interesting one last."""
    sandbox = client.sandbox
    sandbox.place_order(
        side="SELL", price="91250.5", origQty="0.25", status="PARTIALLY_FILLED", clientOrderID="my-bot_0001"
    )
    sandbox.place_order("ETH-USDT", price="3800", origQty="2", status="FILLED")
    first, second, third, *_ = (order["orderId"] for order in sandbox.orders())
    client.cancel(symbol="BTC-USDT", orderId=first)
    client.query(symbol="ETH-USDT", orderId=second)
    sandbox.faults([{"fault": "html", "status": 520, "operation": "cancel", "times": 1}])
    client.http.post(
        f"{sandbox.url}{CANCEL}",
        headers=client.headers,
        json=client.signed({"symbol": "MØTH-USDT", "orderId": third}),
    )
    client.cancel(symbol="BTC-USDT", orderId=first)
    badly_signed(client, symbol="MØTH-USDT", orderId=third, recvWindow=5000)


def open_the_diagnosis(page: Page) -> None:
    """Open the request that has a diagnosis."""
    request = latest(page, 5)
    request.locator("summary").click()
    request.get_by_role("note").wait_for()
    page.get_by_role("status").filter(has_text="live").wait_for()


if __name__ == "__main__":
    sys.exit(main())
