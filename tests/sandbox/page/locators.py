"""Locators of parts of the page, and a request with a diagnosis."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from tests.sandbox.client import Client, now, signature_of


def row(page: Page, order_id: object) -> Locator:
    return page.get_by_role("row").filter(has_text=str(order_id))


def badly_signed(client: Client, **more: Any) -> None:
    """Send a cancel whose keys were not sorted before signing."""
    order = {"symbol": "BTC-USDT", "orderId": 1735964079647111281, **more, "timestamp": now()}
    canonical = "&".join(f"{name}={value}" for name, value in order.items())
    client.post("json", {**order, "signature": signature_of(canonical, client.secret)})


def latest(page: Page, number: int) -> Locator:
    return (
        page.get_by_label("Requests, the latest first").get_by_role("listitem").filter(has_text=f"#{number}")
    )
