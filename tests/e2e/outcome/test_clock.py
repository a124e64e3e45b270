"""The clock: a machine whose clock is wrong cancels at its first call, and learns the exchange's time."""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, BingxSpot, ClockError, Credentials, Order
from bingx_spot.core.clock import MAXIMUM_OFFSET, Clock
from tests.e2e.outcome.calls import (
    CANCEL,
    CLIENT_KINDS,
    QUERY,
    SYMBOL,
    TIME,
    ClientKind,
    Unlimited,
    arrived,
    attempt,
    described,
    options,
)
from tests.support.scripted_server import http, scripted_server

HOUR = 3_600_000
ORDER_ID = 1735964079647111280
# How exact the offset is on a busy machine, in milliseconds.
EXACT = 2000
# A header `Date` counts whole seconds.
WHOLE_SECOND = 1000


def now() -> int:
    return time.time_ns() // 1_000_000


def off_by(offset: int) -> Callable[[], int]:
    return lambda: now() + offset


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
@pytest.mark.parametrize("offset", [HOUR, -HOUR, 23 * HOUR, -23 * HOUR])
def test_a_machine_with_a_wrong_clock_cancels_at_its_first_call(
    client_kind: ClientKind, offset: int, caplog: pytest.LogCaptureFixture
) -> None:
    clock = Clock()
    with (
        Sandbox(limits="off", clock=off_by(offset)) as sandbox,
        caplog.at_level(logging.WARNING, "bingx_spot"),
    ):
        order = sandbox.place_order(SYMBOL)
        result = attempt(client_kind, options(sandbox, clock=clock), order_id=order["orderId"])
        assert described(result) == "Order CANCELED"
        assert arrived(sandbox) == 2
        assert arrived(sandbox, TIME) == 0, "the error itself has the time"
        assert abs(clock.offset - offset) < EXACT
        # The offset is kept.
        attempt(client_kind, options(sandbox, clock=clock), order_id=order["orderId"])
        assert arrived(sandbox) == 3
    assert len([text for text in caplog.messages if "clock corrected" in text]) == 1


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
def test_a_query_learns_the_offset_too(client_kind: ClientKind) -> None:
    with Sandbox(limits="off", clock=off_by(-HOUR)) as sandbox:
        order = sandbox.place_order(SYMBOL)
        if client_kind == "sync":
            with BingxSpot(**options(sandbox)) as bingx:
                assert bingx.query_order(SYMBOL, order_id=order["orderId"]).status == "NEW"
        else:
            assert asyncio.run(_query(sandbox, order["orderId"])).status == "NEW"
        assert arrived(sandbox, QUERY) == 2


async def _query(sandbox: Sandbox, order_id: int) -> Order:
    async with AsyncBingxSpot(**options(sandbox)) as bingx:
        return await bingx.query_order(SYMBOL, order_id=order_id)


def test_twenty_tasks_that_begin_together_all_cancel() -> None:
    async def cancel_all(sandbox: Sandbox, orders: list[int]) -> list[Order]:
        async with AsyncBingxSpot(**options(sandbox)) as bingx:
            calls = [bingx.cancel_order(SYMBOL, order_id=order_id) for order_id in orders]
            return await asyncio.gather(*calls)

    with Sandbox(limits="off", clock=off_by(HOUR)) as sandbox:
        orders = [int(order["orderId"]) for order in sandbox.place_orders(20, SYMBOL)]
        cancelled = asyncio.run(cancel_all(sandbox, orders))
        assert [order.order_id for order in cancelled] == orders
        assert arrived(sandbox) <= 40


def test_twenty_threads_that_begin_together_all_cancel() -> None:
    with (
        Sandbox(limits="off", clock=off_by(-HOUR)) as sandbox,
        BingxSpot(**options(sandbox)) as bingx,
        ThreadPoolExecutor(20) as threads,
    ):
        orders = [int(order["orderId"]) for order in sandbox.place_orders(20, SYMBOL)]
        cancelled = list(threads.map(lambda order_id: bingx.cancel_order(SYMBOL, order_id=order_id), orders))
        assert [order.order_id for order in cancelled] == orders
        assert arrived(sandbox) <= 40


SUCCESS = json.dumps(
    {"code": 0, "msg": "", "data": {"symbol": SYMBOL, "orderId": ORDER_ID, "status": "CANCELED"}}
)


class Exchange:
    """Refuse every timestamp that is more than five seconds from its own time, and state that time.

    Args:
        offset: How far it is ahead of this machine, in milliseconds.
        source: Where it states the time: `body`, `header`, or `endpoint` for the server time alone.
    """

    def __init__(self, offset: int, source: str) -> None:
        self.offset = offset
        self.source = source
        self.paths: list[str] = []

    def __call__(self, request: bytes) -> bytes:
        at = now() + self.offset
        head, _, body = request.partition(b"\r\n\r\n")
        path, _, query = head.split(b" ", 2)[1].decode().partition("?")
        self.paths.append(path)
        if path == TIME:
            return http(json.dumps({"code": 0, "msg": "", "data": {"serverTime": at}}))
        timestamp = int(dict(parse_qsl(query))["timestamp"]) if query else json.loads(body)["timestamp"]
        if abs(timestamp - at) < 5000:
            return http(SUCCESS)
        refusal: dict[str, Any] = {"code": 100421, "msg": "Null timestamp or timestamp mismatch"}
        if self.source == "body":
            refusal["timestamp"] = at
        dated = f"\r\nDate: {formatdate(at / 1000, usegmt=True)}" if self.source == "header" else ""
        return http(json.dumps(refusal), headers=f"Content-Type: application/json{dated}")


