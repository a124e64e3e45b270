from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from bingx_sandbox import Sandbox
from bingx_sandbox.fault_types import FAULT_TYPES
from tests.sandbox.client import CANCEL, NOT_OPEN, Client, now
from tests.sandbox.wire import (
    WireResponse,
    can_connect,
    cancel_request,
    connect,
    is_success,
    send,
    wait_until,
)

Check = Callable[[WireResponse, int], bool]


def is_nothing(response: WireResponse, _: int) -> bool:
    return response.data == b""


def is_refusal(response: WireResponse, _: int) -> bool:
    return response.json["code"] == 100503


def is_page(status: int) -> Check:
    return lambda response, _: (
        response.status == status
        and response.headers["content-type"].startswith("text/html")
        and response.body.startswith(b"<!DOCTYPE html>")
        and str(status).encode() in response.body
    )


def is_elsewhere(status: int) -> Check:
    return lambda response, _: (
        response.status == status and response.headers["location"] == "https://elsewhere.invalid/"
    )


def is_cut_at(count: int) -> Check:
    return lambda response, _: len(response.body) == count < int(response.headers["content-length"])


def is_longer_by(count: int) -> Check:
    return lambda response, _: int(response.headers["content-length"]) == len(response.body) + count


def is_error(code: int, msg: str, status: int = 200) -> Check:
    return lambda response, _: (
        (response.status, response.json["code"], response.json["msg"]) == (status, code, msg)
    )


def has_nan(response: WireResponse, order_id: int) -> bool:
    return b'"price":NaN' in response.body and response.json["data"]["orderId"] == order_id


def has_nan_somewhere(response: WireResponse, _: int) -> bool:
    return b"NaN" in response.body


def has_garbage_status_line(response: WireResponse, order_id: int) -> bool:
    return response.status_line == "SSH-2.0-OpenSSH_9.2" and is_success(response, order_id)


def contradicts_itself(response: WireResponse, order_id: int) -> bool:
    keys: list[str] = []
    json.loads(response.body, object_pairs_hook=lambda pairs: keys.extend(key for key, _ in pairs))
    return keys.count("code") == 2 and is_success(response, order_id)


def is_nested(response: WireResponse, _: int) -> bool:
    return response.body.startswith(b'{"nested":' + b"[" * 100_000 + b"]")


def is_larger_than(count: int) -> Check:
    return lambda response, order_id: len(response.body) > count and is_success(response, order_id)


def is_a_bomb(response: WireResponse, order_id: int) -> bool:
    unfolded = gzip.decompress(response.body)
    return (
        response.headers["content-encoding"] == "gzip"
        and len(response.body) < 100_000
        and len(unfolded) > 64 * 2**20
        and unfolded.endswith(b"}}")
        and f'"orderId":{order_id}'.encode() in unfolded[-1000:]
    )


def is_encoded(declared: str, encoded: str) -> Check:
    return lambda response, order_id: (
        response.headers["content-type"] == f"application/json; charset={declared}"
        and json.loads(response.body.decode(encoded))["data"]["orderId"] == order_id
    )


def names_another_order(response: WireResponse, order_id: int) -> bool:
    data = response.json["data"]
    return response.json["code"] == 0 and data["status"] == "CANCELED" and data["orderId"] != order_id


def has_status(status: str) -> Check:
    return lambda response, order_id: (
        (response.json["data"]["orderId"], response.json["data"]["status"]) == (order_id, status)
    )


BUSY = "The current system is busy, please try again later"
LOCKED = "code:100410:The endpoint is in the disabled period and will be unblocked after 1727193814249"

