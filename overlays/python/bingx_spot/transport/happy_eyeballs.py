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
from collections.abc import Sequence
from contextlib import suppress

from bingx_spot.transport.connection_pool import ConnectionBroken, RequestContext
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
    """The addresses that are still to be tried, and when the next one is due.

    Args:
        addresses: In the order in which they are to be tried.
    """

    def __init__(self, addresses: Sequence[Address]) -> None:
        self._waiting = deque(addresses)
        self._next_start = 0.0
        self._began = time.monotonic()
        self._error = OSError("the host has no address")

    def next_address(self, running: int) -> Address | None:
        """Return the address to try now, or None where there is none or it is too early.

        Args:
            running: How many addresses are being tried.
        """
        now = time.monotonic()
        if not self._waiting or (running and now < self._next_start):
            return None
        self._next_start = now + STAGGER
        return self._waiting.popleft()

    def note_failure(self, error: OSError) -> None:
        """Note that an address failed; the next one is due at once."""
        self._error, self._next_start = error, 0.0

    def lost(self) -> ConnectionBroken:
        """Return the error that says why the last address failed."""
        error = self._error
        # In the system's words, which event loops replace by their own.
        reason = str(error) if error.errno is None else os.strerror(error.errno)
        return ConnectionBroken(f"{type(error).__name__}: {reason}")

    def pause(self) -> float | None:
        """Return how many seconds it takes until the next address is due, or None where none is left."""
        return max(self._next_start - time.monotonic(), 0.0) if self._waiting else None

    def finish(self, winner: socket.socket) -> socket.socket:
        """Set the options of the socket that was connected first, and return it."""
        winner.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        winner.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_0)
        if _USER_TIMEOUT is not None:
            seconds = max(_LEAST_USER_TIMEOUT, _USER_TIMEOUT_FACTOR * (time.monotonic() - self._began))
            winner.setsockopt(socket.IPPROTO_TCP, _USER_TIMEOUT, round(seconds * 1000))
        return winner


def connect(addresses: Sequence[Address], context: RequestContext) -> socket.socket:
    """Return a socket that is connected to one of the addresses.

    Raises:
        ConnectionBroken: No address accepted the connection.
        TimeoutError: The time is over.
    """
    race, running = Race(addresses), set[socket.socket]()
    try:
        with selectors.DefaultSelector() as selector:
            while True:
                while (address := race.next_address(len(running))) is not None:
                    try:
                        attempt = new_socket(address)
                        running.add(attempt)
                        _start(attempt, address)
                        selector.register(attempt, selectors.EVENT_WRITE, attempt)
                    except OSError as error:
                        running.discard(attempt)
                        attempt.close()
                        race.note_failure(error)
                if not running:
                    raise race.lost()
                for attempt in _ready(selector, race, context):
                    running.discard(attempt)
                    code = attempt.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
                    if code == 0:
                        return race.finish(attempt)
                    attempt.close()
                    race.note_failure(OSError(code, os.strerror(code)))
    finally:
        for attempt in running:
            attempt.close()


async def connect_async(addresses: Sequence[Address]) -> socket.socket:
    """Return a socket that is connected to one of the addresses.

    Raises:
        ConnectionBroken: No address accepted the connection.
    """
    # Imported here: it takes a tenth of the start of a program that only blocks.
    import asyncio

    loop = asyncio.get_running_loop()
    race, running = Race(addresses), dict[asyncio.Task[None], socket.socket]()
    try:
        while True:
            while (address := race.next_address(len(running))) is not None:
                attempt = new_socket(address)
                running[loop.create_task(loop.sock_connect(attempt, address.target))] = attempt
            if not running:
                raise race.lost()
            done, _ = await asyncio.wait(running, timeout=race.pause(), return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                attempt = running.pop(task)
                error = task.exception()
                if error is None:
                    return race.finish(attempt)
                attempt.close()
                race.note_failure(error if isinstance(error, OSError) else OSError("it failed"))
    finally:
        for task in running:
            task.cancel()
        # The event loop must have let go of a socket before it is closed.
        await asyncio.gather(*running, return_exceptions=True)
        for attempt in running.values():
            attempt.close()


def new_socket(address: Address) -> socket.socket:
    """Return a socket for an address, not yet connected, that does not block."""
    created = socket.socket(address.family, socket.SOCK_STREAM)
    open_sockets.add(created.fileno())
    created.setblocking(False)
    return created


def close_gracefully(connected: socket.socket) -> None:
    """Let closing a socket end its connection without a reset: there is nothing left to be delivered."""
    with suppress(OSError):  # it is closed already
        connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _NO_LINGER)


def _start(attempt: socket.socket, address: Address) -> None:
    with suppress(BlockingIOError):  # it goes on in the background
        attempt.connect(address.target)


def _ready(selector: selectors.BaseSelector, race: Race, context: RequestContext) -> list[socket.socket]:
    left, pause = context.time_left(), race.pause()
    if not left:
        raise TimeoutError
    selected = selector.select(min(left, SLICE, SLICE if pause is None else pause))
    # `data` is the socket itself, under its own type.
    ready: list[socket.socket] = [key.data for key, _ in selected]
    for each in ready:
        selector.unregister(each)
    return ready


class InheritedSockets:
    """The sockets of a process, by file descriptor."""

    def __init__(self) -> None:
        # With what distinguishes one socket from the next that has its number.
        self._identities: dict[int, tuple[int, int]] = {}

    def add(self, descriptor: int) -> None:
        """Remember a socket that was opened, by its file descriptor."""
        if hasattr(os, "register_at_fork"):
            self._identities[descriptor] = _identity(descriptor)

    def replace(self) -> None:
        """Put a dead socket in the place of each that is open; called in a child process.

        Closing them instead would free their numbers, which event loops of the parent still refer to.
        """
        identities, self._identities = self._identities, {}
        inherited = [each for each, identity in identities.items() if _is(each, identity)]
        if inherited:
            # One that was never connected: to write to it is an error, and no signal that ends a process.
            with socket.socket(socket.AF_UNIX) as dead:
                for each in inherited:
                    os.dup2(dead.fileno(), each, inheritable=False)


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _is(descriptor: int, identity: tuple[int, int]) -> bool:
    try:
        return _identity(descriptor) == identity
    except OSError:
        return False


#: The sockets of this process.
open_sockets = InheritedSockets()
