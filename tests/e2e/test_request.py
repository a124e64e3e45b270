"""The very bytes that leave, as a server gets them."""

import json
import socket
import struct
import sys
from typing import Any

import httpx
import pytest

from bingx_spot import Clock, __version__, canonical_string, sign
from tests.support.cancelling import cancel_awaiting, cancel_blocking
from tests.support.samples import ORDER_ID, SUCCESS, SYMBOL, blocking, success
from tests.support.scripted_server import http, scripted_server

PATH = "/openApi/spot/v1/trade/cancel"
NOON = 1696751141337
FORM = "application/x-www-form-urlencoded"


class TestAsSent:
    """The bytes, as a server gets them."""

    CANONICAL = f"orderId={ORDER_ID}&recvWindow=5000&symbol=MØTH-USDT&timestamp={NOON}"
    SIGNATURE = sign(CANONICAL, "sample-secret")

    def sent(self, **more: Any) -> tuple[str, httpx.Headers, bytes]:
        with scripted_server(http(success(symbol="MØTH-USDT"))) as server:
            clock = Clock(lambda: NOON * 1_000_000, lambda: 0)
            with blocking(server.url, clock=clock, **more) as bingx:
                bingx.cancel_order("MØTH-USDT", order_id=ORDER_ID, recv_window=5000.0)
        head, _, content = server.requests[0].partition(b"\r\n\r\n")
        line, *fields = head.decode("ascii").split("\r\n")
        assert line.startswith("POST ")
        assert line.endswith(" HTTP/1.1")
        target = line.split(" ")[1]
        return target, httpx.Headers([tuple(field.split(": ", 1)) for field in fields]), content

    def test_json(self):
        target, headers, content = self.sent()
        assert target == PATH
        assert headers["Content-Type"] == "application/json"
        assert content.decode() == (
            f'{{"orderId":{ORDER_ID},"recvWindow":5000,"symbol":"MØTH-USDT",'
            f'"timestamp":{NOON},"signature":"{self.SIGNATURE}"}}'
        )

    def test_query(self):
        target, headers, content = self.sent(placement="query")
        encoded = self.CANONICAL.replace("Ø", "%C3%98")
        assert target == f"{PATH}?{encoded}&signature={self.SIGNATURE}"
        assert "Content-Type" not in headers
        assert (headers["Content-Length"], content) == ("0", b"")

    def test_form(self):
        target, headers, content = self.sent(placement="form")
        assert target == PATH
        assert headers["Content-Type"] == FORM
        assert content.decode() == f"{self.CANONICAL.replace('Ø', '%C3%98')}&signature={self.SIGNATURE}"

    @pytest.mark.parametrize("placement", ["json", "query", "form"])
    def test_headers(self, placement):
        _, headers, _ = self.sent(placement=placement)
        assert headers["X-BX-APIKEY"] == "sample-api-key"
        assert headers["User-Agent"] == f"bingx-spot/{__version__}"
        assert headers["Accept"] == "application/json"
        assert headers["Accept-Encoding"] == "identity"
        assert headers.get_list("X-BX-APIKEY") == ["sample-api-key"]
        assert not {"x-source-key", "cookie", "authorization"} & set(headers)

    def test_the_source_key(self):
        _, headers, _ = self.sent(source_key="a tag")
        assert headers["X-SOURCE-KEY"] == "a tag"

    def test_no_cookie_comes_back(self):
        answer = http(success(), headers="Content-Type: application/json\r\nSet-Cookie: track=me")
        with scripted_server(answer) as server, blocking(server.url) as bingx:
            for _ in range(2):
                bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        assert b"cookie" not in server.requests[1].lower()

    def test_each_call_is_stamped_and_signed_anew(self):
        elapsed = [0]
        clock = Clock(lambda: NOON * 1_000_000, lambda: elapsed[0])
        with scripted_server(SUCCESS) as server, blocking(server.url, clock=clock) as bingx:
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
            elapsed[0] = 7_000_000
            bingx.cancel_order(SYMBOL, order_id=ORDER_ID)
        bodies = [json.loads(request.partition(b"\r\n\r\n")[2]) for request in server.requests]
        assert [sent["timestamp"] for sent in bodies] == [NOON, NOON + 7]
        for sent in bodies:
            signature = sent.pop("signature")
            assert signature == sign(canonical_string(sent), "sample-secret")


#: Of `struct tcp_info` on Linux: how many segments with data have been received.
DATA_SEGMENTS = 152


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux counts segments")
@pytest.mark.parametrize("cancel", [cancel_blocking, cancel_awaiting], ids=["sync", "async"])
def test_head_and_body_leave_in_one_packet(cancel: Any) -> None:
    counted: list[int] = []

    def answer(_: bytes) -> bytes:
        information = server.connections[0].getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 160)
        counted.extend(struct.unpack_from("I", information, DATA_SEGMENTS))
        return SUCCESS

    with scripted_server(answer) as server:
        cancel(server.url)
    assert counted == [1]
