"""Uses that a type checker must accept. Never run."""

import ssl
from collections.abc import Mapping
from decimal import Decimal
from typing import assert_type

import httpx

from bingx_spot import (
    AsyncBingxSpot,
    Attempt,
    BingxError,
    BingxSpot,
    CallError,
    CancelRequest,
    CancelRestriction,
    Clock,
    Credentials,
    Environment,
    NotExecuted,
    Order,
    OrderNotOpen,
    OrderSide,
    OrderStatus,
    OutcomeUnknown,
    RateLimited,
    canonical_string,
    generated_client,
    sign,
)
from bingx_spot_api.api.trade import cancel_order
from bingx_spot_api.client import AuthenticatedClient
from bingx_spot_api.models import CancelOrderRequest, ListedOrder, QueriedOrder


def blocking(credentials: Credentials) -> None:
    with BingxSpot(credentials, environment="vst", timeout=5, placement="query", fallback=False) as bingx:
        assert_type(bingx, BingxSpot)
        assert_type(bingx.cancel_order("BTC-USDT", order_id=1735964079647111280), Order)
        bingx.cancel_order("BTC-USDT", order_id="1735964079647111280", recv_window=3000)
        bingx.cancel_order("BTC-USDT", client_order_id="mine", cancel_restrictions="NEW", recv_window=3000.5)
        bingx.cancel_order("BTC-USDT", order_id=1, cancel_restrictions=CancelRestriction.NEW)
        bingx.cancel_orders([("BTC-USDT", 1), ("BTC-USDT", "2"), CancelRequest("BTC-USDT", order_id=3)])
        bingx.cancel_orders({"symbol": "BTC-USDT", "orderId": number} for number in range(1, 3))
        assert_type(bingx.query_order("BTC-USDT", client_order_id="mine"), Order)
        assert_type(bingx.server_time(), int)
        assert_type(bingx.trade.open_orders(symbol="BTC-USDT").orders, list[ListedOrder] | None)
        assert_type(bingx.trade.query_order(symbol="BTC-USDT", order_id=1), QueriedOrder)
        bingx.trade.cancel_orders(symbol="BTC-USDT", order_ids=(1, 2), process=1)
        bingx.trade.cancel_all_after(type_="ACTIVATE", time_out=10)
        assert_type(bingx.server.server_time().server_time, int)
        assert_type(bingx.with_options(timeout=30), BingxSpot)
        assert_type(bingx.api, AuthenticatedClient)


async def awaiting(credentials: Credentials) -> None:
    own = Environment("mine", "https://exchange.example", "https://fallback.example")
    async with AsyncBingxSpot(credentials, environment=own, clock=Clock(), source_key="mine") as bingx:
        assert_type(bingx, AsyncBingxSpot)
        assert_type(await bingx.cancel_order("BTC-USDT", order_id=1), Order)
        assert_type(await bingx.query_order("BTC-USDT", order_id=1), Order)
        assert_type(await bingx.server_time(), int)
        assert_type((await bingx.trade.history_orders(status="FILLED")).orders, list[ListedOrder] | None)
        assert_type(bingx.with_options(placement="auto"), AsyncBingxSpot)


def made() -> None:
    assert_type(BingxSpot.from_env(), BingxSpot)
    assert_type(AsyncBingxSpot.from_env(timeout=3.5), AsyncBingxSpot)
    assert_type(Credentials.from_file("keys.json"), Credentials)
    BingxSpot.from_env(proxy="http://proxy.example:3128", tls=ssl.create_default_context())
    BingxSpot.from_env(transport=httpx.HTTPTransport())
    assert_type(sign(canonical_string({"symbol": "BTC-USDT", "recvWindow": 5000.0}), "secret"), str)


def looked_at(order: Order) -> None:
    assert_type(order.order_id, int)
    assert_type(order.status, OrderStatus)
    assert_type(order.side, OrderSide | None)
    assert_type(order.executed_qty, Decimal | None)
    assert_type(order.client_order_id, str | None)
    assert_type(order.raw, Mapping[str, object])


def caught(bingx: BingxSpot) -> str:
    try:
        bingx.cancel_order("BTC-USDT", order_id=1)
    except OrderNotOpen as error:
        return str(error.order.status) if error.order is not None else error.hint
    except RateLimited as error:
        assert_type(error.retry_at, int | None)
        return error.message
    except (NotExecuted, OutcomeUnknown) as error:
        assert_type(error.attempts, tuple[Attempt, ...])
        assert_type(error.code, int | str | None)
        return error.hint
    except CallError as error:
        return error.details.rule
    except BingxError as error:
        return str(error)
    return ""


def generated() -> None:
    with generated_client(environment="sandbox") as client:
        cancel_order.sync(client=client, body=CancelOrderRequest(symbol="BTC-USDT", order_id=1))
