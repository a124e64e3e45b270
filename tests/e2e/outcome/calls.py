"""Make a call for the tests beside this module, sync or async, and describe the result."""

import asyncio
import socket
from collections.abc import Awaitable, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any, Literal

from bingx_sandbox import Sandbox
from bingx_spot import AsyncBingxSpot, BingxSpot, CallError, Credentials, Order, OrderNotOpen
from bingx_spot.exceptions import StillOpen
from bingx_spot.limits.rate_limiter import Unlimited

SYMBOL = "BTC-USDT"
CANCEL = "/openApi/spot/v1/trade/cancel"
QUERY = "/openApi/spot/v1/trade/query"
TIME = "/openApi/swap/v2/server/time"
ClientKind = Literal["sync", "async"]
CLIENT_KINDS: tuple[ClientKind, ...] = ("sync", "async")


def options(sandbox: Sandbox, **more: Any) -> dict[str, Any]:
    """Return the options of a client of the sandbox."""
    return {
        "credentials": Credentials(sandbox.api_key, sandbox.api_secret),
        "environment": sandbox.url,
        "limits": Unlimited(),
        **more,
    }


def attempt(client_kind: ClientKind, client_options: dict[str, Any], **named: Any) -> Order | CallError:
    """Cancel one order with a client of its own, and return the order or the error."""
    if client_kind == "sync":
        with BingxSpot(**client_options) as bingx:
            return outcome(lambda: bingx.cancel_order(SYMBOL, **named))

    async def cancel() -> Order | CallError:
        async with AsyncBingxSpot(**client_options) as bingx:
            return await outcome_async(bingx.cancel_order(SYMBOL, **named))

    return asyncio.run(cancel())


def outcome(call: Callable[[], Order]) -> Order | CallError:
    """Return what a call returns or raises."""
    try:
        return call()
    except CallError as error:
        return error


async def outcome_async(call: Awaitable[Order]) -> Order | CallError:
    """Return what a call returns or raises."""
    try:
        return await call
    except CallError as error:
        return error


def cancelling(bingx: BingxSpot, order_id: int) -> Order | CallError:
    """Cancel an order of the sandbox's, and return it or the error."""
    return outcome(lambda: bingx.cancel_order(SYMBOL, order_id=order_id))


def cancel_together(
    client_kind: ClientKind, client_options: dict[str, Any], orders: list[int]
) -> list[Order | CallError]:
    """Cancel orders on one client, all at once."""
    if client_kind == "sync":
        with BingxSpot(**client_options) as bingx, ThreadPoolExecutor(len(orders)) as threads:
            return list(threads.map(lambda each: cancelling(bingx, each), orders))

    async def cancel_all() -> list[Order | CallError]:
        async with AsyncBingxSpot(**client_options) as bingx:
            calls = [outcome_async(bingx.cancel_order(SYMBOL, order_id=each)) for each in orders]
            return await asyncio.gather(*calls)

    return asyncio.run(cancel_all())


def described(result: Order | CallError) -> str:
    """Name the result of a call: the class, and the order's status where there is one."""
    order = result.order if isinstance(result, OrderNotOpen | StillOpen) else result
    status = f" {order.status}" if isinstance(order, Order) else ""
    return f"{type(result).__name__}{status}"


def arrived(sandbox: Sandbox, path: str = CANCEL) -> int:
    """Count the requests that have arrived."""
    return sum(request["path"] == path for request in sandbox.requests())


@contextmanager
def refused_port() -> Iterator[str]:
    """Yield the URL of a port that is bound, so that no other process gets it, and does not listen."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
