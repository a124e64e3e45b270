"""A relay that counts round trips: how often a client has to wait for the other side before it can go on."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class Flights:
    """Count the flights of one client towards a server.

    A flight is all that a client sends before it waits. To open a connection is one: nothing can be sent
    before the server has agreed.
    """

    url: str
    opened: int = 0
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note(self, *, opened: int = 0, sent: int = 0) -> None:
        """Count."""
        with self._lock:
            self.opened += opened
            self.sent += sent

    def taken(self) -> int:
        """Return the round trips since this was last asked, and forget them."""
        with self._lock:
            trips, self.opened, self.sent = self.opened + self.sent, 0, 0
            return trips


@contextmanager
def counted_flights(url: str) -> Iterator[Flights]:
    """Stand between a client and the server at a URL, and count."""
    scheme, _, port = url.rpartition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        flights = Flights(f"{scheme}:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_accept, args=(listener, int(port), flights), daemon=True)
        thread.start()
        yield flights
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _accept(listener: socket.socket, port: int, flights: Flights) -> None:
    workers = []
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            break
        flights.note(opened=1)
        workers.append(threading.Thread(target=_relay, args=(client, port, flights), daemon=True))
        workers[-1].start()


def _relay(client: socket.socket, port: int, flights: Flights) -> None:
    server = socket.create_connection(("127.0.0.1", port))
    back = threading.Event()
    back.set()

    def answer() -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                back.set()
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    thread = threading.Thread(target=answer, daemon=True)
    thread.start()
    with client, server, suppress(OSError):
        while data := client.recv(65536):
            # The first bytes after something has come back, or of all, begin a flight.
            if back.is_set():
                back.clear()
                flights.note(sent=1)
            server.sendall(data)
        server.shutdown(socket.SHUT_RDWR)
