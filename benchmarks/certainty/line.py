"""Lines between a client and the sandbox that drop, delay and reset: proxies on the loopback.

A proxy sees no packets. So a lost packet is a piece of data that arrives later, as the kernel would send it
again, with everything behind it.
"""

import asyncio
import random
import socket
import struct
import threading
from collections.abc import Coroutine, Iterator
from contextlib import contextmanager, suppress
from typing import Any

#: The loopback, where everything is.
HOST = "127.0.0.1"
# Linux sends a lost packet again after 200 ms and a round trip, and a lost SYN after a second.
_SENT_AGAIN, _SYN_SENT_AGAIN = 0.2, 1.0
_RESET = struct.pack("ii", 1, 0)

_loop = asyncio.new_event_loop()
threading.Thread(target=_loop.run_forever, daemon=True).start()


class Line:
    """A proxy in front of a port, and what it does to the data.

    Args:
        port: The port.
        round_trip: How long a round trip takes, in seconds.
        loss: The share of packets that are lost each way.

    Attributes:
        swallows: Whether new connections are accepted, and nothing of them is carried.
        resets: Whether a connection is reset as soon as a request comes.
        late: How much later the next response arrives, in seconds.
        stays_late: Whether all others do too.
    """

    def __init__(self, port: int, round_trip: float = 0.0, loss: float = 0.0) -> None:
        self.swallows = False
        self.resets = False
        self.late = 0.0
        self.stays_late = False
        self.url = ""
        self._to = port
        self._way = round_trip / 2
        self._loss = loss
        self._dice = random.Random(1)  # noqa: S311 - no secret
        self._open: set[_Carried] = set()
        self._server: asyncio.Server | None = None

    def serve(self, listener: socket.socket) -> None:
        """Accept connections from now on."""
        self.url = f"http://{HOST}:{listener.getsockname()[1]}"
        self._server = _run(asyncio.start_server(self._carry, sock=listener))

    def kill(self) -> None:
        """Let the connections that are open carry nothing any more, without a word to either end."""
        for each in self._open:
            each.dead = True

    def close(self) -> None:
        """Accept no more connections, and end those that are open."""
        if self._server is not None:
            _loop.call_soon_threadsafe(self._server.close)
        for each in list(self._open):
            _loop.call_soon_threadsafe(each.writer.transport.abort)

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        carried = _Carried(writer, self.swallows)
        self._open.add(carried)
        with suppress(OSError):
            there, back = await asyncio.open_connection(HOST, self._to)
            opened = 2 * self._way + (_SYN_SENT_AGAIN if self._lost() else 0.0)
            await asyncio.gather(
                self._requests(reader, back, carried, opened), self._responses(there, writer, carried)
            )
        self._open.discard(carried)

    async def _requests(
        self, reader: asyncio.StreamReader, back: asyncio.StreamWriter, carried: "_Carried", opened: float
    ) -> None:
        earliest = _loop.time() + opened
        with suppress(OSError):
            while data := await reader.read(65536):
                if self.resets:
                    carried.reset()
                elif not carried.dead:
                    earliest = self._arrive(back, data, earliest)
        back.transport.abort() if carried.dead else _loop.call_at(max(earliest, _loop.time()), back.close)

    async def _responses(
        self, there: asyncio.StreamReader, writer: asyncio.StreamWriter, carried: "_Carried"
    ) -> None:
        earliest = 0.0
        with suppress(OSError):
            while data := await there.read(65536):
                late, self.late = self.late, self.late if self.stays_late else 0.0
                if not carried.dead:
                    earliest = self._arrive(writer, data, max(earliest, _loop.time() + late))
        if not carried.dead:
            _loop.call_at(max(earliest, _loop.time()), writer.close)

    def _arrive(self, writer: asyncio.StreamWriter, data: bytes, earliest: float) -> float:
        """Let data arrive, and return when."""
        delay, again = self._way, _SENT_AGAIN + 2 * self._way
        while self._lost():
            delay, again = delay + again, again * 2
        moment = max(earliest, _loop.time() + delay)
        if moment <= _loop.time():
            writer.write(data)
        else:
            _loop.call_at(moment, writer.write, data)
        return moment

    def _lost(self) -> bool:
        return self._dice.random() < self._loss


class _Carried:
    """A connection that is carried, or no longer."""

    def __init__(self, writer: asyncio.StreamWriter, dead: bool) -> None:
        self.writer = writer
        self.dead = dead

    def reset(self) -> None:
        """End it with a reset."""
        own = self.writer.get_extra_info("socket")
        own.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.dead = True
        self.writer.transport.abort()


@contextmanager
def line(url: str, round_trip: float = 0.0, loss: float = 0.0) -> Iterator[Line]:
    """Put a line in front of a server until the block ends."""
    made = Line(int(url.rpartition(":")[2]), round_trip, loss)
    made.serve(socket.create_server((HOST, 0)))
    try:
        yield made
    finally:
        made.close()


@contextmanager
def no_way_in(family: socket.AddressFamily = socket.AF_INET) -> Iterator[socket.socket]:
    """Give a listener that drops every SYN, since its queue is full."""
    with socket.socket(family) as listener, socket.socket(family) as one, socket.socket(family) as other:
        listener.bind((HOST if family == socket.AF_INET else "::1", 0))
        listener.listen(0)
        for filler in (one, other):
            filler.setblocking(False)
            with suppress(BlockingIOError):
                filler.connect(listener.getsockname())
        yield listener


def _run(coroutine: Coroutine[Any, Any, Any]) -> Any:
    return asyncio.run_coroutine_threadsafe(coroutine, _loop).result(10)
