"""Limits as a client meets them, over a real socket."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from bingx_sandbox import Sandbox
from bingx_sandbox.accounts import ApiKey
from tests.sandbox.client import CANCEL, QUERY, Client, now
from tests.sandbox.wire import TIME

LOCKED = re.compile(
    r"code:100410:The endpoint trigger frequency limit rule is currently in the disabled period "
    r"and will be unblocked after (\d{13})"
)
REMAIN = "X-RateLimit-Requests-Remain"
EXPIRE = "X-RateLimit-Requests-Expire"


@contextmanager
def limited(http: httpx.Client, **options: Any) -> Iterator[Client]:
    """Run a sandbox; the clock of its limits stands still, so that slow machines see the same rates."""
    with Sandbox(**options) as sandbox:
        sandbox._exchange.limits._now = lambda: 1000.0
        yield Client(sandbox, http)


def ask(client: Client, method: str, path: str, **parameters: Any) -> httpx.Response:
    signed = client.signed({"symbol": "BTC-USDT", **parameters})
    return client.http.request(method, client.sandbox.url + path, params=signed, headers=client.headers)


def cancel(client: Client, order_id: int | None = None) -> httpx.Response:
    named = order_id or client.sandbox.place_order()["orderId"]
    return ask(client, "POST", CANCEL, orderId=named)


def use(client: Client, key: ApiKey) -> Client:
    """Let a client sign with another key."""
    another = Client(client.sandbox, client.http)
    another.headers = {"X-BX-APIKEY": key.api_key}
    another.secret = key.api_secret
    return another


def from_address(client: Client, address: str, path: str = QUERY) -> httpx.Response:
    with httpx.Client(transport=httpx.HTTPTransport(local_address=address), trust_env=False) as http:
        return http.get(client.sandbox.url + path)


def test_the_sixth_cancel_in_a_second_is_rejected_until_the_announced_time(http: httpx.Client) -> None:
    with limited(http) as client:
        order = client.sandbox.place_order()
        begun = now()
        answers = [cancel(client) for _ in range(5)]
        assert [answer.json()["code"] for answer in answers] == [0] * 5
        assert [int(answer.headers[REMAIN]) for answer in answers] == [4, 3, 2, 1, 0]
        assert all(begun + 1000 <= int(answer.headers[EXPIRE]) <= now() + 1002 for answer in answers)

        rejected = cancel(client, order["orderId"])
        assert (rejected.status_code, rejected.json()["code"]) == (200, 100410)
        unblock = LOCKED.fullmatch(rejected.json()["msg"])
        assert unblock is not None
        assert begun + 300_000 <= int(unblock[1]) <= now() + 300_002
        assert (rejected.headers[REMAIN], rejected.headers[EXPIRE]) == ("0", unblock[1])
        assert "DELETE /_sandbox/limits/lock-outs" in client.last_request()["detail"]
        assert order in client.sandbox.orders()

        record = client.last_request()
        assert (record["limit"], record["uid"]) == ("uid", client.sandbox.accounts[0].uid)
        assert record["verdict"] == f"100410 {rejected.json()['msg']}"
        assert client.sandbox.refused_by_limits() == {
            "uid": 1,
            "ipEndpoint": 0,
            "ipGroup": 0,
            "ban": 0,
            "equalErrors": 0,
        }


class Clock:
    """One clock for the sandbox and its limits; both stand still until a test moves them."""

    def __init__(self) -> None:
        self.start = now()
        self.elapsed = 0.0004

    def milliseconds(self) -> int:
        return self.start + int(self.elapsed * 1000)

    def move_to(self, time: int) -> None:
        self.elapsed = (time - self.start) / 1000 + 1e-9


@contextmanager
def clocked(http: httpx.Client, **options: Any) -> Iterator[tuple[Client, Clock]]:
    """Run a sandbox whose clocks a test moves."""
    clock = Clock()
    with Sandbox(clock=clock.milliseconds, **options) as sandbox:
        sandbox._exchange.limits._now = lambda: clock.elapsed
        yield Client(sandbox, http), clock


def cancel_at(client: Client, clock: Clock) -> httpx.Response:
    order_id = client.sandbox.place_order()["orderId"]
    return ask(client, "POST", CANCEL, orderId=order_id, timestamp=clock.milliseconds())


def test_a_caller_who_waits_until_the_announced_time_is_allowed(http: httpx.Client) -> None:
    with clocked(http, limits=0.2) as (client, clock):
        for _ in range(3):
            assert cancel_at(client, clock).json()["code"] == 0
            unblock = LOCKED.fullmatch(cancel_at(client, clock).json()["msg"])
            assert unblock is not None
            clock.move_to(int(unblock[1]))


def test_a_caller_who_waits_for_the_window_gets_the_full_rate(http: httpx.Client) -> None:
    with clocked(http, limits=10) as (client, clock):
        for _ in range(3):
            answers = [cancel_at(client, clock) for _ in range(50)]
            assert answers[-1].headers[REMAIN] == "0"
            clock.move_to(int(answers[-1].headers[EXPIRE]))
        assert client.sandbox.refused_by_limits()["uid"] == 0
        assert clock.elapsed < 3.1


@pytest.mark.parametrize("where", ["at the start", "later", "over HTTP"])
def test_copy_trading_leaders_cancel_once_a_second(http: httpx.Client, where: str) -> None:
    with limited(http, copy_trading=where == "at the start") as client:
        if where == "later":
            client.sandbox.limits(copy_trading=True)
        elif where == "over HTTP":
            assert client.control("PUT", "/limits", json={"copyTrading": True}).json()["copyTrading"] is True
        assert [cancel(client).json()["code"] for _ in range(2)] == [0, 100410]
        queries = [ask(client, "GET", QUERY, orderId=1).headers[REMAIN] for _ in range(2)]
        assert queries == ["9", "8"]


def test_limits_count_by_account(http: httpx.Client) -> None:
    with limited(http, accounts=2, keys=2) as client:
        (first, second), (other, _) = (account.keys for account in client.sandbox.accounts)
        for key in (first, second, first, second, first):
            assert cancel(use(client, key)).json()["code"] == 0
        assert cancel(use(client, second)).json()["code"] == 100410
        assert cancel(use(client, other)).json()["code"] == 0
        assert ask(client, "GET", QUERY, orderId=1).headers[REMAIN] == "9"


def test_a_badly_signed_request_counts(http: httpx.Client) -> None:
    with limited(http, limits=0.2) as client:
        client.secret = "another"
        assert cancel(client).json()["code"] == 100001
        assert cancel(client).json()["code"] == 100410


def test_a_request_that_meets_a_fault_counts(http: httpx.Client) -> None:
    with limited(http, limits=0.2, faults=[{"fault": "html", "times": 1}]) as client:
        assert cancel(client).status_code == 502
        assert cancel(client).json()["code"] == 100410


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all of 127.0.0.0/8 as addresses")
def test_an_address_is_locked_out_with_429_and_banned_with_418(http: httpx.Client) -> None:
    with limited(http, limits=0.05) as client:
        client.headers = {}
        answers = [ask(client, "GET", QUERY, orderId=1) for _ in range(15 + 11 + 2)]
        assert [answer.status_code for answer in answers] == [200] * 15 + [429] * 11 + [418] * 2
        assert {answer.json()["code"] for answer in answers[15:]} == {100410}
        locked, banned = answers[15], answers[-1]
        unblock = LOCKED.fullmatch(locked.json()["msg"])
        assert unblock is not None
        assert (locked.headers[REMAIN], locked.headers[EXPIRE]) == ("0", unblock[1])
        assert banned.json()["msg"] == "rate limited"
        assert int(banned.headers[EXPIRE]) >= int(unblock[1])
        rejected = client.sandbox.refused_by_limits()
        assert (rejected["ipEndpoint"], rejected["ban"]) == (11, 2)
        assert client.http.get(client.sandbox.url + TIME).status_code == 418
        assert client.control("GET", "/limits").status_code == 200
        assert from_address(client, "127.0.0.2").status_code == 200


def test_twenty_errors_with_one_code_lock_the_endpoint(http: httpx.Client) -> None:
    with limited(http, limits=1000) as client:
        begun = now()
        answers = [ask(client, "GET", QUERY, orderId=1).json() for _ in range(21)]
        assert [answer["code"] for answer in answers] == [100404] * 20 + [100410]
        text = re.fullmatch(
            r"over 20 error code:100404 requests within 480000 ms for this api, "
            r"please verify and fix it ,can retry after time: (\d{13})",
            answers[-1]["msg"],
        )
        assert text is not None
        assert begun + 480_000 <= int(text[1]) <= now() + 480_002
        assert cancel(client).json()["code"] == 0
        assert client.sandbox.refused_by_limits()["equalErrors"] == 1


def test_endpoints_without_limits_have_no_headers(http: httpx.Client) -> None:
    with limited(http) as client:
        assert REMAIN not in client.http.get(client.sandbox.url + TIME).headers
        client.sandbox.limits("off")
        answers = [cancel(client) for _ in range(12)]
        assert {answer.json()["code"] for answer in answers} == {0}
        assert not any(REMAIN in answer.headers for answer in answers)


def test_the_control_interface_shows_and_scales_the_limits(http: httpx.Client) -> None:
    with limited(http, limits=0.2) as client:
        first, second = cancel(client), cancel(client)
        assert (first.json()["code"], second.json()["code"]) == (0, 100410)
        shown = client.control("GET", "/limits").json()
        uid = client.sandbox.accounts[0].uid
        named = {"limit": "uid", "of": uid, "for": f"POST {CANCEL}"}
        assert (shown["limits"], shown["lockSeconds"], shown["refused"]["uid"]) == (0.2, None, 1)
        assert {**named, "requests": 1, "seconds": 1, "remain": 0} in shown["counted"]
        assert [{**lock, "until": 0} for lock in shown["lockedOut"]] == [{**named, "until": 0}]

        cleared = client.control("DELETE", "/limits/lock-outs").json()
        assert (cleared["limits"], cleared["counted"], cleared["lockedOut"]) == (0.2, [], [])
        assert [cancel(client).json()["code"] for _ in range(2)] == [0, 100410]
        replaced = client.control("PUT", "/limits", json={"limits": "x2", "lockSeconds": 5}).json()
        assert (replaced["limits"], replaced["lockSeconds"], replaced["lockedOut"]) == (2, 5, [])
        assert [cancel(client).json()["code"] for _ in range(11)] == [0] * 10 + [100410]
        assert client.control("GET", "/limits").json()["refused"]["uid"] == 3

        client.control("POST", "/reset")
        assert client.control("GET", "/limits").json()["refused"]["uid"] == 0
        assert cancel(client).json()["code"] == 0


def test_a_wrong_scale_is_named_and_changes_nothing(client: Client) -> None:
    before = client.control("GET", "/limits").json()
    rejected = client.control("PUT", "/limits", json={"limits": "few"})
    assert (rejected.status_code, rejected.json()["field"]) == (400, "limits")
    assert client.control("GET", "/limits").json() == before
