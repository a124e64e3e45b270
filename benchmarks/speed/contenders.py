"""The contenders: each makes one call, blocking or awaiting, over one connection that stays open.

A contender imports its own library, and runs in a process of its own.
"""

import asyncio
import hashlib
import hmac
import http.client
import json
import socket
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from benchmarks.speed.stand_in import ORDER_ID

KEY, SECRET = "k" * 64, "s" * 64
PATH = "/openApi/spot/v1/trade/cancel"
SYMBOL = "BTC-USDT"

Blocking = Callable[[], object]
Awaiting = Callable[[], Awaitable[object]]


@dataclass(frozen=True)
class Contender:
    """Name a contender.

    Attributes:
        title: What a table calls it.
        make: Makes its call, given the server's URL.
        awaits: Whether the call is awaited.
        peer: Whether it runs among the public clients, in an environment of their own.
        ours: Whether it is this package.
    """

    title: str
    make: Callable[[str], Any]
    awaits: bool = False
    peer: bool = False
    ours: bool = False


def signed() -> dict[str, object]:
    """Return the parameters of a cancel, signed in the shortest way."""
    parameters: dict[str, object] = {
        "orderId": ORDER_ID,
        "symbol": SYMBOL,
        "timestamp": time.time_ns() // 1_000_000,
    }
    canonical = "&".join(f"{name}={parameters[name]}" for name in sorted(parameters))
    signature = hmac.new(SECRET.encode(), canonical.encode(), hashlib.sha256).hexdigest()
    return {**parameters, "signature": signature}


def raw_socket(url: str) -> Blocking:
    """Send bytes that were made beforehand, and read what comes: the floor."""
    parts = urlsplit(url)
    connection = socket.create_connection((parts.hostname, parts.port))
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    body = json.dumps(signed())
    head = f"POST {PATH} HTTP/1.1\r\nHost: {parts.netloc}\r\nX-BX-APIKEY: {KEY}\r\n"
    request = f"{head}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()

    def call() -> object:
        connection.sendall(request)
        return connection.recv(65536)

    return call


def http_client(url: str) -> Blocking:
    """Sign, and send with http.client."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port)
    headers = {"X-BX-APIKEY": KEY, "Content-Type": "application/json"}

    def call() -> object:
        connection.request("POST", PATH, json.dumps(signed()), headers)
        return json.loads(connection.getresponse().read())["data"]["orderId"]

    return call


def httpx_plain(url: str) -> Blocking:
    """Post with httpx as everybody does, unsigned: what all others are compared with."""
    import httpx

    client = httpx.Client(base_url=url)
    body = {"symbol": SYMBOL, "orderId": ORDER_ID}
    return lambda: client.post(PATH, json=body).json()


def spot(kind: str) -> Callable[[str], Callable[[], Any]]:
    """Cancel with this package, blocking or awaiting."""

    def make(url: str) -> Callable[[], Any]:
        import bingx_spot

        options: Any = {"environment": url, "limits": "off"}
        bingx = getattr(bingx_spot, kind)(bingx_spot.Credentials(KEY, SECRET), **options)
        return lambda: bingx.cancel_order(SYMBOL, order_id=ORDER_ID)

    return make


def generated(url: str) -> Blocking:
    """Cancel with the generated client, over httpx clients that sign."""
    from bingx_spot import Credentials, generated_client
    from bingx_spot_api.api.trade import cancel_order
    from bingx_spot_api.models import CancelOrderRequest

    client = generated_client(Credentials(KEY, SECRET), environment=url, limits="off")
    body = CancelOrderRequest(symbol=SYMBOL, order_id=ORDER_ID)
    return lambda: cancel_order.sync(client=client, body=body)


def ccxt_sync(url: str) -> Blocking:
    """Cancel with ccxt, its own throttle off."""
    import ccxt

    exchange = ccxt_at(ccxt.bingx, url)
    return lambda: exchange.cancel_order(str(ORDER_ID), "BTC/USDT")


def bingx_py(url: str) -> Blocking:
    """Cancel with bingx-py."""
    from bingx_py import BingXClient

    client = BingXClient(KEY, SECRET)
    client.base_url = url
    client.__enter__()
    return lambda: client.spot.cancel_order(SYMBOL, order_id=ORDER_ID)


def aiohttp_signed(url: str) -> Awaiting:
    """Sign, and send with aiohttp."""
    import aiohttp

    session = aiohttp.ClientSession(url)
    headers = {"X-BX-APIKEY": KEY}

    async def call() -> object:
        async with session.post(PATH, json=signed(), headers=headers) as response:
            return (await response.json())["data"]["orderId"]

    return call


def httpx_async(url: str) -> Awaiting:
    """Sign, and send with httpx."""
    import httpx

    client = httpx.AsyncClient(base_url=url)
    headers = {"X-BX-APIKEY": KEY}

    async def call() -> object:
        return (await client.post(PATH, json=signed(), headers=headers)).json()["data"]["orderId"]

    return call


def ccxt_async(url: str) -> Awaiting:
    """Cancel with ccxt, awaiting, its own throttle off."""
    import ccxt.async_support

    exchange = ccxt_at(ccxt.async_support.bingx, url)
    return lambda: exchange.cancel_order(str(ORDER_ID), "BTC/USDT")


def ccxt_at(kind: Any, url: str) -> Any:
    """Return an exchange of ccxt at a URL, its own throttle off, that knows the one symbol."""
    exchange = kind({"apiKey": KEY, "secret": SECRET, "enableRateLimit": False})
    exchange.urls["api"] = dict.fromkeys(exchange.urls["api"], f"{url}/openApi")
    exchange.options["sandboxMode"] = False
    precision = {"amount": 1e-6, "price": 0.01}
    kinds = {"type": "spot", "spot": True, "swap": False, "future": False, "option": False, "contract": False}
    names = {"id": SYMBOL, "symbol": "BTC/USDT", "base": "BTC", "quote": "USDT"}
    ids = {"baseId": "BTC", "quoteId": "USDT", "settleId": None, "settle": None}
    more = {"linear": None, "inverse": None, "active": True, "limits": {}, "info": {}}
    exchange.set_markets([{**names, **ids, **kinds, **more, "precision": precision}])
    return exchange


BASELINE = "httpx-plain"
CCXT_ASYNC = "ccxt-async"
CONTENDERS = {
    "raw-socket": Contender("raw socket, bytes made beforehand", raw_socket),
    "http-client": Contender("http.client, signed", http_client),
    "spot": Contender("BingxSpot", spot("BingxSpot"), ours=True),
    BASELINE: Contender("httpx post, plain, unsigned", httpx_plain),
    "generated": Contender("generated client, signing", generated, ours=True),
    "bingx-py": Contender("bingx-py", bingx_py, peer=True),
    "ccxt": Contender("ccxt", ccxt_sync, peer=True),
    "aiohttp": Contender("aiohttp, signed", aiohttp_signed, awaits=True, peer=True),
    "spot-async": Contender("AsyncBingxSpot", spot("AsyncBingxSpot"), awaits=True, ours=True),
    CCXT_ASYNC: Contender("ccxt async", ccxt_async, awaits=True, peer=True),
    "httpx-async": Contender("httpx.AsyncClient, signed", httpx_async, awaits=True),
}


def loop() -> asyncio.AbstractEventLoop:
    """Return the event loop that a contender awaits in; the standard one, for all alike."""
    made = asyncio.new_event_loop()
    asyncio.set_event_loop(made)
    return made
