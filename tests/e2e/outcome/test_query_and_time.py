"""`query_order` and `server_time` of both facades."""

import asyncio
import time
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import (
    AsyncBingxSpot,
    AuthenticationError,
    BingxSpot,
    Credentials,
    InvalidInput,
    NotSent,
    Order,
    OrderNotFound,
    OutcomeUnknown,
)
from tests.e2e.outcome.calls import (
    CLIENT_KINDS,
    QUERY,
    SYMBOL,
    TIME,
    ClientKind,
    arrived,
    options,
    refused_port,
)
from tests.support.patience import patiently

HOUR = 3_600_000
# How long a response may take on a busy machine, in milliseconds.
ON_ITS_WAY = 10_000


def now() -> int:
    return time.time_ns() // 1_000_000


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(limits="off", orders=0) as running:
        yield running


def query(
    client_kind: ClientKind, client_options: dict[str, Any], symbol: str = SYMBOL, **named: Any
) -> Order:
    if client_kind == "sync":
        with BingxSpot(**client_options) as bingx:
            return bingx.query_order(symbol, **named)

    async def awaited() -> Order:
        async with AsyncBingxSpot(**client_options) as bingx:
            return await bingx.query_order(symbol, **named)

    return asyncio.run(awaited())


def server_time(client_kind: ClientKind, client_options: dict[str, Any]) -> int:
    if client_kind == "sync":
        with BingxSpot(**client_options) as bingx:
            return bingx.server_time()

    async def awaited() -> int:
        async with AsyncBingxSpot(**client_options) as bingx:
            return await bingx.server_time()

    return asyncio.run(awaited())


both = pytest.mark.parametrize("client_kind", CLIENT_KINDS)


