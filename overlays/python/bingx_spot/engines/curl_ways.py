"""The ways of pycurl, which is libcurl: those that `engine="fast"` goes."""

import asyncio
from threading import BoundedSemaphore

import pycurl

from bingx_spot.engines.body import Body
from bingx_spot.engines.connections import MOST, Idle, origin_of
from bingx_spot.engines.curl import Ended, Transfer, ended, load, new_curl
from bingx_spot.engines.names import Names
from bingx_spot.engines.progress import progress
from bingx_spot.engines.readable import is_readable
from bingx_spot.engines.way import Head
from bingx_spot.request import SignedRequest

_NO_SOCKET = -1


class _Carrier:
    """Carry one request after another to one host, over a connection of its own."""

    def __init__(self) -> None:
        self.curl = new_curl()
        # Of its own, for libcurl looks only once a second whether a connection in its cache is dead.
        self.multi = pycurl.CurlMulti()
        self._socket = _NO_SOCKET

    def usable(self) -> bool:
        return self._socket == _NO_SOCKET or not is_readable(self._socket)

    def let_go(self) -> None:
        """End a transfer; in the midst of one this closes the connection."""
        self._socket = self.curl.getinfo(pycurl.ACTIVESOCKET)
        self.multi.remove_handle(self.curl)

    def close(self) -> None:
        self.multi.close()
        self.curl.close()


class _Blocking(_Carrier):
    """Wait in Python for what libcurl waits for: it would hold an interruption up until it has ended."""

    def perform(self) -> Ended:
        self.multi.add_handle(self.curl)
        try:
            while self.multi.perform()[1]:
                self.multi.select(progress.get().left())
            done = ended(self.multi)
            assert done is not None, "nothing is running any more"  # noqa: S101 - a mistake of libcurl's
            return done
        finally:
            self.let_go()


class _Awaiting(_Carrier):
    """Let the event loop watch the sockets that libcurl names, and wake it when it wants to be woken."""

    def __init__(self) -> None:
        super().__init__()
        self._loop = asyncio.get_running_loop()
        self._alarm: asyncio.TimerHandle | None = None
        self._end: asyncio.Future[Ended] | None = None
        self.multi.setopt(pycurl.M_SOCKETFUNCTION, self._watch)
        self.multi.setopt(pycurl.M_TIMERFUNCTION, self._set_alarm)

    async def perform(self) -> Ended:
        end: asyncio.Future[Ended] = self._loop.create_future()
        self._end = end
        self.multi.add_handle(self.curl)
        try:
            return await end
        finally:
            self._end = None
            self.let_go()
            self._set_alarm(-1)

    def _watch(self, what: int, descriptor: int, *_: object) -> None:
        if what & pycurl.POLL_IN:
            self._loop.add_reader(descriptor, self._act, descriptor, pycurl.CSELECT_IN)
        else:
            self._loop.remove_reader(descriptor)
        if what & pycurl.POLL_OUT:
            self._loop.add_writer(descriptor, self._act, descriptor, pycurl.CSELECT_OUT)
        else:
            self._loop.remove_writer(descriptor)

    def _set_alarm(self, milliseconds: int) -> None:
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if milliseconds >= 0:
            seconds = milliseconds / 1000
            self._alarm = self._loop.call_later(seconds, self._act, pycurl.SOCKET_TIMEOUT, 0)

    def _act(self, descriptor: int, happened: int) -> None:
        self.multi.socket_action(descriptor, happened)
        done = ended(self.multi)
        if done is not None and self._end is not None and not self._end.done():
            self._end.set_result(done)


class CurlWay:
    """Send requests with libcurl, blocking."""

    def __init__(self) -> None:
        self._names = Names()
        self._idle = Idle[_Blocking]()
        self._room = BoundedSemaphore(MOST)
        self._closed = False

    def exchange(self, request: SignedRequest, body: Body) -> Head:
        """Send the request, and return the answer's head once its body is in `body`."""
        under_way, origin = progress.get(), origin_of(request.shown.url)
        if not self._room.acquire(timeout=under_way.left()):
            raise TimeoutError
        try:
            carrier, useless = self._idle.take(origin)
            carrier = carrier or _Blocking()
            try:
                self._names.tell(carrier.curl, origin, under_way.left())
                transfer = Transfer(under_way, body)
                load(carrier.curl, request, origin, transfer, under_way.left())
                head = transfer.head(carrier.curl, carrier.perform())
            except BaseException:
                useless.append(carrier)
                raise
            else:
                useless += [carrier] if self._closed else self._idle.give(origin, carrier)
            finally:
                for each in useless:
                    each.close()
            return head
        finally:
            self._room.release()

    def close(self) -> None:
        """Close the connections that are idle; those in use are closed when their answers have ended."""
        self._closed = True
        for carrier in self._idle.take_all():
            carrier.close()


class AsyncCurlWay:
    """Send requests with libcurl, awaiting. It belongs to the event loop that it is made in."""

    def __init__(self) -> None:
        self._names = Names()
        self._idle = Idle[_Awaiting]()
        self._room = asyncio.Semaphore(MOST)
        self._closed = False

    async def exchange(self, request: SignedRequest, body: Body) -> Head:
        """Send the request, and return the answer's head once its body is in `body`."""
        under_way, origin = progress.get(), origin_of(request.shown.url)
        async with asyncio.timeout(under_way.left()), self._room:
            carrier, useless = self._idle.take(origin)
            carrier = carrier or _Awaiting()
            try:
                await self._names.tell_async(carrier.curl, origin)
                transfer = Transfer(under_way, body)
                load(carrier.curl, request, origin, transfer, under_way.left())
                head = transfer.head(carrier.curl, await carrier.perform())
            except BaseException:
                useless.append(carrier)
                raise
            else:
                useless += [carrier] if self._closed else self._idle.give(origin, carrier)
            finally:
                for each in useless:
                    each.close()
            return head

    async def aclose(self) -> None:
        """Close the connections that are idle; those in use are closed when their answers have ended."""
        self._closed = True
        for carrier in self._idle.take_all():
            carrier.close()
