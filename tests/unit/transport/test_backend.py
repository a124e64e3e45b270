"""A blocking connection whose server reads slowly or not at all, or writes late or without end."""

import socket
import threading
import time

import pytest

from bingx_spot.limits.client_state import Patience
from bingx_spot.transport.backend import BlockingConnection
from bingx_spot.transport.connection_pool import RequestContext
from bingx_spot.transport.http11 import Flow

#: More than the system's buffers hold.
LONG = b"x" * 8_000_000


def writing() -> Flow[None]:
    yield LONG


def test_all_of_a_long_request_arrives() -> None:
    own, peer = socket.socketpair()
    received = bytearray()

    def read() -> None:
        while data := peer.recv(65536):
            received.extend(data)

    with own, peer:
        reader = threading.Thread(target=read)
        reader.start()
        connection = BlockingConnection(own)
        connection.run(writing(), RequestContext(20.0, Patience()))
        connection.wake()
        reader.join(20.0)
    assert bytes(received) == LONG


def test_a_server_that_does_not_read_holds_nobody_beyond_the_deadline() -> None:
    own, peer = socket.socketpair()
    with own, peer, pytest.raises(TimeoutError):
        BlockingConnection(own).run(writing(), RequestContext(0.05, Patience()))


def test_what_arrived_before_the_deadline_counts_after_it() -> None:
    """A process that was stopped (SIGSTOP) finds the time over and the response in the buffer."""

    def reading() -> Flow[bytes]:
        return (yield None)

    own, peer = socket.socketpair()
    with own, peer:
        peer.sendall(b"response")
        assert BlockingConnection(own).run(reading(), RequestContext(0.0, Patience())) == b"response"


def test_a_server_that_writes_without_end_holds_nobody_beyond_the_deadline() -> None:
    """Whatever is read: a response, a proxy's, or a TLS handshake, which skips requests to begin again."""
    own, peer = socket.socketpair()
    enough = time.monotonic() + 5.0

    def flooded() -> Flow[None]:
        while time.monotonic() < enough:
            peer.sendall(b"x")
            yield None

    with own, peer, pytest.raises(TimeoutError):
        BlockingConnection(own).run(flooded(), RequestContext(0.01, Patience()))
