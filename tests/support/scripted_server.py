"""A real TCP server that sends the bytes that a test gives it."""

import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cut:
    """Bytes after which the server closes the connection, or resets it."""

    sent: bytes = b""
    reset: bool = False


Answer = bytes | Cut | Iterator[bytes] | None


@dataclass
class ScriptedServer:
    """Sends what `answer` returns for each request, and records the requests.

    After bytes the connection stays open, also after an incomplete response; the items of an iterator are
    sent one by one. None closes the connection without a response.
    """

    url: str
    answer: Callable[[bytes], Answer]
    greeting: bytes = b""
    # Not shown: they hold the API key and the signature, and a traceback may print the server.
    requests: list[bytes] = field(default_factory=list, repr=False)
    connections: list[socket.socket] = field(default_factory=list, repr=False)


def http(body: bytes | str, status: str = "200 OK", headers: str = "Content-Type: application/json") -> bytes:
    """Return a complete HTTP response."""
    content = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


@contextmanager
def scripted_server(
    answer: Answer | Callable[[bytes], Answer],
    tls: ssl.SSLContext | None = None,
    greeting: bytes = b"",
) -> Iterator[ScriptedServer]:
    """Serve on a free loopback port until the block ends.

    Args:
        answer: The response to each request, or a function from request to response.
        tls: The context for TLS, or None for plain TCP.
        greeting: Bytes that are sent on each connection before its first request.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    script = answer if callable(answer) else lambda _: answer
    scheme = "http" if tls is None else "https"
    server = ScriptedServer(f"{scheme}://127.0.0.1:{listener.getsockname()[1]}", script, greeting)
    thread = threading.Thread(target=_serve, args=(listener, server, tls))
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in server.connections:
            connection.close()


def _serve(listener: socket.socket, server: ScriptedServer, tls: ssl.SSLContext | None) -> None:
    workers = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            break
        server.connections.append(connection)
        worker = threading.Thread(target=_serve_connection, args=(connection, server, tls), daemon=True)
        worker.start()
        workers.append(worker)
    for connection in server.connections:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    for worker in workers:
        worker.join()


def _serve_connection(connection: socket.socket, server: ScriptedServer, tls: ssl.SSLContext | None) -> None:
    with connection, suppress(OSError):
        if tls is None:
            _serve_requests(connection, server)
        else:
            # A copy: the end of the block shuts `connection` down.
            with tls.wrap_socket(connection.dup(), server_side=True) as encrypted:
                _serve_requests(encrypted, server)


def _serve_requests(connection: socket.socket, server: ScriptedServer) -> None:
    connection.sendall(server.greeting)
    while request := _read_request(connection):
        server.requests.append(request)
        answer = server.answer(request)
        cut = Cut() if answer is None else answer
        if isinstance(cut, Cut):
            _cut_off(connection, cut)
            break
        for piece in [cut] if isinstance(cut, bytes) else cut:
            connection.sendall(piece)


def _cut_off(connection: socket.socket, cut: Cut) -> None:
    connection.sendall(cut.sent)
    if cut.reset:
        # Closing with a linger time of 0 sends a reset.
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def _read_request(connection: socket.socket) -> bytes:
    received = b""
    while b"\r\n\r\n" not in received:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        received += chunk
    head, _, body = received.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        chunk = connection.recv(65536)
        if not chunk:
            return b""
        body += chunk
    return head + b"\r\n\r\n" + body
