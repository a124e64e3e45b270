"""The page in a real browser."""

from __future__ import annotations

import re

import httpx
import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from bingx_sandbox import Sandbox
from tests.sandbox.client import CANCEL, Client
from tests.sandbox.page.chromium import TIMEOUT
from tests.sandbox.page.locators import badly_signed, latest, row

expect.set_options(timeout=TIMEOUT)
pytestmark = pytest.mark.slow


def fault(page: Page, name: str) -> Locator:
    """Return the switch of a fault, found by its name as a person would find it."""
    page.get_by_label("Find").fill(name)
    return page.get_by_role("switch", name=name, exact=True)


def statuses(sandbox: Sandbox) -> dict[int, str]:
    return {order["orderId"]: order["status"] for order in sandbox.orders()}


def test_an_order_is_filled(page: Page, sandbox: Sandbox) -> None:
    order = sandbox.orders()[0]
    row(page, order["orderId"]).get_by_role("button", name="Fill").click()
    expect(row(page, order["orderId"])).to_contain_text("FILLED")
    expect(row(page, order["orderId"])).to_contain_text(f"{order['origQty']} of {order['origQty']}")
    assert statuses(sandbox)[order["orderId"]] == "FILLED"


def test_a_wrong_field_of_an_order_is_named(page: Page, sandbox: Sandbox) -> None:
    before = sandbox.orders()
    form = page.get_by_role("form", name="Place an order")
    form.get_by_label("Price").fill("cheap")
    form.get_by_label("Price").press("Enter")
    expect(form.get_by_role("alert")).to_contain_text("price: must be a plain decimal")
    expect(form.get_by_label("Price")).to_be_focused()
    assert form.get_by_label("Price").get_attribute("aria-invalid") == "true"
    assert sandbox.orders() == before


def test_requests_are_shown_as_they_arrive(page: Page, client: Client, sandbox: Sandbox) -> None:
    order = sandbox.orders()[0]
    expect(row(page, order["orderId"])).to_contain_text("NEW")
    client.cancel(symbol=order["symbol"], orderId=order["orderId"])
    expect(row(page, order["orderId"])).to_contain_text("CANCELED")
    expect(latest(page, 1)).to_contain_text("cancel")
    expect(latest(page, 1)).to_contain_text("executed")
    client.query(symbol=order["symbol"], orderId=order["orderId"])
    expect(latest(page, 2)).to_contain_text("query")
    expect(page.get_by_text("2 requests; 0 rejected")).to_be_visible()


def test_a_badly_signed_request_opens_to_its_stages_and_diagnosis(page: Page, client: Client) -> None:
    badly_signed(client)
    request = latest(page, 1)
    expect(request).to_contain_text("keys not sorted")
    request.get_by_text("100001", exact=True).click()
    expect(request.get_by_role("heading", level=3)).to_have_text(
        ["Parameters as received", "Canonical string", "Expected signature", "Verdict"]
    )
    record = client.last_request()
    assert record["diagnosis"]["signedText"] != record["expectedCanonicalString"]
    for shown in (
        record["expectedCanonicalString"],
        record["diagnosis"]["signedText"],
        record["expectedSignature"],
        record["receivedSignature"],
        record["verdict"],
    ):
        assert shown in request.inner_text()
    doctor = request.get_by_role("note", name="Diagnosis of the signature doctor")
    expect(doctor).to_contain_text("The keys were signed in the order in which they were sent;")
    expect(doctor).to_contain_text("spec/signing.md, rule 4: “Sort the keys by their ASCII codes")
    assert client.headers["X-BX-APIKEY"] not in page.content()
    assert client.secret not in page.content()


def test_new_requests_are_announced(page: Page, client: Client) -> None:
    client.query(symbol="BTC-USDT", orderId=1)
    expect(latest(page, 1)).to_be_visible()
    badly_signed(client)
    expect(page.locator("#announcement")).to_have_text(
        "Request 2: cancel, rejected with 100001, keys not sorted"
    )


def test_request_contents_are_shown_as_text(page: Page, client: Client) -> None:
    attack = "<img src=x onerror=window.caught=1><script>window.caught=1</script>"
    client.headers["User-Agent"] = attack
    badly_signed(client, **{attack: attack})
    client.answer("POST", f"/openApi/{attack}", json={"a": attack})
    for number in (1, 2):
        latest(page, number).locator("summary").click()
        expect(latest(page, number).get_by_role("heading", name="Verdict")).to_be_visible()
        assert attack in latest(page, number).inner_text()
    assert page.locator("main img, main script").count() == 0
    assert page.evaluate("window.caught") is None


