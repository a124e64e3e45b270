"""Requests in flight and idle connections: their time, and what ends them."""

import time
from collections import deque
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache
from typing import Generic, NamedTuple, Protocol, TypeVar
from urllib.parse import urlsplit

from bingx_spot.limits.client_state import Patience
from bingx_spot.models import Response

#: How long a connection may be idle, in seconds. A bot's next cancel may come after a pause, and a server
#: that closes earlier is noticed.
KEEPALIVE_EXPIRY = 300.0

#: So many idle connections to one server are kept.
MAXIMUM_IDLE = 100

# The first response over a connection may take so many times as long as opening it took: that is two or
# three round trips, and on a long line nothing else is known at first.
_OPENINGS = 2.0

#: A response has a few hundred bytes. What is larger than this, in bytes, is not the exchange's.
MAXIMUM_SIZE = 1_048_576
#: How long bytes that had arrived before the deadline may still be parsed after it, in seconds. A process
#: that was stopped (SIGSTOP, a suspended laptop) reads a complete response although the time is over.
_GRACE = 0.05

_PORTS = {"http": 80, "https": 443}


class ConnectionBroken(Exception):
    """There is no response, for a reason in words, which hold nothing of the request."""


class TimeIsOver(TimeoutError):
    """The time of a request, or of its step, is over; a signal handler's own `TimeoutError` is none."""


class PermitExpired(ConnectionBroken):
    """The request was not written in time for its permit; the connection is as good as before."""

    def __init__(self) -> None:
        super().__init__("the permit of the rate limit expired before the request could be written")


class ResponseTooLarge(Exception):
    """The response is larger than any of the exchange's."""

    def __init__(self) -> None:
        super().__init__(f"the response is larger than {MAXIMUM_SIZE} bytes")


class RequestContext:
    """State of one request in flight, which may take `timeout` seconds."""

    def __init__(self, timeout: float, patience: Patience) -> None:
        self._began = time.monotonic()
        self._deadline = self._began + timeout
        self._written_by = self._began + patience.writing
        self._patience = patience
        self._step_ends = self._deadline
        self._grace_ends = 0.0
        #: What opening a connection waits for, in words; empty while none is opened.
        self.phase = ""
        #: Whether a byte of the request may have been sent. Set before the first byte goes to the kernel.
        self.request_sent = False
        #: Whether it is sent over a connection that was open.
        self.reused = True
        #: The address to which a connection was opened.
        self.target: object = None
        #: Returns the response as far as it has arrived, if its status alone says that requests must stop.
        self.ban: Callable[[], Response | None] = lambda: None
        #: Ends the wait that the request is in; set by the code that waits.
        self.wake: Callable[[], object] | None = None

    @property
    def seconds(self) -> float:
        """Return how many seconds the present step may take."""
        return max(self._step_ends - self._began, 0.0)

    def time_left(self) -> float:
        """Return how many seconds are left for the present step; 0 at the least."""
        left = self._step_ends - time.monotonic()
        return left if left > 0 else 0.0

    def begin_opening(self) -> None:
        """Begin to open a connection."""
        self.reused, self.phase = False, "name look-up"
        self._step_ends = min(self._began + self._patience.opening, self._deadline)

    def begin_answer(self) -> None:
        """Begin to send the request and to wait for its response; `PermitExpired` says: too late."""
        now, patience = time.monotonic(), self._patience.answer
        self.phase = ""
        if not self.reused:
            self._patience.times.opening.note(now - self._began)
            patience = max(patience, _OPENINGS * (now - self._began))
        self._began, self._step_ends, self._grace_ends = now, min(now + patience, self._deadline), 0.0
        if now > self._written_by:
            raise PermitExpired

    def end_answer(self) -> None:
        """Note that there is a response."""
        self._patience.times.answer.note(time.monotonic() - self._began)

    def check_grace(self) -> None:
        """After the step's end: raise `TimeIsOver` unless bytes that had arrived before it may be parsed."""
        now = time.monotonic()
        if not self._grace_ends:
            self._grace_ends = now + _GRACE
        elif now > self._grace_ends:
            raise TimeIsOver

    def cancel(self) -> None:
        """End the request now: its time is over."""
        self._deadline = self._step_ends = 0.0
        if self.wake is not None:
            self.wake()


class Origin(NamedTuple):
    """The server end of a connection."""

    scheme: str  # `http` or `https`
    host: str  # name or address, an IPv6 address without brackets
    port: int
    authority: str  # host and port as the header `Host` has them


@lru_cache(maxsize=64)
def origin_of(url: str) -> Origin:
    """Return the origin of a URL without a query string, which holds nothing that may not be kept."""
    parts = urlsplit(url)
    return Origin(parts.scheme, parts.hostname or "", parts.port or _PORTS[parts.scheme], parts.netloc)


class Poolable(Protocol):
    """What the pool and a backend ask of a connection."""

    def is_usable(self) -> bool:
        """Return whether the connection is open and has received nothing since its last response."""

    def close(self) -> None:
        """Close the connection, which is idle."""

    def reset(self) -> None:
        """Close the connection so that nothing of what was written arrives any more."""


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
        while len(idle) > 1:
            with suppress(IndexError):  # as above
                if len(idle) <= MAXIMUM_IDLE and now - idle[0][0] < KEEPALIVE_EXPIRY:
                    break
                idle.popleft()[1].close()

    def drop(self, origin: Origin) -> None:
        """Close the idle connections to a server: one that was as old as they are turned out to be dead."""
        idle = self._idle.get(origin)
        with suppress(IndexError):  # as above
            while idle:
                idle.pop()[1].close()

    def close(self) -> None:
        """Close every idle connection."""
        for origin in list(self._idle):
            self.drop(origin)
