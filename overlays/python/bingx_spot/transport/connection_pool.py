"""Idle connections, and when one may be used again."""

import time
from collections import deque
from collections.abc import Iterator
from functools import lru_cache
from typing import Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import urlsplit

from bingx_spot.transport.request_context import ConnectionBroken

#: How long a connection may be idle, in seconds. A bot's next cancel may come after a pause, and a server
#: that closes earlier is noticed.
KEEPALIVE_EXPIRY = 300.0

#: How long opening a connection may take at first, in seconds: long for a look-up, a connection and a
#: handshake, and short enough that the next attempt, or the fallback host, gets its chance.
SETUP_SECONDS = 1.0
_LONGEST_SETUP_SECONDS = 8.0

_PORTS = {"http": 80, "https": 443}


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
        for connection in self.drain():
            connection.close()

    def drain(self) -> Iterator[Connection]:
        """Take out every connection."""
        for idle in self._idle.values():
            while idle:
                yield idle.pop()[1]


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
