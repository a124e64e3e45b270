"""`docs/reference/sandbox.md` names every route, and shows bodies that are taken."""

import json
from pathlib import Path

import httpx

from bingx_sandbox import Sandbox
from bingx_sandbox.accounts import create_accounts
from bingx_sandbox.control import Control
from bingx_sandbox.exchange import Exchange
from tests.support.documentation import shown

PAGE = "reference/sandbox.md"
ROOT = Path(__file__).parents[2]


def test_every_route_is_named() -> None:
    text = (ROOT / "docs" / PAGE).read_text(encoding="utf-8")
    for route in Control(Exchange(create_accounts(1, 1))).routes():
        (method,) = (route.methods or set()) - {"HEAD"}
        assert f"| `{method} {route.path.replace(':int', '')}` |" in text


def test_the_bodies_are_taken() -> None:
    order, part, faults, limits, endpoint = map(json.loads, shown(PAGE, "json"))
    with Sandbox() as sandbox, httpx.Client(trust_env=False, base_url=f"{sandbox.url}/_sandbox") as http:
        placed = http.post("/orders", json=order).raise_for_status().json()
        filled = http.post(f"/orders/{placed['orderId']}/fill", json=part).raise_for_status().json()
        acting = http.post("/faults", json=faults).raise_for_status().json()
        strict = http.put("/limits", json=limits).raise_for_status().json()
        served = http.put("/endpoints", json=endpoint).raise_for_status().json()
    assert served["endpoints"]["GET /openApi/spot/v1/account/balance"] == {"signed": True, "stub": True}
    assert (filled["clientOrderID"], filled["executedQty"]) == ("my-bot_0001", "0.5")
    assert acting["faults"][0]["fault"] == "html"
    assert (strict["limits"], strict["lockSeconds"]) == (10, 0.5)
