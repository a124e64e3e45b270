"""A relay that counts round trips: how often a client waits for the server before it can continue."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class RoundTrips:
    """Counts the round trips of one client to a server.

    One round trip is all that the client sends before it waits. Opening a connection is one.
    """

    url: str
    opened: int = 0
    sent: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def note(self, *, opened: int = 0, sent: int = 0) -> None:
        """Add to the counts."""
        with self._lock:
            self.opened += opened
            self.sent += sent

    def take(self) -> int:
        """Return the round trips since the last call, and reset the count."""
        with self._lock:
            trips, self.opened, self.sent = self.opened + self.sent, 0, 0
            return trips


@contextmanager
def counted_round_trips(url: str) -> Iterator[RoundTrips]:
    """Relay to the server at a URL, and count round trips."""
    scheme, _, port = url.rpartition(":")
    with socket.create_server(("127.0.0.1", 0)) as listener:
        trips = RoundTrips(f"{scheme}:{listener.getsockname()[1]}")
        thread = threading.Thread(target=_accept, args=(listener, int(port), trips), daemon=True)
        thread.start()
        yield trips
        listener.shutdown(socket.SHUT_RDWR)
    thread.join()


def _accept(listener: socket.socket, port: int, trips: RoundTrips) -> None:
    workers = []
    while True:
        try:
            client, _ = listener.accept()
        except OSError:
            break
        trips.note(opened=1)
        workers.append(threading.Thread(target=_relay, args=(client, port, trips), daemon=True))
        workers[-1].start()


def _relay(client: socket.socket, port: int, trips: RoundTrips) -> None:
    server = socket.create_connection(("127.0.0.1", port))
    back = threading.Event()
    back.set()

    def relay_back() -> None:
        with suppress(OSError):
            while data := server.recv(65536):
                back.set()
                client.sendall(data)
        with suppress(OSError):
            client.shutdown(socket.SHUT_RDWR)

    thread = threading.Thread(target=relay_back, daemon=True)
    thread.start()
    with client, server, suppress(OSError):
        while data := client.recv(65536):
            # The first bytes, and those after a response, begin a round trip.
            if back.is_set():
                back.clear()
                trips.note(sent=1)
            server.sendall(data)
        server.shutdown(socket.SHUT_RDWR)
