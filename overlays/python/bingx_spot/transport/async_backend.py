"""Connections on asyncio, and the backend that sends requests over them."""

import asyncio
import socket
from typing import Any, cast

from bingx_spot.core.request import SignedRequest
from bingx_spot.models import Response
from bingx_spot.redaction import leaving_no_frame
from bingx_spot.transport.backend import BaseBackend, BaseConnection
from bingx_spot.transport.connection_pool import Origin, RequestContext, origin_of
from bingx_spot.transport.happy_eyeballs import connect_async
from bingx_spot.transport.http11 import Flow, Result
from bingx_spot.transport.tls_and_proxy import establish

# A connection reads into a buffer of so many bytes. Without one, asyncio allocates 256 KiB for each read, and
# the system maps and unmaps them every time.
_BUFFER_SIZE = 16_384
# After a deadline, so long for the event loop to read what has arrived, in seconds.
_LAST_READ = 0.002


class AsyncConnection(BaseConnection, asyncio.BufferedProtocol):
    """One connection to a server, used by one task at a time."""

    def __init__(self, connected: socket.socket) -> None:
        super().__init__(connected)
        self._loop = asyncio.get_running_loop()
        self._buffer = memoryview(bytearray(_BUFFER_SIZE))
        self._transport: asyncio.Transport
        self._lost: OSError | None = None
        # Those of the request in flight, if there is one.
        self._flow: Flow[Any] | None = None
        self._result: asyncio.Future[Any]
        self._timer: asyncio.TimerHandle

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

    def eof_received(self) -> None:
        """Note that the server has closed the connection."""
        self._take(b"")

    def connection_lost(self, error: Exception | None) -> None:
        """Note that the connection has ended."""
        self._lost = error if isinstance(error, OSError) else ConnectionAbortedError("the connection ended")
        self._fail(self._lost)

    async def run(self, flow: Flow[Result], context: RequestContext) -> Result:
        """Read and write as the flow asks. Errors are those of `BlockingConnection.run`."""
        if self._lost is not None:
            raise self._lost
        self._flow, self._result = flow, self._loop.create_future()
        self._timer = self._loop.call_later(context.time_left(), self._note_deadline)
        try:
            self._advance(flow, None)
            result: Result = await self._result
            return result
        finally:
            self._timer.cancel()
            self._flow = None

    def is_usable(self) -> bool:
        """Return whether the connection is open and has received nothing since its last response."""
        return not self._transport.is_closing() and super().is_usable()

    def reset(self) -> None:
        """Close the connection so that nothing of what was written arrives any more."""
        try:
            self._transport.abort()
        except RuntimeError:  # its event loop has ended
            self._socket.close()

    def wake(self) -> None:
        """End the wait of the task that uses the connection."""
        self._fail(TimeoutError())

    def _take(self, data: bytes) -> None:
        """Hand received bytes to the request in flight; where there is none, they end the connection."""
        if self._flow is None:
            if not self.is_silent(data):
                self.close()
        elif not self._result.done():
            self._advance(self._flow, data)

    @leaving_no_frame  # not by what a signal handler raises: the event loop lets that through
    def _advance(self, flow: Flow[Any], data: bytes | None) -> None:
        """Give the flow what was read, None at its beginning, and write what it wants to be written."""
        try:
            wanted = next(flow) if data is None else flow.send(data)
            while wanted is not None:
                self._transport.write(wanted)
                wanted = next(flow)
        except StopIteration as done:
            # What arrives before the task goes on belongs to no request.
            self._flow = None
            self._result.set_result(done.value)
        except Exception as error:
            self._result.set_exception(error)

    def _fail(self, error: Exception) -> None:
        if self._flow is not None and not self._result.done():
            self._result.set_exception(error)

    def _note_deadline(self) -> None:
        # The process may have been stopped meanwhile (SIGSTOP): what has arrived by now counts.
        self._timer = self._loop.call_later(_LAST_READ, self.wake)


class AsyncBackend(BaseBackend[AsyncConnection]):
    """Sends requests over connections of one event loop of asyncio."""

    async def exchange(self, request: SignedRequest, context: RequestContext) -> Response:
        """Send the request and return the response. Errors are those of `Backend.exchange`."""
        origin = origin_of(request.address)
        connection: AsyncConnection | None = None
        self._in_flight.add(context)
        try:
            connection = self._pool.acquire(origin) or await self._connect(origin, context)
            context.wake = connection.wake
            if not context.reused:
                setup = establish(origin, self._proxy, self._tls, connection.layers, context)
                await connection.run(setup, context)
                self._check_silent(connection)
            flow = self._begin(request, origin, connection.layers, context)
            received = await connection.run(flow, context)
            context.end_answer()
        except BaseException as error:
            self._give_up(origin, context, connection, error)
            raise
        finally:
            self._in_flight.discard(context)
        self._keep(origin, connection, reusable=received.reusable and connection.has_read_all())
        return received.response

    async def _connect(self, origin: Origin, context: RequestContext) -> AsyncConnection:
        context.begin_opening()
        async with asyncio.timeout(context.seconds) as limit:
            loop = asyncio.get_running_loop()

            def give_up() -> None:
                if not limit.expired():  # it may be ending what it bounds already
                    limit.reschedule(loop.time())

            context.wake = give_up
            addresses = await asyncio.wrap_future(self._look_up(origin))
            context.phase = "TCP"
            connected = await connect_async(addresses, context, self._failed)
            _, connection = await loop.create_connection(lambda: AsyncConnection(connected), sock=connected)
        return connection
