"""Requests in flight and idle connections: their time, and what ends them."""

import time
from collections import deque
from collections.abc import Callable
from functools import lru_cache
from typing import Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import urlsplit

#: How long a connection may be idle, in seconds. A bot's next cancel may come after a pause, and a server
#: that closes earlier is noticed.
KEEPALIVE_EXPIRY = 300.0

#: How long opening a connection may take at first, in seconds: long for a look-up, a connection and a
#: handshake, and short enough that the next attempt, or the fallback host, gets its chance.
SETUP_SECONDS = 1.0
_LONGEST_SETUP_SECONDS = 8.0

#: A response has a few hundred bytes. What is larger than this, in bytes, is not the exchange's.
MAXIMUM_SIZE = 1_048_576
#: How long bytes that had arrived before the deadline may still be parsed after it, in seconds. A process
#: that was stopped (SIGSTOP, a suspended laptop) reads a complete response although the time is over.
_GRACE = 0.05

_PORTS = {"http": 80, "https": 443}


class ConnectionBroken(Exception):
    """There is no response, for a reason that holds nothing of the request.

    Args:
        reason: The reason in words, the system's for example.
    """


class ResponseTooLarge(Exception):
    """The response is larger than any of the exchange's."""

    def __init__(self) -> None:
        super().__init__(f"the response is larger than {MAXIMUM_SIZE} bytes")


class RequestContext:
    """State of one request in flight.

    Args:
        timeout: How long the request may take, in seconds.
    """

    __slots__ = ("_deadline", "_grace_ends", "_setup_deadline", "request_sent", "wake")

    def __init__(self, timeout: float) -> None:
        self._deadline = time.monotonic() + timeout
        self._setup_deadline = float("inf")
        self._grace_ends = 0.0
        #: Whether a byte of the request may have been sent. Set before the first byte goes to the kernel.
        self.request_sent = False
        #: Ends the wait that the request is in; set by the code that waits.
        self.wake: Callable[[], object] | None = None

    def time_left(self) -> float:
        """Return how many seconds are left for the current phase; 0 at the least."""
        left = min(self._deadline, self._setup_deadline) - time.monotonic()
        return left if left > 0 else 0.0

    def begin_setup(self, seconds: float) -> float:
        """Give the connection at most so many seconds to open, and return how many it has."""
        self._setup_deadline = time.monotonic() + seconds
        return self.time_left()

    def end_setup(self) -> None:
        """Give the rest of the request all the time that is left."""
        self._setup_deadline = float("inf")

    def check_time(self) -> None:
        """Raise where parsing goes on after the deadline.

        Raises:
            TimeoutError: The time is over, and so is the grace for bytes that had arrived before.
        """
        now = time.monotonic()
        if now <= self._deadline:
            return
        if not self._grace_ends:
            self._grace_ends = now + _GRACE
        elif now > self._grace_ends:
            raise TimeoutError

    def cancel(self) -> None:
        """End the request now: its time is over."""
        self._deadline = 0.0
        if self.wake is not None:
            self.wake()


class Origin(NamedTuple):
    """The server end of a connection.

    Attributes:
        scheme: `http` or `https`.
        host: Name or address, an IPv6 address without brackets.
        port: Port.
        authority: Host and port as the header `Host` has them.
    """

    scheme: str
    host: str
    port: int
    authority: str


@lru_cache(maxsize=64)
def origin_of(url: str) -> Origin:
    """Return the origin of a URL without a query string, which holds nothing that may not be kept."""
    parts = urlsplit(url)
    return Origin(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.netloc)


class Poolable(Protocol):
    """What the pool asks of a connection."""

    def is_usable(self) -> bool:
        """Return whether the connection is open and has received nothing since its last response."""
        ...

    def close(self) -> None:
        """Close the connection."""
        ...

    def wake(self) -> None:
        """End the wait of the thread or task that uses the connection."""
        ...


Connection = TypeVar("Connection", bound=Poolable)


class ConnectionPool(Generic[Connection]):
    """Idle connections by origin, the last used first. Threads may share it."""

    def __init__(self) -> None:
        self._idle: dict[Origin, deque[tuple[float, Connection]]] = {}

    def acquire(self, origin: Origin) -> Connection | None:
        """Take out a connection that can be used, or None. Those that cannot be used are closed."""
        idle = self._idle.get(origin)
        while idle:
            try:
                since, connection = idle.pop()
            except IndexError:  # another thread was faster
                break
            if time.monotonic() - since < KEEPALIVE_EXPIRY and connection.is_usable():
                return connection
            connection.close()
        return None

    def release(self, origin: Origin, connection: Connection) -> None:
        """Keep a connection for the next request, and close those that were idle for too long."""
        now = time.monotonic()
        idle = self._idle.setdefault(origin, deque())
        idle.append((now, connection))
        while len(idle) > 1 and now - idle[0][0] >= KEEPALIVE_EXPIRY:
            try:
                idle.popleft()[1].close()
            except IndexError:  # as above
                break

    def close(self) -> None:
        """Close every idle connection."""
        for idle in self._idle.values():
            while idle:
                idle.pop()[1].close()


class SetupBounds:
    """How long opening a connection may take, by origin.

    Where it was too short the next connection gets twice as long, so that a line that is really slow is
    served too.
    """

    def __init__(self) -> None:
        self._seconds: dict[Origin, float] = {}

    def seconds(self, origin: Origin) -> float:
        """Return how long opening a connection to the origin may take."""
        return self._seconds.get(origin, SETUP_SECONDS)

    def timed_out(self, origin: Origin, seconds: float, phase: str) -> ConnectionBroken:
        """Note that so many seconds were too few, and return the error that says so."""
        if seconds >= self.seconds(origin) / 2:  # otherwise the deadline was at fault
            self._seconds[origin] = min(self.seconds(origin) * 2, _LONGEST_SETUP_SECONDS)
        return ConnectionBroken(f"no connection within {seconds:.2f} s ({phase})")

    def note_success(self, origin: Origin) -> None:
        """Note that a connection was opened."""
        self._seconds.pop(origin, None)
