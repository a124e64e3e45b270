"""An async program that is interrupted during a call, for `test_signals.py`.

It reads one JSON line (URL, order, kind of event loop) and prints what it saw as one JSON line.
"""

import asyncio
import json
import os
import sys
from collections.abc import Awaitable, Callable
from importlib import import_module
from typing import Any

from bingx_spot import AsyncBingxSpot, Credentials
from tests.support.samples import SYMBOL


def on_asyncio(main: Callable[[], Any], make: Any = asyncio.new_event_loop) -> Any:
    """Run in a new event loop each time, as `asyncio.run` does."""
    with asyncio.Runner(loop_factory=make) as runner:
        return runner.run(main())


RUN: dict[str, Callable[[Callable[[], Awaitable[Any]]], Any]] = {
    "asyncio": on_asyncio,
    "uvloop": lambda main: on_asyncio(main, import_module("uvloop").new_event_loop),
    "trio": lambda main: import_module("trio").run(main),
}


def main() -> None:
    """Call, be interrupted, call again, and print what happened."""
    task: dict[str, Any] = json.loads(sys.stdin.readline())
    credentials = Credentials(os.environ["BINGX_API_KEY"], os.environ["BINGX_API_SECRET"])
    transport = import_module("httpx").AsyncHTTPTransport() if task["loop"] == "trio" else None
    bingx = AsyncBingxSpot(credentials, environment=task["url"], timeout=60.0, transport=transport)
    seen_by_caller: dict[str, object] = {}

    async def cancel() -> None:
        try:
            await bingx.cancel_order(SYMBOL, order_id=task["orderId"])
        except BaseException as interruption:
            seen_by_caller["inside"] = [type(interruption).__name__, interruption.__notes__]
            raise

    async def query() -> str:
        return (await bingx.query_order(SYMBOL, order_id=task["orderId"])).status

    run = RUN[task["loop"]]
    try:
        run(cancel)
    except KeyboardInterrupt as interruption:
        seen = interruption if hasattr(interruption, "__notes__") else interruption.__context__
        seen_by_caller["outside"] = getattr(seen, "__notes__", None)
    seen_by_caller["status"] = run(query)
    run(bingx.aclose)
    print(json.dumps(seen_by_caller), flush=True)


if __name__ == "__main__":
    main()