# The fault; whether the order was cancelled; how much was sent; how the connection ended; the response.
TABLE: list[tuple[dict[str, Any], bool, str, str, Check]] = [
    ({"fault": "refuse", "seconds": 0.0}, False, "nothing", "reset", is_nothing),
    ({"fault": "reset-before-reading"}, False, "nothing", "reset", is_nothing),
    ({"fault": "reset-after-executing"}, True, "nothing", "reset", is_nothing),
    ({"fault": "hang-before-executing", "seconds": 0.01}, False, "nothing", "closed", is_nothing),
    ({"fault": "hang-after-executing", "seconds": 0.01}, True, "nothing", "closed", is_nothing),
    ({"fault": "slow-start", "seconds": 0.01}, True, "whole", "closed", is_success),
    ({"fault": "slow-start", "seconds": 0.01, "when": "before"}, True, "whole", "closed", is_success),
    ({"fault": "trickle", "bytesPerSecond": 10_000}, True, "whole", "closed", is_success),
    (
        {"fault": "trickle", "bytesPerSecond": 10_000, "when": "before"},
        False,
        "whole",
        "closed",
        is_refusal,
    ),
    ({"fault": "cut-body"}, True, "cut", "closed", is_cut_at(20)),
    ({"fault": "cut-body", "bytes": 0}, True, "cut", "closed", is_cut_at(0)),
    ({"fault": "cut-body", "bytes": 5, "when": "before"}, False, "cut", "closed", is_cut_at(5)),
    ({"fault": "wrong-length"}, True, "whole", "closed", is_longer_by(10)),
    ({"fault": "wrong-length", "by": -10}, True, "whole", "closed", is_longer_by(-10)),
    ({"fault": "wrong-length", "when": "before"}, False, "whole", "closed", is_longer_by(10)),
    (
        {"fault": "garbage-status-line"},
        True,
        "whole",
        "closed",
        lambda response, order_id: (
            response.status_line == "SSH-2.0-OpenSSH_9.2" and is_success(response, order_id)
        ),
    ),
    ({"fault": "close-idle"}, True, "whole", "closed", is_success),
    ({"fault": "execute-late"}, False, "whole", "closed", is_error(100500, BUSY)),
    ({"fault": "execute-late", "answer": "accepted"}, False, "whole", "closed", has_status("PENDING_CANCEL")),
    ({"fault": "execute-late", "answer": "reset"}, False, "nothing", "reset", is_nothing),
    ({"fault": "lag-reads", "seconds": 60}, False, "whole", "closed", is_error(100404, NOT_OPEN)),
    ({"fault": "lag-reads", "seconds": 0}, True, "whole", "closed", is_success),
    ({"fault": "client-id-expired"}, True, "whole", "closed", is_success),
    ({"fault": "variant"}, True, "whole", "closed", is_success),
    ({"fault": "order-fields", "status": "CANCELLED"}, True, "whole", "closed", has_status("CANCELLED")),
    (
        {"fault": "order-fields", "status": "WORKING", "when": "before"},
        False,
        "whole",
        "closed",
        has_status("WORKING"),
    ),
    *(
        ({"fault": "html", "status": status}, False, "whole", "closed", is_page(status))
        for status in (200, 403, 429, 502, 503, 504, 520, 525)
    ),
    ({"fault": "html", "status": 504, "when": "after"}, True, "whole", "closed", is_page(504)),
    *(
        ({"fault": "redirect", "status": status}, False, "whole", "closed", is_elsewhere(status))
        for status in (302, 307, 308)
    ),
    ({"fault": "redirect", "when": "after"}, True, "whole", "closed", is_elsewhere(307)),
    ({"fault": "error", "code": 100410, "msg": LOCKED}, False, "whole", "closed", is_error(100410, LOCKED)),
    (
        {"fault": "error", "code": 100500, "msg": "busy", "status": 500, "when": "after"},
        True,
        "whole",
        "closed",
        is_error(100500, "busy", 500),
    ),
    ({"fault": "empty-body"}, True, "whole", "closed", lambda response, _: response.body == b""),
    (
        {"fault": "empty-body", "status": 502, "when": "before"},
        False,
        "whole",
        "closed",
        lambda response, _: (response.status, response.body) == (502, b""),
    ),
    ({"fault": "data-null"}, True, "whole", "closed", lambda response, _: response.json["data"] is None),
    ({"fault": "data-of-another-order"}, True, "whole", "closed", names_another_order),
    ({"fault": "data-of-another-order", "when": "before"}, False, "whole", "closed", names_another_order),
    ({"fault": "nan"}, True, "whole", "closed", has_nan),
    (
        {"fault": "nan", "when": "before"},
        False,
        "whole",
        "closed",
        lambda response, _: b"NaN" in response.body,
    ),
    ({"fault": "duplicate-keys"}, True, "whole", "closed", contradicts_itself),
    ({"fault": "huge-body"}, True, "whole", "closed", is_larger_than(16 * 2**20)),
    ({"fault": "deep-nesting"}, True, "whole", "closed", is_nested),
    ({"fault": "gzip-bomb"}, True, "whole", "closed", is_a_bomb),
    ({"fault": "wrong-charset"}, True, "whole", "closed", is_encoded("utf-16", "utf-8")),
    (
        {"fault": "wrong-charset", "declared": "utf-8", "encoded": "utf-32"},
        True,
        "whole",
        "closed",
        is_encoded("utf-8", "utf-32"),
    ),
    (
        {"fault": "clock-off"},
        False,
        "whole",
        "closed",
        is_error(100421, "Null timestamp or timestamp mismatch"),
    ),
    ({"fault": "clock-off", "offset": -1000}, True, "whole", "closed", is_success),
]


