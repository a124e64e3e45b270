"""The page: what a browser shows of the sandbox, and what it needs for that.

Its files lie in `assets`, as they are sent: no build step, no network, no script but their own.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from hashlib import sha256
from importlib.resources import files

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from bingx_sandbox.exchange import Exchange
from bingx_sandbox.view import View, fingerprint

_HEADERS = {
    # Nothing but the page's own files; no inline script or style, so that no text of a request can be one.
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
_LOOK_AGAIN_SECONDS = 0.2
# A browser notices only when something is sent that the other side is gone.
_SIGN_OF_LIFE_SECONDS = 15.0
_NOT_MODIFIED = 304
_NOT_FOUND = 404


@dataclass(frozen=True)
class _File:
    """One file of the page."""

    content: bytes
    media_type: str
    tag: str


class Page:
    """Serves the page of one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._view = View(exchange)
        self._files = _read_files()

    def routes(self) -> list[Route]:
        """Give the routes below `/_sandbox`: what the page is made of and what it asks for."""
        return [
            Route("/page/{name}", self.show, methods=["GET"]),
            Route("/view", self.show_view, methods=["GET"]),
            Route("/events", self.show_events, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        """Send a file of the page; the page itself if none is named."""
        file = self._files.get(request.path_params.get("name", _INDEX))
        if file is None:
            raise HTTPException(_NOT_FOUND)
        headers = {**_HEADERS, "etag": file.tag}
        if request.headers.get("if-none-match") == file.tag:
            return Response(status_code=_NOT_MODIFIED, headers=headers)
        return Response(file.content, headers=headers, media_type=file.media_type)

    async def show_view(self, _request: Request) -> JSONResponse:
        """Tell what the page shows now."""
        return JSONResponse(self._view.written())

    async def show_events(self, _request: Request) -> StreamingResponse:
        """Tell what the page shows, now and after each change, as server-sent events."""
        return StreamingResponse(
            self._events(), media_type="text/event-stream", headers={"cache-control": "no-store"}
        )

    async def _events(self) -> AsyncIterator[str]:
        shown, quiet = "", 0.0
        while True:
            written = self._view.written()
            seen = fingerprint(written)
            quiet += _LOOK_AGAIN_SECONDS
            if seen != shown:
                yield f"data: {json.dumps(written)}\n\n"
                shown, quiet = seen, 0.0
            elif quiet > _SIGN_OF_LIFE_SECONDS:
                yield ": nothing new\n\n"
                quiet = 0.0
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)


def _read_files() -> Mapping[str, _File]:
    folder = files("bingx_sandbox") / "assets"
    return {
        file.name: _File(
            file.read_bytes(),
            _MEDIA_TYPES[file.name.rpartition(".")[2]],
            f'"{sha256(file.read_bytes()).hexdigest()[:16]}"',
        )
        for file in folder.iterdir()
    }
