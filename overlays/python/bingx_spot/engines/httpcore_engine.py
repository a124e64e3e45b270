"""The default engine: httpcore, the connections that httpx itself stands on.

One layer deeper than httpx, because two things can be had only there: a deadline that holds for every
single read, so that a server which sends one byte a second cannot stretch a call; and certainty whether
a byte of the request was written, on which it hangs whether a failed cancel may have been executed.
"""

import ssl
import time
import zlib
from collections.abc import Iterable
from contextvars import ContextVar
from functools import cache
from threading import Lock
from types import MappingProxyType
from typing import Any

import anyio
import certifi
import httpcore

from bingx_spot.answers import Answer
from bingx_spot.engines import CLOSED, OUT, Failure
from bingx_spot.engines.body import MAXIMUM_BODY, Body, Unfinished
from bingx_spot.engines.proxy import Proxy
from bingx_spot.request import SignedRequest

# A keep-alive longer than the usual 5 s: a bot's next cancel may come after a pause.
_POOL = {"max_connections": 100, "max_keepalive_connections": 20, "keepalive_expiry": 60.0}
_ZLIB_WITH_HEADER = 47  # zlib's own number for: gzip or zlib, told by the header


class _Progress:
    """Know how far one request has come, for the streams that carry it."""

    __slots__ = ("deadline", "secure", "written")

    def __init__(self, deadline: float, *, secure: bool) -> None:
        self.deadline = deadline
        self.secure = secure
        self.written = False

    def left(self) -> float:
        # Not 0: that would make a socket non-blocking.
        return max(self.deadline - time.monotonic(), 0.001)

    def note_write(self, *, secure: bool) -> None:
        # What goes out before TLS stands is a proxy's business, and no request of ours.
        if secure or not self.secure:
            self.written = True


_progress: ContextVar[_Progress] = ContextVar("bingx_spot_progress")


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

    async def send_async(self, request: SignedRequest, timeout: float) -> Answer | Failure:
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
                backend = _Backend(httpcore.SyncBackend())
                self._pool = httpcore.ConnectionPool(network_backend=backend, **self._settings())
            return self._pool

    def _asyncio_pool(self) -> httpcore.AsyncConnectionPool:
        with self._lock:
            if self._async_pool is None:
                backend = _AsyncBackend(httpcore.AnyIOBackend())
                self._async_pool = httpcore.AsyncConnectionPool(network_backend=backend, **self._settings())
            return self._async_pool

    def _settings(self) -> dict[str, Any]:
        proxy = None if self._proxy is None else httpcore.Proxy(self._proxy.url, self._proxy.auth)
        return {"ssl_context": self._tls or _trusted(), "proxy": proxy, **_POOL}


@cache
def _trusted() -> ssl.SSLContext:
    # Loading the certificates takes 20 ms, so all clients share them.
    return ssl.create_default_context(cafile=certifi.where())


def _begin(request: SignedRequest, timeout: float) -> _Progress:
    progress = _Progress(time.monotonic() + timeout, secure=request.url.startswith("https:"))
    _progress.set(progress)
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
        raise Unfinished(f"the answer is larger than {MAXIMUM_BODY} bytes")
    return unpacked


def _failure(error: Exception, progress: _Progress, timeout: float) -> Failure:
    if isinstance(error, TimeoutError | httpcore.TimeoutException):
        phase = "whole answer" if progress.written else "connection"
        return Failure(progress.written, f"no {phase} within {timeout:.2f} s", pending=progress.written)
    if isinstance(error, Unfinished):
        return Failure(progress.written, str(error))
    if isinstance(error, httpcore.NetworkError):
        # These texts are the system's and the TLS library's; others may repeat parts of the request.
        return Failure(progress.written, f"{type(error).__name__}: {error}")
    return Failure(progress.written, f"{type(error).__name__} before a whole answer came")


def _told(interruption: BaseException, progress: _Progress) -> BaseException:
    if progress.written:
        interruption.add_note(OUT)
    return interruption


class _Stream(httpcore.NetworkStream):
    """Carry a blocking connection, each read and write held to the deadline of its request."""

    def __init__(self, inner: httpcore.NetworkStream, *, secure: bool = False) -> None:
        self._inner = inner
        self._secure = secure

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _progress.get().left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        progress = _progress.get()
        progress.note_write(secure=self._secure)
        self._inner.write(buffer, progress.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, _progress.get().left())
        return _Stream(inner, secure=True)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _AsyncStream(httpcore.AsyncNetworkStream):
    """Carry an async connection; the deadline is anyio's to hold, so only writes are noted."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, *, secure: bool = False) -> None:
        self._inner = inner
        self._secure = secure

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return await self._inner.read(max_bytes, timeout)

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        _progress.get().note_write(secure=self._secure)
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            # httpcore closes after an error of its own, but not after a cancellation in the handshake.
            with anyio.CancelScope(shield=True):
                await self._inner.aclose()
            raise
        return _AsyncStream(inner, secure=True)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Backend(httpcore.NetworkBackend):
    """Open blocking connections."""

    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        left = _progress.get().left()
        return _Stream(self._inner.connect_tcp(host, port, left, local_address, socket_options))


class _AsyncBackend(httpcore.AsyncNetworkBackend):
    """Open async connections."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        return _AsyncStream(await self._inner.connect_tcp(host, port, timeout, local_address, socket_options))