def name_of(value: object) -> str | None:
    if not isinstance(value, dict):
        return ""
    return " ".join(str(part)[:20] for part in value.values())


@pytest.mark.parametrize(("rule", "executed", "answered", "ending", "arrives"), TABLE, ids=name_of)
def test_a_fault_happens_and_the_log_says_what_was_executed(
    client: Client,
    sandbox: Sandbox,
    order_id: int,
    rule: dict[str, Any],
    executed: bool,
    answered: str,
    ending: str,
    arrives: Check,
) -> None:
    sandbox.faults([{"operation": "cancel", "times": 1, **rule}])
    response = send(sandbox, cancel_request(client, order_id))
    assert arrives(response, order_id)
    assert response.end == ending

    record = sandbox.requests()[-1]
    assert (record["fault"], record["executed"], record["answered"]) == (rule["fault"], executed, answered)
    assert sandbox.executed()[str(order_id)] == {
        "status": "CANCELED" if executed else "NEW",
        "cancelRequests": 1,
        "cancelledBy": record["number"] if executed else None,
    }
    assert sandbox.faults_in_force()[0]["acted"] == 1
    wait_until(lambda: can_connect(sandbox))


def test_the_table_has_every_fault() -> None:
    assert {rule["fault"] for rule, *_ in TABLE} == FAULT_TYPES.keys()


WITH_WHEN = [name for name in FAULT_TYPES if "delay" in FAULT_TYPES[name].settings]
# Settings that are required, or without which a fault takes long.
SETTINGS: dict[str, dict[str, Any]] = {
    "error": {"code": 100500, "msg": "busy"},
    "trickle": {"bytesPerSecond": 10_000},
    "gzip-bomb": {"bytes": 2**16},
    "huge-body": {"bytes": 2**16},
}


@pytest.mark.parametrize("name", WITH_WHEN)
@pytest.mark.parametrize("when", ["before", "after", "late"])
def test_when_says_whether_the_order_is_cancelled(
    client: Client, sandbox: Sandbox, order_id: int, name: str, when: str
) -> None:
    sandbox.faults([{"fault": name, "when": when, **SETTINGS.get(name, {})}])
    response = send(sandbox, cancel_request(client, order_id))
    assert sandbox.requests()[-1]["executed"] == (when == "after")
    packed = "content-encoding" in response.headers
    body = gzip.decompress(response.body) if packed else response.body
    if when != "after":
        assert f'"orderId":{order_id}'.encode() not in body or b'"status":"NEW"' in body


def test_html_redirect_and_error_happen_before_the_execution_by_default() -> None:
    before = {name for name in WITH_WHEN if FAULT_TYPES[name].settings["when"].default == "before"}
    assert before == {"html", "redirect", "error"}


class Clock:
    """A clock in milliseconds that a test moves."""

    def __init__(self) -> None:
        self.milliseconds = now()

    def __call__(self) -> int:
        return self.milliseconds

    def advance(self, seconds: float) -> None:
        self.milliseconds += round(seconds * 1000)


