"""Open a TCP connection to the first of several addresses that accepts one (RFC 8305, "happy eyeballs").

A new address is tried every 250 ms, or as soon as one fails, while the earlier ones go on. So a host whose
IPv6 is dead costs 250 ms, and no time-out.
"""

import os
import selectors
import socket
import struct
import sys
import time
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from weakref import WeakSet

from bingx_spot.transport.connection_pool import ConnectionBroken, RequestContext, TimeIsOver
from bingx_spot.transport.resolver import Address

#: After so many seconds the next address is tried too.
STAGGER = 0.25
#: How often a wait looks whether its request was cancelled, in seconds.
SLICE = 0.05

# Closing a socket resets its connection, however it comes to be closed: after an ordinary close the kernel
# goes on sending, for minutes, and a request that was given up would still reach the exchange, uncounted.
_LINGER_0, _NO_LINGER = (struct.pack("hh" if sys.platform == "win32" else "ii", on, 0) for on in (1, 0))
# Linux only. A connection that a firewall has silently dropped is given up after so many seconds without an
# acknowledgement, and a server that is merely slow is not: its kernel acknowledges what arrives.
_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", None)
_LEAST_USER_TIMEOUT = 1.0
# On a long line, so many times as long as it took to connect.
_USER_TIMEOUT_FACTOR = 5


class Race:
    """The addresses of a host, which of them are being tried, and when the next one is due.

    `failed` says when a connection to an address has last led to nothing; these come last, and who loses the
    race joins them.
    """

    def __init__(
        self, addresses: Sequence[Address], context: RequestContext, failed: dict[object, float]
    ) -> None:
        self._waiting = deque(sorted(addresses, key=lambda each: failed.get(each.target, 0.0)))
        self._context = context
        self._failed = failed
        self._running: dict[socket.socket, Address] = {}
        self._next_start = 0.0
        self._began = time.monotonic()
        self._error: BaseException = OSError("the host has no address")

    def due(self) -> Iterator[tuple[socket.socket, Address]]:
        """Yield a new socket, and the address to connect it to, as long as one is due."""
        while self._waiting and (not self._running or time.monotonic() >= self._next_start):
            address = self._waiting.popleft()
            try:
                created = socket.socket(address.family, socket.SOCK_STREAM)
            except OSError as error:  # a machine may have no IPv6
                self._error = error
                continue
            open_sockets.add(created)
            created.setblocking(False)
            self._running[created] = address
            self._next_start = time.monotonic() + STAGGER
            yield created, address

    def pause(self) -> float | None:
        """Return in how many seconds the next address is due, or None where none is left.

        `ConnectionBroken` says that all have failed, and why the last one did.
        """
        if not self._running:
            error, number = self._error, getattr(self._error, "errno", None)
            # In the system's words, which event loops replace by their own.
            reason = str(error) if number is None else os.strerror(number)
            raise ConnectionBroken(f"{type(error).__name__}: {reason}")
        return max(self._next_start - time.monotonic(), 0.0) if self._waiting else None

    def lose(self, attempt: socket.socket, error: BaseException) -> None:
        """Close a socket that could not be connected; the next address is due at once."""
        self._failed[self._running.pop(attempt).target] = time.monotonic()
        attempt.close()
        self._error, self._next_start = error, 0.0

    def win(self, attempt: socket.socket) -> socket.socket:
        """Set the options of the socket that was connected first, and return it."""
        self._context.target = self._running.pop(attempt).target
        attempt.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
        if _USER_TIMEOUT is not None:
            seconds = max(_LEAST_USER_TIMEOUT, _USER_TIMEOUT_FACTOR * (time.monotonic() - self._began))
            attempt.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, round(seconds * 1000))
        return attempt

    def close(self) -> None:
        """Close the sockets that are still being connected."""
        for attempt, address in self._running.items():
            self._failed[address.target] = time.monotonic()
            attempt.close()


def connect(
    addresses: Sequence[Address], context: RequestContext, failed: dict[object, float]
) -> socket.socket:
    """Return a socket that is connected to one of the addresses; `failed` is that of `Race`.

    `ConnectionBroken` says that none accepted it, `TimeIsOver` what it is called.
    """
    with closing(Race(addresses, context, failed)) as race, selectors.DefaultSelector() as selector:
        while True:
            for attempt, address in race.due():
                try:
                    with suppress(BlockingIOError):  # it goes on in the background
                        attempt.connect(address.target)
                    selector.register(attempt, selectors.EVENT_WRITE, attempt)
                except OSError as error:
                    race.lose(attempt, error)
            left, pause = context.time_left(), race.pause()
            if not left:
                raise TimeIsOver
            for key, _ in selector.select(min(left, SLICE, SLICE if pause is None else pause)):
                attempt = key.data
                selector.unregister(attempt)
                code = attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                if code == 0:
                    return race.win(attempt)
                race.lose(attempt, OSError(code, os.strerror(code)))


async def connect_async(
    addresses: Sequence[Address], context: RequestContext, failed: dict[object, float]
) -> socket.socket:
    """Do as `connect`, in a coroutine, which ends when it is cancelled."""
    # Imported here: it takes a tenth of the start of a program that only blocks.
    import asyncio

    loop = asyncio.get_running_loop()
    tasks: dict[asyncio.Task[None], socket.socket] = {}
    with closing(Race(addresses, context, failed)) as race:
        connected: socket.socket | None = None
        try:
            while connected is None:
                for attempt, address in race.due():
                    tasks[loop.create_task(loop.sock_connect(attempt, address.target))] = attempt
                done, _ = await asyncio.wait(tasks, timeout=race.pause(), return_when=asyncio.FIRST_COMPLETED)
                for task in done:
                    attempt, error = tasks.pop(task), task.exception()
                    if error is None:
                        connected = attempt
                    else:
                        race.lose(attempt, error)
        finally:
            for task in tasks:
                task.cancel()
            # The event loop must have let go of a socket before it is closed.
            await asyncio.gather(*tasks, return_exceptions=True)
        # Last: the race closes the sockets of a caller that is cancelled while it waits.
        return race.win(connected)


def close_gracefully(connected: socket.socket) -> None:
    """Let closing a socket end its connection without a reset: there is nothing left to be delivered."""
    with suppress(OSError):  # it is closed already
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)


class OpenSockets(WeakSet[socket.socket]):
    """Sockets of a process that a child of it must not write to."""

    def replace(self) -> None:
        """Put a dead socket in the place of each that is open; called in a child process.

        Closing them instead would free their numbers, which event loops of the parent still refer to.
        """
        inherited = [number for each in self if (number := each.fileno()) >= 0]
        if inherited:
            # One that was never connected: to write to it is an error, and no signal that ends a process.
            with socket.socket(socket.AF_UNIX) as dead:
                for number in inherited:
                    os.dup2(dead.fileno(), number, inheritable=False)


#: The sockets of this process.
open_sockets = OpenSockets()
