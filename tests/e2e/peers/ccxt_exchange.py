"""ccxt's exchange class with our spot cancels, against the sandbox, blocking and awaiting.

test_ccxt_integration.py runs it where ccxt is installed, with the newest and the oldest that is admitted.
"""

import asyncio
import copy
from unittest import mock

import ccxt
import pytest

import bingx_spot
from bingx_sandbox import Sandbox
from bingx_spot.integrations.ccxt import async_support, bingx, errors, spot_cancels
from bingx_spot_api.contract import BY_ID

SYMBOL = "BTC/USDT"
UNKNOWN_ID = "1735964079647111280"


class Blocking:
    """The blocking exchange."""

    kind, base = bingx, ccxt.bingx

    def __init__(self, config, base_url):
        self.config, self.base_url = config, base_url

    def call(self, name, *arguments, **named):
        exchange = configured(bingx(self.config), self.base_url)
        exchange.session.trust_env = False
        try:
            return getattr(exchange, name)(*arguments, **named)
        finally:
            exchange.close()
            exchange.session.close()


class Awaiting(Blocking):
    """The exchange for asyncio, in a loop of its own for each call."""

    kind, base = async_support.bingx, ccxt.async_support.bingx

    def call(self, name, *arguments, **named):
        async def run():
            exchange = configured(async_support.bingx(self.config), self.base_url)
            try:
                return await getattr(exchange, name)(*arguments, **named)
            finally:
                await exchange.close()

        return asyncio.run(run())


def configured(exchange, base_url):
    exchange.urls["api"] = dict.fromkeys(exchange.urls["api"], f"{base_url}/openApi")
    shared = {"id": "BTC-USDT", "base": "BTC", "quote": "USDT", "precision": {}, "limits": {}}
    swap = {"symbol": "BTC/USDT:USDT", "type": "swap", "swap": True, "spot": False, "linear": True}
    exchange.set_markets(
        [
            {**shared, "symbol": SYMBOL, "type": "spot", "spot": True, "swap": False, "inverse": False},
            {**shared, **swap, "contract": True, "inverse": False, "settle": "USDT", "contractSize": 1},
        ]
    )
    return exchange


@pytest.fixture(scope="module")
def running_sandbox():
    with Sandbox(limits="off") as sandbox:
        yield sandbox


@pytest.fixture
def sandbox(running_sandbox):
    running_sandbox.reset()
    return running_sandbox


@pytest.fixture(params=[Blocking, Awaiting])
def exchange(request, sandbox):
    config = {"apiKey": sandbox.api_key, "secret": sandbox.api_secret, "timeout": 4000}
    return request.param(config, sandbox.url)


def status_of(sandbox, order_id):
    return next(order["status"] for order in sandbox.orders() if order["orderId"] == order_id)


