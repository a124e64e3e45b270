"""HTTP/1.1 without I/O: what to write, and what the received bytes mean. The parser is h11.

A flow is a generator that does no I/O: it yields bytes to write, or None to be sent the bytes that were
read, b"" at the end of the connection. `backend.py` and `async_backend.py` run it.
"""

import zlib
from collections.abc import Generator, Iterable, Mapping
from types import MappingProxyType
from typing import TypeVar

import h11

from bingx_spot.core.request import SignedRequest
from bingx_spot.models import Response
from bingx_spot.transport.request_context import (
    MAXIMUM_BODY,
    ConnectionBroken,
    RequestContext,
    ResponseTooLarge,
)

Result = TypeVar("Result")
Flow = Generator[bytes | None, bytes, Result]

# A server that has nothing better to say than "100 Continue" so often is not the exchange.
_MAXIMUM_INFORMATIONAL = 10
_MAXIMUM_TEMPLATES = 64
_ZLIB_WITH_HEADER = 47  # zlib's own number for: gzip or zlib, as the header says
_END = h11.EndOfMessage()
_INCOMPLETE = "the server closed the connection before the response was complete"
_NO_HTTP = "the response is not valid HTTP"


class RequestHeads:
    """Builds the heads of requests.

    h11 validates every header of a head, which takes a third of the time that a request takes. The heads of
    requests with a body differ in nothing but its length, so they are kept.
    """

    def __init__(self, *more: tuple[bytes, bytes], absolute: bool = False) -> None:
        """Build heads for one kind of connection.

        Args:
            *more: Further headers.
            absolute: Whether the request line names the whole URL, as an HTTP proxy needs it.
        """
        self._more = more
        self._absolute = absolute
        self._kept: dict[tuple[int, str, int], tuple[Mapping[str, str], h11.Request]] = {}

    def head(self, request: SignedRequest, authority: str) -> h11.Request:
        """Return the head of a request to a host and port."""
        if not request.content:
            # Its URL holds the parameters and the signature: no two are equal, and none may be kept.
            return self._build(request, authority)
        key = (id(request.headers), request.address, len(request.content))
        kept = self._kept.get(key)
        if kept is None:
            if len(self._kept) >= _MAXIMUM_TEMPLATES:
                self._kept.clear()
            # With the headers themselves, so that no other object gets their id.
            kept = self._kept[key] = (request.headers, self._build(request, authority))
        return kept[1]

    def _build(self, request: SignedRequest, authority: str) -> h11.Request:
        target = request.url if self._absolute else "/" + request.url.split("/", 3)[3]
        headers = [(b"Host", authority.encode())]
        headers += [(name.encode(), value.encode()) for name, value in request.headers.items()]
        headers += [(b"Content-Length", b"%d" % len(request.content)), *self._more]
        return h11.Request(method=request.method, target=target, headers=headers)


class Http11Connection:
    """The state of one HTTP/1.1 connection, request after request."""

    __slots__ = ("_h11",)

    def __init__(self) -> None:
        self._h11 = h11.Connection(h11.CLIENT)

    def exchange(self, head: h11.Request, body: bytes, context: RequestContext) -> Flow[Response]:
        """Write one request and read its response.

        Raises:
            ConnectionBroken: The connection ended early, or the response is not HTTP.
            ResponseTooLarge: The response is too large.
            TimeoutError: The time is over.
        """
        connection = self._h11
        # In one piece, so that it leaves in one packet: of two, one is lost twice as often.
        pieces = [connection.send(head), connection.send(h11.Data(data=body)), connection.send(_END)]
        request = b"".join([piece for piece in pieces if piece])
        context.request_sent = True
        yield request
        response, content = yield from self._read(context)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in response.headers}
        if "content-encoding" in headers:
            content = decompress(content, headers["content-encoding"])
        return Response(response.status_code, MappingProxyType(headers), content)

    def connect(self, authority: str, headers: Iterable[tuple[bytes, bytes]], context: RequestContext) -> Flow[None]:
        """Ask a proxy for a tunnel to a host and port.

        Raises:
            ConnectionBroken: The proxy refused, or did not answer in HTTP.
            TimeoutError: The time is over.
        """
        target = authority.encode()
        ask = h11.Request(method=b"CONNECT", target=target, headers=[(b"Host", target), *headers])
        yield (self._h11.send(ask) or b"") + (self._h11.send(_END) or b"")
        response, _ = yield from self._read(context)
        if not self._h11.our_state is h11.SWITCHED_PROTOCOL:
            raise ConnectionBroken(f"the proxy refused the connection: HTTP {response.status_code}")
        if self._h11.trailing_data[0]:
            raise ConnectionBroken("the proxy sent bytes before the tunnel was used")

    def start_next(self) -> bool:
        """Get ready for the next request, and return whether the connection can be used for it."""
        # Bytes beyond the response belong to no request of ours; nothing after them can be trusted.
        if self._h11.trailing_data[0]:
            return False
        try:
            self._h11.start_next_cycle()
        except h11.LocalProtocolError:
            return False
        return True

    def _read(self, context: RequestContext) -> Flow[tuple[h11.Response, bytes]]:
        response: h11.Response | None = None
        content: list[bytes] = []
        size = informational = 0
        ended = False
        while True:
            try:
                event = self._h11.next_event()
            except h11.RemoteProtocolError:
                # Its text may repeat what the server has repeated of the request.
                broken = ConnectionBroken(_INCOMPLETE if ended else _NO_HTTP)
                break
            context.check_time()
            if event is h11.NEED_DATA:
                data = yield None
                ended = not data
                self._h11.receive_data(data)
            elif type(event) is h11.Data:
                content.append(bytes(event.data))
                size += len(event.data)
                if size > MAXIMUM_BODY:
                    raise ResponseTooLarge
            elif type(event) is h11.Response:
                response = event
            elif type(event) is h11.InformationalResponse and informational < _MAXIMUM_INFORMATIONAL:
                informational += 1
            elif response is not None and (type(event) is h11.EndOfMessage or event is h11.PAUSED):
                return response, b"".join(content)
            else:
                broken = ConnectionBroken(_INCOMPLETE if ended else _NO_HTTP)
                break
        raise broken


def decompress(content: bytes, encoding: str) -> bytes:
    """Return a compressed body as it was before, never more of it than a response may have.

    Requests say `Accept-Encoding: identity`, so this is for servers that ignore it.

    Raises:
        ConnectionBroken: The body is not compressed as its header says.
        ResponseTooLarge: The body becomes too large.
    """
    if encoding.lower() not in ("gzip", "deflate"):
        return content
    try:
        plain = zlib.decompressobj(_ZLIB_WITH_HEADER).decompress(content, MAXIMUM_BODY + 1)
    except zlib.error:
        broken = ConnectionBroken("the response is not compressed as its header says")
    else:
        if len(plain) > MAXIMUM_BODY:
            raise ResponseTooLarge
        return plain
    raise broken
