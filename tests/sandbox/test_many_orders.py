"""The endpoints that list or cancel many orders, and the dead man's switch."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from bingx_sandbox.accounts import READ, create_accounts
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.rates import read_scale
from tests.sandbox.client import signature_of

NOON = 1_760_000_000_000
TRADE = "/openApi/spot/v1/trade/"
BTC, ETH, MOTH = 1735964079647111281, 1735964079648111285, 1735964079649111289


class Asked:
    """An exchange without a network, on a clock that the test moves."""

    def __init__(self, **options: Any) -> None:
        self.now = NOON
        accounts = create_accounts(
            options.pop("accounts", 1), permissions=options.pop("permissions", (READ, "Spot Trading"))
        )
        scale = read_scale(options.pop("limits", "off"), None, False)
        self.exchange = Exchange(accounts, clock=lambda: self.now, scale=scale, **options)

    def __call__(self, operation: str, account: int = 0, **parameters: object) -> dict[str, Any]:
        key = self.exchange.accounts[account].keys[0]
        stamped = dict(sorted({"timestamp": self.now, **parameters}.items()))
        text = "&".join(f"{name}={value}" for name, value in stamped.items())
        query = f"{text}&signature={signature_of(text, key.api_secret)}".encode()
        method = "GET" if operation in ("openOrders", "historyOrders") else "POST"
        headers = {"x-bx-apikey": key.api_key}
        request = HttpRequest(method, TRADE + operation, query, headers, b"", self.now, "127.0.0.1")
        incoming = self.exchange.receive(request)
        answer: dict[str, Any] = json.loads(self.exchange.respond(incoming).body)
        return answer

    def states(self) -> list[str]:
        return [order.status for order in self.exchange.book.orders()]


@pytest.fixture
def ask() -> Asked:
    return Asked()


def ids(answer: dict[str, Any]) -> list[int]:
    return [order["orderId"] for order in answer["data"]["orders"]]


def test_open_orders_are_listed_for_a_pair_and_for_all(ask: Asked) -> None:
    assert ids(ask("openOrders")) == [BTC, ETH, MOTH]
    answer = ask("openOrders", symbol="ETH-USDT")
    [order] = answer["data"]["orders"]
    assert (order["orderId"], order["fee"], order["StopPrice"], order["status"]) == (ETH, 0, "0", "NEW")
    ask.exchange.book.cancel(ETH)
    assert ask("openOrders", symbol="ETH-USDT")["data"] == {"orders": []}
    assert ask("openOrders", symbol="NO-SUCH")["code"] == 100204


def test_past_orders_are_listed_in_pages_the_latest_first(ask: Asked) -> None:
    for order_id in (BTC, ETH, MOTH):
        ask.exchange.book.cancel(order_id)
    assert ids(ask("historyOrders")) == [MOTH, ETH, BTC]
    assert ids(ask("historyOrders", pageSize=2, pageIndex=2)) == [BTC]
    assert ids(ask("historyOrders", orderId=ETH)) == [MOTH, ETH]
    assert ids(ask("historyOrders", symbol="BTC-USDT", status="CANCELED")) == [BTC]
    assert ids(ask("historyOrders", status="FILLED")) == []
    assert ids(ask("historyOrders", endTime=NOON - 120_000)) == []
    assert ask("historyOrders", pageSize=101)["code"] == 100400
    assert ask("historyOrders", pageSize=100, pageIndex=101)["code"] == 100400


def test_open_orders_of_a_pair_or_of_all_are_cancelled(ask: Asked) -> None:
    [cancelled] = ask("cancelOpenOrders", symbol="BTC-USDT")["data"]["orders"]
    assert (cancelled["orderId"], cancelled["status"], cancelled["clientOrderID"]) == (BTC, "CANCELED", "")
    assert cancelled["transactTime"] == NOON
    assert ids(ask("cancelOpenOrders")) == [ETH, MOTH]
    assert ask("cancelOpenOrders")["data"] == {"orders": []}


@pytest.mark.parametrize(("process", "code", "left"), [(0, 100404, ["NEW", "NEW", "NEW"]), (1, 0, ["NEW"])])
def test_a_batch_with_an_unknown_id_fails_as_a_whole_or_in_part(
    process: int, code: int, left: list[str]
) -> None:
    ask = Asked()
    also = ask.exchange.place(
        {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "1", "origQty": "1"}
    )
    gone = ask.exchange.place(
        {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "1", "origQty": "1"}
    )
    ask.exchange.book.cancel(gone.order_id)
    names = f"{BTC},{also.order_id},{gone.order_id},17,{ETH}"
    answer = ask("cancelOrders", symbol="BTC-USDT", orderIds=names, process=process)
    assert answer["code"] == code
    if process:
        assert ids(answer) == [BTC, also.order_id]
        fails = answer["data"]["fails"]
        assert [fail["orderId"] for fail in fails] == [str(gone.order_id), "17", str(ETH)]
        assert "order status :CANCELED" in fails[0]["error"]
        assert "can not find order" in fails[1]["error"]
    assert [order.status for order in ask.exchange.book.orders() if order.placed.symbol == "ETH-USDT"] == [
        "NEW"
    ]


def test_a_batch_names_orders_by_client_order_id(ask: Asked) -> None:
    answer = ask("cancelOrders", symbol="ETH-USDT", clientOrderIDs="seeded-2", process=1)
    assert (ids(answer), "fails" in answer["data"]) == ([ETH], False)
    assert ask("cancelOrders", symbol="ETH-USDT")["code"] == 100400
    assert ask("cancelOrders", symbol="ETH-USDT", orderIds=",".join(map(str, range(1, 12))))["code"] == 100400


def test_a_countdown_cancels_everything_unless_it_is_begun_anew_or_closed(ask: Asked) -> None:
    answer = ask("cancelAllAfter", type="ACTIVATE", timeOut=10)["data"]
    assert (answer["status"], answer["triggerTime"]) == ("ACTIVATED", NOON // 1000 + 10)
    ask.now += 9_000
    ask("cancelAllAfter", type="ACTIVATE", timeOut=10)
    ask.now += 9_999
    assert "CANCELED" not in ask.states()
    assert ask("cancelAllAfter", type="CLOSE", timeOut=0)["data"]["status"] == "CLOSED"
    ask.now += 60_000
    assert "CANCELED" not in ask.states()
    ask("cancelAllAfter", type="ACTIVATE", timeOut=10)
    ask.now += 10_000
    later = ask.exchange.place(
        {"symbol": "BTC-USDT", "side": "BUY", "type": "LIMIT", "price": "1", "origQty": "1"}
    )
    assert ask.states() == ["CANCELED"] * 3 + ["NEW"]
    assert {order.update_time for order in ask.exchange.book.orders()[:3]} == {ask.now}
    assert later.is_open
    assert ask.exchange.executed()[str(BTC)]["cancelledBy"] == 4


def test_a_countdown_that_begins_late_counts_from_then(ask: Asked) -> None:
    cancelled: list[int] = []
    ask.exchange.book.act_later(
        9_000, lambda began: ask.exchange.book.begin_countdown("late", 10_000, cancelled.append, began)
    )
    ask.now += 18_999
    assert "CANCELED" not in ask.states()
    ask.now += 500_000
    assert ask.states() == ["CANCELED"] * 3
    assert {order.update_time for order in ask.exchange.book.orders()} == {NOON + 19_000}
    assert len(cancelled) == 3


def test_each_account_has_a_countdown_of_its_own() -> None:
    ask = Asked(accounts=2)
    ask("cancelAllAfter", type="ACTIVATE", timeOut=10)
    ask("cancelAllAfter", account=1, type="CLOSE", timeOut=10)
    ask.now += 10_000
    assert ask.states() == ["CANCELED"] * 3


@pytest.mark.parametrize(
    "parameters",
    [
        {"timeOut": 10},
        {"type": "ACTIVATE"},
        {"type": "ACTIVATE", "timeOut": 9},
        {"type": "ACTIVATE", "timeOut": 121},
        {"type": "STOP", "timeOut": 10},
    ],
)
def test_a_countdown_has_10_to_120_seconds(ask: Asked, parameters: dict[str, Any]) -> None:
    assert ask("cancelAllAfter", **parameters)["code"] == 100400


def test_reads_need_a_key_that_may_read_and_no_more() -> None:
    ask = Asked(permissions=(READ,))
    assert [ask(name)["code"] for name in ("openOrders", "historyOrders")] == [0, 0]
    assert ask("cancelOpenOrders")["code"] == 100004
    assert ask("cancelOrders", symbol="BTC-USDT", orderIds=BTC)["code"] == 100004
    assert ask("cancelAllAfter", type="ACTIVATE", timeOut=10)["code"] == 100004


def test_the_limits_are_enforced() -> None:
    ask = Asked(limits="documented")
    assert [ask("cancelOpenOrders")["code"] for _ in range(3)] == [0, 0, 100410]
    assert [ask("cancelAllAfter", type="CLOSE", timeOut=10)["code"] for _ in range(2)] == [0, 100410]


Post = Callable[..., dict[str, Any]]


@pytest.fixture
def post(client: Any) -> Post:
    def send(operation: str, **parameters: object) -> dict[str, Any]:
        answer: dict[str, Any] = client.post("json", client.signed(parameters), TRADE + operation)
        return answer

    return send


def rule(name: str, operation: str, **settings: object) -> dict[str, object]:
    return {"fault": name, "operation": TRADE + operation, **settings}


def test_what_no_page_settles_is_a_setting(sandbox: Any, client: Any, post: Post) -> None:
    sandbox.faults(
        [
            rule("variant", "cancelOpenOrders", most=2),
            rule("variant", "cancelAllAfter", status="FAILED"),
            rule("variant", "openOrders", clientOrderID=False, empty="null"),
            rule("variant", "cancelOrders", refusal=100400),
        ]
    )
    assert len(post("cancelOpenOrders")["data"]["orders"]) == 2
    listed = client.answer("GET", TRADE + "openOrders", params=client.signed({}))["data"]["orders"]
    assert len(listed) == 3
    assert not any("clientOrderID" in order for order in listed)
    assert post("cancelAllAfter", type="ACTIVATE", timeOut=10)["data"]["status"] == "FAILED"
    assert post("cancelOrders", symbol="BTC-USDT", orderIds="17")["code"] == 100400
    sandbox.faults([rule("variant", "openOrders", empty="null")])
    post("cancelOpenOrders")
    assert client.answer("GET", TRADE + "openOrders", params=client.signed({}))["data"] == {"orders": None}


def test_faults_act_on_lists_too(sandbox: Any, client: Any, post: Post) -> None:
    sandbox.faults(
        [rule("order-fields", "cancelOpenOrders", status="NEW"), rule("lag-reads", "openOrders", seconds=30)]
    )
    assert {order["status"] for order in post("cancelOpenOrders")["data"]["orders"]} == {"NEW"}
    assert {order["status"] for order in sandbox.orders()} == {"CANCELED"}
    assert len(client.answer("GET", TRADE + "openOrders", params=client.signed({}))["data"]["orders"]) == 5
    sandbox.reset()
    sandbox.faults(
        [rule("execute-late", "cancelOpenOrders", seconds=600), rule("data-of-another-order", "openOrders")]
    )
    assert post("cancelOpenOrders")["code"] == 100500
    assert "CANCELED" not in {order["status"] for order in sandbox.orders()}
    [one, *_] = client.answer("GET", TRADE + "openOrders", params=client.signed({}))["data"]["orders"]
    assert one["symbol"] == "OTHER-USDT"


@pytest.mark.parametrize("when", ["before", "late"])
def test_a_switch_whose_answer_is_spoiled_before_is_not_set(sandbox: Any, post: Post, when: str) -> None:
    sandbox.faults([rule("error", "cancelAllAfter", code=100500, msg="busy", when=when, delay=600)])
    assert post("cancelAllAfter", type="ACTIVATE", timeOut=10)["code"] == 100500