class TestCancelOrder:
    def test_returns_ccxts_unified_order(self, exchange, sandbox):
        placed = sandbox.place_order("BTC-USDT", price="50000", origQty="0.5")
        order = exchange.call("cancel_order", str(placed["orderId"]), SYMBOL)
        assert (order["id"], order["status"], order["symbol"]) == (
            str(placed["orderId"]),
            "canceled",
            SYMBOL,
        )
        assert (order["price"], order["amount"], order["filled"]) == (50000.0, 0.5, 0.0)
        assert status_of(sandbox, placed["orderId"]) == "CANCELED"

    def test_takes_a_client_order_id_as_ccxt_does(self, exchange, sandbox):
        placed = sandbox.place_order("BTC-USDT", clientOrderID="my-bot-1")
        order = exchange.call("cancel_order", None, SYMBOL, {"clientOrderId": "my-bot-1"})
        assert (order["id"], order["clientOrderId"]) == (str(placed["orderId"]), "my-bot-1")

    def test_a_502_after_the_cancel_is_settled(self, exchange, sandbox):
        placed = sandbox.place_order("BTC-USDT")
        rule = {"fault": "html", "status": 502, "operation": "cancel", "when": "after", "times": 1}
        sandbox.faults([rule])
        order = exchange.call("cancel_order", str(placed["orderId"]), SYMBOL)
        assert order["status"] == "canceled"

    def test_an_order_that_is_filled_is_an_error_of_both_that_carries_it(self, exchange, sandbox):
        placed = sandbox.place_order("BTC-USDT", origQty="0.5")
        sandbox.fill(placed["orderId"])
        with pytest.raises(ccxt.OrderNotFound) as caught:
            exchange.call("cancel_order", str(placed["orderId"]), SYMBOL)
        assert isinstance(caught.value, bingx_spot.OrderFilled)
        assert str(caught.value.order.executed_qty) == "0.5"
        assert str(copy.copy(caught.value).order.executed_qty) == "0.5"

    def test_an_unknown_order_is_not_found_and_has_no_order(self, exchange):
        with pytest.raises(ccxt.OrderNotFound) as caught:
            exchange.call("cancel_order", UNKNOWN_ID, SYMBOL)
        assert isinstance(caught.value, bingx_spot.OrderNotFound)
        assert caught.value.order is None

    def test_an_unknown_outcome_is_a_timeout(self, exchange, sandbox):
        placed = sandbox.place_order("BTC-USDT")
        exchange.config["timeout"] = 1000
        sandbox.faults([{"fault": "html", "status": 502}])
        with pytest.raises(ccxt.RequestTimeout) as caught:
            exchange.call("cancel_order", str(placed["orderId"]), SYMBOL)
        assert isinstance(caught.value, bingx_spot.OutcomeUnknown)

    def test_a_wrong_secret_is_an_authentication_error(self, exchange, sandbox):
        placed = sandbox.place_order("BTC-USDT")
        exchange.config["secret"] = "not-the-secret-" * 4
        with pytest.raises(ccxt.AuthenticationError) as caught:
            exchange.call("cancel_order", str(placed["orderId"]), SYMBOL)
        assert isinstance(caught.value, bingx_spot.AuthenticationError)
        assert "not-the-secret" not in str(caught.value)

    @pytest.mark.parametrize("params", [{"reduceOnly": True}, {"cancelRestrictions": "FILLED"}])
    def test_a_parameter_that_is_not_allowed_is_a_bad_request(self, exchange, sandbox, params):
        placed = sandbox.place_order("BTC-USDT")
        with pytest.raises(ccxt.BadRequest) as caught:
            exchange.call("cancel_order", str(placed["orderId"]), SYMBOL, params)
        assert isinstance(caught.value, bingx_spot.InvalidInput)
        assert status_of(sandbox, placed["orderId"]) == "NEW"

    @pytest.mark.parametrize(
        "setting", [{"socksProxy": "socks5://127.0.0.1:1"}, {"verify": False}, {"proxyUrl": "http://x.test/"}]
    )
    def test_a_setting_that_a_cancel_cannot_keep_is_refused(self, exchange, sandbox, setting):
        placed = sandbox.place_order("BTC-USDT")
        exchange.config.update(setting)
        with pytest.raises(ccxt.BadRequest, match=next(iter(setting))):
            exchange.call("cancel_order", str(placed["orderId"]), SYMBOL)
        assert status_of(sandbox, placed["orderId"]) == "NEW"

    @pytest.mark.parametrize(("sandbox_mode", "environment"), [(False, "live"), (True, "vst")])
    def test_the_hosts_are_those_of_the_environment(self, exchange, sandbox_mode, environment):
        bot = exchange.base(exchange.config)
        bot.set_sandbox_mode(sandbox_mode)
        if "spot" in bot.urls["api"]:
            assert spot_cancels.ClientSettings.of(bot).environment == environment
        else:
            # The oldest ccxt has no such host.
            with pytest.raises(bingx_spot.InvalidInput, match="has no spot host"):
                spot_cancels.ClientSettings.of(bot)


