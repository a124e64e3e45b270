"""A server that cancels every order, and records over which connection each request arrived."""

import json
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from tests.support.samples import success
from tests.support.scripted_server import ScriptedServer, http, scripted_server

TIME = http(json.dumps({"code": 0, "msg": "", "data": {"serverTime": 1696751141337}}))
#: Orders from this id on are answered only when `Echo.release` is set.
HELD = 900


@dataclass
class Echo:
    """The requests that arrived.

    Attributes:
        orders: The order ids in the requests of each connection, in order.
        moments: When each request arrived, in seconds.
        release: Sends the responses for orders from `HELD` on.
    """

    orders: dict[threading.Thread, list[int]] = field(default_factory=dict)
    moments: list[float] = field(default_factory=list)
    release: threading.Event = field(default_factory=threading.Event)

    def answer(self, request: bytes) -> bytes:
        """Return the response: the server time, or the cancelled order.

        The response takes a moment, so that two requests on one connection would overlap.
        """
        if b"/server/time" in request:
            return TIME
        order_id = int(json.loads(request.partition(b"\r\n\r\n")[2])["orderId"])
        self.moments.append(time.monotonic())
        # By thread, of which each connection has its own: the number of a closed connection is used again.
        self.orders.setdefault(threading.current_thread(), []).append(order_id)
        if order_id >= HELD:
            self.release.wait(20)
        time.sleep(0.002)
        return http(success(orderId=order_id))

    def fullest_second(self) -> int:
        """Return the most requests within a second."""
        return max(sum(begin <= each < begin + 1.0 for each in self.moments) for begin in self.moments)


@contextmanager
def echoing(tls: ssl.SSLContext | None = None) -> Iterator[tuple[ScriptedServer, Echo]]:
    """Serve until the block ends."""
    echo = Echo()
    with scripted_server(echo.answer, tls) as server:
        try:
            yield server, echo
        finally:
            echo.release.set()