def test_a_fault_is_a_switch(page: Page, client: Client, sandbox: Sandbox) -> None:
    by_hand = {"fault": "html", "orderId": 2**63 - 1, "operation": "cancel"}
    sandbox.faults([by_hand])
    expect(page.get_by_role("switch", name="html")).to_be_checked()
    page.get_by_label("How often").select_option("once")
    fault(page, "data-null").check()
    expect(page.locator("#fault-counts")).to_have_text("2 on")
    # The other rule is unchanged, to the last digit of its id.
    assert sandbox.faults_in_force() == [
        {**by_hand, "acted": 0},
        {"fault": "data-null", "operation": "cancel", "times": 1, "when": "after", "delay": 2, "acted": 0},
    ]
    assert client.cancel(symbol="BTC-USDT", orderId=1)["data"] is None
    expect(page.get_by_text("acted 1 time")).to_be_visible()
    expect(latest(page, 1)).to_contain_text("fault: data-null")

    for name in ("data-null", "html"):
        fault(page, name).uncheck()
    expect(page.get_by_text("all off")).to_be_visible()
    assert sandbox.faults_in_force() == []


def test_faults_are_in_groups_that_a_word_searches(page: Page, sandbox: Sandbox) -> None:
    switches = page.locator("#faults").get_by_role("switch")
    expect(page.get_by_text("Lost responses")).to_be_visible()
    expect(switches).to_have_count(0)
    page.get_by_label("Find").fill("Execut reset")
    expect(page.get_by_role("switch", name="reset-after-executing")).to_be_visible()
    expect(page.get_by_role("switch", name="gzip-bomb")).to_have_count(0)
    page.get_by_label("Find").fill("zebra")
    expect(page.get_by_text("No fault has this word.")).to_be_visible()
    page.get_by_label("Find").fill("")
    expect(switches).to_have_count(0)
    # A group with a fault that is on opens by itself.
    sandbox.faults([{"fault": "gzip-bomb"}])
    expect(page.get_by_role("switch", name="gzip-bomb")).to_be_checked()


def test_url_credentials_and_a_command_can_be_copied(page: Page, sandbox: Sandbox) -> None:
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])

    def copied(name: str) -> str:
        page.get_by_role("button", name=name).click()
        expect(page.get_by_role("button", name="Copied")).to_have_count(1)
        expect(page.get_by_role("button", name=name)).to_be_visible()
        text: str = page.evaluate("navigator.clipboard.readText()")
        return text

    assert copied("Copy URL") == sandbox.url
    values = f"BINGX_API_KEY={sandbox.api_key} BINGX_API_SECRET={sandbox.api_secret}"
    assert copied("Copy credentials") == f"export BINGX_ENV={sandbox.url} {values}"
    newest = [order for order in sandbox.orders() if order["status"] != "CANCELED"][-1]
    command = f"--order-id {newest['orderId']} --env {sandbox.url}"
    assert copied("Copy a command").endswith(command)
    assert sandbox.api_secret not in page.content()


def test_a_fault_has_settings(page: Page, sandbox: Sandbox, client: Client) -> None:
    fault(page, "error").check()
    item = page.get_by_role("listitem").filter(has=page.get_by_role("switch", name="error", exact=True))
    item.get_by_text("Settings").click()
    item.get_by_label("msg").fill("2.50")
    item.get_by_label("msg").press("Tab")
    expect(item).to_contain_text('"msg": "2.50"')
    assert client.cancel(symbol="BTC-USDT", orderId=1)["msg"] == "2.50"
    item.get_by_label("status").fill("teapot")
    item.get_by_label("status").press("Tab")
    expect(page.get_by_role("alert").filter(has_text="status: must be an HTTP status")).to_be_visible()
    expect(fault(page, "error")).to_be_checked()
    assert [rule["msg"] for rule in sandbox.faults_in_force()] == ["2.50"]


def test_lagging_and_late_faults_and_order_fields_are_switches(
    page: Page, client: Client, sandbox: Sandbox
) -> None:
    order_id = sandbox.orders()[0]["orderId"]
    page.locator("#fault-operation").select_option("cancels")
    fault(page, "execute-late").check()
    expect(page.locator("#fault-counts")).to_have_text("1 on")
    assert client.cancel(symbol="BTC-USDT", orderId=order_id)["code"] == 100500
    fault(page, "execute-late").uncheck()
    page.locator("#fault-operation").select_option("queries")
    fault(page, "lag-reads").check()
    fault(page, "order-fields").check()
    expect(page.locator("#fault-counts")).to_have_text("2 on")
    # Settings without a value are not sent.
    assert sandbox.faults_in_force() == [
        {"fault": "lag-reads", "operation": "query", "seconds": 2, "acted": 0},
        {
            "fault": "order-fields",
            "operation": "query",
            "clientOrderID": "unchanged",
            "textCode": False,
            "when": "after",
            "delay": 2,
            "acted": 0,
        },
    ]


