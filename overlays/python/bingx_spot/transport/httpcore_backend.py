"""The ways of httpcore, the library that httpx itself stands on."""

import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import anyio
import httpcore

from bingx_spot.core.request import SignedRequest
from bingx_spot.transport.backend import ConnectionBroken, ResponseHead
from bingx_spot.transport.connection_pool import LONGEST_IDLE, MOST, Idle, Origin, origin_of
from bingx_spot.transport.httpcore_streams import AsyncBackend, Backend
from bingx_spot.transport.request_context import RequestContext, current_request
from bingx_spot.transport.tls_and_proxy import Proxy


class _Connection:
    """Carry one request after another to one host."""

    def __init__(self, http: httpcore.HTTP11Connection, stream: httpcore.NetworkStream) -> None:
        self.http = http
        self._stream = stream

    def usable(self) -> bool:
        # What can be read before anything is asked is the end, or nothing that belongs to an answer.
        return not self.http.is_closed() and not self._stream.get_extra_info("is_readable")

    def close(self) -> None:
        with suppress(Exception):  # whatever closing meets, the socket is gone
            self.http.close()


class HttpcoreBackend:
    """Send requests over blocking connections of httpcore's, without its pool.

    Args:
        tls: Makes the context for connections over TLS; called when the first of them is opened.
    """

    def __init__(self, tls: Callable[[], ssl.SSLContext]) -> None:
        self._tls = tls
        self._backend = Backend(httpcore.SyncBackend())
        self._idle = Idle[_Connection]()
        self._closed = False

    def exchange(self, request: SignedRequest, under_way: RequestContext) -> ResponseHead:
        """Send the request, and return the answer's head once its body is in `under_way`."""
        origin = origin_of(request.address)
        with _translated():
            return self._exchange(request, origin, under_way)

    def close(self) -> None:
        """Close the connections that are idle; those in use are closed when their answers have ended."""
        self._closed = True
        for connection in self._idle.take_all():
            connection.close()

    def _exchange(self, request: SignedRequest, origin: Origin, under_way: RequestContext) -> ResponseHead:
        connection = self._taken(origin) or self._opened(origin)
        try:
            response = connection.http.handle_request(_built(request, origin))
            for chunk in response.iter_stream():
                under_way.add(chunk)
            response.close()
        except BaseException:
            connection.close()
            raise
        self._give_back(origin, connection)
        return ResponseHead.of(response.status, response.headers)

    def _taken(self, origin: Origin) -> _Connection | None:
        connection, useless = self._idle.take(origin)
        for each in useless:
            each.close()
        return connection

    def _opened(self, origin: Origin) -> _Connection:
        stream = self._backend.connect_tcp(origin.host, origin.port)
        try:
            if origin.scheme == "https":
                stream = stream.start_tls(self._tls(), origin.host)
        except BaseException:
            stream.close()
            raise
        own = httpcore.Origin(origin.scheme.encode(), origin.host.encode(), origin.port)
        return _Connection(httpcore.HTTP11Connection(own, stream), stream)

    def _give_back(self, origin: Origin, connection: _Connection) -> None:
        if self._closed:
            connection.close()
        if connection.http.is_closed():
            return
        for each in self._idle.give(origin, connection):
            each.close()


class HttpcoreProxyBackend:
    """Send requests over httpcore's own pool: through a proxy.

    Args:
        tls: Whom to trust.
        proxy: The proxy.
    """

    def __init__(self, tls: ssl.SSLContext, proxy: Proxy) -> None:
        self._pool = httpcore.ConnectionPool(
            ssl_context=tls,
            proxy=httpcore.Proxy(proxy.url, proxy.auth),
            max_connections=MOST,
            keepalive_expiry=LONGEST_IDLE,
            network_backend=Backend(httpcore.SyncBackend()),
        )

    def exchange(self, request: SignedRequest, under_way: RequestContext) -> ResponseHead:
        """Send the request, and return the answer's head once its body is in `under_way`."""
        with _translated():
            response = self._pool.handle_request(_built(request, origin_of(request.address)))
            try:
                for chunk in response.iter_stream():
                    under_way.add(chunk)
            finally:
                response.close()
            return ResponseHead.of(response.status, response.headers)

    def close(self) -> None:
        """Close the connections."""
        self._pool.close()


class AsyncHttpcoreBackend:
    """Send requests over httpcore's own pool: through a proxy, and on trio.

    Args:
        tls: Whom to trust.
        proxy: The proxy, or None.
    """

    def __init__(self, tls: ssl.SSLContext, proxy: Proxy | None) -> None:
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            proxy=None if proxy is None else httpcore.Proxy(proxy.url, proxy.auth),
            max_connections=MOST,
            keepalive_expiry=LONGEST_IDLE,
            network_backend=AsyncBackend(httpcore.AnyIOBackend()),
        )

    async def exchange(self, request: SignedRequest, under_way: RequestContext) -> ResponseHead:
        """Send the request, and return the answer's head once its body is in `under_way`."""
        with _translated(), anyio.fail_after(under_way.left()):
            response = await self._pool.handle_async_request(_built(request, origin_of(request.address)))
            try:
                async for chunk in response.aiter_stream():
                    under_way.add(chunk)
            finally:
                await response.aclose()
            return ResponseHead.of(response.status, response.headers)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._pool.aclose()

    def abandon(self) -> None:
        """Drop the connections; httpcore's say nothing when they are dropped."""


def _built(request: SignedRequest, origin: Origin) -> httpcore.Request:
    head = [(name.encode(), value.encode()) for name, value in request.headers.items()]
    head.insert(0, (b"Host", origin.authority.encode()))
    head.append((b"Content-Length", b"%d" % len(request.content)))
    target = request.url[len(origin.scheme) + len("://") + len(origin.authority) :]
    url = httpcore.URL(scheme=origin.scheme, host=origin.host, port=origin.port, target=target)
    # The streams hold every phase to the deadline; waiting for a free connection is the pools' alone.
    phases = dict.fromkeys(("connect", "read", "write", "pool"), current_request.get().left())
    more = {"timeout": phases}
    return httpcore.Request(request.method, url, headers=head, content=request.content, extensions=more)


@contextmanager
def _translated() -> Iterator[None]:
    """Turn httpcore's errors into those of a way."""
    try:
        yield
    except httpcore.TimeoutException:
        problem: Exception = TimeoutError()
    except httpcore.NetworkError as error:
        # These texts are the system's and the TLS library's; others may repeat parts of the request.
        problem = ConnectionBroken(f"{type(error).__name__}: {error}")
    else:
        return
    raise problem
