"""Five thousand calls one after another: one connection, and memory that does not grow.

`make bench` makes a hundred thousand.
"""

import gc
import tracemalloc
from collections.abc import Iterator

import pytest

from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, awaiting, blocking
from tests.support.scripted_server import scripted_server

# Traced calls are slow.
pytestmark = pytest.mark.slow

CALLS = 5000
#: What may be left for caches that fill once, in bytes: less than three for each call.
GROWTH = 15_000
#: For one call, in seconds. Traced, the imports of the first take long, and the machine may have other work.
PATIENCE = 60.0


@pytest.fixture
def traced() -> Iterator[None]:
    tracemalloc.start()
    yield
    tracemalloc.stop()


def held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def test_blocking(traced):
    with scripted_server(SUCCESS) as server, blocking(server.url, timeout=PATIENCE) as bingx:
        for number in range(CALLS + 500):
            if number == 500:
                server.requests.clear()
                before = held()
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            server.requests.clear()
        assert held() - before < GROWTH
        assert len(server.connections) == 1


@pytest.mark.anyio
async def test_awaiting(traced):
    with scripted_server(SUCCESS) as server:
        async with awaiting(server.url, timeout=PATIENCE) as bingx:
            for number in range(CALLS + 500):
                if number == 500:
                    server.requests.clear()
                    before = held()
                await bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
                server.requests.clear()
            assert held() - before < GROWTH
            assert len(server.connections) == 1
