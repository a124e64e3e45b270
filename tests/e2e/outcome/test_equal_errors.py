"""Twenty equal errors would lock an endpoint: a client never causes so many."""

import asyncio
from typing import Any

import pytest

from bingx_sandbox import Sandbox
from bingx_spot import (
    AsyncBingxSpot,
    BingxSpot,
    CallError,
    Order,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    RateLimited,
)
from tests.e2e.outcome.calls import (
    CANCEL,
    CLIENT_KINDS,
    QUERY,
    SYMBOL,
    TIME,
    ClientKind,
    arrived,
    cancel_together,
    cancelling,
    described,
    options,
    outcome_async,
)

CLOSED = {
    "filled": {"status": "FILLED"},
    "cancelled": {"status": "CANCELED"},
    "unknown": None,
}


def equal_errors(sandbox: Sandbox, path: str) -> int:
    """Count the most equal errors that one endpoint gave."""
    codes = [request.get("code", 0) for request in sandbox.requests() if request["path"] == path]
    return max((codes.count(code) for code in set(codes) - {0}), default=0)


@pytest.mark.parametrize("client_kind", CLIENT_KINDS)
@pytest.mark.parametrize(
    ("closed", "together"),
    [
        ("filled", 1),
        ("filled", 60),
        ("cancelled", 60),
        pytest.param("unknown", 1, marks=pytest.mark.slow),
        ("unknown", 60),
    ],
)
def test_sixty_cancels_of_closed_orders_cause_fewer_than_twenty_equal_errors(
    client_kind: ClientKind, together: int, closed: str, request: pytest.FixtureRequest
) -> None:
    if together == 1:
        # Otherwise two seconds for each order: it could be new, and not visible yet.
        request.getfixturevalue("_visible_at_once")
    fields = CLOSED[closed]
    with Sandbox(limits=1000, orders=0) as sandbox:
        if fields is None:
            sandbox.place_order(SYMBOL)
            orders = list(range(1, 61))
        else:
            orders = [int(sandbox.place_order(SYMBOL, **fields)["orderId"]) for _ in range(60)]
        # With slow responses all requests are in flight before the first error arrives.
        sandbox.faults([{"fault": "slow-start", "seconds": 0.1}] if together > 1 else [])
        client_options = options(sandbox, timeout=5.0 if together > 1 else 2.0)
        result = (
            cancel_together(client_kind, client_options, orders)
            if together > 1
            else one_by_one(client_kind, client_options, orders)
        )
        assert len(result) == 60
        assert all(
            isinstance(each, OrderNotOpen | OrderNotFound | RateLimited | OutcomeUnknown) for each in result
        ), {*map(described, result)}
        for path in (CANCEL, QUERY, TIME):
            assert equal_errors(sandbox, path) < 20
        known = [each for each in result if isinstance(each, OrderNotOpen | OrderNotFound)]
        if fields is not None:
            assert len(known) == 60, "a query answers for each"
            statuses = [each.order.status for each in known if isinstance(each, OrderNotOpen) and each.order]
            assert statuses == [fields["status"]] * 60
        else:
            assert known


def one_by_one(
    client_kind: ClientKind, client_options: dict[str, Any], orders: list[int]
) -> list[Order | CallError]:
    if client_kind == "sync":
        with BingxSpot(**client_options) as bingx:
            return [cancelling(bingx, each) for each in orders]

    async def cancel_all() -> list[Order | CallError]:
        async with AsyncBingxSpot(**client_options) as bingx:
            return [await outcome_async(bingx.cancel_order(SYMBOL, order_id=each)) for each in orders]

    return asyncio.run(cancel_all())


def test_an_open_order_is_cancelled_even_near_the_lock() -> None:
    with Sandbox(limits=1000, orders=0) as sandbox, BingxSpot(**options(sandbox)) as bingx:
        for _ in range(30):
            closed = sandbox.place_order(SYMBOL, status="FILLED")
            assert isinstance(cancelling(bingx, closed["orderId"]), OrderNotOpen)
        alive = sandbox.place_order(SYMBOL)
        before = arrived(sandbox)
        assert bingx.cancel_order(SYMBOL, order_id=alive["orderId"]).status == "CANCELED"
        assert arrived(sandbox) == before + 1
