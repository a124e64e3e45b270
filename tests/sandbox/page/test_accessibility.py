"""The page at any width, in dark mode, with the keyboard and with screen readers."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from bingx_sandbox import Sandbox
from tests.sandbox.client import Client
from tests.sandbox.page.chromium import TIMEOUT
from tests.sandbox.page.locators import badly_signed, latest, row

expect.set_options(timeout=TIMEOUT)
pytestmark = pytest.mark.slow

# Draws the backgrounds of each text on a canvas, so that translucent ones count as they look.
CONTRASTS = """
() => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const luminance = (pixel) => {
    const [red, green, blue] = [...pixel].map((value) => value / 255)
      .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4));
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const painted = (colors) => {
    canvas.clearRect(0, 0, 1, 1);
    for (const color of colors) { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1); }
    return luminance(canvas.getImageData(0, 0, 1, 1).data.slice(0, 3));
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *")) {
    const text = [...element.childNodes].filter((node) => node.nodeType === 3 && node.data.trim());
    if (!text.length || !element.checkVisibility() || element.closest(".visually-hidden, .skip")) continue;
    const grounds = [];
    for (let up = element; up; up = up.parentElement) grounds.unshift(getComputedStyle(up).backgroundColor);
    const [one, other] = [painted(grounds), painted([...grounds, getComputedStyle(element).color])];
    const contrast = (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
    if (contrast < 4.5) poor.push([text[0].data.trim(), contrast.toFixed(2)]);
  }
  return poor;
}
"""
# Controls without a name.
UNNAMED = """
() => [...document.querySelectorAll("button, input, select, summary, a, meter, [tabindex='0']")]
  .filter((element) => !element.labels?.length && !element.getAttribute("aria-label"))
  .filter((element) => !element.textContent.trim())
  .map((element) => element.outerHTML)
"""
SIDEWAYS = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


def test_the_keyboard_is_enough(page: Page, client: Client, sandbox: Sandbox) -> None:
    badly_signed(client)
    expect(latest(page, 1)).to_be_visible()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the requests")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_label("Requests, the latest first")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(latest(page, 1).get_by_role("note")).to_be_visible()

    page.get_by_label("Symbol").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("6 open of 6 orders")).to_be_visible()
    order_id = sandbox.orders()[-1]["orderId"]
    for _ in range(7):
        page.keyboard.press("Tab")
    expect(row(page, order_id).get_by_role("button", name="Cancel")).to_be_focused()
    page.keyboard.press("Enter")
    expect(row(page, order_id)).to_contain_text("CANCELED")
    # The button is gone; the focus moves to its row.
    expect(row(page, order_id)).to_be_focused()
    page.keyboard.press("Tab")
    expect(row(page, sandbox.orders()[-2]["orderId"]).get_by_role("button", name="Cancel")).to_be_focused()

    page.get_by_role("switch", name="Enforce limits").focus()
    page.keyboard.press("Space")
    expect(page.get_by_label("Requests allowed")).to_be_enabled()


def test_every_control_has_a_name(page: Page, client: Client) -> None:
    badly_signed(client)
    latest(page, 1).locator("summary").click()
    expect(latest(page, 1).get_by_role("note")).to_be_visible()
    assert page.evaluate(UNNAMED) == []
    headings = page.get_by_role("heading", level=2).all_inner_texts()
    assert headings == ["Order book", "Requests", "Limits", "Faults"]
    for name in headings:
        expect(page.get_by_role("region", name=name)).to_have_count(1)
    assert page.get_by_role("columnheader").all_inner_texts()[:3] == ["Order", "Filled, price", "Status"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 800, 1380])
def test_it_fits_and_has_enough_contrast(
    page: Page, client: Client, sandbox: Sandbox, width: int, scheme: Any
) -> None:
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    page.set_viewport_size({"width": width, "height": 844})
    for status in ("FILLED", "PARTIALLY_FILLED", "FAILED", "CANCELED"):
        sandbox.place_order("LONGASSETNAME-USDT", status=status, clientOrderID=f"{status}-{'x' * 20}"[:40])
    badly_signed(client, **{"a" * 500: "b" * 500})
    client.cancel(symbol="BTC-USDT", orderId=sandbox.orders()[0]["orderId"])
    expect(latest(page, 2)).to_be_visible()
    latest(page, 1).locator("summary").click()
    expect(latest(page, 1).get_by_role("note")).to_be_visible()
    assert page.evaluate(SIDEWAYS) == 0
    assert page.evaluate(CONTRASTS) == []


def test_the_checks_find_planted_errors(page: Page) -> None:
    assert page.evaluate(SIDEWAYS) == 0
    page.evaluate("document.querySelector('h2').style.color = 'silver'")
    page.evaluate("document.querySelector('footer').append(document.createElement('button'))")
    page.evaluate("document.querySelector('footer').style.width = '2000px'")
    page.evaluate("document.querySelector('footer').style.maxWidth = 'none'")
    assert page.evaluate(CONTRASTS) == [["Order book", "1.82"]]
    assert len(page.evaluate(UNNAMED)) == 1
    assert page.evaluate(SIDEWAYS) > 0
