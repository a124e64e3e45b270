"""The way of aiohttp, the default on asyncio."""

import asyncio
import select
import socket
import ssl
from collections.abc import Callable
from typing import Any

import aiohttp
from yarl import URL

from bingx_spot.core.request import SignedRequest
from bingx_spot.fork_safety import open_sockets
from bingx_spot.transport.backend import ConnectionBroken, ResponseHead
from bingx_spot.transport.connection_pool import LONGEST_IDLE, MOST
from bingx_spot.transport.request_context import RequestContext, current_request

# The deadline is asyncio's to hold: aiohttp rounds its own up to whole seconds.
_NO_LIMIT = aiohttp.ClientTimeout()


class _SentBefore(Exception):
    """Say that a request would leave for the second time."""


class _Connector(aiohttp.TCPConnector):
    """Hand out connections that are alive, and note that a request may be written once one is handed out."""

    abandoned = False

    async def connect(self, *about: Any, **more: Any) -> aiohttp.connector.Connection:
        under_way = current_request.get()
        if under_way.written:
            # aiohttp sends a GET again where a connection breaks. An engine never retries.
            raise _SentBefore
        while True:
            connection = await super().connect(*about, **more)
            if await _is_alive(connection):
                under_way.note_write(secure=True)
                return connection
            connection.close()

    def __del__(self, *about: Any) -> None:
        # It would close connections in an event loop that has ended or is another process's.
        if not self.abandoned:
            super().__del__(*about)


class AiohttpBackend:
    """Send requests with aiohttp. It belongs to the event loop that it is made in.

    Args:
        tls: Makes the context for connections over TLS.
    """

    def __init__(self, tls: Callable[[], ssl.SSLContext]) -> None:
        self._tls = tls
        self._connector = _Connector(limit=MOST, keepalive_timeout=LONGEST_IDLE, socket_factory=_new_socket)
        self._session = aiohttp.ClientSession(
            connector=self._connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=_NO_LIMIT,
            auto_decompress=False,
        )

    async def exchange(self, request: SignedRequest, under_way: RequestContext) -> ResponseHead:
        """Send the request, and return the answer's head once its body is in `under_way`."""
        try:
            async with asyncio.timeout(under_way.left()):
                return await self._exchange(request, under_way)
        except aiohttp.ClientOSError as error:
            # These texts are the system's and the TLS library's; others may repeat parts of the request.
            problem = ConnectionBroken(f"{type(error).__name__}: {error}")
        raise problem

    async def aclose(self) -> None:
        """Close the connections."""
        await self._session.close()

    def abandon(self) -> None:
        """Drop the connections."""
        self._connector.abandoned = True
        # A session complains where it is dropped while it has a connector.
        self._session.detach()

    async def _exchange(self, request: SignedRequest, under_way: RequestContext) -> ResponseHead:
        response = await self._session.request(
            request.method,
            # As it was signed: nothing may be written in another way.
            URL(request.url, encoded=True),
            data=request.content,
            headers=request.headers,
            allow_redirects=False,
            ssl=self._tls() if request.url.startswith("https:") else True,
        )
        try:
            while chunk := await response.content.readany():
                under_way.add(chunk)
        finally:
            # Given back already where the answer was read to its end.
            response.close()
        return ResponseHead.of(response.status, response.raw_headers)


def _new_socket(address: aiohttp.AddrInfoType) -> socket.socket:
    family, kind, protocol, _, _ = address
    made = socket.socket(family, kind, protocol)
    open_sockets.note(made.fileno())
    return made


async def _is_alive(connection: aiohttp.connector.Connection) -> bool:
    """Tell whether a connection is one that can be asked something."""
    transport = connection.transport
    carrier = None if transport is None else transport.get_extra_info("socket")
    if carrier is not None and SocketPoll(carrier.fileno()).now():
        # The program has kept the event loop from its work: two turns, and it has seen what came.
        await asyncio.sleep(0)
        await asyncio.sleep(0)
    protocol = connection.protocol
    # What the event loop has seen while nothing was asked, aiohttp keeps as the answer to the next request.
    return protocol is not None and protocol.is_connected() and not protocol.should_close


_GONE = getattr(select, "POLLNVAL", 0)


class SocketPoll:
    """Watch sockets that nobody reads from.

    Args:
        *descriptors: The sockets' own.
    """

    __slots__ = ("_descriptors", "_poll", "gone")

    def __init__(self, *descriptors: int) -> None:
        self._descriptors: set[int] = set()
        #: Those that were found closed by whoever they belonged to, and are not watched any more.
        self.gone: set[int] = set()
        self._poll = select.poll() if hasattr(select, "poll") else None
        for descriptor in descriptors:
            self.add(descriptor)

    def add(self, descriptor: int) -> None:
        """Watch one more."""
        self._descriptors.add(descriptor)
        if self._poll is not None:
            self._poll.register(descriptor, select.POLLIN)

    def remove(self, descriptor: int) -> None:
        """Watch one no more, if it was watched."""
        if descriptor in self._descriptors:
            self._descriptors.remove(descriptor)
            if self._poll is not None:
                self._poll.unregister(descriptor)

    def now(self) -> bool:
        """Tell whether reading from one of them would give something at once, be it the end."""
        if self._poll is None:  # pragma: no cover - Windows has no poll
            return bool(self._descriptors and select.select(self._descriptors, [], [], 0)[0])
        speaking = False
        for descriptor, event in self._poll.poll(0):
            if event & _GONE:
                self.remove(descriptor)
                self.gone.add(descriptor)
            else:
                speaking = True
        return speaking
