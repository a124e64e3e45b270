"""HTTP/1.1 without I/O: the bytes of a request, and what the received bytes mean. The parser is httptools.

A flow is a generator that does no I/O: it yields bytes to write, or None to be sent the bytes that were
read, b"" at the end of the connection. `backend.py` and `async_backend.py` run it.
"""

import sys
import zlib
from collections.abc import Generator, Sequence
from types import MappingProxyType
from typing import NamedTuple, TypeVar

import httptools

from bingx_spot.core.engine import BAN_STATUSES
from bingx_spot.core.request import SignedRequest
from bingx_spot.models import Response
from bingx_spot.transport.connection_pool import (
    MAXIMUM_SIZE,
    ConnectionBroken,
    Origin,
    RequestContext,
    ResponseTooLarge,
)

Result = TypeVar("Result")
Flow = Generator[bytes | None, bytes, Result]

# A server that says "100 Continue" more often than this has nothing better to say.
_MAXIMUM_INFORMATIONAL = 10
_PROXY_AUTHENTICATION = 407
_SUCCESSES = range(200, 300)
_ZLIB_WITH_HEADER = 47  # zlib's own number for: gzip or zlib, as the header says
_INCOMPLETE = "the server closed the connection before the response was complete"
_NO_HTTP = "the response is not valid HTTP"


class Received(NamedTuple):
    """A response, and whether its connection can be used again: it is open and has sent nothing else."""

    response: Response
    reusable: bool


def encode_request(request: SignedRequest, origin: Origin) -> bytes:
    """Return the bytes of a request.

    In one piece, so that they leave in one packet: of two, one is lost twice as often. `ConnectionBroken`
    says that a header holds a control character.
    """
    target = request.url[len(origin.scheme) + 3 + len(origin.authority) :]
    lines = [
        f"{request.method} {target} HTTP/1.1",
        f"Host: {origin.authority}",
        *[f"{name}: {value}" for name, value in request.headers.items()],
        f"Content-Length: {len(request.content)}",
    ]
    return _encode(lines) + request.content


def exchange(request: bytes, context: RequestContext) -> Flow[Received]:
    """Write one request and read its response.

    `ConnectionBroken` says that the connection ended early, or that the response is not HTTP;
    `ResponseTooLarge` says what it is called.
    """
    context.request_sent = True
    yield request
    reader = ResponseReader()
    context.ban = reader.ban
    while not reader.feed((yield None)):
        pass
    return reader.received()


def open_tunnel(authority: str, more: Sequence[str]) -> Flow[None]:
    """Ask a proxy for a tunnel to a host and port. Errors are those of `exchange`."""
    yield _encode([f"CONNECT {authority} HTTP/1.1", f"Host: {authority}", *more])
    reader = ResponseReader(tunnel=True)
    while not reader.feed((yield None)):
        pass
    if reader.status not in _SUCCESSES:
        why = " (it asks for a user and a password)" if reader.status == _PROXY_AUTHENTICATION else ""
        raise ConnectionBroken(f"the proxy refused the connection: HTTP {reader.status}{why}")
    if reader.extra:
        raise ConnectionBroken("the proxy sent bytes before the tunnel was used")


class ResponseReader:
    """Reads one response from the bytes of a connection.

    Its methods that begin with `on_` are called by the parser. After a proxy's response to CONNECT a `tunnel`
    follows instead of a body.
    """

    #: HTTP status.
    status = 0
    #: Whether the response has ended.
    complete = False
    #: Whether bytes followed it that belong to no request.
    extra = False
    _in_body = False
    _size = 0
    _informational = 0
    _keep_alive = False

    def __init__(self, *, tunnel: bool = False) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._tunnel = tunnel
        self._headers: dict[str, str] = {}
        self._body: list[bytes] = []

    def feed(self, data: bytes) -> bool:
        """Take bytes from the connection, b"" at its end, and return whether the response is complete."""
        self._size += len(data)
        if self._size > MAXIMUM_SIZE:
            raise ResponseTooLarge
        if not data:
            framed = "content-length" in self._headers or "transfer-encoding" in self._headers
            if not self._in_body or framed:
                raise ConnectionBroken(_INCOMPLETE)
            # Without a length the end of the connection is that of the body.
            return True
        handled = sys.exception()
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserCallbackError as error:
            # The methods below raise nothing: it is Ctrl-C, or what a signal handler raises. In an `except`
            # block of the caller's, the context is what is handled there.
            interruption = error.__context__ or error
            raise (KeyboardInterrupt if interruption is handled else interruption) from None
        except (httptools.HttpParserError, httptools.HttpParserUpgrade):
            valid = False
        else:
            valid = self._informational <= _MAXIMUM_INFORMATIONAL
        if self.complete:
            self.extra = self.extra or not valid
            # The parser and this object refer to each other.
            del self._parser
        elif not valid:
            raise ConnectionBroken(_NO_HTTP)
        return self.complete

    def received(self) -> Received:
        """Return the response. Errors are those of `decompress`."""
        body = b"".join(self._body)
        if "content-encoding" in self._headers:
            body = decompress(body, self._headers["content-encoding"])
        response = Response(self.status, MappingProxyType(self._headers), body)
        return Received(response, self._keep_alive and not self.extra)

    def ban(self) -> Response | None:
        """Return the response as far as it has arrived, if its status alone says that requests must stop."""
        if self.status not in BAN_STATUSES:
            return None
        return Response(self.status, MappingProxyType(self._headers), b"".join(self._body))

    def on_message_begin(self) -> None:
        """Note that a response begins, which only the first may."""
        self.extra = self.complete

    def on_header(self, name: bytes, value: bytes) -> None:
        """Keep a header, unless it is a trailer."""
        if not self._in_body and not self.complete:
            self._headers[name.decode("latin-1").lower()] = value.decode("latin-1")

    def on_headers_complete(self) -> None:
        """Note that the body begins."""
        if not self.complete:
            self.status, self._in_body = self._parser.get_status_code(), True
            if self._tunnel and self.status // 100 != 1:
                self.complete = True

    def on_body(self, data: bytes) -> None:
        """Keep a part of the body."""
        if not self.complete:
            self._body.append(data)
        elif self._tunnel:
            self.extra = True

    def on_message_complete(self) -> None:
        """Note that the response has ended; after an informational one (1xx) the real one follows."""
        if self.complete:
            return
        self._in_body = False
        if self.status // 100 == 1:
            self._informational += 1
            self._headers.clear()
        else:
            self._keep_alive = self._parser.should_keep_alive()
            self.complete = True


def decompress(content: bytes, encoding: str) -> bytes:
    """Return a compressed body as it was before, never more of it than a response may have.

    Requests say `Accept-Encoding: identity`, so this is for servers that ignore it. `ConnectionBroken` says
    that the body is not compressed as its header says, `ResponseTooLarge` what it is called.
    """
    if encoding.lower() not in ("gzip", "deflate"):
        return content
    decompressor = zlib.decompressobj(_ZLIB_WITH_HEADER)
    try:
        plain = decompressor.decompress(content, MAXIMUM_SIZE + 1)
    except zlib.error:
        plain = b""
    if len(plain) > MAXIMUM_SIZE:
        raise ResponseTooLarge
    if not decompressor.eof:
        raise ConnectionBroken("the response is not compressed as its header says")
    return plain


def _encode(lines: Sequence[str]) -> bytes:
    if not "".join(lines).isprintable():
        raise ConnectionBroken("the request was not sent: a header holds a control character")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")