class LaggingExchange:
    """A sandbox whose clock stands still, with one order placed a minute ago."""

    def __init__(self, sandbox: Sandbox, http: httpx.Client, clock: Clock) -> None:
        self.sandbox = sandbox
        self.clock = clock
        self.client = Client(sandbox, http)
        self.order_id = sandbox.place_order(clientOrderID="mine", time=clock() - 60_000)["orderId"]

    def cancel(self, **order: Any) -> dict[str, Any]:
        named = order or {"orderId": self.order_id}
        return self.client.cancel(symbol="BTC-USDT", timestamp=self.clock(), **named)

    def query(self, **order: Any) -> dict[str, Any]:
        named = order or {"orderId": self.order_id}
        return self.client.query(symbol="BTC-USDT", timestamp=self.clock(), **named)

    def status(self) -> str:
        return self.sandbox.executed()[str(self.order_id)]["status"]


@pytest.fixture(scope="module")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="module")
def clocked_sandbox(clock: Clock) -> Iterator[Sandbox]:
    with Sandbox(orders=0, limits="off", clock=clock) as sandbox:
        yield sandbox


@pytest.fixture
def exchange(clocked_sandbox: Sandbox, http: httpx.Client, clock: Clock) -> LaggingExchange:
    clocked_sandbox.reset()
    return LaggingExchange(clocked_sandbox, http, clock)


def test_a_lagging_query_returns_the_state_of_some_seconds_ago(exchange: LaggingExchange) -> None:
    exchange.sandbox.faults([{"fault": "lag-reads", "operation": "query", "seconds": 4}])
    assert exchange.cancel()["data"]["status"] == "CANCELED"
    assert exchange.cancel()["code"] == 100404
    exchange.clock.advance(3.999)
    assert exchange.query()["data"]["status"] == "NEW"
    exchange.clock.advance(0.001)
    assert exchange.query()["data"]["status"] == "CANCELED"


def test_a_lagging_query_returns_each_earlier_state(exchange: LaggingExchange) -> None:
    for quantity in ("0.25", "0.5", None):
        exchange.sandbox.fill(exchange.order_id, quantity)
        exchange.clock.advance(1)
    executed = []
    for seconds in (0.5, 1.5, 2.5, 3.5):
        exchange.sandbox.faults([{"fault": "lag-reads", "seconds": seconds}])
        executed.append(exchange.query()["data"]["executedQty"])
    assert executed == ["1", "0.75", "0.25", "0"]


def test_an_order_younger_than_the_lag_is_found_by_neither_query_nor_cancel(
    exchange: LaggingExchange,
) -> None:
    young = exchange.sandbox.place_order(clientOrderID="young")["orderId"]
    exchange.sandbox.faults([{"fault": "lag-reads", "seconds": 2}])
    for order in ({"orderId": young}, {"clientOrderID": "young"}):
        assert exchange.query(**order)["msg"] == "order does not exist"
        assert exchange.cancel(**order)["msg"] == NOT_OPEN
    exchange.clock.advance(2)
    assert exchange.query(orderId=young)["data"]["status"] == "NEW"
    assert exchange.cancel(clientOrderID="young")["data"]["status"] == "CANCELED"


def test_a_lagging_cancel_acts_on_the_true_state(exchange: LaggingExchange) -> None:
    exchange.sandbox.fill(exchange.order_id)
    exchange.sandbox.faults([{"fault": "lag-reads", "seconds": 4}])
    assert exchange.cancel()["code"] == 100404
    assert exchange.status() == "FILLED"


