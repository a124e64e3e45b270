"""The ways of pycurl, which is libcurl: those that `engine="fast"` goes."""

import asyncio
import socket
import time

import pycurl

from bingx_spot.core.request import SignedRequest
from bingx_spot.transport.aiohttp_backend import SocketPoll
from bingx_spot.transport.backend import ConnectionBroken, ResponseHead
from bingx_spot.transport.connection_pool import MOST, Idle, Origin, origin_of
from bingx_spot.transport.curl_transfer import WELL, Carrier, Ended, IdleSockets, all_ended
from bingx_spot.transport.request_context import RequestContext
from bingx_spot.transport.resolver import Resolver, is_address

_NO_SOCKET = -1


class _Blocking(Carrier):
    """Carry requests to one host, blocking, over a connection of its own."""

    def __init__(self) -> None:
        super().__init__()
        # Of its own, for libcurl looks only once a second whether a connection in its cache is dead.
        self.multi = pycurl.CurlMulti()
        #: What libcurl was told of the origin's addresses.
        self.entry = ""
        self._socket = _NO_SOCKET
        self._readable: SocketPoll | None = None

    def usable(self) -> bool:
        return self._readable is None or not self._readable.now()

    def let_go(self) -> None:
        """End a transfer; in the midst of one this closes the connection."""
        descriptor = self.curl.getinfo(pycurl.ACTIVESOCKET)
        if descriptor != self._socket:
            self._socket = descriptor
            self._readable = None if descriptor == _NO_SOCKET else SocketPoll(descriptor)
        self.multi.remove_handle(self.curl)

    def close(self) -> None:
        self.multi.close()
        self.curl.close()

    def perform(self) -> Ended:
        """Carry out what was loaded.

        It waits in Python for what libcurl waits for, which would hold an interruption up until it has ended.
        """
        self.multi.add_handle(self.curl)
        try:
            while self.multi.perform()[1]:
                self.multi.select(self.under_way.left())
            _, done, failed = self.multi.info_read()
            return WELL if done else Ended(*failed[0][1:])
        finally:
            self.let_go()


class CurlBackend:
    """Send requests with libcurl, blocking."""

    def __init__(self) -> None:
        self._names = DnsCache()
        self._idle = Idle[_Blocking]()
        self._closed = False

    def exchange(self, request: SignedRequest, under_way: RequestContext) -> ResponseHead:
        """Send the request, and return the answer's head once its body is in `under_way`."""
        origin, left = origin_of(request.address), under_way.left()
        carrier, useless = self._idle.take(origin)
        carrier = carrier or _Blocking()
        try:
            entry = self._names.entry(origin, left)
            if entry != carrier.entry:
                carrier.curl.setopt(pycurl.RESOLVE, [entry])
                carrier.entry, left = entry, under_way.left()
            carrier.load(request, origin, under_way, left)
            head = carrier.head(carrier.perform())
        except BaseException:
            useless.append(carrier)
            raise
        else:
            useless += [carrier] if self._closed else self._idle.give(origin, carrier)
        finally:
            for each in useless:
                each.close()
        return head

    def close(self) -> None:
        """Close the connections that are idle; those in use are closed when their answers have ended."""
        self._closed = True
        for carrier in self._idle.take_all():
            carrier.close()


