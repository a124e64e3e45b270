"""Choose the ways that an engine goes, and import no HTTP library that is not on one of them."""

from importlib.util import find_spec
from typing import TYPE_CHECKING

from bingx_spot.exceptions import InvalidInput
from bingx_spot.transport.backend import AsyncBackend, Backend
from bingx_spot.transport.engine import NetworkEngine
from bingx_spot.transport.tls_and_proxy import Proxy

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

    def blocking() -> Backend:
        from bingx_spot.transport.httpcore_backend import HttpcoreBackend, HttpcoreProxyBackend

        context = _context(tls)
        return HttpcoreBackend(context) if through is None else HttpcoreProxyBackend(context(), through)

    def awaiting() -> AsyncBackend:
        context = _context(tls)
        if through is None and _on_asyncio():
            from bingx_spot.transport.aiohttp_backend import AiohttpBackend

            return AiohttpBackend(context)
        from bingx_spot.transport.httpcore_backend import AsyncHttpcoreBackend

        return AsyncHttpcoreBackend(context(), through)

    return NetworkEngine(blocking, awaiting)


def fast_engine() -> NetworkEngine:
    """Return the engine that takes the least time, and neither a proxy nor a TLS context.

    Raises:
        InvalidInput: The extra `fast` is not installed.
    """
    if find_spec("pycurl") is None:
        raise InvalidInput("engine", "is fast, and pycurl is not installed", _WITH_PYCURL)

    def blocking() -> Backend:
        from bingx_spot.transport.curl_backend import CurlBackend

        return CurlBackend()

    def awaiting() -> AsyncBackend:
        if not _on_asyncio():
            raise InvalidInput("engine", "is fast, which knows asyncio alone", "the default engine")
        from bingx_spot.transport.curl_backend import AsyncCurlBackend

        return AsyncCurlBackend()

    return NetworkEngine(blocking, awaiting)


def _context(tls: "ssl.SSLContext | None") -> "Callable[[], ssl.SSLContext]":
    from bingx_spot.transport.tls_and_proxy import public_authorities

    return public_authorities if tls is None else lambda: tls


def _on_asyncio() -> bool:
    import asyncio

    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True
