"""ccxt against the sandbox, unchanged but for the base URL."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from bingx_sandbox import Sandbox
from tests.support.documentation import shown

pytestmark = pytest.mark.slow

PYTHON = Path(__file__).parents[3] / "build" / "peers" / "venv" / "bin" / "python"

CALL_CCXT = """
import json, sys, ccxt
settings = json.load(sys.stdin)
exchange = ccxt.bingx({"apiKey": settings["apiKey"], "secret": settings["apiSecret"]})
exchange.session.trust_env = False
exchange.urls["api"] = {name: settings["url"] + "/openApi" for name in exchange.urls["api"]}
exchange.options["defaultType"] = "spot"
shown = lambda order: {name: order[name] for name in ("id", "status", "symbol")}
results = []
try:
    for method, *arguments in settings["calls"]:
        result = getattr(exchange, method)(*arguments)
        orders = [shown(order) for order in result] if isinstance(result, list) else None
        results.append(orders or (shown(result) if "status" in result else result))
    print(json.dumps(results))
except ccxt.BaseError as error:
    print(json.dumps([{"error": type(error).__name__, "text": str(error)}]))
"""


def calls(sandbox: Sandbox, *made: tuple[object, ...], api_secret: str | None = None) -> list[Any]:
    """Make calls of ccxt, and return for each its order, its orders or its response."""
    settings = {
        "url": sandbox.url,
        "apiKey": sandbox.api_key,
        "apiSecret": api_secret or sandbox.api_secret,
        "calls": made,
    }
    run = subprocess.run(
        [PYTHON, "-c", CALL_CCXT],
        input=json.dumps(settings),
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    results: list[Any] = json.loads(run.stdout)
    return results


def cancel(sandbox: Sandbox, order_id: int, symbol: str, api_secret: str | None = None) -> dict[str, Any]:
    [result] = calls(sandbox, ("cancel_order", str(order_id), symbol), api_secret=api_secret)
    assert isinstance(result, dict)
    return result


@pytest.fixture(scope="module", autouse=True)
def _ccxt_is_installed() -> None:
    installed = PYTHON.exists() and not subprocess.run([PYTHON, "-c", "import ccxt"], check=False).returncode
    if not installed:
        missing = pytest.fail if os.environ.get("CI") else pytest.skip
        missing("ccxt is not installed: run make peers")


@pytest.mark.parametrize(("listed", "symbol"), [("BTC-USDT", "BTC/USDT"), ("MØTH-USDT", "MØTH/USDT")])
def test_ccxt_cancels_an_order(listed: str, symbol: str) -> None:
    with Sandbox(limits="off") as sandbox:
        order_id = sandbox.place_order(listed)["orderId"]
        assert cancel(sandbox, order_id, symbol) == {
            "id": str(order_id),
            "status": "canceled",
            "symbol": symbol,
        }
        assert sandbox.orders()[-1]["status"] == "CANCELED"
        request = sandbox.requests()[-1]
        assert (request["path"], request["placement"], request["verdict"], request["code"]) == (
            "/openApi/spot/v1/trade/cancel",
            "query",
            "accepted",
            0,
        )
        assert request["parameters"]["orderId"] == str(order_id)
        assert all(loaded["code"] == 0 for loaded in sandbox.requests())


def test_ccxt_understands_why_it_is_refused() -> None:
    with Sandbox(limits="off") as sandbox:
        order_id = sandbox.place_order(status="FILLED")["orderId"]
        assert "100404" in cancel(sandbox, order_id, "BTC/USDT")["text"]
        refused = cancel(sandbox, order_id, "BTC/USDT", api_secret="wrong")
        assert refused["error"] == "AuthenticationError"
        assert sandbox.orders()[-1]["status"] == "FILLED"


def test_ccxt_cancels_as_the_documentation_shows_it() -> None:
    bot = next(block for block in shown("how-to/test-your-bot.md", "python") if "ccxt" in block)
    with Sandbox() as sandbox:
        environment = {**os.environ, **sandbox.environment, "NO_PROXY": "127.0.0.1"}
        command = [PYTHON, "-c", bot]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (run.returncode, run.stdout) == (0, "canceled\n"), run.stderr


def test_ccxt_lists_and_cancels_many_orders() -> None:
    with Sandbox(limits="off", orders=0) as sandbox:
        first, second, third = (str(order["orderId"]) for order in sandbox.place_orders(3))
        sandbox.place_order("ETH-USDT")
        listed, some, after, rest, left = calls(
            sandbox,
            ("fetch_open_orders", "BTC/USDT"),
            ("cancel_orders", [first, second], "BTC/USDT"),
            ("cancel_all_orders_after", 60_000, {"type": "spot"}),
            ("cancel_all_orders", "BTC/USDT"),
            ("fetch_open_orders",),
        )
        assert [(order["id"], order["status"]) for order in listed] == [
            (each, "open") for each in (first, second, third)
        ]
        assert [(order["id"], order["status"]) for order in some] == [
            (first, "canceled"),
            (second, "canceled"),
        ]
        assert after["data"]["status"] == "ACTIVATED"
        assert [(order["id"], order["status"]) for order in rest] == [(third, "canceled")]
        assert [order["symbol"] for order in left] == ["ETH/USDT"]
        assert all(request["code"] == 0 for request in sandbox.requests())
