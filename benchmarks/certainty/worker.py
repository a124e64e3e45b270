"""A contender's process: it cancels the orders of each line of its input, and says how long it took to know.

`python -m benchmarks.certainty.worker CONTENDER SETTINGS`. The settings, in JSON, have `url`, `fallback` or
null, `limits` or null, and `addresses`: what the look-up of `localhost` gives, or null. That of `SILENT`
never ends.
"""

import asyncio
import json
import socket
import sys
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from benchmarks.speed.contenders import KEY, SECRET, SYMBOL, ccxt_at

#: A name whose look-up hangs.
SILENT = "exchange.test"
# A look-up that hangs, in seconds: longer than any client waits.
_HANGS = 11.0
_KNOWN = ("CANCELED", "canceled")


def spot(kind: str) -> Callable[[dict[str, Any]], Callable[[int], Any]]:
    """Return what makes a client of this package that cancels."""

    def make(settings: dict[str, Any]) -> Callable[[int], Any]:
        import bingx_spot

        environment = bingx_spot.Environment("bench", settings["url"], settings["fallback"])
        options: dict[str, Any] = {"environment": environment}
        if settings["limits"] is not None:
            options["limits"] = settings["limits"]
        client = getattr(bingx_spot, kind)(bingx_spot.Credentials(KEY, SECRET), **options)
        return lambda order_id: client.cancel_order(SYMBOL, order_id=order_id, already_canceled_ok=True)

    return make


def ccxt_sync(settings: dict[str, Any]) -> Callable[[int], Any]:
    """Make a client of ccxt that cancels."""
    import ccxt

    client = ccxt_at(ccxt.bingx, settings["url"])
    client.session.trust_env = False
    return lambda order_id: client.cancel_order(str(order_id), "BTC/USDT")


def ccxt_async(settings: dict[str, Any]) -> Callable[[int], Any]:
    """Make an awaiting client of ccxt that cancels."""
    import aiohttp.connector
    import ccxt.async_support

    # So that it asks the look-up of this process.
    aiohttp.connector.DefaultResolver = aiohttp.resolver.ThreadedResolver  # type: ignore[misc]
    client = ccxt_at(ccxt.async_support.bingx, settings["url"])
    return lambda order_id: client.cancel_order(str(order_id), "BTC/USDT")


CONTENDERS = {
    "spot": spot("BingxSpot"),
    "spot-async": spot("AsyncBingxSpot"),
    "ccxt": ccxt_sync,
    "ccxt-async": ccxt_async,
}


def said(result: Any) -> str:
    """Return a result in a word."""
    if isinstance(result, BaseException):
        return type(result).__name__
    status = result["status"] if isinstance(result, dict) else str(result.status)
    return "known" if status in _KNOWN else status


def timed(cancel: Callable[[int], Any], order_id: int) -> tuple[float, str]:
    """Cancel, and return how long it took, and the result."""
    began = time.perf_counter()
    try:
        result = cancel(order_id)
    except Exception as error:
        result = error
    return time.perf_counter() - began, said(result)


async def timed_async(cancel: Callable[[int], Awaitable[Any]], order_id: int) -> tuple[float, str]:
    """Cancel, awaiting."""
    began = time.perf_counter()
    try:
        result = await cancel(order_id)
    except Exception as error:
        result = error
    return time.perf_counter() - began, said(result)


def run(cancel: Callable[[int], Any]) -> None:
    """Cancel what is asked for, blocking."""
    with ThreadPoolExecutor(8) as threads:
        for line in sys.stdin:
            asked = json.loads(line)
            each = threads.map if asked["together"] else map
            tell(list(each(lambda order_id: timed(cancel, order_id), asked["orders"])))


async def run_async(make: Callable[[], Callable[[int], Awaitable[Any]]]) -> None:
    """Cancel what is asked for, awaiting."""
    cancel = make()
    while line := await asyncio.to_thread(sys.stdin.readline):
        asked = json.loads(line)
        if asked["together"]:
            tell(await asyncio.gather(*(timed_async(cancel, each) for each in asked["orders"])))
        else:
            tell([await timed_async(cancel, each) for each in asked["orders"]])


def tell(results: list[tuple[float, str]]) -> None:
    """Print the results."""
    print(json.dumps(results), flush=True)


def look_up(addresses: list[list[Any]] | None) -> None:
    """Let `localhost` have these addresses, and the look-up of `SILENT` hang."""
    real = socket.getaddrinfo

    def getaddrinfo(host: Any, *more: Any, **options: Any) -> Any:
        if host == SILENT:
            time.sleep(_HANGS)
            raise socket.gaierror(socket.EAI_AGAIN, "no answer")
        if host == "localhost" and addresses is not None:
            return [(getattr(socket, name), socket.SOCK_STREAM, 6, "", tuple(to)) for name, to in addresses]
        return real(host, *more, **options)

    socket.getaddrinfo = getaddrinfo


def main(name: str, settings: dict[str, Any]) -> None:
    """Serve the lines of standard input."""
    look_up(settings["addresses"])
    if name.endswith("async"):
        asyncio.run(run_async(lambda: CONTENDERS[name](settings)))
    else:
        run(CONTENDERS[name](settings))


if __name__ == "__main__":
    main(sys.argv[1], json.loads(sys.argv[2]))