@pytest.mark.parametrize(
    "rule",
    [
        {"fault": "execute-late", "seconds": 6},
        {"fault": "execute-late", "seconds": 6, "answer": "accepted"},
        {"fault": "html", "status": 504, "when": "late", "delay": 6},
        {"fault": "html", "status": 202, "when": "late", "delay": 6},
        {"fault": "order-fields", "status": "PENDING_CANCEL", "when": "late", "delay": 6},
    ],
    ids=lambda rule: " ".join(map(str, rule.values())),
)
def test_a_late_cancel_is_executed_when_its_time_has_come(
    exchange: LaggingExchange, rule: dict[str, Any]
) -> None:
    exchange.sandbox.faults([{**rule, "operation": "cancel"}])
    order = {"symbol": "BTC-USDT", "orderId": exchange.order_id, "timestamp": exchange.clock()}
    exchange.client.http.post(
        exchange.sandbox.url + CANCEL,
        json=exchange.client.signed(order),
        headers=exchange.client.headers,
    )
    exchange.clock.advance(5.999)
    assert (exchange.query()["data"]["status"], exchange.status()) == ("NEW", "NEW")
    assert not exchange.sandbox.requests()[0]["executed"]
    exchange.clock.advance(0.001)
    data = exchange.query()["data"]
    assert (data["status"], data["updateTime"]) == ("CANCELED", exchange.clock())
    assert exchange.sandbox.requests()[0]["executed"]
    assert exchange.sandbox.executed()[str(exchange.order_id)] == {
        "status": "CANCELED",
        "cancelRequests": 1,
        "cancelledBy": 1,
    }


def test_a_late_cancel_of_an_order_that_was_filled_meanwhile_changes_nothing(
    exchange: LaggingExchange,
) -> None:
    exchange.sandbox.faults([{"fault": "execute-late", "seconds": 1, "operation": "cancel"}])
    exchange.cancel()
    exchange.sandbox.fill(exchange.order_id)
    exchange.clock.advance(2)
    assert exchange.query()["data"]["status"] == "FILLED"
    assert not exchange.sandbox.requests()[0]["executed"]


def test_a_late_cancel_with_a_wrong_signature_is_never_executed(exchange: LaggingExchange) -> None:
    exchange.sandbox.faults([{"fault": "execute-late", "seconds": 1}])
    assert exchange.cancel(orderId=exchange.order_id, signature="0" * 64)["code"] == 100500
    exchange.clock.advance(2)
    assert exchange.status() == "NEW"


def test_a_late_cancel_with_silence_sends_nothing(client: Client, sandbox: Sandbox, order_id: int) -> None:
    sandbox.faults([{"fault": "execute-late", "seconds": 600, "answer": "silence"}])
    with connect(sandbox) as connection:
        connection.sendall(cancel_request(client, order_id))
        wait_until(sandbox.requests)
        connection.settimeout(0.05)
        with pytest.raises(TimeoutError):
            connection.recv(1)


def test_an_expired_client_order_id_finds_nothing(exchange: LaggingExchange) -> None:
    exchange.sandbox.faults([{"fault": "client-id-expired", "seconds": 61}])
    assert exchange.query(clientOrderID="mine")["code"] == 0
    exchange.clock.advance(1)
    assert exchange.query(clientOrderID="mine")["msg"] == "order does not exist"
    assert exchange.cancel(clientOrderID="mine")["msg"] == NOT_OPEN
    assert exchange.cancel()["data"]["status"] == "CANCELED"


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({"clientOrderID": "missing"}, {}),
        ({"clientOrderID": "empty"}, {"clientOrderID": ""}),
        ({"clientOrderID": "other-case"}, {"clientOrderID": "MINE"}),
        ({"clientOrderID": "renamed"}, {"origClientOrderId": "mine"}),
        ({"status": ""}, {"clientOrderID": "mine", "status": ""}),
        ({"executedQty": "1"}, {"clientOrderID": "mine", "executedQty": "1"}),
    ],
    ids=str,
)
def test_fields_of_the_order_are_changed(
    exchange: LaggingExchange, settings: dict[str, Any], expected: dict[str, Any]
) -> None:
    order = exchange.query()["data"]
    exchange.sandbox.faults([{"fault": "order-fields", **settings}])
    del order["clientOrderID"]
    assert exchange.query()["data"] == {**order, **expected}


def test_the_code_of_a_success_can_be_a_text(exchange: LaggingExchange) -> None:
    exchange.sandbox.faults([{"fault": "order-fields", "textCode": True}])
    assert exchange.query()["code"] == "0"


def test_a_rejection_has_no_order_to_change(exchange: LaggingExchange) -> None:
    exchange.sandbox.faults([{"fault": "order-fields", "status": "CANCELED", "textCode": True}])
    assert exchange.query(orderId=1)["code"] == 100404
