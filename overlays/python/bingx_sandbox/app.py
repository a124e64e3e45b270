"""The web application: the exchange's endpoints, the control interface and the page."""

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from bingx_sandbox.connection import connection_of
from bingx_sandbox.control import Control, LoopbackOnly, error_response, read_body
from bingx_sandbox.errors import SandboxError
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.fault_context import FaultContext
from bingx_sandbox.fault_handlers import handle
from bingx_sandbox.http_messages import HttpRequest, http_response
from bingx_sandbox.page import Page


class OpenApi:
    """Passes requests below `/openApi` to the exchange and sends its responses, unless they meet a fault."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Handle one request; if the client disconnects before its end, nothing is executed."""
        request = Request(scope, receive)
        received_at = self._exchange.clock()
        try:
            body = await read_body(request)
        except ClientDisconnect:
            return
        peer = request.client.host if request.client else ""
        query, headers = scope["query_string"], dict(request.headers)
        http = HttpRequest(request.method, request.url.path, query, headers, body, received_at, peer)
        incoming = self._exchange.receive(http)
        fault = self._exchange.choose_fault(incoming)
        if fault is not None:
            connection = connection_of(scope)
            await handle(FaultContext(self._exchange, incoming, fault, connection, receive, send))
            return
        response = http_response(self._exchange.respond(incoming), self._exchange.clock())
        incoming.record["answered"] = "whole"
        for message in response.messages():
            await send(message)


def build_app(exchange: Exchange) -> Starlette:
    """Build the web application of an exchange; control interface and page are for this machine only."""
    page = Page(exchange)
    local = [Middleware(LoopbackOnly)]
    app = Starlette(
        routes=[
            Route("/openApi/{rest:path}", OpenApi(exchange)),
            Mount("/_sandbox", routes=[*Control(exchange).routes(), *page.routes()], middleware=local),
            Route("/", page.show_file, methods=["GET"], middleware=local),
        ],
        exception_handlers={SandboxError: error_response, HTTPException: error_response},
    )
    app.router.redirect_slashes = False
    return app
