"""The default engine: httpcore, the connections that httpx itself stands on.

One layer deeper than httpx, because two things can be had only there: a deadline that holds for every
single read, so that a server which sends one byte a second cannot stretch a call; and certainty whether
a byte of the request was written, on which it hangs whether a failed cancel may have been executed.
"""

import ssl
import time
import zlib
from functools import cache
from threading import Lock
from types import MappingProxyType
from typing import Any

import anyio
import certifi
import httpcore

from bingx_spot.answers import Answer
from bingx_spot.engines import CLOSED, OUT, Failure, streams
from bingx_spot.engines.body import MAXIMUM_BODY, Body, TooLarge, Unfinished
from bingx_spot.engines.proxy import Proxy
from bingx_spot.engines.streams import AsyncBackend, Backend, Progress
from bingx_spot.request import SignedRequest

# A keep-alive longer than the usual 5 s: a bot's next cancel may come after a pause.
_POOL = {"max_connections": 100, "max_keepalive_connections": 20, "keepalive_expiry": 60.0}
_ZLIB_WITH_HEADER = 47  # zlib's own number for: gzip or zlib, told by the header


class HttpcoreEngine:
    """Send requests with httpcore.

    Args:
        proxy: URL of an HTTP proxy, or None.
        tls: What to trust and which certificate to show, or None for the public authorities.

    Raises:
        InvalidInput: The proxy's URL will not do.
    """

    def __init__(self, proxy: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._proxy = None if proxy is None else Proxy.parse(proxy)
        self._tls = tls
        self._lock = Lock()
        self._closed = False
        self._pool: httpcore.ConnectionPool | None = None
        self._async_pool: httpcore.AsyncConnectionPool | None = None

    def send(self, request: SignedRequest, timeout: float) -> Answer | Failure:
        """Send the request and wait for the answer; `timeout` is in seconds."""
        if self._closed:
            return CLOSED
        progress = _begin(request, timeout)
        try:
            with self._sync_pool().stream(*_asked(request), **_more(request, timeout)) as response:
                body = Body(progress.deadline)
                for chunk in response.iter_stream():
                    body.add(chunk)
            return _answer(request, response, body)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong below, the caller gets our error
            return _failure(error, progress, timeout)
        except BaseException as error:  # noqa: BLE001 - it goes on: Ctrl-C
            # Without the frames of the HTTP library, which hold the API key and the signature.
            raise _told(error, progress).with_traceback(None)  # noqa: B904 - it is the same error

    async def send_async(self, request: SignedRequest, timeout: float) -> Answer | Failure:  # noqa: ASYNC109
        """Send the request and await the answer; `timeout` is in seconds."""
        if self._closed:
            return CLOSED
        progress = _begin(request, timeout)
        try:
            with anyio.fail_after(timeout):
                async with self._asyncio_pool().stream(
                    *_asked(request), **_more(request, timeout)
                ) as response:
                    body = Body(progress.deadline)
                    async for chunk in response.aiter_stream():
                        body.add(chunk)
            return _answer(request, response, body)
        except Exception as error:  # noqa: BLE001 - whatever goes wrong below, the caller gets our error
            return _failure(error, progress, timeout)
        except BaseException as error:  # noqa: BLE001 - it goes on: a cancelled task
            # Without the frames of the HTTP library, which hold the API key and the signature.
            raise _told(error, progress).with_traceback(None)  # noqa: B904 - it is the same error

    def close(self) -> None:
        """Close the connections of `send`."""
        self._closed = True
        if self._pool is not None:
            self._pool.close()

    async def aclose(self) -> None:
        """Close the connections of `send_async`."""
        self._closed = True
        if self._async_pool is not None:
            await self._async_pool.aclose()

    def __repr__(self) -> str:
        # A proxy's URL may hold a password.
        return "<HttpcoreEngine>"

    def _sync_pool(self) -> httpcore.ConnectionPool:
        with self._lock:
            if self._pool is None:
                backend = Backend(httpcore.SyncBackend())
                self._pool = httpcore.ConnectionPool(network_backend=backend, **self._settings())
            return self._pool

    def _asyncio_pool(self) -> httpcore.AsyncConnectionPool:
        with self._lock:
            if self._async_pool is None:
                backend = AsyncBackend(httpcore.AnyIOBackend())
                self._async_pool = httpcore.AsyncConnectionPool(network_backend=backend, **self._settings())
            return self._async_pool

    def _settings(self) -> dict[str, Any]:
        proxy = None if self._proxy is None else httpcore.Proxy(self._proxy.url, self._proxy.auth)
        return {"ssl_context": self._tls or _trusted(), "proxy": proxy, **_POOL}


@cache
def _trusted() -> ssl.SSLContext:
    # Loading the certificates takes 20 ms, so all clients share them.
    return ssl.create_default_context(cafile=certifi.where())


def _begin(request: SignedRequest, timeout: float) -> Progress:
    secure = request.url.startswith("https:")
    progress = Progress(time.monotonic() + timeout, secure=secure, secrets=request.secrets)
    streams.progress.set(progress)
    return progress


def _asked(request: SignedRequest) -> tuple[str, str]:
    return request.method, request.url


def _more(request: SignedRequest, timeout: float) -> dict[str, Any]:
    # The streams hold every phase to the deadline; waiting for a free connection is the pool's alone.
    return {
        "headers": dict(request.headers),
        "content": request.content,
        "extensions": {"timeout": dict.fromkeys(("connect", "read", "write", "pool"), timeout)},
    }


def _answer(request: SignedRequest, response: httpcore.Response, body: Body) -> Answer:
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in response.headers}
    content = _decoded(body.whole(), headers.get("content-encoding", "identity").lower())
    return Answer(response.status, MappingProxyType(headers), content, request.shown)


def _decoded(content: bytes, encoding: str) -> bytes:
    """Return the content unpacked, but never more of it than an answer may have.

    `Accept-Encoding: identity` was sent, so this is for servers that do not listen.
    """
    if encoding not in ("gzip", "deflate"):
        return content
    unpacker = zlib.decompressobj(_ZLIB_WITH_HEADER)
    unpacked = unpacker.decompress(content, MAXIMUM_BODY + 1)
    if len(unpacked) > MAXIMUM_BODY:
        raise TooLarge
    return unpacked


def _failure(error: Exception, progress: Progress, timeout: float) -> Failure:
    if isinstance(error, TimeoutError | httpcore.TimeoutException):
        phase = "whole answer" if progress.written else "connection"
        return Failure(progress.written, f"no {phase} within {timeout:.2f} s", pending=progress.written)
    if isinstance(error, Unfinished):
        return Failure(progress.written, str(error), answered=isinstance(error, TooLarge))
    if isinstance(error, httpcore.NetworkError):
        # These texts are the system's and the TLS library's; others may repeat parts of the request.
        return Failure(progress.written, f"{type(error).__name__}: {error}")
    return Failure(progress.written, f"{type(error).__name__} before a whole answer came")


def _told(interruption: BaseException, progress: Progress) -> BaseException:
    if progress.written:
        interruption.add_note(OUT)
    return interruption