class TestCancelOrders:
    def test_returns_the_orders_in_the_order_of_the_ids(self, exchange, sandbox):
        ids = [str(sandbox.place_order("BTC-USDT")["orderId"]) for _ in range(3)]
        orders = exchange.call("cancel_orders", ids[::-1], SYMBOL)
        assert [order["id"] for order in orders] == ids[::-1]
        assert {order["status"] for order in orders} == {"canceled"}

    def test_one_that_was_not_cancelled_raises_and_every_result_is_there(self, exchange, sandbox):
        cancelled, filled = (sandbox.place_order("BTC-USDT")["orderId"] for _ in range(2))
        sandbox.fill(filled)
        with pytest.raises(ccxt.OrderNotFound) as caught:
            exchange.call("cancel_orders", [str(filled), str(cancelled)], SYMBOL)
        assert caught.value.order.order_id == filled
        assert [result.outcome for result in caught.value.results] == ["filled", "cancelled"]


@pytest.fixture
def _nothing_lags():
    """Let a list of open orders be believed at once, so that no test waits for 20 seconds."""
    operation = BY_ID["cancelOrder"]
    timing = operation.timing
    object.__setattr__(operation, "timing", timing._replace(reads_lag=0.05, takes_effect_within=0.0))
    yield
    object.__setattr__(operation, "timing", timing)


@pytest.mark.usefixtures("_nothing_lags")
class TestCancelAllOrders:
    def test_returns_the_orders_once_nothing_is_open(self, exchange, sandbox):
        ids = {str(sandbox.place_order("BTC-USDT")["orderId"]) for _ in range(2)}
        other = sandbox.place_order("ETH-USDT")["orderId"]
        orders = exchange.call("cancel_all_orders", SYMBOL)
        assert {order["id"] for order in orders} >= ids
        assert {order["status"] for order in orders} == {"canceled"}
        assert status_of(sandbox, other) == "NEW"
        # The proof; ccxt alone sends one request and believes it.
        assert any(request["path"].endswith("/openOrders") for request in sandbox.requests())

    def test_what_stays_open_raises(self, exchange, sandbox):
        sandbox.place_order("BTC-USDT")
        offline = {"fault": "error", "code": 100490, "msg": "pair offline"}
        paths = ("/openApi/spot/v1/trade/cancelOpenOrders", "cancel")
        sandbox.faults([{**offline, "operation": path} for path in paths])
        with pytest.raises(ccxt.OperationFailed) as caught:
            exchange.call("cancel_all_orders", SYMBOL)
        assert isinstance(caught.value, bingx_spot.StillOpen)
        assert {str(each.outcome) for each in caught.value.result.results} == {"still_open"}

    def test_a_parameter_that_cannot_be_kept_is_a_bad_request(self, exchange):
        with pytest.raises(ccxt.BadRequest):
            exchange.call("cancel_all_orders", SYMBOL, {"recvWindow": 1000})


def test_swap_markets_are_ccxts_own(exchange):
    requests = []

    def record(_, path, api="public", method="GET", *_more, **_named):
        requests.append((api[0], method, path))
        result = {"code": 0, "data": {"order": {"orderId": "1", "symbol": "BTC-USDT", "status": "CANCELLED"}}}
        return result if exchange.kind is bingx else asyncio.sleep(0, result)

    with mock.patch.object(exchange.base, "request", record):
        order = exchange.call("cancel_order", "1", "BTC/USDT:USDT")
    assert (order["id"], requests) == ("1", [("swap", "DELETE", "trade/order")])


def test_every_error_of_a_call_has_a_class_that_is_ccxts_too():
    def below(kind):
        return {kind}.union(*(below(subclass) for subclass in kind.__subclasses__()))

    for kind in below(bingx_spot.CallError) - {bingx_spot.CallError, bingx_spot.NotExecuted}:
        if kind.__module__ == "bingx_spot.exceptions":
            assert issubclass(errors._KINDS[kind], ccxt.BaseError)
