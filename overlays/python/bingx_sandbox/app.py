"""The web application: the exchange's endpoints, the control interface beside them, and the page."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from bingx_sandbox.arrival import Arrival
from bingx_sandbox.body import read_body
from bingx_sandbox.connection import connection_of
from bingx_sandbox.control import Control, answer_error
from bingx_sandbox.errors import SandboxError
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.loopback import LoopbackOnly
from bingx_sandbox.misbehaviour import misbehave
from bingx_sandbox.page import Page
from bingx_sandbox.received import Received
from bingx_sandbox.reply import reply_with
from bingx_sandbox.scene import Scene


class OpenApi:
    """Carries requests below `/openApi` to the exchange and its answers back, unless a fault forbids."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request; of a client that goes away in the middle, nothing is executed."""
        request = Request(scope, receive)
        received_at = self._exchange.clock()
        try:
            body = await read_body(request)
        except ClientDisconnect:
            return
        arrival = self._exchange.take_in(_received(request, body, received_at))
        fault = self._exchange.choose_fault(arrival)
        if fault is None:
            await self._answer(arrival, send)
        else:
            await misbehave(Scene(self._exchange, arrival, fault, connection_of(scope), receive, send))

    async def _answer(self, arrival: Arrival, send: Send) -> None:
        reply = reply_with(self._exchange.answer(arrival), self._exchange.clock())
        arrival.record["answered"] = "whole"
        for message in reply.messages():
            await send(message)


def build_app(exchange: Exchange) -> Starlette:
    """Build the web application around an exchange; all but the exchange itself is for this machine alone."""
    page = Page(exchange)
    for_us = [Middleware(LoopbackOnly)]
    app = Starlette(
        routes=[
            Route("/openApi/{rest:path}", OpenApi(exchange)),
            Mount("/_sandbox", routes=[*Control(exchange).routes(), *page.routes()], middleware=for_us),
            Route("/", page.show, methods=["GET"], middleware=for_us),
        ],
        exception_handlers={SandboxError: answer_error, HTTPException: answer_error},
    )
    app.router.redirect_slashes = False
    return app


def _received(request: Request, body: bytes, received_at: int) -> Received:
    return Received(
        method=request.method,
        path=request.url.path,
        query=request.scope["query_string"],
        headers=dict(request.headers),
        body=body,
        received_at=received_at,
        peer=request.client.host if request.client else "",
    )
