"""A server that answers every request with one fixed body, for where there is no nginx."""

import asyncio
import json
import sys

ORDER_ID = 1735964079647111280
#: What every request is answered with.
BODY = json.dumps(
    {
        "code": 0,
        "msg": "",
        "debugMsg": "",
        "data": {
            "symbol": "BTC-USDT",
            "orderId": ORDER_ID,
            "price": "0.1532",
            "stopPrice": "0.1532",
            "origQty": "126",
            "executedQty": "0",
            "cummulativeQuoteQty": "0",
            "status": "CANCELED",
            "type": "LIMIT",
            "side": "SELL",
        },
    }
).encode()
_HEAD = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
_ANSWER = _HEAD.encode() + BODY


class Fixed(asyncio.Protocol):
    """Answer as soon as a whole request is in."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep what to answer on."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._received = b""

    def data_received(self, data: bytes) -> None:
        """Take a part of a request."""
        self._received += data
        head, separator, body = self._received.partition(b"\r\n\r\n")
        if separator and len(body) >= _length(head):
            self._received = b""
            self._transport.write(_ANSWER)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line.partition(b":")[2])
    return 0


async def _serve(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Fixed, "127.0.0.1", port)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(_serve(int(sys.argv[1])))
