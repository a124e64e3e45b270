"""A real TCP server that answers as a test tells it to, byte for byte."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field


@dataclass
class ScriptedServer:
    """Answer every request with what `answer` gives for it, and remember the requests.

    None closes the connection without a word.
    """

    url: str
    answer: Callable[[bytes], bytes | None]
    requests: list[bytes] = field(default_factory=list)


def http(body: bytes | str, status: str = "200 OK", headers: str = "Content-Type: application/json") -> bytes:
    """Return a whole HTTP answer."""
    content = body.encode() if isinstance(body, str) else body
    head = f"HTTP/1.1 {status}\r\n{headers}\r\nContent-Length: {len(content)}\r\n\r\n"
    return head.encode() + content


@contextmanager
def scripted_server(answer: bytes | Callable[[bytes], bytes | None] | None) -> Iterator[ScriptedServer]:
    """Serve on a free loopback port until the block ends."""
    listener = socket.create_server(("127.0.0.1", 0))
    script = answer if callable(answer) else lambda _: answer
    server = ScriptedServer(f"http://127.0.0.1:{listener.getsockname()[1]}", script)
    connections: list[socket.socket] = []
    thread = threading.Thread(target=_serve, args=(listener, server, connections))
    thread.start()
    try:
        yield server
    finally:
        listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        thread.join()
        for connection in connections:
            connection.close()


def _serve(listener: socket.socket, server: ScriptedServer, connections: list[socket.socket]) -> None:
    workers = []
    while True:
        try:
            connection, _ = listener.accept()
        except OSError:
            break
        connections.append(connection)
        worker = threading.Thread(target=_talk, args=(connection, server), daemon=True)
        worker.start()
        workers.append(worker)
    for connection in connections:
        with suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)
    for worker in workers:
        worker.join()


def _talk(connection: socket.socket, server: ScriptedServer) -> None:
    try:
        while request := _read_request(connection):
            server.requests.append(request)
            answer = server.answer(request)
            if answer is None:
                break
            connection.sendall(answer)
    except OSError:
        pass
    finally:
        connection.close()


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
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body
