"""TLS without I/O: what a session's idle connection has received."""

import ssl
from contextlib import suppress

import pytest
import trustme

from bingx_spot.transport.backend import BaseConnection
from bingx_spot.transport.tls_and_proxy import TlsLayer


class Session:
    """The two ends of a TLS session; what the server writes is handed over by the test."""

    def __init__(self, server: ssl.SSLContext, client: ssl.SSLContext) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._server = server.wrap_bio(self._incoming, self._outgoing, server_side=True)
        self.layer = TlsLayer(client, "127.0.0.1")
        flow = self.layer.handshake()
        wanted = next(flow)
        while True:
            try:
                if wanted is None:
                    wanted = flow.send(self._outgoing.read())
                else:
                    self._incoming.write(wanted)
                    with suppress(ssl.SSLWantReadError):
                        self._server.do_handshake()
                    wanted = next(flow)
            except StopIteration:
                break
        #: The session tickets of TLS 1.3, as they are sent.
        self.tickets = self._outgoing.read()

    def sent(self, plain: bytes) -> bytes:
        """Return what the server sends for these bytes."""
        self._server.write(plain)
        return self._outgoing.read()


@pytest.fixture
def session(server_tls: ssl.SSLContext, authority: trustme.CA) -> Session:
    client = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    authority.configure_trust(client)
    return Session(server_tls, client)


def has_read_all(session: Session, data: bytes) -> bool:
    connection = object.__new__(BaseConnection)
    connection.layers = [session.layer]
    return connection.has_read_all(data)


def test_tickets_tell_the_application_nothing(session: Session) -> None:
    assert session.tickets
    assert has_read_all(session, session.tickets)


@pytest.mark.parametrize("arrived", [1, 4, 5, 20, -1, None])
def test_a_response_that_nobody_asked_for_is_seen_before_its_end_arrives(
    session: Session, arrived: int | None
) -> None:
    assert has_read_all(session, session.tickets)
    assert not has_read_all(session, session.sent(b"HTTP/1.1 200 OK\r\n")[:arrived])


def test_a_session_that_wants_to_agree_on_keys_again_is_not_used(session: Session) -> None:
    assert has_read_all(session, session.tickets)
    # As OpenSSL does where a server of TLS 1.2 asks for it: with no other write does the session go on.
    session.layer._outgoing.write(b"a ClientHello")
    assert not has_read_all(session, b"")
