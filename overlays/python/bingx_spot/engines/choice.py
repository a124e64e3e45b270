"""Choose the ways that an engine goes, and import no HTTP library that is not on one of them."""

import asyncio
import ssl

from bingx_spot.engines.network import NetworkEngine
from bingx_spot.engines.proxy import Proxy
from bingx_spot.engines.way import AsyncWay, Way


def engine(proxy: str | None = None, tls: ssl.SSLContext | None = None) -> NetworkEngine:
    """Return the engine for these settings.

    Args:
        proxy: URL of an HTTP proxy, or None.
        tls: What to trust and which certificate to show, or None for the public authorities.

    Raises:
        InvalidInput: The proxy's URL will not do.
    """
    through = None if proxy is None else Proxy.parse(proxy)

    def context() -> ssl.SSLContext:
        from bingx_spot.engines.trust import public_authorities

        return tls or public_authorities()

    def blocking() -> Way:
        from bingx_spot.engines.httpcore_ways import HttpcoreWay, PooledWay

        return HttpcoreWay(context) if through is None else PooledWay(context(), through)

    def awaiting() -> AsyncWay:
        if through is None and _on_asyncio():
            from bingx_spot.engines.aiohttp_way import AiohttpWay

            return AiohttpWay(context)
        from bingx_spot.engines.httpcore_ways import AsyncPooledWay

        return AsyncPooledWay(context(), through)

    return NetworkEngine(blocking, awaiting)


def _on_asyncio() -> bool:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
