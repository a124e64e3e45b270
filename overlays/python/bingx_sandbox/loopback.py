"""Loopback: keeps everything but the exchange itself for this machine and for its own page."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

_FORBIDDEN = 403


class LoopbackOnly:
    """Refuses every request that does not come from this machine.

    The `Host` header is looked at as well, so that no web page can reach the interface through a name
    of its own that it lets point at this machine; and `Origin`, which a browser adds to what another page
    than ours makes it send.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer 403."""
        request = Request(scope)
        peer = request.client.host if request.client else ""
        if is_loopback(peer) and is_loopback(request.url.hostname or "") and _is_our_page(request):
            await self._app(scope, receive, send)
            return
        refusal = JSONResponse(error_as_json("the control interface is for this machine alone"), _FORBIDDEN)
        await refusal(scope, receive, send)


def is_loopback(host: str) -> bool:
    """Tell whether a host, given as an address or as `localhost`, is this machine's loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _is_our_page(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def error_as_json(text: str, field: str | None = None) -> dict[str, str | None]:
    """Write an error as the control interface does.

    Args:
        text: What is wrong.
        field: The field that is wrong, if one is.
    """
    return {"error": text, "field": field}
