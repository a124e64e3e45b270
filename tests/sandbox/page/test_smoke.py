"""One quick test of the page in a real browser; the others are slow."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from bingx_sandbox import Sandbox
from tests.sandbox.page.chromium import TIMEOUT
from tests.sandbox.page.locators import row

expect.set_options(timeout=TIMEOUT)


def test_an_order_is_placed_and_cancelled(page: Page, sandbox: Sandbox) -> None:
    form = page.get_by_role("form", name="Place an order")
    form.get_by_label("Symbol").fill("SOL-USDT")
    form.get_by_label("Side").select_option("SELL")
    form.get_by_label("Quantity").fill("2.5")
    form.get_by_label("Client order id").fill("from-the-page")
    form.get_by_role("button", name="Place").click()
    placed = row(page, "from-the-page")
    expect(placed).to_contain_text("NEW")
    expect(placed).to_contain_text("0 of 2.5")
    order = sandbox.orders()[-1]
    assert (order["symbol"], order["side"], order["origQty"]) == ("SOL-USDT", "SELL", "2.5")
    # Not as a double.
    expect(placed).to_contain_text(str(order["orderId"]))
    expect(page.get_by_text("6 open of 6 orders")).to_be_visible()

    placed.get_by_role("button", name=f"Cancel SOL-USDT {order['orderId']}").click()
    expect(placed).to_contain_text("CANCELED")
    expect(placed.get_by_role("button")).to_have_count(0)
    expect(page.get_by_text("5 open of 6 orders")).to_be_visible()
    assert sandbox.orders()[-1]["status"] == "CANCELED"
    expect(page.get_by_text(f"SOL-USDT {order['orderId']} is cancelled.")).to_be_attached()
    assert sandbox.requests() == []
