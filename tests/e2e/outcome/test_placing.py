"""Placement of the parameters: what each server reads, and what the client learns from it."""

import asyncio
import logging
from typing import Any

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, AuthenticationError, BingxSpot, Order
from bingx_spot.environments import Environment
from tests.e2e.outcome.calls import (
    CANCEL,
    CLIENT_KINDS,
    QUERY,
    SYMBOL,
    ClientKind,
    arrived,
    attempt,
    described,
    options,
    outcome_async,
    refused_port,
)

PLACES = ("json", "query", "form")
MOVED = "sending them as a query string from now on"


def places(sandbox: Sandbox) -> list[str]:
    """Return where the parameters of each cancel were."""
    cancels = [request for request in sandbox.requests() if request["path"] == CANCEL]
    return [place(request["query"], request["headers"]["content-type"] or "") for request in cancels]


def place(query: str, content_type: str) -> str:
    if query:
        return "query"
    return "json" if content_type == "application/json" else "form"


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
@pytest.mark.parametrize("understood", PLACES)
@pytest.mark.parametrize("placement", PLACES)
def test_a_fixed_placement_is_kept_after_an_error(
    client_kind: ClientKind, understood: str, placement: str
) -> None:
    with Sandbox(limits="off", placements=(understood,)) as sandbox:
        order = sandbox.place_order(SYMBOL)
        result = attempt(client_kind, options(sandbox, placement=placement), order_id=order["orderId"])
        assert places(sandbox) == [placement]
        if placement == understood:
            assert described(result) == "Order CANCELED"
        else:
            assert isinstance(result, AuthenticationError)
            assert result.code == 100412
            assert "placement" in result.hint
            assert {seen["status"] for seen in sandbox.executed().values()} == {"NEW", "PENDING"}


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
@pytest.mark.parametrize(
    ("understood", "arrive", "gets"),
    [
        (("json",), ["json"], "Order CANCELED"),
        (("json", "query", "form"), ["json"], "Order CANCELED"),
        (("json", "form"), ["json"], "Order CANCELED"),
        (("query",), ["json", "query"], "Order CANCELED"),
        (("query", "form"), ["json", "query"], "Order CANCELED"),
        (("form",), ["json", "query"], "AuthenticationError"),
    ],
    ids=str,
)
def test_auto_begins_with_json_and_tries_the_query_string_once(
    client_kind: ClientKind,
    understood: tuple[str, ...],
    arrive: list[str],
    gets: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    with (
        Sandbox(limits="off", placements=understood) as sandbox,
        caplog.at_level(logging.DEBUG, "bingx_spot"),
    ):
        order = sandbox.place_order(SYMBOL)
        result = attempt(client_kind, options(sandbox), order_id=order["orderId"])
        assert described(result) == gets
        assert places(sandbox) == arrive
        assert sandbox.executed()[str(order["orderId"])]["cancelRequests"] == len(arrive)
    assert sum(MOVED in text for text in caplog.messages) == len(arrive) - 1
    if isinstance(result, AuthenticationError):
        assert "placement" in result.hint
        assert [tried.operation for tried in result.attempts] == ["cancelOrder", "cancelOrder"]


def test_auto_keeps_the_placement_and_logs_it_once(caplog: pytest.LogCaptureFixture) -> None:
    with (
        Sandbox(limits="off", placements=("query",)) as sandbox,
        caplog.at_level(logging.DEBUG, "bingx_spot"),
    ):
        orders = [int(order["orderId"]) for order in sandbox.place_orders(3, SYMBOL)]
        with BingxSpot(**options(sandbox)) as bingx:
            for order_id in orders[:2]:
                bingx.cancel_order(SYMBOL, order_id=order_id)
            patient = bingx.with_options(timeout=20)
            patient.cancel_order(SYMBOL, order_id=orders[2])
        assert places(sandbox) == ["json", "query", "query", "query"]
    assert sum(MOVED in text for text in caplog.messages) == 1


def test_auto_stays_with_json_where_the_query_string_is_not_read_either() -> None:
    with Sandbox(limits="off", placements=("form",)) as sandbox:
        order = sandbox.place_order(SYMBOL)
        with BingxSpot(**options(sandbox)) as bingx:
            for _ in range(3):
                with pytest.raises(AuthenticationError, match="signature"):
                    bingx.cancel_order(SYMBOL, order_id=order["orderId"])
            assert places(sandbox) == ["json", "query", "json", "json"]
            # What the hint says helps.
            form = bingx.with_options(placement="form")
            assert form.cancel_order(SYMBOL, order_id=order["orderId"]).status == "CANCELED"


def test_calls_that_fall_back_at_the_same_time_all_succeed() -> None:
    async def cancel_all(client_options: dict[str, Any], orders: list[int]) -> list[str]:
        async with AsyncBingxSpot(**client_options) as bingx:
            calls = [outcome_async(bingx.cancel_order(SYMBOL, order_id=order_id)) for order_id in orders]
            return [described(result) for result in await asyncio.gather(*calls)]

    with Sandbox(limits="off", placements=("query",)) as sandbox:
        # All are in flight before the first error arrives.
        sandbox.faults([{"fault": "slow-start", "seconds": 0.3, "times": 15}])
        orders = [int(order["orderId"]) for order in sandbox.place_orders(15, SYMBOL)]
        assert asyncio.run(cancel_all(options(sandbox), orders)) == ["Order CANCELED"] * 15
        assert sorted(places(sandbox)) == ["json"] * 15 + ["query"] * 15


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
def test_each_host_has_its_own_placement(client_kind: ClientKind) -> None:
    with Sandbox(limits="off", placements=("query",)) as sandbox, refused_port() as nowhere:
        order = sandbox.place_order(SYMBOL)
        environment = Environment("test", nowhere, sandbox.url)
        result = attempt(
            client_kind, {**options(sandbox), "environment": environment}, order_id=order["orderId"]
        )
        assert isinstance(result, Order)
        assert places(sandbox) == ["json", "query"]


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
def test_a_query_settles_the_outcome_with_each_placement(client_kind: ClientKind) -> None:
    with Sandbox(limits="off", placements=("form",)) as sandbox:
        order = sandbox.place_order(SYMBOL)
        sandbox.faults([{"fault": "reset-after-executing", "operation": "cancel", "times": 1}])
        result = attempt(client_kind, options(sandbox, placement="form"), order_id=order["orderId"])
        assert described(result) == "Order CANCELED"
        assert arrived(sandbox, QUERY) == 1
