"""The web page of the sandbox: its files, and the data that it shows.

Its files are in `assets` and sent as they are: no build step, no network, no script but their own.
"""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bingx_sandbox.accounts import mask
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.order import Order
from bingx_sandbox.request_log import RequestRecord

_SHOWN_ORDERS = 60
_SHOWN_REQUESTS = 60
_RECORD_FIELDS = (
    *("number", "receivedAt", "method", "path", "placement"),
    *("code", "msg", "fault", "limit", "executed"),
)
_HEADERS = {
    # Only the page's own files; no inline script or style, so that no text of a request can become one.
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "cache-control": "no-cache",
}
_MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "css": "text/css; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "svg": "image/svg+xml",
}
_INDEX = "index.html"
_POLL_SECONDS = 0.2
# The server notices a closed browser only when it sends something.
_KEEPALIVE_SECONDS = 15.0


class Page:
    """Serves the page of one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._files = {file.name: file.read_bytes() for file in (files("bingx_sandbox") / "assets").iterdir()}

    def routes(self) -> list[Route]:
        """Return the routes below `/_sandbox`: the files and the data of the page."""
        return [
            Route("/page/{name}", self.show_file, methods=["GET"]),
            Route("/view", self.show_view, methods=["GET"]),
            Route("/events", self.show_events, methods=["GET"]),
        ]

    async def show_file(self, request: Request) -> Response:
        """Send a file of the page; the page itself if none is named."""
        name = request.path_params.get("name", _INDEX)
        if name not in self._files:
            raise HTTPException(404)
        content = self._files[name]
        headers = {**_HEADERS, "etag": f'"{sha256(content).hexdigest()[:16]}"'}
        if request.headers.get("if-none-match") == headers["etag"]:
            return Response(status_code=304, headers=headers)
        return Response(content, headers=headers, media_type=_MEDIA_TYPES[name.rpartition(".")[2]])

    async def show_view(self, _request: Request) -> JSONResponse:
        """Send the current data of the page."""
        return JSONResponse(show(self._exchange))

    async def show_events(self, _request: Request) -> StreamingResponse:
        """Send the data of the page, now and after each change, as server-sent events."""
        return StreamingResponse(
            self._events(), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    async def _events(self) -> AsyncIterator[str]:
        sent, quiet = "", 0.0
        while True:
            view = show(self._exchange)
            current = fingerprint(view)
            quiet += _POLL_SECONDS
            if current != sent:
                yield f"data: {json.dumps(view)}\n\n"
                sent, quiet = current, 0.0
            elif quiet > _KEEPALIVE_SECONDS:
                yield ": keepalive\n\n"
                quiet = 0.0
            await asyncio.sleep(_POLL_SECONDS)


def show(exchange: Exchange) -> dict[str, object]:
    """Return what the page shows of an exchange, as JSON, small enough to be sent again after every change.

    Order ids are strings: numbers in a browser are doubles.
    """
    book = exchange.book
    return {
        "now": exchange.clock(),
        "accounts": [
            {"uid": account.uid, "keys": [mask(key.api_key) for key in account.keys]}
            for account in exchange.accounts
        ],
        "orders": [_order_to_dict(order) for order in reversed(book.last_changed(_SHOWN_ORDERS))],
        "counts": book.counts(),
        "countdowns": [{"uid": uid, "ends": ends} for uid, ends in book.countdowns().items()],
        "requests": [_record_to_dict(record) for record in exchange.log.latest(_SHOWN_REQUESTS)],
        "faults": [_rule_to_dict(rule) for rule in exchange.faults.to_list()],
        "limits": exchange.limits_dict(),
    }


def fingerprint(view: dict[str, object]) -> str:
    """Return a text that differs for views that show something different; passing time does not count."""
    limits = dict(view["limits"])  # type: ignore[call-overload]  # an object that the view has made
    limits["lockedOut"] = [{**lock, "until": None} for lock in limits["lockedOut"]]
    return json.dumps({**view, "limits": limits, "now": None})


def _order_to_dict(order: Order) -> dict[str, object]:
    return {**order.to_dict(), "orderId": str(order.order_id), "open": order.is_open}


def _record_to_dict(record: RequestRecord) -> dict[str, object]:
    fields = {name: record.get(name) for name in _RECORD_FIELDS}
    if "diagnosis" not in record:
        return {**fields, "mistakes": [], "words": ""}
    diagnosis = record["diagnosis"]
    words = " ".join(mistake["words"] for mistake in diagnosis["mistakes"])
    # Without a mistake the diagnosis says that nothing explains the signature, and what to check.
    return {
        **fields,
        "mistakes": [mistake["mistake"] for mistake in diagnosis["mistakes"]],
        "words": words or diagnosis["words"],
    }


def _rule_to_dict(rule: dict[str, object]) -> dict[str, object]:
    """Return a rule as text, except for what the page itself reads."""
    given = {name: value for name, value in rule.items() if name != "acted"}
    return {"fault": rule["fault"], "acted": rule["acted"], "text": json.dumps(given, ensure_ascii=False)}
