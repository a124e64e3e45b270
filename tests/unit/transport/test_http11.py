"""HTTP/1.1 without I/O: which bytes are a response, and which belong to no request."""

import gzip
import time
import zlib

import pytest

from bingx_spot.limits.client_state import Patience
from bingx_spot.transport.connection_pool import (
    MAXIMUM_SIZE,
    ConnectionBroken,
    RequestContext,
    ResponseTooLarge,
    origin_of,
)
from bingx_spot.transport.http11 import Received, encode_request, exchange, open_tunnel
from tests.support.cancelling import signed
from tests.support.scripted_server import http

URL = "https://exchange.test"
OK = http("{}", headers="X-A: b")
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b""


def read(*pieces: bytes) -> Received:
    """Feed what a connection receives to an exchange, and return what it makes of it."""
    flow = exchange(b"request", RequestContext(60.0, Patience()))
    assert next(flow) == b"request"
    assert next(flow) is None
    try:
        for piece in pieces:
            flow.send(piece)
    except StopIteration as done:
        received: Received = done.value
        return received
    raise AssertionError("it waits for more")


class TestResponses:
    @pytest.mark.parametrize(
        ("pieces", "body"),
        [
            pytest.param([OK], b"{}", id="Content-Length"),
            pytest.param([bytes([each]) for each in OK], b"{}", id="byte by byte"),
            pytest.param([CHUNKED + b"2\r\n{}\r\n0\r\n\r\n"], b"{}", id="chunked"),
            pytest.param([CHUNKED + b"1;a=b\r\n{\r\n1\r\n}\r\n0\r\nX: y\r\n\r\n"], b"{}", id="trailers"),
            pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n", OK], b"{}", id="after 100 Continue"),
            pytest.param([b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n" + OK], b"{}", id="after 103"),
            pytest.param([b"HTTP/1.1 204 No Content\r\n\r\n"], b"", id="204"),
        ],
    )
    def test_keep_the_connection(self, pieces, body):
        received = read(*pieces)
        assert received.response.body == body
        assert received.reusable

    @pytest.mark.parametrize(
        ("pieces", "body"),
        [
            pytest.param([OK + OK], b"{}", id="a second response"),
            pytest.param([OK + b"H"], b"{}", id="the beginning of a second response"),
            pytest.param([OK + b"}}"], b"{}", id="a body longer than its Content-Length"),
            pytest.param([CHUNKED + b"2\r\n{}\r\n0\r\n\r\n" + OK], b"{}", id="after the last chunk"),
            pytest.param([http("{}", "204 No Content")], b"", id="204 with a body"),
            pytest.param([http("{}", "304 Not Modified")], b"", id="304 with a body"),
            pytest.param([http("{}", headers="Connection: close")], b"{}", id="Connection: close"),
            pytest.param([OK.replace(b"1.1", b"1.0")], b"{}", id="HTTP/1.0"),
            pytest.param([b"HTTP/1.1 200 OK\r\n\r\n{", b"}", END], b"{}", id="until the connection ends"),
        ],
    )
    def test_end_the_connection(self, pieces, body):
        received = read(*pieces)
        assert received.response.body == body
        assert not received.reusable

    def test_have_their_headers_in_lower_case_without_trailers_and_hints(self):
        received = read(
            b"HTTP/1.1 103 Hints\r\nLink: x\r\n\r\n"
            b"HTTP/1.1 200 OK\r\nDate: now\r\nTransfer-Encoding: chunked\r\n\r\n0\r\nDate: later\r\n\r\n"
        )
        assert received.response.headers == {"date": "now", "transfer-encoding": "chunked"}


class TestBroken:
    @pytest.mark.parametrize(
        "pieces",
        [
            pytest.param([END], id="nothing"),
            pytest.param([b"H", END], id="one byte"),
            pytest.param([OK[:-1], END], id="within the body"),
            pytest.param([OK[:20], END], id="within the headers"),
            pytest.param([CHUNKED + b"2\r\n{}\r\n", END], id="before the last chunk"),
            pytest.param([b"HTTP/1.1 100 Continue\r\n\r\n", END], id="after 100 Continue"),
        ],
    )
    def test_where_the_connection_ends_early(self, pieces):
        with pytest.raises(ConnectionBroken, match="before the response was complete"):
            read(*pieces)

    @pytest.mark.parametrize(
        "response",
        [
            pytest.param(b"ICY 200 OK\r\n\r\n", id="another protocol"),
            pytest.param(b"\x16\x03\x01\x00\x01", id="TLS"),
            pytest.param(b"HTTP/1.1 banana\r\n\r\n", id="no status"),
            pytest.param(b"HTTP/2 200\r\n\r\n", id="HTTP/2"),
            pytest.param(CHUNKED + b"zz\r\n", id="no chunk"),
            pytest.param(http("{}", headers="Transfer-Encoding: chunked"), id="two lengths"),
            pytest.param(http("{}", headers="Content-Length: 3"), id="two Content-Lengths"),
            pytest.param(http("{}", headers="X: a\0b"), id="NUL in a header"),
            pytest.param(http("{}", headers="X : a"), id="space before a colon"),
            pytest.param(b"HTTP/1.1 101 Switching Protocols\r\n\r\n", id="101"),
            pytest.param(b"HTTP/1.1 100 Continue\r\n\r\n" * 11, id="many 1xx"),
        ],
    )
    def test_where_it_is_no_http(self, response):
        with pytest.raises(ConnectionBroken, match="not valid HTTP"):
            read(response)

    @pytest.mark.parametrize(
        "pieces",
        [
            pytest.param([b"HTTP/1.1 200 OK\r\n\r\n"] + [b" " * 65536] * 17, id="body"),
            pytest.param([b"HTTP/1.1 200 OK\r\nX: "] + [b"x" * 65536] * 17, id="header"),
            pytest.param([CHUNKED + b"1;"] + [b"x" * 65536] * 17, id="chunk extension"),
            pytest.param([http(gzip.compress(b" " * 2**21), headers="Content-Encoding: gzip")], id="gzip"),
        ],
    )
    def test_where_it_is_too_large(self, pieces):
        began = time.process_time()
        with pytest.raises(ResponseTooLarge, match=str(MAXIMUM_SIZE)):
            read(*pieces)
        assert time.process_time() - began < 2


class TestCompression:
    @pytest.mark.parametrize(
        ("compress", "encoding"), [(gzip.compress, "gzip"), (zlib.compress, "Deflate")], ids=["gzip", "zlib"]
    )
    def test_that_was_not_requested_is_undone(self, compress, encoding):
        assert read(http(compress(b"{}"), headers=f"Content-Encoding: {encoding}")).response.body == b"{}"

    def test_that_is_none_breaks_the_response(self):
        with pytest.raises(ConnectionBroken, match="not compressed as its header says"):
            read(http(b"\x1f\x8b\x08\x00junk", headers="Content-Encoding: gzip"))

    def test_of_an_unknown_kind_is_left_as_it_is(self):
        assert read(http(b"\x0b", headers="Content-Encoding: br")).response.body == b"\x0b"


class TestTunnel:
    def ask(self, *pieces: bytes) -> bytes | None:
        flow = open_tunnel("exchange.test:443", ["Proxy-Authorization: Basic eA=="])
        asked = next(flow)
        next(flow)
        try:
            for piece in pieces:
                flow.send(piece)
        except StopIteration:
            return asked
        raise AssertionError("it waits for more")

    @pytest.mark.parametrize(
        "response",
        [b"HTTP/1.1 200 Connection established\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n"],
    )
    def test_opens(self, response):
        assert self.ask(response) == (
            b"CONNECT exchange.test:443 HTTP/1.1\r\nHost: exchange.test:443\r\n"
            b"Proxy-Authorization: Basic eA==\r\n\r\n"
        )

    def test_is_refused(self):
        with pytest.raises(ConnectionBroken, match="the proxy refused the connection: HTTP 407"):
            self.ask(http("no", "407 Proxy Authentication Required"))

    @pytest.mark.parametrize("more", [b"x", OK], ids=["garbage", "a response"])
    def test_with_unrequested_bytes_is_not_used(self, more):
        with pytest.raises(ConnectionBroken, match="before the tunnel was used"):
            self.ask(b"HTTP/1.1 200 Connection established\r\n\r\n" + more)

    def test_flooded_with_1xx_ends(self):
        with pytest.raises(ConnectionBroken, match="not valid HTTP"):
            self.ask(b"HTTP/1.1 100 Continue\r\n\r\n" * 11)


class TestRequests:
    def test_leave_in_one_piece(self):
        request = signed(URL)
        head, _, body = encode_request(request, origin_of(request.address)).partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        assert lines[:2] == ["POST /openApi/spot/v1/trade/cancel HTTP/1.1", "Host: exchange.test"]
        assert lines[-1] == f"Content-Length: {len(body)}"
        assert body == request.content

    def test_with_a_line_break_in_a_header_are_not_sent(self):
        request = signed(URL)
        request.headers = {"X": "a\r\nY: b"}
        with pytest.raises(ConnectionBroken, match="control character"):
            encode_request(request, origin_of(request.address))