class AsyncCurlBackend:
    """Send requests with libcurl, awaiting. It belongs to the event loop that it is made in.

    libcurl names the sockets that it wants watched, and says when it wants to be woken; the event loop
    watches and wakes. One hand holds all requests, for each further one would have timers of its own.
    """

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._names = DnsCache()
        self._room = asyncio.Semaphore(MOST)
        self._told = Told()
        self._resting = IdleSockets()
        self._free: list[Carrier] = []
        self._waiting: dict[pycurl.Curl, asyncio.Future[Ended]] = {}
        # What libcurl wants to know of which socket.
        self._watched: dict[int, int] = {}
        self._alarm: asyncio.Handle | None = None
        self._multi = pycurl.CurlMulti()
        self._multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self._multi.setopt(pycurl.M_TIMERFUNCTION, self._set_alarm)
        self._multi.setopt(pycurl.M_MAXCONNECTS, MOST)

    async def exchange(self, request: SignedRequest, under_way: RequestContext) -> ResponseHead:
        """Send the request, and return the answer's head once its body is in `under_way`."""
        origin = origin_of(request.address)
        async with asyncio.timeout(under_way.left()), self._room:
            carrier = self._free.pop() if self._free else Carrier(self._resting.begin)
            try:
                self._told.tell(carrier.curl, origin, await self._names.entry_async(origin))
                carrier.load(request, origin, under_way)
                # libcurl looks only once a second whether a connection in its cache is dead.
                carrier.curl.setopt(pycurl.FRESH_CONNECT, int(self._resting.speak()))
                return carrier.head(await self._performed(carrier))
            finally:
                self._free.append(carrier)

    async def aclose(self) -> None:
        """Close the connections. Whoever is under way is told that they have broken."""
        for end in self._waiting.values():
            if not end.done():
                end.set_result(Ended(pycurl.E_ABORTED_BY_CALLBACK, "the client was closed"))
        # They take their requests out of libcurl's hands now.
        await asyncio.sleep(0)
        self._set_alarm(-1)
        self._multi.close()

    def abandon(self) -> None:
        """Drop the connections; libcurl lets go of them when the last reference to it goes."""

    async def _performed(self, carrier: Carrier) -> Ended:
        curl = carrier.curl
        end: asyncio.Future[Ended] = self._loop.create_future()
        self._waiting[curl] = end
        self._multi.add_handle(curl)
        try:
            return await end
        finally:
            del self._waiting[curl]
            port, descriptor = curl.getinfo(pycurl.LOCAL_PORT), curl.getinfo(pycurl.ACTIVESOCKET)
            # In mid-transfer this closes the connection.
            self._multi.remove_handle(curl)
            if descriptor != _NO_SOCKET:
                self._resting.end(port, carrier, descriptor)

    def _watch(self, what: int, descriptor: int, *_: object) -> None:
        if self._loop.is_closed():
            return
        before, self._watched[descriptor] = self._watched.get(descriptor, 0), what
        # Only what is new: the event loop takes its time for what is as it was.
        begins, ends = what & ~before, before & ~what
        if begins & pycurl.POLL_IN:
            self._loop.add_reader(descriptor, self._act, descriptor, pycurl.CSELECT_IN)
        elif ends & pycurl.POLL_IN:
            self._loop.remove_reader(descriptor)
        if begins & pycurl.POLL_OUT:
            self._loop.add_writer(descriptor, self._act, descriptor, pycurl.CSELECT_OUT)
        elif ends & pycurl.POLL_OUT:
            self._loop.remove_writer(descriptor)

    def _set_alarm(self, milliseconds: int) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if milliseconds == 0:
            self._alarm = self._loop.call_soon(self._act, pycurl.SOCKET_TIMEOUT, 0)
        elif milliseconds > 0:
            self._alarm = self._loop.call_later(milliseconds / 1000, self._act, pycurl.SOCKET_TIMEOUT, 0)

    def _act(self, descriptor: int, happened: int) -> None:
        self._multi.socket_action(descriptor, happened)
        for curl, end in all_ended(self._multi):
            waiting = self._waiting[curl]
            if not waiting.done():
                waiting.set_result(end)


# How long addresses are believed, in seconds: as long as libcurl would.
_FRESH = 60.0


class Told:
    """Know what one cache of libcurl's was told, and tell it only what is new.

    libcurl keeps what it is told until it is told something else.
    """

    def __init__(self) -> None:
        self._entries: dict[Origin, str] = {}

    def tell(self, curl: pycurl.Curl, origin: Origin, entry: str) -> None:
        """Let the cache that this carrier uses know an origin's addresses."""
        if self._entries.get(origin) != entry:
            curl.setopt(pycurl.RESOLVE, [entry])
            self._entries[origin] = entry


class DnsCache:
    """Look hosts up, now and then."""

    def __init__(self) -> None:
        self._addresses = Resolver()
        self._found: dict[Origin, tuple[float, str]] = {}

    def entry(self, origin: Origin, seconds: float) -> str:
        """Return libcurl's entry for the origin, waiting no longer than so many seconds."""
        known = self._known(origin)
        return known or self._keep(origin, self._addresses.of(origin.host, origin.port, seconds))

    async def entry_async(self, origin: Origin) -> str:
        """Return libcurl's entry for the origin."""
        known = self._known(origin)
        if known is not None:
            return known
        if is_address(origin.host):
            return self._keep(origin, [origin.host])
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(origin.host, origin.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise ConnectionBroken(f"no address: {error}") from None
        return self._keep(origin, list(dict.fromkeys(str(each[4][0]) for each in found)))

    def _known(self, origin: Origin) -> str | None:
        found = self._found.get(origin)
        return found[1] if found is not None and time.monotonic() - found[0] < _FRESH else None

    def _keep(self, origin: Origin, addresses: list[str]) -> str:
        listed = ",".join(f"[{each}]" if ":" in each else each for each in addresses)
        entry = f"{origin.host}:{origin.port}:{listed}"
        self._found[origin] = (time.monotonic(), entry)
        return entry