def test_copy_trading_is_a_switch(page: Page, client: Client) -> None:
    page.get_by_role("switch", name="Enforce limits").check()
    with page.expect_response("**/_sandbox/view"):  # for which the page asks after a change
        page.get_by_role("switch", name="Copy-trading leader").check()
    expect(page.get_by_text("0 rejected", exact=True)).to_be_visible()
    expect(page.get_by_role("switch", name="Copy-trading leader")).to_be_checked()
    assert client.control("GET", "/limits").json()["copyTrading"] is True


def test_limits_are_switches(page: Page, client: Client, sandbox: Sandbox) -> None:
    page.get_by_role("switch", name="Enforce limits").check()
    # The page asks for the state after a change: not after the cancels, which count for a second.
    with page.expect_response("**/_sandbox/view"):
        page.get_by_label("Requests allowed").select_option("a fifth")
    expect(page.get_by_label("Requests allowed")).to_have_value("0.2")
    # Two within one second, which a busy machine may not manage at once.
    codes: list[int] = []
    while codes[-1:] != [100410] and len(codes) < 6:
        codes.append(client.cancel(symbol="BTC-USDT", orderId=1)["code"])
    assert codes[-1] == 100410
    uid = sandbox.accounts[0].uid
    locked = page.get_by_label("Lock-outs").get_by_role("listitem")
    expect(locked).to_contain_text(re.compile(rf"account {uid} is locked out of cancel for \d+ s"))
    expect(page.get_by_text("1 rejected", exact=True)).to_be_visible()
    expect(latest(page, len(codes))).to_contain_text("limit: uid")
    expect(page.get_by_role("meter", name=f"Used by account {uid}: cancel", exact=True)).to_have_count(1)
    page.get_by_role("button", name="Clear lock-outs").click()
    expect(locked).to_have_count(0)
    assert client.cancel(symbol="BTC-USDT", orderId=1)["code"] == 100404
    page.get_by_role("switch", name="Enforce limits").uncheck()
    expect(page.get_by_label("Requests allowed")).to_be_disabled()
    assert {client.cancel(symbol="BTC-USDT", orderId=1)["code"] for _ in range(8)} == {100404}


def test_a_reset_needs_confirmation(page: Page, sandbox: Sandbox) -> None:
    sandbox.place_order("SOL-USDT", clientOrderID="will-be-gone")
    expect(row(page, "will-be-gone")).to_be_visible()
    page.once("dialog", lambda dialog: dialog.dismiss())
    page.get_by_role("button", name="Reset").click()
    assert len(sandbox.orders()) == 6
    page.once("dialog", lambda dialog: dialog.accept())
    page.get_by_role("button", name="Reset").click()
    expect(row(page, "will-be-gone")).to_have_count(0)
    assert len(sandbox.orders()) == 5


def test_it_says_when_the_sandbox_has_stopped(
    browser: Browser, context: BrowserContext, http: httpx.Client
) -> None:
    page = context.new_page()
    with Sandbox() as sandbox:
        page.goto(sandbox.url)
        expect(page.locator("#live")).to_have_text("live")
    expect(page.locator("#live")).to_have_text("reconnecting")


def test_a_large_order_book_shows_the_last_changed_orders(
    page: Page, sandbox: Sandbox, client: Client
) -> None:
    orders = sandbox.place_orders(2000)
    expect(page.get_by_text("2,005 open of 2,005 orders, the last 60 shown")).to_be_visible()
    client.cancel(symbol="BTC-USDT", orderId=orders[0]["orderId"])
    expect(row(page, orders[0]["orderId"])).to_contain_text("CANCELED")
    assert page.get_by_role("row").count() == 61


def test_the_address_is_shown(page: Page, sandbox: Sandbox) -> None:
    expect(page.get_by_text(sandbox.url, exact=True)).to_be_visible()
    assert f"{sandbox.url}{CANCEL}".startswith(page.locator("#url").inner_text())


def test_a_dead_mans_switch_counts_down(page: Page, sandbox: Sandbox, client: Client) -> None:
    switch = f"{sandbox.url}/openApi/spot/v1/trade/cancelAllAfter"
    client.http.post(switch, headers=client.headers, json=client.signed({"type": "ACTIVATE", "timeOut": 60}))
    countdown = page.get_by_label("Dead man's switches").get_by_role("listitem")
    expect(countdown).to_have_text(re.compile(r"cancels everything in [456]\d s"))
    expect(latest(page, 1)).to_contain_text("cancel-all-after")
    client.http.post(switch, headers=client.headers, json=client.signed({"type": "CLOSE"}))
    expect(countdown).to_have_count(0)
