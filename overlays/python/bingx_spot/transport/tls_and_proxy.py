"""TLS and proxies without I/O: the layers between a TCP connection and HTTP."""

import ssl
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Self
from urllib.parse import unquote

import certifi

from bingx_spot.environments import split_host_url
from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot.private_file import check_regular
from bingx_spot.transport.connection_pool import ConnectionBroken, Origin, RequestContext, origin_of
from bingx_spot.transport.http11 import Flow, Result, open_tunnel

_READ_SIZE = 65536
_ALLOWED = "http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"


@cache
def public_authorities() -> ssl.SSLContext:
    """Return a context that trusts the public certificate authorities, those of certifi.

    Loading them takes 20 ms, so all clients share it. No environment variable changes it.
    """
    context = _trusting(certifi.where())
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    return context


def authorities_of(path: str) -> ssl.SSLContext:
    """Return a context that trusts the authorities in a file of certificates (PEM), and no others.

    `InvalidInput` says that it cannot be read, or holds no certificate.
    """
    allowed = "the path of a file of certificates, PEM"
    try:
        check_regular(Path(path).stat())  # OpenSSL would wait for ever for a writer of a FIFO
        # Not strict: the authorities of companies often lack extensions that the public ones have.
        return _trusting(path)
    except ssl.SSLError:
        raise InvalidInput("tls", f"is {shown(path)}, which holds no certificate", allowed) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is no path"
        raise InvalidInput("tls", f"is {shown(path)}, which cannot be read: {reason}", allowed) from None


def _trusting(path: str) -> ssl.SSLContext:
    # Not `create_default_context`: it lets SSLKEYLOGFILE write the keys of every session into a file.
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    context.load_verify_locations(path)
    context.set_alpn_protocols(["http/1.1"])
    return context


class TlsLayer:
    """One TLS session with a host, over a connection that somebody else reads and writes."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        self._incoming, self._outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self._session = context.wrap_bio(self._incoming, self._outgoing, server_hostname=host)
        # The beginning of a record whose end has not arrived. OpenSSL does not say that it holds one.
        self._begun = bytearray()

    def handshake(self) -> Flow[None]:
        """Agree on keys with the server; `ssl.SSLError` says that it is not trusted, or speaks no TLS."""
        return self._complete(self._session.do_handshake)

    def through(self, flow: Flow[Result]) -> Flow[Result]:
        """Run a flow over this session: encrypt what it writes, decrypt what it reads."""
        received = b""
        try:
            # None first, as every generator wants it.
            wanted = next(flow)
            while True:
                if wanted is None:
                    received = yield from self._complete(lambda: self._session.read(_READ_SIZE))
                else:
                    self._session.write(wanted)
                    received = b""
                    yield self._outgoing.read()
                wanted = flow.send(received)
        except StopIteration as done:
            result: Result = done.value
            return result

    def receive(self, data: bytes) -> bytes:
        """Return what the application is told by the bytes given, and by any that were left unread.

        A server may send session tickets at any time; they tell the application nothing. `ssl.SSLError` says
        that the session has ended or is broken, that the end of a record, which may tell something, is
        missing, or that the server wants to agree on keys again before anything else is sent.
        """
        self._take(data)
        received = b""
        try:
            while plain := self._session.read(_READ_SIZE):
                received += plain
        except ssl.SSLWantReadError:
            if self._begun or self._outgoing.pending:
                raise
            return received
        raise ssl.SSLZeroReturnError("the server has ended the session")

    def _complete(self, step: Callable[[], Result]) -> Flow[Result]:
        """Take a step of the session, with the reads and writes that it needs."""
        while True:
            try:
                result, done = step(), True
            except ssl.SSLWantReadError:
                done = False
            if self._outgoing.pending:
                yield self._outgoing.read()
            if done:
                return result
            if data := (yield None):
                self._take(data)
            else:
                self._incoming.write_eof()

    def _take(self, data: bytes) -> None:
        self._incoming.write(data)
        self._begun += data
        # A header of five bytes, the last two of which say how many follow it.
        while len(self._begun) >= (end := 5 + int.from_bytes(self._begun[3:5])):
            del self._begun[:end]


def through(layers: list[TlsLayer], flow: Flow[Result]) -> Flow[Result]:
    """Run a flow over TLS sessions, the outermost of which is the first."""
    for layer in reversed(layers):
        flow = layer.through(flow)
    return flow


@dataclass(frozen=True, slots=True)
class Proxy:
    """The address of an HTTP proxy, and the password for it."""

    origin: Origin
    authorization: tuple[str, ...] = field(default=(), repr=False)  # a header line, or none

    @classmethod
    def parse(cls, url: str) -> Self:
        """Return the proxy at that URL; `InvalidInput` does not repeat what is none."""
        parts = split_host_url("proxy", url, _ALLOWED)
        origin = origin_of(f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}")
        if parts.username is None:
            return cls(origin)
        password = b64encode(f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode())
        return cls(origin, (f"Proxy-Authorization: Basic {password.decode()}",))


def establish(
    origin: Origin,
    proxy: Proxy | None,
    tls: Callable[[], ssl.SSLContext],
    layers: list[TlsLayer],
    context: RequestContext,
) -> Flow[None]:
    """Turn a new TCP connection, to the proxy where there is one, into one that HTTP can be spoken over.

    Each TLS session that is set up is appended to `layers`. `ConnectionBroken` says that the proxy refused,
    or would see the request in clear.
    """
    if proxy is not None:
        if origin.scheme != "https":
            raise ConnectionBroken("the proxy would see the API key and the signature in clear")
        context.phase = "proxy"
        if proxy.origin.scheme == "https":
            yield from _start_tls(tls(), proxy.origin.host, layers)
        host = f"[{origin.host}]" if ":" in origin.host else origin.host
        yield from through(layers, open_tunnel(f"{host}:{origin.port}", proxy.authorization))
    if origin.scheme == "https":
        context.phase = "TLS handshake"
        yield from _start_tls(tls(), origin.host, layers)


def _start_tls(context: ssl.SSLContext, host: str, layers: list[TlsLayer]) -> Flow[None]:
    layer = TlsLayer(context, host)
    yield from through(layers, layer.handshake())
    layers.append(layer)
