"""`bingx-spot query`: its output and its exit codes."""

import json

import pytest

from bingx_spot import ErrorDetails, Order, OrderNotFound, RateLimited, Response
from bingx_spot.cli import query
from tests.support.command_line import invoke
from tests.support.samples import ORDER, ORDER_ID
from tests.unit.cli.stub_client import install

ARGUMENTS = ("query", "BTC-USDT", "--order-id", ORDER_ID)
BODY = json.dumps({"code": 0, "data": {**ORDER, "status": "FILLED"}}).encode()
FILLED = Order.from_data({**ORDER, "status": "FILLED"}, Response(200, {}, BODY))


def test_shows_the_order(monkeypatch):
    install(monkeypatch, query, FILLED)
    done = invoke(*ARGUMENTS)
    assert done.exit_code == 0
    assert str(ORDER_ID) in done.stdout
    assert "FILLED" in done.stdout
    assert "\x1b" not in done.stdout
    assert json.loads(invoke(*ARGUMENTS, "--json").stdout) == {
        **ORDER,
        "status": "FILLED",
        "environment": "live",
        "host": "https://open-api.bingx.com",
    }


@pytest.mark.parametrize(
    ("kind", "code"), [(OrderNotFound, 14), (RateLimited, 3)], ids=["not found", "not learnt"]
)
def test_failures(monkeypatch, kind, code):
    details = ErrorDetails("it said no", code=100404, hint="What to do.", retry_at=17)
    install(monkeypatch, query, kind(details))
    done = invoke(*ARGUMENTS)
    assert done.exit_code == code
    where = "environment live, host https://open-api.bingx.com"
    assert done.stderr.startswith(f"{kind.__name__} ({where}): it said no (code 100404). What to do.")
    assert not done.stdout
    done = invoke(*ARGUMENTS, "--json")
    assert done.exit_code == code
    printed = json.loads(done.stdout)
    assert (printed["error"], printed["code"], printed["retryAt"]) == (kind.__name__, 100404, 17)
    assert not done.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (("BTC-USDT",), "--order-id or --client-order-id"),
        (("BTC-USDT", "--order-id", "12a"), "--order-id"),
        (("btc/usdt", "--order-id", "1"), "SYMBOL"),
        (("BTC-USDT", "--order-id", "1", "--env", "moon"), "--env"),
    ],
)
def test_wrong_usage_exits_2_and_names_the_option(arguments, named):
    done = invoke("query", *arguments, BINGX_API_KEY="k", BINGX_API_SECRET="s")
    assert done.exit_code == 2
    assert named in done.stderr
    assert not done.stdout


def test_without_an_api_key_it_exits_2_and_says_where_it_comes_from():
    done = invoke(*ARGUMENTS)
    assert done.exit_code == 2
    assert "BINGX_API_KEY" in done.stderr
