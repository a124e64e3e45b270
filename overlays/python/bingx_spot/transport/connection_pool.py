"""The open connections that nobody uses at the moment, and when one may be used again.

httpcore's own pool looks at every connection before every request, which with fifty calls under way takes
longer than all else. Here the connection that was used last comes first, and only that one is looked at.
"""

import time
from collections import deque
from functools import lru_cache
from typing import Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import urlsplit

#: How long a connection may be idle, in seconds. A bot's next cancel may come after a pause, and a server
#: that closes sooner is noticed.
LONGEST_IDLE = 300.0
#: How many connections there may be in an event loop; blocking calls need one for each thread and no more.
MOST = 100

_PORTS = {"http": 80, "https": 443}


class Origin(NamedTuple):
    """Say where a connection leads.

    Attributes:
        scheme: `http` or `https`.
        host: Name or address, an IPv6 address without brackets.
        port: Port.
        authority: Host and port as the header `Host` wants them.
    """

    scheme: str
    host: str
    port: int
    authority: str


@lru_cache(maxsize=64)
def origin_of(url: str) -> Origin:
    """Return the origin of a URL that has no query string, and so nothing that may not be kept."""
    parts = urlsplit(url)
    assert parts.hostname is not None, "an environment's origin has a host"  # noqa: S101 - checked there
    return Origin(parts.scheme, parts.hostname, parts.port or _PORTS[parts.scheme], parts.netloc)


class Kept(Protocol):
    """Tell of a connection whether it can be used."""

    def usable(self) -> bool:
        """Tell whether its last answer has ended, and the server has neither closed it nor said more."""
        ...


Connection = TypeVar("Connection", bound=Kept)


class Idle(Generic[Connection]):
    """Keep idle connections, by where they lead.

    It does no I/O: whoever takes connections out closes them. Threads may share it.
    """

    def __init__(self) -> None:
        self._kept: dict[Origin, deque[tuple[float, Connection]]] = {}

    def take(self, origin: Origin) -> tuple[Connection | None, list[Connection]]:
        """Take out a connection that can be used, and those that were found to be of no use."""
        kept = self._kept.get(origin)
        useless: list[Connection] = []
        # Popped before they are looked at: another thread may take the next one meanwhile.
        while kept:
            try:
                since, connection = kept.pop()
            except IndexError:
                break
            if time.monotonic() - since < LONGEST_IDLE and connection.usable():
                return connection, useless
            useless.append(connection)
        return None, useless

    def give(self, origin: Origin, connection: Connection) -> list[Connection]:
        """Keep a connection that can be used again, and take out those that were idle for too long."""
        now = time.monotonic()
        useless: list[Connection] = []
        kept = self._kept.setdefault(origin, deque())
        kept.append((now, connection))
        while len(kept) > 1 and now - kept[0][0] >= LONGEST_IDLE:
            useless.append(kept.popleft()[1])
        return useless

    def take_all(self) -> list[Connection]:
        """Take out every connection."""
        taken = []
        for kept in self._kept.values():
            while kept:
                taken.append(kept.pop()[1])
        return taken
