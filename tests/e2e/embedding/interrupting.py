"""An async program that is interrupted in mid-call, for `test_signals.py`: tells what it saw as one line.

Both ways it is JSON. It reads where to call, for which order, and in which event loop.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import trio
import uvloop

from bingx_spot import AsyncBingxSpot, Credentials
from tests.support.samples import SYMBOL


def on_asyncio(main: Callable[[], Any], make: Any = asyncio.new_event_loop) -> Any:
    """Run in an event loop that is the next one each time, as `asyncio.run` does."""
    with asyncio.Runner(loop_factory=make) as runner:
        return runner.run(main())


RUN: dict[str, Callable[[Callable[[], Awaitable[Any]]], Any]] = {
    "asyncio": on_asyncio,
    "uvloop": lambda main: on_asyncio(main, uvloop.new_event_loop),
    "trio": trio.run,
}


def main() -> None:
    """Call, be interrupted, call again, and tell of it."""
    asked: dict[str, Any] = json.loads(sys.stdin.readline())
    credentials = Credentials(os.environ["BINGX_API_KEY"], os.environ["BINGX_API_SECRET"])
    transport = httpx.AsyncHTTPTransport() if asked["loop"] == "trio" else None
    bingx = AsyncBingxSpot(credentials, environment=asked["url"], timeout=60.0, transport=transport)
    told: dict[str, object] = {}

    async def cancel() -> None:
        try:
            await bingx.cancel_order(SYMBOL, order_id=asked["orderId"])
        except BaseException as interruption:
            told["inside"] = [type(interruption).__name__, interruption.__notes__]
            raise

    async def query() -> str:
        return (await bingx.query_order(SYMBOL, order_id=asked["orderId"])).status

    run = RUN[asked["loop"]]
    try:
        run(cancel)
    except KeyboardInterrupt as interruption:
        seen = interruption if hasattr(interruption, "__notes__") else interruption.__context__
        told["outside"] = getattr(seen, "__notes__", None)
    told["status"] = run(query)
    run(bingx.aclose)
    print(json.dumps(told), flush=True)


if __name__ == "__main__":
    main()