def scripted(client_kind: ClientKind, url: str, clock: Clock) -> str:
    client_options = {
        "credentials": Credentials("key", "secret"),
        "environment": url,
        "limits": Unlimited(),
        "clock": clock,
        "timeout": 5.0,
    }
    result = attempt(client_kind, client_options, order_id=ORDER_ID)
    if isinstance(result, ClockError):
        assert result.code == 100421
        assert "clock" in result.hint
    return described(result)


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
@pytest.mark.parametrize("offset", [HOUR, -HOUR])
@pytest.mark.parametrize(
    ("source", "requests", "exact"),
    [
        ("body", 2, EXACT),
        ("header", 2, EXACT + WHOLE_SECOND),
        ("endpoint", 3, EXACT),
    ],
)
def test_learns_from_each_source_of_the_time(
    client_kind: ClientKind, offset: int, source: str, requests: int, exact: int
) -> None:
    clock, exchange = Clock(), Exchange(offset, source)
    with scripted_server(exchange) as server:
        assert scripted(client_kind, server.url, clock) == "Order CANCELED"
    assert len(exchange.paths) == requests
    assert exchange.paths.count(TIME) == requests - 2
    assert abs(clock.offset - offset) < exact


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
@pytest.mark.parametrize("offset", [MAXIMUM_OFFSET + HOUR, -MAXIMUM_OFFSET - HOUR])
@pytest.mark.parametrize("source", ["body", "header", "endpoint"])
def test_more_than_a_day_is_not_believed(client_kind: ClientKind, offset: int, source: str) -> None:
    clock, exchange = Clock(), Exchange(offset, source)
    with scripted_server(exchange) as server:
        assert scripted(client_kind, server.url, clock) == "ClockError"
    assert clock.offset == 0
    # The error may also mean that the parameters are not seen in JSON: the query string is tried once.
    assert exchange.paths.count(CANCEL) == 2


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
def test_an_error_that_remains_is_raised_after_one_repair(client_kind: ClientKind) -> None:
    received: list[bytes] = []

    def refuse(request: bytes) -> bytes:
        received.append(request)
        # One hour more with each response.
        refusal = {"code": 100421, "msg": "timestamp mismatch", "timestamp": now() + HOUR * len(received)}
        return http(json.dumps(refusal))

    clock = Clock()
    with scripted_server(refuse) as server:
        assert scripted(client_kind, server.url, clock) == "ClockError"
    assert len(received) == 2
    assert abs(clock.offset - HOUR) < EXACT


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
def test_an_error_although_the_clocks_agree_is_raised_at_once(client_kind: ClientKind) -> None:
    received: list[bytes] = []

    def refuse(request: bytes) -> bytes:
        received.append(request)
        return http(json.dumps({"code": 100421, "msg": "timestamp mismatch", "timestamp": now()}))

    clock = Clock()
    with scripted_server(refuse) as server:
        assert scripted(client_kind, server.url, clock) == "ClockError"
    assert len(received) == 1
    assert clock.offset == 0


def test_a_step_of_the_machine_s_clock_changes_nothing() -> None:
    class Machine:
        """A machine whose clock is set while time goes on."""

        def __init__(self) -> None:
            self.step_ns = 0

        def time_ns(self) -> int:
            return time.time_ns() + self.step_ns

    machine = Machine()
    clock = Clock(time_ns=machine.time_ns, elapsed_ns=time.monotonic_ns)
    with Sandbox(limits="off") as sandbox, BingxSpot(**options(sandbox, clock=clock)) as bingx:
        orders = [int(order["orderId"]) for order in sandbox.place_orders(3, SYMBOL)]
        for order_id, step in zip(orders, (0, HOUR, -2 * HOUR), strict=True):
            machine.step_ns = step * 1_000_000
            assert bingx.cancel_order(SYMBOL, order_id=order_id).status == "CANCELED"
        assert arrived(sandbox) == 3, "no request was refused for its timestamp"
    assert clock.offset == 0


def test_a_monotonic_clock_that_stood_still_is_repaired() -> None:
    # As on a system whose monotonic clock stops while the machine sleeps.
    class Sleeper:
        def __init__(self) -> None:
            self.slept_ns = 0

        def elapsed_ns(self) -> int:
            return time.monotonic_ns() - self.slept_ns

    sleeper = Sleeper()
    clock = Clock(elapsed_ns=sleeper.elapsed_ns)
    with Sandbox(limits="off") as sandbox, BingxSpot(**options(sandbox, clock=clock)) as bingx:
        first, second = (int(order["orderId"]) for order in sandbox.place_orders(2, SYMBOL))
        bingx.cancel_order(SYMBOL, order_id=first)
        sleeper.slept_ns = HOUR * 1_000_000
        assert bingx.cancel_order(SYMBOL, order_id=second).status == "CANCELED"
        assert arrived(sandbox) == 3
    assert abs(clock.offset - HOUR) < EXACT
