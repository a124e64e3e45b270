"""Blocking connections, and the backend that sends requests over them."""

import select
import selectors
import socket
import ssl
import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from contextlib import suppress
from typing import Generic

from bingx_spot.core.request import SignedRequest
from bingx_spot.models import Response
from bingx_spot.transport.connection_pool import (
    Connection,
    ConnectionBroken,
    ConnectionPool,
    Origin,
    PermitExpired,
    Poolable,
    RequestContext,
    TimeIsOver,
    origin_of,
)
from bingx_spot.transport.happy_eyeballs import SLICE, close_gracefully, connect
from bingx_spot.transport.http11 import Flow, Received, Result, encode_request, exchange
from bingx_spot.transport.resolver import Address, Resolver
from bingx_spot.transport.tls_and_proxy import Proxy, TlsLayer, establish, through

_READ_SIZE = 65536


class BaseConnection(Poolable):
    """What blocking and async connections have in common: a connected socket, and TLS."""

    def __init__(self, connected: socket.socket) -> None:
        # Waiting is the poll's: a socket with a timeout makes three more system calls for every request.
        connected.setblocking(False)
        self._socket = connected
        #: Waits so many milliseconds, and returns whether there is something to read, be it the end.
        self._poll = _poll(connected)
        #: The TLS sessions, the outermost first.
        self.layers: list[TlsLayer] = []

    def is_usable(self) -> bool:
        """Return whether the connection is open and has received nothing since its last response."""
        try:
            return not self._poll(0) or self.is_silent(self._socket.recv(_READ_SIZE))
        except OSError:
            return False

    def close(self) -> None:
        """Close the connection, which is idle."""
        close_gracefully(self._socket)
        self.reset()

    def is_silent(self, data: bytes) -> bool:
        """Return whether the connection goes on, and bytes that no request asked for are TLS's own."""
        return bool(data) and self.has_read_all(data)

    def has_read_all(self, data: bytes = b"") -> bool:
        """Return whether these bytes, and those left unread in TLS sessions, tell the application nothing."""
        try:
            for layer in self.layers:
                data = layer.receive(data)
        except ssl.SSLError:
            return False
        return not data


def _poll(watched: socket.socket) -> Callable[[float], object]:
    if not hasattr(select, "poll"):  # pragma: no cover - Windows has none
        return lambda milliseconds: select.select([watched], [], [], milliseconds / 1000)[0]
    poll = select.poll()
    poll.register(watched, select.POLLIN)
    return poll.poll


class BlockingConnection(BaseConnection):
    """One connection to a server, used by one thread at a time."""

    def run(self, flow: Flow[Result], context: RequestContext) -> Result:
        """Read and write as the flow asks, each time within what is left of the request's time.

        `TimeIsOver` says what it is called, another `OSError` that the connection broke.
        """
        try:
            wanted = next(flow)
            while True:
                if wanted is None:
                    wanted = flow.send(self._read(context))
                else:
                    self._write(wanted, context)
                    wanted = next(flow)
        except StopIteration as done:
            result: Result = done.value
            return result

    def reset(self) -> None:
        """Close the connection so that nothing of what was written arrives any more."""
        self._socket.close()

    def wake(self) -> None:
        """End the wait of the thread that uses the connection."""
        with suppress(OSError):  # the connection has ended already
            self._socket.shutdown(socket.SHUT_RDWR)

    def _read(self, context: RequestContext) -> bytes:
        while True:
            left = context.time_left()
            if not left:
                # The process may have been stopped meanwhile (SIGSTOP), and what has arrived by now counts.
                context.check_grace()
            self._poll(left * 1000)
            try:
                return self._socket.recv(_READ_SIZE)
            except BlockingIOError:
                if not left:
                    raise TimeIsOver from None

    def _write(self, data: bytes, context: RequestContext) -> None:
        while data:
            try:
                data = data[self._socket.send(data) :]
            except BlockingIOError:
                with selectors.DefaultSelector() as selector:
                    selector.register(self._socket, selectors.EVENT_WRITE)
                    if not selector.select(context.time_left()):
                        raise TimeIsOver from None


