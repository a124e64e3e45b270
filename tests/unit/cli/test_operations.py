"""`bingx-spot operations`: what can be called."""

import json

from bingx_spot_api.contract import BY_ID
from tests.support.command_line import invoke


def test_it_lists_every_operation():
    shown = invoke("operations").stdout
    assert all(f"│ {name}" in shown and operation.summary in shown for name, operation in BY_ID.items())
    listed = json.loads(invoke("operations", "--json").stdout)
    assert [each["operation"] for each in listed] == list(BY_ID)


def test_it_shows_the_parameters_of_one():
    shown = " ".join(invoke("operations", "cancelOrders").stdout.replace("│", " ").split())
    assert "permission Spot Trading" in shown
    assert "orderIds Order ids with commas between" in shown
    assert "Optional: 1 to 10 items joined by commas" in shown
    assert "give one of orderIds, clientOrderIDs" in shown
    (described,) = json.loads(invoke("operations", "serverTime", "--json").stdout)
    assert described == {
        "operation": "serverTime",
        "summary": BY_ID["serverTime"].summary,
        "permission": None,
        "parameters": {},
    }
