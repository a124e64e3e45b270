"""The default engine: httpx's own transports, without the shell of its client.

The client's shell would log the signed URL of a query placement, keep cookies and follow
redirects; none of that is wanted here.
"""

import ssl
import time
from functools import cache
from threading import Lock
from types import MappingProxyType
from typing import Any

import httpx

from bingx_spot.answers import Answer
from bingx_spot.engines import Failure
from bingx_spot.errors import InvalidInput
from bingx_spot.request import SignedRequest

#: An answer is some hundred bytes; what is larger than this is not the exchange's.
MAXIMUM_BODY = 1_048_576

# A keep-alive longer than httpx's 5 s: a bot's next cancel may come after a pause.
_POOL = httpx.Limits(max_connections=100, max_keepalive_connections=20, keepalive_expiry=60.0)

_CLOSED = Failure(written=False, reason="the client is closed")

# What can only happen before a byte of the request was written.
_UNWRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


@cache
def _trusted() -> ssl.SSLContext:
    # Loading the certificates takes 20 ms, so all clients share them.
    return httpx.create_ssl_context()


class HttpxEngine:
    """Send requests with httpx.

    Args:
        transport: A transport of one's own in place of the pool, or None; sync, async or both.
        proxy: URL of an HTTP proxy, or None.
        tls: What to trust and which certificate to show, or None for the public authorities.

    Raises:
        InvalidInput: `proxy` or `tls` is given beside a transport, or the proxy's URL will not do.
    """

    def __init__(
        self,
        transport: httpx.BaseTransport | httpx.AsyncBaseTransport | None = None,
        proxy: str | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        if transport is not None and (proxy is not None or tls is not None):
            given = "proxy" if proxy is not None else "tls"
            raise InvalidInput(given, "is given beside a transport", "what the transport itself is made with")
        self._given = transport
        self._proxy = _parsed_proxy(proxy)
        self._tls = tls
        self._lock = Lock()
        self._closed = False
        self._sync: httpx.BaseTransport | None = None
        self._async: httpx.AsyncBaseTransport | None = None

    def send(self, request: SignedRequest, timeout: float) -> Answer | Failure:
        """Send the request and wait for the answer; `timeout` is in seconds."""
        if self._closed:
            return _CLOSED
        deadline = time.monotonic() + timeout
        transport = self._sync_transport()
        try:
            response = transport.handle_request(_built(request, deadline))
            try:
                body = _Body(deadline)
                for chunk in response.iter_bytes():
                    body.add(chunk)
            finally:
                response.close()
        except Exception as error:  # noqa: BLE001 - whatever a transport raises, the caller gets our error
            return _failure(error, timeout)
        except BaseException as error:  # noqa: BLE001 - it goes on: a cancelled task or Ctrl-C
            # Without the frames of the HTTP library, which hold the API key and the signature.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error
        return _answer(request, response, body)

    async def send_async(self, request: SignedRequest, timeout: float) -> Answer | Failure:  # noqa: ASYNC109
        """Send the request and await the answer; `timeout` is in seconds."""
        if self._closed:
            return _CLOSED
        deadline = time.monotonic() + timeout
        transport = self._async_transport()
        try:
            response = await transport.handle_async_request(_built(request, deadline))
            try:
                body = _Body(deadline)
                async for chunk in response.aiter_bytes():
                    body.add(chunk)
            finally:
                await response.aclose()
        except Exception as error:  # noqa: BLE001 - whatever a transport raises, the caller gets our error
            return _failure(error, timeout)
        except BaseException as error:  # noqa: BLE001 - it goes on: a cancelled task or Ctrl-C
            # Without the frames of the HTTP library, which hold the API key and the signature.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error
        return _answer(request, response, body)

    def close(self) -> None:
        """Close the connections of `send`."""
        self._closed = True
        if self._sync is not None:
            self._sync.close()

    async def aclose(self) -> None:
        """Close the connections of `send_async`."""
        self._closed = True
        if self._async is not None:
            await self._async.aclose()

    def __repr__(self) -> str:
        # A proxy's URL may hold a password.
        return "<HttpxEngine>"

    def _sync_transport(self) -> httpx.BaseTransport:
        with self._lock:
            if self._sync is None:
                self._sync = self._given_sync() or httpx.HTTPTransport(**self._settings())
            return self._sync

    def _async_transport(self) -> httpx.AsyncBaseTransport:
        with self._lock:
            if self._async is None:
                self._async = self._given_async() or httpx.AsyncHTTPTransport(**self._settings())
            return self._async

    def _settings(self) -> dict[str, Any]:
        # trust_env off: no variable of the environment reroutes a request that carries the API key.
        return {
            "verify": self._tls or _trusted(),
            "proxy": self._proxy,
            "limits": _POOL,
            "trust_env": False,
        }

    def _given_sync(self) -> httpx.BaseTransport | None:
        if self._given is None or isinstance(self._given, httpx.BaseTransport):
            return self._given
        raise InvalidInput("transport", "is an async one", "an httpx.BaseTransport for a blocking client")

    def _given_async(self) -> httpx.AsyncBaseTransport | None:
        if self._given is None or isinstance(self._given, httpx.AsyncBaseTransport):
            return self._given
        raise InvalidInput("transport", "is a sync one", "an httpx.AsyncBaseTransport for an async client")


class _Body:
    """Gather an answer's body, within bounds of size and time."""

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._chunks: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> None:
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > MAXIMUM_BODY:
            raise _Unfinished(f"the answer is larger than {MAXIMUM_BODY} bytes")
        if time.monotonic() > self._deadline:
            raise _Unfinished("the answer was still coming when the time was up")

    def whole(self) -> bytes:
        return b"".join(self._chunks)


class _Unfinished(Exception):
    """Say why an answer was not read to its end."""


def _parsed_proxy(proxy: str | None) -> httpx.Proxy | None:
    if proxy is None:
        return None
    try:
        parsed = httpx.Proxy(proxy)
    except (ValueError, TypeError, httpx.InvalidURL):
        parsed = None
    if parsed is not None and parsed.url.scheme in ("http", "https") and parsed.url.host:
        return parsed
    # The URL is not repeated: it may hold a password.
    raise InvalidInput(
        "proxy", "is not an HTTP proxy's URL", "http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"
    )


class _TimeLeft(dict[str, float]):
    """Give each phase of a request (connect, write, read, pool) the time that is left when it begins.

    httpx lets each phase take the whole time-out, so that together they would take several.
    """

    def __init__(self, deadline: float) -> None:
        super().__init__(dict.fromkeys(("connect", "read", "write", "pool"), 0.0))
        self._deadline = deadline

    def get(self, phase: str, default: Any = None) -> Any:
        return self[phase] if phase in self else default  # noqa: SIM401 - this is that method

    def __getitem__(self, phase: str) -> float:
        # Not 0: that would make a socket non-blocking.
        return max(self._deadline - time.monotonic(), 0.001)


def _built(request: SignedRequest, deadline: float) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        content=request.content,
        extensions={"timeout": _TimeLeft(deadline)},
    )


def _answer(request: SignedRequest, response: httpx.Response, body: _Body) -> Answer:
    headers = MappingProxyType(dict(response.headers))
    return Answer(response.status_code, headers, body.whole(), request.shown)


def _failure(error: Exception, timeout: float) -> Failure:
    written = not isinstance(error, _UNWRITTEN)
    if isinstance(error, httpx.TimeoutException):
        phase = "answer" if written else "connection"
        return Failure(written, f"no {phase} within {timeout:.1f} s")
    if isinstance(error, _Unfinished):
        return Failure(written, str(error))
    if isinstance(error, httpx.ConnectError | httpx.ReadError):
        # These texts are the system's and the TLS library's; others may repeat parts of the request.
        return Failure(written, f"{type(error).__name__}: {error}")
    return Failure(written, f"{type(error).__name__} before a whole answer came")
