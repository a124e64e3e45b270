"""Connections on asyncio, and the backend that sends requests over them."""

import asyncio
import socket
import ssl
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from typing import cast

from bingx_spot.core.request import SignedRequest
from bingx_spot.exceptions import InvalidInput
from bingx_spot.fork_safety import fork_lock
from bingx_spot.models import Response
from bingx_spot.transport.backend import BaseBackend, drain, has_read_all, read_poll
from bingx_spot.transport.connection_pool import ConnectionBroken, Origin, RequestContext, origin_of
from bingx_spot.transport.happy_eyeballs import close_gracefully, connect_async
from bingx_spot.transport.http11 import Flow, Result
from bingx_spot.transport.resolver import Address
from bingx_spot.transport.tls_and_proxy import TlsLayer, establish

_INSTEAD = "asyncio or uvloop; on trio give the client `transport=httpx.AsyncHTTPTransport()`"
# An idle connection that receives more pieces than this is closed.
_MOST_UNREAD = 64
# A connection reads into a buffer of so many bytes. Without one, asyncio allocates 256 KiB for each read, and
# the system maps and unmaps them every time.
_BUFFER_SIZE = 16_384
# After a deadline, so long for the event loop to read what has arrived, in seconds.
_LAST_READ = 0.002


class AsyncConnection(asyncio.BufferedProtocol):
    """One connection to a server, used by one task at a time.

    Args:
        connected: The socket that it is made of.
    """

    def __init__(self, connected: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._socket = connected
        self._poll = read_poll(connected)
        self._buffer = memoryview(bytearray(_BUFFER_SIZE))
        self._received: deque[bytes] = deque()
        self._waiter: asyncio.Future[bytes] | None = None
        self._lost: OSError | None = None
        self._transport: asyncio.Transport
        self._timer: asyncio.TimerHandle
        #: The TLS sessions, the outermost first.
        self.layers: list[TlsLayer] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to write to."""
        # What every event loop makes of a socket; uvloop's is no subclass.
        self._transport = cast("asyncio.Transport", transport)

    def get_buffer(self, sizehint: int) -> memoryview:  # noqa: ARG002 - as asyncio calls it
        """Return where to put received bytes."""
        return self._buffer

    def buffer_updated(self, nbytes: int) -> None:
        """Take so many bytes out of the buffer."""
        self._take(self._buffer[:nbytes].tobytes())

    def _take(self, data: bytes) -> None:
        """Hand received bytes to the request in flight, or keep them until somebody looks."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(data)
        else:
            self._received.append(data)
            if len(self._received) > _MOST_UNREAD:
                self.reset()

    def eof_received(self) -> None:
        """Note that the server has closed the connection."""
        self._take(b"")

    def connection_lost(self, error: Exception | None) -> None:
        """Note that the connection has ended."""
        self._lost = error if isinstance(error, OSError) else ConnectionAbortedError("the connection ended")
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(self._lost)

    async def run(self, flow: Flow[Result], context: RequestContext) -> Result:
        """Read and write as the flow asks, until the request's time is over.

        Raises:
            TimeoutError: The time is over.
            OSError: The connection broke.
        """
        self._timer = self._loop.call_later(context.time_left(), self._note_deadline)
        try:
            wanted = next(flow)
            while True:
                if wanted is None:
                    wanted = flow.send(await self._read(context))
                else:
                    self._transport.write(wanted)
                    wanted = next(flow)
        except StopIteration as done:
            result: Result = done.value
            return result
        finally:
            self._timer.cancel()

    async def catch_up(self) -> None:
        """Let the event loop read what has arrived, if the program has kept it from its work."""
        if self._poll(0):
            await asyncio.sleep(0)
            await asyncio.sleep(0)

    def is_usable(self) -> bool:
        """Return whether the connection is open and has received nothing since its last response."""
        if self._lost is not None or self._transport.is_closing():
            return False
        return not self._received or self._is_silent()

    def close(self) -> None:
        """Close the connection, which is idle."""
        close_gracefully(self._socket)
        self._transport.abort()

    def reset(self) -> None:
        """Close the connection so that nothing of what was written arrives any more."""
        self._transport.abort()

    def wake(self) -> None:
        """End the wait of the task that uses the connection."""
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_exception(TimeoutError())

    async def _read(self, context: RequestContext) -> bytes:
        if self._received:
            return self._received.popleft()
        if self._lost is not None:
            raise self._lost
        if not context.time_left():
            # What has arrived by now counts, as in `_note_deadline`.
            await self.catch_up()
            if not self._received:
                raise TimeoutError
            return self._received.popleft()
        self._waiter = self._loop.create_future()
        return await self._waiter

    def _note_deadline(self) -> None:
        # The process may have been stopped meanwhile (SIGSTOP): what has arrived by now counts.
        self._timer = self._loop.call_later(_LAST_READ, self.wake)

    def _is_silent(self) -> bool:
        """Return whether the bytes that have arrived are TLS's own, which tell the application nothing."""
        received = b"".join(self._received)
        self._received.clear()
        try:
            return not drain(self.layers, received)
        except ssl.SSLError:
            return False


class AsyncBackend(BaseBackend[AsyncConnection]):
    """Sends requests over connections of one event loop of asyncio."""

    async def exchange(self, request: SignedRequest, context: RequestContext) -> Response:
        """Send the request and return the response.

        Raises:
            ConnectionBroken: There is no response.
            ResponseTooLarge: The response is too large.
            TimeoutError: The time is over.
            OSError: The connection broke.
        """
        origin = origin_of(request.address)
        connection: AsyncConnection | None = None
        self._in_flight.add(context)
        try:
            connection = await self._acquire(origin) or await self._open(origin, context)
            context.wake = connection.wake
            flow = self._begin(request, origin, connection.layers, context)
            received = await connection.run(flow, context)
            context.end_answer()
        except BaseException as error:
            self._give_up(origin, context, connection, error)
            raise
        finally:
            self._in_flight.discard(context)
        if received.reusable and has_read_all(connection.layers) and not self._closed:
            self._pool.release(origin, connection)
        else:
            connection.close()
        return received.response

    def close(self) -> None:
        """Close every connection, in the next step of the event loop; requests in flight end at once."""
        self._end_all()
        self._pool.close()

    async def _acquire(self, origin: Origin) -> AsyncConnection | None:
        while (connection := self._pool.acquire(origin)) is not None:
            try:
                await connection.catch_up()
            except asyncio.CancelledError:
                connection.close()
                raise
            if connection.is_usable():
                return connection
            connection.close()
        return None

    async def _open(self, origin: Origin, context: RequestContext) -> AsyncConnection:
        server, phase = self._server(origin), "name look-up"
        connection: AsyncConnection | None = None
        context.begin_opening()
        try:
            async with asyncio.timeout(context.seconds) as limit:
                loop = asyncio.get_running_loop()
                context.wake = lambda: limit.reschedule(loop.time())
                addresses = await self._resolve(server)
                phase = "TCP"
                connected = await connect_async(addresses)
                _, connection = await loop.create_connection(
                    lambda: AsyncConnection(connected), sock=connected
                )
                phase = "TLS handshake" if origin.scheme == "https" else "proxy"
                setup = establish(origin, self._proxy, self._tls, connection.layers, context)
                await connection.run(setup, context)
                await connection.catch_up()
                self._check_silent(connection)
        except BaseException as error:
            if connection is not None:
                connection.reset()
            if not isinstance(error, TimeoutError) or error.errno is not None:
                raise
            reason = f"no connection within {context.seconds:.2f} s ({phase})"
        else:
            return connection
        raise ConnectionBroken(reason)

    async def _resolve(self, server: Origin) -> list[Address]:
        lookup = self._resolver.resolve(server.host, server.port)
        loop, done = asyncio.get_running_loop(), asyncio.Event()
        if not lookup.done():
            lookup.add_done_callback(lambda _: _call(loop, done.set))
            await done.wait()
        return lookup.result()


class AsyncBackends:
    """One backend for each event loop.

    A connection belongs to the event loop in which it was opened. A client may be made before there is any,
    and be used in one `asyncio.run` after another, or in two threads with a loop each.

    Args:
        make: Returns a backend for the loop that is running.
    """

    def __init__(self, make: Callable[[], AsyncBackend]) -> None:
        self._make = make
        self._backends: dict[asyncio.AbstractEventLoop, AsyncBackend] = {}

    def get(self) -> AsyncBackend:
        """Return the backend of the loop that is running.

        Raises:
            InvalidInput: It is no event loop of asyncio.
        """
        try:
            loop = asyncio.get_running_loop()
        except RuntimeError:
            raise InvalidInput("event loop", "is not asyncio's", _INSTEAD) from None
        backend = self._backends.get(loop)
        if backend is None:
            # Threads may come with a loop each.
            with fork_lock:
                for ended in [each for each in self._backends if each.is_closed()]:
                    del self._backends[ended]
                backend = self._backends[loop] = self._make()
        return backend

    async def aclose(self) -> None:
        """Close the connections of every loop; those of other loops in the next step of each."""
        try:
            own = asyncio.get_running_loop()
        except RuntimeError:
            own = None
        while self._backends:
            loop, backend = self._backends.popitem()
            if loop is own:
                backend.close()
                await asyncio.sleep(0)
            else:
                _call(loop, backend.close)

    def abandon(self) -> None:
        """Drop all connections without a word to any loop: they are another process's."""
        self._backends.clear()


def _call(loop: asyncio.AbstractEventLoop, function: Callable[[], object]) -> None:
    """Call something in an event loop, from any thread, unless the loop has ended."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(function)