@both
class TestQueryOrder:
    def test_states_an_order_by_its_id(self, sandbox: Sandbox, client_kind: ClientKind) -> None:
        placed = sandbox.place_order(SYMBOL, price="50000.5", origQty="2", clientOrderID="my-bot_0001")
        sandbox.fill(placed["orderId"], "0.5")
        before = now()
        order = query(client_kind, options(sandbox), order_id=placed["orderId"])
        assert (order.order_id, order.client_order_id) == (placed["orderId"], "my-bot_0001")
        assert (order.symbol, order.status, order.side, order.type) == (
            SYMBOL,
            "PARTIALLY_FILLED",
            "BUY",
            "LIMIT",
        )
        assert (order.price, order.orig_qty, order.executed_qty) == (
            Decimal("50000.5"),
            Decimal(2),
            Decimal("0.5"),
        )
        assert order.time is not None
        assert order.update_time is not None
        assert before - ON_ITS_WAY < order.time <= order.update_time <= now()
        [request] = sandbox.requests()
        assert (request["method"], request["placement"]) == ("GET", "query")
        assert request["executed"] is False

    def test_states_an_order_by_its_client_order_id(self, sandbox: Sandbox, client_kind: ClientKind) -> None:
        placed = sandbox.place_order(SYMBOL, clientOrderID="my-bot_0002")
        order = query(client_kind, options(sandbox), client_order_id="my-bot_0002", recv_window=3000.0)
        assert order.order_id == placed["orderId"]
        assert sandbox.requests()[0]["parameters"]["recvWindow"] == "3000"

    @pytest.mark.parametrize("status", ["NEW", "PENDING", "FILLED", "CANCELED", "FAILED"])
    def test_returns_an_order_of_any_status(
        self, sandbox: Sandbox, client_kind: ClientKind, status: str
    ) -> None:
        placed = sandbox.place_order(SYMBOL, status=status)
        assert query(client_kind, options(sandbox), order_id=placed["orderId"]).status == status

    def test_a_symbol_beyond_ascii(self, sandbox: Sandbox, client_kind: ClientKind) -> None:
        placed = sandbox.place_order("MØTH-USDT")
        order = query(client_kind, options(sandbox), "MØTH-USDT", order_id=str(placed["orderId"]))
        assert order.symbol == "MØTH-USDT"

    def test_an_unknown_order_is_not_found(self, sandbox: Sandbox, client_kind: ClientKind) -> None:
        with pytest.raises(OrderNotFound) as failed:
            query(client_kind, options(sandbox), order_id=7)
        assert failed.value.code == 100404
        assert arrived(sandbox, QUERY) == 1

    def test_a_wrong_secret(self, sandbox: Sandbox, client_kind: ClientKind) -> None:
        client_options = options(sandbox, credentials=Credentials(sandbox.api_key, "wrong"))
        with pytest.raises(AuthenticationError):
            query(client_kind, client_options, order_id=7)

    @pytest.mark.parametrize(
        "fault",
        [
            {"fault": "reset-before-reading"},
            {"fault": "html", "status": 502},
            {"fault": "cut-body"},
            {"fault": "data-of-another-order"},
            {"fault": "error", "code": 100500, "msg": "busy"},
        ],
        ids=lambda fault: str(fault["fault"]),
    )
    def test_is_repeated_after_a_response_that_is_not_usable(
        self, sandbox: Sandbox, client_kind: ClientKind, fault: dict[str, Any]
    ) -> None:
        placed = sandbox.place_order(SYMBOL)
        sandbox.faults([{**fault, "times": 1}])
        assert query(client_kind, options(sandbox), order_id=placed["orderId"]).order_id == placed["orderId"]
        assert arrived(sandbox, QUERY) == 2

    def test_is_unknown_without_a_usable_response(self, sandbox: Sandbox, client_kind: ClientKind) -> None:
        sandbox.faults([{"fault": "html", "status": 502}])
        with pytest.raises(OutcomeUnknown) as failed:
            patiently(lambda timeout: query(client_kind, options(sandbox, timeout=timeout), order_id=7), 1.0)
        # The last one may have been cut off by the deadline.
        assert "HTTP 502" in failed.value.attempts[0].result
        assert {tried.operation for tried in failed.value.attempts} == {"queryOrder"}
        assert 2 <= arrived(sandbox, QUERY) <= 60

    @pytest.mark.parametrize(
        ("named", "field"),
        [
            ({}, "order_id or client_order_id"),
            ({"order_id": 1, "client_order_id": "a"}, "order_id or client_order_id"),
            ({"order_id": 0}, "order_id"),
            ({"client_order_id": "a b"}, "client_order_id"),
            ({"order_id": 1, "recv_window": -1.0}, "recv_window"),
        ],
        ids=str,
    )
    def test_bad_input_sends_nothing(
        self, sandbox: Sandbox, client_kind: ClientKind, named: dict[str, Any], field: str
    ) -> None:
        with pytest.raises(InvalidInput) as refused:
            query(client_kind, options(sandbox), **named)
        assert refused.value.field == field
        assert sandbox.requests() == []


@both
class TestServerTime:
    @pytest.mark.parametrize("offset", [0, HOUR, -HOUR])
    def test_is_the_exchange_s_own(self, client_kind: ClientKind, offset: int) -> None:
        with Sandbox(limits="off", clock=lambda: now() + offset) as sandbox:
            before = now() + offset
            assert before <= server_time(client_kind, options(sandbox)) <= now() + offset
            [request] = sandbox.requests()
            assert request["path"] == TIME
            assert request["query"] == request["body"] == ""

    def test_is_repeated_after_a_broken_connection(self, sandbox: Sandbox, client_kind: ClientKind) -> None:
        sandbox.faults([{"fault": "reset-before-reading", "times": 1}])
        assert server_time(client_kind, options(sandbox)) > 0
        assert arrived(sandbox, TIME) == 2

    def test_is_unknown_without_a_time_in_the_response(
        self, sandbox: Sandbox, client_kind: ClientKind
    ) -> None:
        sandbox.faults([{"fault": "data-null"}])
        with pytest.raises(OutcomeUnknown):
            patiently(lambda timeout: server_time(client_kind, options(sandbox, timeout=timeout)), 0.5)

    def test_is_not_sent_to_a_closed_port(self, sandbox: Sandbox, client_kind: ClientKind) -> None:
        with refused_port() as nowhere, pytest.raises(NotSent):
            server_time(client_kind, options(sandbox, environment=nowhere, timeout=0.5))
