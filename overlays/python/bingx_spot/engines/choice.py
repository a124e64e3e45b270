"""Choose the ways that an engine goes, and import no HTTP library that is not on one of them."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from bingx_spot.engines.network import NetworkEngine
from bingx_spot.engines.proxy import Proxy
from bingx_spot.engines.way import AsyncWay, Way
from bingx_spot.errors import InvalidInput

if TYPE_CHECKING:
    import ssl
    from collections.abc import Callable

_WITH_PYCURL = 'the default engine; or pip install "bingx-spot[fast]" first'


def default_engine(proxy: str | None = None, tls: "ssl.SSLContext | None" = None) -> NetworkEngine:
    """Return the engine that takes every setting.

    Args:
        proxy: URL of an HTTP proxy, or None.
        tls: What to trust and which certificate to show, or None for the public authorities.

    Raises:
        InvalidInput: The proxy's URL will not do.
    """
    through = None if proxy is None else Proxy.parse(proxy)

    def blocking() -> Way:
        from bingx_spot.engines.httpcore_ways import HttpcoreWay, PooledWay

        context = _context(tls)
        return HttpcoreWay(context) if through is None else PooledWay(context(), through)

    def awaiting() -> AsyncWay:
        context = _context(tls)
        if through is None and _on_asyncio():
            from bingx_spot.engines.aiohttp_way import AiohttpWay

            return AiohttpWay(context)
        from bingx_spot.engines.httpcore_ways import AsyncPooledWay

        return AsyncPooledWay(context(), through)

    return NetworkEngine(blocking, awaiting)


def fast_engine() -> NetworkEngine:
    """Return the engine that takes the least time, and neither a proxy nor a TLS context.

    Raises:
        InvalidInput: The extra `fast` is not installed.
    """
    if find_spec("pycurl") is None:
        raise InvalidInput("engine", "is fast, and pycurl is not installed", _WITH_PYCURL)

    def blocking() -> Way:
        from bingx_spot.engines.curl_ways import CurlWay

        return CurlWay()

    def awaiting() -> AsyncWay:
        if not _on_asyncio():
            raise InvalidInput("engine", "is fast, which knows asyncio alone", "the default engine")
        from bingx_spot.engines.curl_ways import AsyncCurlWay

        return AsyncCurlWay()

    return NetworkEngine(blocking, awaiting)


def _context(tls: "ssl.SSLContext | None") -> "Callable[[], ssl.SSLContext]":
    from bingx_spot.engines.trust import public_authorities

    return public_authorities if tls is None else lambda: tls


def _on_asyncio() -> bool:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
