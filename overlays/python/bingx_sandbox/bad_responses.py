"""Responses that no client should believe, made from true ones."""

import json
import zlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import lru_cache
from http.client import responses
from typing import Any

from bingx_sandbox.http_messages import HttpResponse, date_header
from bingx_sandbox.responses import Envelope, success

_PAGE = "<!DOCTYPE html>\n<html><head><title>{0}</title></head><body><h1>{0}</h1></body></html>\n"
_PADDING = b"0" * 2**16
_GZIP = 16 + zlib.MAX_WBITS
_SAMPLE_ORDER = {
    "symbol": "BTC-USDT",
    "price": "50000",
    "stopPrice": "0",
    "origQty": "1",
    "executedQty": "0",
    "cummulativeQuoteQty": "0",
    "type": "LIMIT",
    "side": "BUY",
}


def html_page(status: int, now: int) -> HttpResponse:
    """Return an HTML page with an HTTP status."""
    title = f"{status} {responses.get(status, 'Error')}"
    headers = {"content-type": "text/html; charset=UTF-8", **date_header(now)}
    return HttpResponse(status, headers, _PAGE.format(title).encode())


def with_order_fields(envelope: Envelope, settings: Mapping[str, Any]) -> Envelope:
    """Return a success with fields of its orders changed, as `order-fields` is set; else the same."""

    def changed(order: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: settings.get(name) for name in ("status", "executedQty")}
        other = {**order, **{name: value for name, value in given.items() if value is not None}}
        _change_client_order_id(other, settings.get("clientOrderID"))
        return other

    data = _with_orders(envelope.payload.get("data"), changed)
    if data is None:
        return envelope
    code = {"code": str(envelope.payload["code"])} if settings.get("textCode") else {}
    return replace(envelope, payload={**envelope.payload, **code, "data": data})


def of_another_order(envelope: Envelope, order_id: int | None) -> Envelope:
    """Return a success for other orders than the requested ones, in the shape of the true response."""
    data = envelope.payload.get("data")
    if isinstance(data, Mapping) and "orders" in data:
        orders = data["orders"] or [{**_SAMPLE_ORDER, "status": "CANCELED", "orderId": 10**18 + 1}]
        changed = [{**order, "symbol": "OTHER-USDT", "orderId": order["orderId"] + 2} for order in orders]
        return success({**data, "orders": changed})
    order = data if isinstance(data, Mapping) and "orderId" in data else _SAMPLE_ORDER
    # An even distance keeps the id odd, as the ids of the order book are.
    other = {"orderId": (order_id or 10**18 + 1) + 2, "clientOrderID": "of-another-order"}
    return success({**order, **other, "status": "CANCELED"})


def with_nan(envelope: Envelope) -> Envelope:
    """Return the envelope with NaN as price, or as timestamp if it has no price."""
    data = envelope.payload.get("data")
    spoiled = _with_orders(data, lambda order: {**order, "price": float("nan")})
    if spoiled is not None:
        return replace(envelope, payload={**envelope.payload, "data": spoiled})
    return replace(envelope, payload={**envelope.payload, "timestamp": float("nan")})


def with_duplicate_keys(body: bytes) -> bytes:
    """Return the object with a contradicting `code` and empty `data` before its own."""
    contradiction = 100404 if json.loads(body)["code"] == 0 else 0
    return _with_first_members(b'"code":%d,"data":{}' % contradiction, body)


def padded(body: bytes, size: int) -> bytes:
    """Return the object with a text of so many bytes as first member."""
    return _with_first_members(b'"padding":"%b"' % (b"0" * size), body)


def nested(body: bytes, depth: int) -> bytes:
    """Return the object with so many nested lists as first member."""
    return _with_first_members(b'"nested":%b%b' % (b"[" * depth, b"]" * depth), body)


def gzip_bomb(body: bytes, size: int) -> bytes:
    """Return the padded object compressed to about a thousandth of its size."""
    packed, packer = _packed_padding(size)
    packer = packer.copy()
    return packed + packer.compress(b'",' + body[1:]) + packer.flush()


def _with_orders(data: object, change: Callable[[Mapping[str, Any]], dict[str, Any]]) -> object:
    """Return data with its order, or each order of its list, changed; None where it has none."""
    if not isinstance(data, Mapping):
        return None
    if "orderId" in data:
        return change(data)
    orders = data.get("orders")
    return {**data, "orders": [change(order) for order in orders]} if orders else None


def _change_client_order_id(order: dict[str, Any], change: str | None) -> None:
    if change == "missing":
        order.pop("clientOrderID", None)
    elif change == "empty":
        order["clientOrderID"] = ""
    elif change == "other-case" and "clientOrderID" in order:
        order["clientOrderID"] = order["clientOrderID"].swapcase()
    elif change == "renamed" and "clientOrderID" in order:
        order["origClientOrderId"] = order.pop("clientOrderID")


@lru_cache(maxsize=4)
def _packed_padding(size: int) -> tuple[bytes, "zlib._Compress"]:
    packer = zlib.compressobj(wbits=_GZIP, strategy=zlib.Z_RLE)  # as small, in less time
    packed = [packer.compress(b'{"padding":"')]
    packed += [packer.compress(_PADDING) for _ in range(size // len(_PADDING))]
    packed.append(packer.compress(_PADDING[: size % len(_PADDING)]))
    return b"".join(packed), packer


def _with_first_members(members: bytes, body: bytes) -> bytes:
    return b"{%b,%b" % (members, body[1:])
