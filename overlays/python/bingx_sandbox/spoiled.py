"""Spoiled answers: bodies and pages that no client should believe, made from true answers."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from http.client import responses

from bingx_sandbox.answers import Answer, success
from bingx_sandbox.reply import Reply, dated

_PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
# What a content delivery network calls the statuses that no RFC lists.
_PHRASES = {
    520: "Web server is returning an unknown error",
    521: "Web server is down",
    522: "Connection timed out",
    523: "Origin is unreachable",
    524: "A timeout occurred",
    525: "SSL handshake failed",
    526: "Invalid SSL certificate",
}
_PADDING = b"0" * 2**16
_GZIP = 16 + zlib.MAX_WBITS
_NOBODYS_ORDER = {
    "symbol": "BTC-USDT",
    "price": "50000",
    "stopPrice": "0",
    "origQty": "1",
    "executedQty": "0",
    "cummulativeQuoteQty": "0",
    "type": "LIMIT",
    "side": "BUY",
}


def page(status: int, now: int) -> Reply:
    """Make a page for people under an HTTP status."""
    title = f"{status} {_PHRASES.get(status) or responses.get(status, 'Error')}"
    return Reply(
        status, {"content-type": "text/html; charset=UTF-8", **dated(now)}, _PAGE.format(title).encode()
    )


def of_another_order(answer: Answer, order_id: int | None) -> Answer:
    """Claim success for another order than the one asked for, in the shape of the true answer."""
    data = answer.payload.get("data")
    order = data if isinstance(data, Mapping) and "orderId" in data else _NOBODYS_ORDER
    # An even distance keeps the id odd, as the ids of the book are.
    other = {"orderId": (order_id or 10**18 + 1) + 2, "clientOrderID": "of-another-order"}
    return success({**order, **other, "status": "CANCELED"})


def with_nan(answer: Answer) -> Answer:
    """Put NaN in place of the price, or where there is none in place of the time."""
    data = answer.payload.get("data")
    if isinstance(data, Mapping) and "price" in data:
        return replace(answer, payload={**answer.payload, "data": {**data, "price": float("nan")}})
    return replace(answer, payload={**answer.payload, "timestamp": float("nan")})


def with_duplicate_keys(body: bytes) -> bytes:
    """Begin the object with a `code` that contradicts its own, and with empty `data`."""
    contradiction = 100404 if json.loads(body)["code"] == 0 else 0
    return _begun_with(b'"code":%d,"data":{}' % contradiction, body)


def padded(body: bytes, size: int) -> bytes:
    """Begin the object with a text of so many bytes."""
    return _begun_with(b'"padding":"%b"' % (b"0" * size), body)


def nested(body: bytes, depth: int) -> bytes:
    """Begin the object with lists within lists, so deep."""
    return _begun_with(b'"nested":%b%b' % (b"[" * depth, b"]" * depth), body)


def gzip_bomb(body: bytes, size: int) -> bytes:
    """Compress the object, begun with a text of so many bytes, into about a thousandth of it."""
    packed, packer = _packed_padding(size)
    packer = packer.copy()
    return packed + packer.compress(b'",' + body[1:]) + packer.flush()


@lru_cache(maxsize=4)
def _packed_padding(size: int) -> tuple[bytes, zlib._Compress]:
    packer = zlib.compressobj(wbits=_GZIP)
    packed = [packer.compress(b'{"padding":"')]
    packed += [packer.compress(_PADDING) for _ in range(size // len(_PADDING))]
    packed.append(packer.compress(_PADDING[: size % len(_PADDING)]))
    return b"".join(packed), packer


def _begun_with(members: bytes, body: bytes) -> bytes:
    return b"{%b,%b" % (members, body[1:])