class BaseBackend(Generic[Connection]):
    """What the blocking and the async backend have in common.

    `tls` returns what to trust; it is called when the first connection over TLS is opened.
    """

    def __init__(self, tls: Callable[[], ssl.SSLContext], proxy: Proxy | None, resolver: Resolver) -> None:
        self._tls = tls
        self._proxy = proxy
        self._resolver = resolver
        self._pool = ConnectionPool[Connection]()
        self._in_flight: set[RequestContext] = set()
        # When a new connection to an address has last led to no response. The first that accepts one gets it,
        # so that the next attempt would fall to the same.
        self._failed: dict[object, float] = {}
        self._closed = False

    def _look_up(self, origin: Origin) -> Future[list[Address]]:
        """Return the addresses to which a TCP connection can lead, as a future."""
        server = origin if self._proxy is None else self._proxy.origin
        return self._resolver.resolve(server.host, server.port)

    def _begin(
        self, request: SignedRequest, origin: Origin, layers: list[TlsLayer], context: RequestContext
    ) -> Flow[Received]:
        """Return the flow of a request over a connection with these TLS sessions."""
        if self._closed:
            raise TimeIsOver
        context.begin_answer()
        flow = exchange(encode_request(request, origin), context)
        return through(layers, flow) if layers else flow

    def _check_silent(self, connection: Connection) -> None:
        """Check that a new connection has received nothing: what it had would be the next response."""
        if not connection.is_usable():
            raise ConnectionBroken("the server closed the connection, or sent something, before it was asked")

    def _keep(self, origin: Origin, connection: Connection, *, reusable: bool) -> None:
        """Keep a connection for the next request, or close it."""
        if reusable:
            self._pool.release(origin, connection)
        else:
            connection.close()
        if self._closed:  # meanwhile
            self._pool.close()

    def _give_up(
        self, origin: Origin, context: RequestContext, connection: Connection | None, error: BaseException
    ) -> None:
        """Reset the connection of a request that ended without a response; keep one that was not used."""
        if connection is not None and isinstance(error, PermitExpired) and not self._closed:
            self._pool.release(origin, connection)
        elif connection is not None:
            connection.reset()
            if not context.reused:
                self._failed[context.target] = time.monotonic()
            elif isinstance(error, TimeoutError):
                # The others are as old, and as likely to be dead.
                self._pool.drop(origin)

    def close(self) -> None:
        """Close every connection, and accept no request; those in flight end at once."""
        self._closed = True
        self._pool.close()
        for context in list(self._in_flight):
            context.cancel()


class Backend(BaseBackend[BlockingConnection]):
    """Sends requests over blocking connections. Threads may share it."""

    def exchange(self, request: SignedRequest, context: RequestContext) -> Response:
        """Send the request and return the response.

        Errors are those of `http11.exchange` and of `BlockingConnection.run`.
        """
        origin = origin_of(request.address)
        connection: BlockingConnection | None = None
        self._in_flight.add(context)
        try:
            connection = self._pool.acquire(origin) or self._connect(origin, context)
            # Closing the backend ends the request from now on.
            context.wake = connection.wake
            if not context.reused:
                setup = establish(origin, self._proxy, self._tls, connection.layers, context)
                connection.run(setup, context)
                self._check_silent(connection)
            received = connection.run(self._begin(request, origin, connection.layers, context), context)
            context.end_answer()
        except BaseException as error:
            self._give_up(origin, context, connection, error)
            raise
        finally:
            self._in_flight.discard(context)
        self._keep(origin, connection, reusable=received.reusable and connection.has_read_all())
        return received.response

    def _connect(self, origin: Origin, context: RequestContext) -> BlockingConnection:
        context.begin_opening()
        lookup = self._look_up(origin)
        while not lookup.done():
            left = context.time_left()
            if not left:
                raise TimeIsOver
            wait([lookup], min(left, SLICE))
        context.phase = "TCP"
        return BlockingConnection(connect(lookup.result(), context, self._failed))
