"""What the page is made of, and who gets it."""

from __future__ import annotations

import re
from importlib.resources import files
from pathlib import Path

import httpx
import pytest

from bingx_sandbox import Sandbox
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.page import fingerprint, show
from tests.sandbox.client import Client

ASSETS = Path(str(files("bingx_sandbox") / "assets"))
NAMES = sorted(file.name for file in ASSETS.iterdir())
ORDER = {"symbol": "SOL-USDT", "side": "SELL", "type": "LIMIT", "price": "120.5", "origQty": "3"}


@pytest.fixture
def exchange(sandbox: Sandbox) -> Exchange:
    return sandbox._exchange


def get(client: Client, path: str, **headers: str) -> httpx.Response:
    return client.http.get(client.sandbox.url + path, headers=headers)


@pytest.mark.parametrize("path", ["/", *(f"/_sandbox/page/{name}" for name in NAMES)])
def test_a_file_is_sent_unchanged_with_a_strict_policy(client: Client, path: str) -> None:
    response = get(client, path)
    assert response.status_code == 200
    assert response.content == (ASSETS / (path.rpartition("/")[2] or "index.html")).read_bytes()
    policy = response.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'; script-src 'self'; style-src 'self';")
    assert "unsafe" not in policy
    assert response.headers["x-content-type-options"] == "nosniff"
    again = get(client, path, **{"If-None-Match": response.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


def test_the_page_is_small_and_names_no_other_host() -> None:
    texts = {name: (ASSETS / name).read_text(encoding="utf-8") for name in NAMES}
    assert sum(map(len, texts.values())) < 64_000
    for name, text in texts.items():
        assert re.findall(r"(?:https?:)?//[a-z0-9]", text.replace("http://www.w3.org/2000/svg", "")) == [], (
            name
        )
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(", text), name
        assert not re.search(r"""\s(?:style|on[a-z]+)=["']""", text), name


def test_every_file_is_used_by_another() -> None:
    everything = "".join((ASSETS / name).read_text(encoding="utf-8") for name in NAMES)
    for name in set(NAMES) - {"index.html"}:
        assert f"/{name}" in everything


@pytest.mark.parametrize("path", ["/nope", "/_sandbox/page/nope.js", "/_sandbox/page/..%2fpage.py"])
def test_there_is_no_other_file(client: Client, path: str) -> None:
    assert get(client, path).status_code == 404


@pytest.mark.parametrize("path", ["/", "/_sandbox/page/page.js", "/_sandbox/view", "/_sandbox/events"])
def test_another_host_name_is_rejected(client: Client, path: str) -> None:
    assert get(client, path, Host="rebound.example").status_code == 403


@pytest.mark.parametrize("origin", ["https://elsewhere.example", "null", "http://127.0.0.1:1"])
def test_another_page_is_rejected(client: Client, sandbox: Sandbox, origin: str) -> None:
    before = sandbox.orders()
    rejected = client.control("POST", "/orders", json=ORDER, headers={"Origin": origin})
    assert (rejected.status_code, rejected.json().keys()) == (403, {"error", "field"})
    assert sandbox.orders() == before
    own = client.control("POST", "/orders", json=ORDER, headers={"Origin": sandbox.url})
    assert own.status_code == 200


def test_the_first_event_is_what_the_view_shows(client: Client) -> None:
    with client.http.stream("GET", f"{client.sandbox.url}/_sandbox/events") as events:
        assert events.headers["content-type"].startswith("text/event-stream")
        line = next(events.iter_lines())
    shown = client.control("GET", "/view").json()
    assert line.startswith('data: {"now": ')
    assert shown["orders"][0]["orderId"] in line


def test_a_view_has_ids_as_text_and_no_secret(client: Client, sandbox: Sandbox, exchange: Exchange) -> None:
    client.cancel(symbol="BTC-USDT", orderId=sandbox.orders()[0]["orderId"])
    shown = client.control("GET", "/view")
    view = shown.json()
    assert [order["orderId"] for order in view["orders"]] == [
        str(order["orderId"]) for order in reversed(sandbox.orders())
    ]
    assert view["counts"]["CANCELED"] == 1
    assert view["requests"][0]["number"] == 1
    assert sandbox.api_secret not in shown.text
    assert sandbox.api_key not in shown.text


def test_a_view_has_the_countdowns_that_are_on(exchange: Exchange) -> None:
    ends = exchange.book.begin_countdown("1", 60_000, lambda _: None)
    assert show(exchange)["countdowns"] == [{"uid": "1", "ends": ends}]
    exchange.book.close_countdown("1")
    assert show(exchange)["countdowns"] == []


def test_the_fingerprint_of_a_view_changes_only_with_its_contents(
    client: Client, sandbox: Sandbox, exchange: Exchange
) -> None:
    seen = [fingerprint(show(exchange))]

    def looks_different() -> bool:
        seen.append(fingerprint(show(exchange)))
        return seen[-1] != seen[-2]

    assert not looks_different()
    order = sandbox.place_order()
    assert looks_different()
    sandbox.fill(order["orderId"])
    assert looks_different()
    client.cancel(symbol="BTC-USDT", orderId=1)
    assert looks_different()
    sandbox.faults([{"fault": "html"}])
    assert looks_different()
    sandbox.limits(0.2)
    assert looks_different()
    sandbox.limits("off")
    assert looks_different()
