"""One cancel in either colour, and a port that refuses it."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bingx_spot import Order
from tests.overlay.samples import ORDER_ID, SYMBOL, awaiting, blocking


def cancel_blocking(url: str, **options: Any) -> Order:
    with blocking(url, **options) as bingx:
        return bingx.cancel_order(SYMBOL, order_id=ORDER_ID)


def cancel_awaiting(url: str, **options: Any) -> Order:
    async def cancel() -> Order:
        async with awaiting(url, **options) as bingx:
            return await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

    return asyncio.run(cancel())


@contextmanager
def closed_port() -> Iterator[str]:
    """Give the URL of a port that is bound, so that nobody else gets it, and does not listen."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"
