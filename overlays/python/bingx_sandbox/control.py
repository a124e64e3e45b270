"""The control interface: what people and tests ask of the sandbox itself, not of the exchange.

It is JSON over HTTP below `/_sandbox`, for this machine only. Every error is
`{"error": ..., "field": ...}` with an HTTP status from 400 on.
"""

from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from bingx_sandbox.connection import is_loopback
from bingx_sandbox.endpoints import read_order_id
from bingx_sandbox.errors import OrderNotFound, OrderNotOpen, SandboxError
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.fault_types import FAULT_GROUPS, FAULT_TYPES
from bingx_sandbox.faults import load_rule, load_rules, read_rule, read_rules
from bingx_sandbox.parameters import BODY_LIMIT, read_json, read_json_list
from bingx_sandbox.rates import load_scale
from bingx_sandbox.stub_endpoints import load_stub

_STATUSES: dict[type[Exception], int] = {OrderNotFound: 404, OrderNotOpen: 409}
# Room for tens of thousands of orders or rules at once.
_BODY_LIMIT = 16 * 2**20


class Control:
    """Serves the control interface of one exchange; `docs/reference/sandbox.md` says what each route does."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[Route]:
        """Return the routes below `/_sandbox`."""
        return [
            Route("/orders", self._place_order, methods=["POST"]),
            Route("/orders", self._list_orders, methods=["GET"]),
            Route("/orders/{order_id}/fill", self._fill_order, methods=["POST"]),
            Route("/orders/{order_id}/cancel", self._cancel_order, methods=["POST"]),
            Route("/requests", self._list_requests, methods=["GET"]),
            Route("/requests/{number:int}", self._show_request, methods=["GET"]),
            Route("/executed", self._list_executed, methods=["GET"]),
            Route("/endpoints", self._list_endpoints, methods=["GET"]),
            Route("/endpoints", self._add_stub_endpoint, methods=["PUT"]),
            Route("/faults", self._replace_faults, methods=["POST"]),
            Route("/faults", self._list_faults, methods=["GET"]),
            Route("/faults", self._clear_faults, methods=["DELETE"]),
            Route("/faults/kinds", self._list_fault_types, methods=["GET"]),
            Route("/faults/{kind}", self._enable_fault, methods=["PUT"]),
            Route("/faults/{kind}", self._disable_fault, methods=["DELETE"]),
            Route("/limits", self._replace_limits, methods=["PUT"]),
            Route("/limits", self._show_limits, methods=["GET"]),
            Route("/limits/lock-outs", self._clear_lock_outs, methods=["DELETE"]),
            Route("/credentials", self._show_credentials, methods=["GET"]),
            Route("/reset", self._reset, methods=["POST"]),
        ]

    async def _place_order(self, request: Request) -> JSONResponse:
        body = await _body(request)
        if body.lstrip().startswith(b"["):
            orders = self._exchange.place_all(read_json_list(body))
            return JSONResponse([order.to_dict() for order in orders])
        return JSONResponse(self._exchange.place(_fields(body)).to_dict())

    async def _list_orders(self, _request: Request) -> JSONResponse:
        return JSONResponse({"orders": [order.to_dict() for order in self._exchange.book.orders()]})

    async def _fill_order(self, request: Request) -> JSONResponse:
        fields = _fields(await _body(request))
        for field in fields.keys() - {"quantity"}:
            raise SandboxError("is not known here; the only field is quantity", field=field)
        return JSONResponse(self._exchange.fill(_order_id(request), fields.get("quantity")).to_dict())

    async def _cancel_order(self, request: Request) -> JSONResponse:
        return JSONResponse(self._exchange.book.cancel(_order_id(request)).to_dict())

    async def _list_requests(self, _request: Request) -> JSONResponse:
        return JSONResponse({"requests": self._exchange.requests()})

    async def _show_request(self, request: Request) -> JSONResponse:
        self._exchange.book.execute_due()
        record = self._exchange.log.find(request.path_params["number"])
        if record is None:
            raise HTTPException(404, "there is no such request, or the log has dropped it")
        return JSONResponse(record)

    async def _list_executed(self, _request: Request) -> JSONResponse:
        return JSONResponse({"orders": self._exchange.executed()})

    async def _list_endpoints(self, _request: Request) -> JSONResponse:
        return JSONResponse({"endpoints": self._exchange.endpoints.to_dict()})

    async def _add_stub_endpoint(self, request: Request) -> JSONResponse:
        self._exchange.endpoints.add(load_stub(await _body(request)))
        return await self._list_endpoints(request)

    async def _replace_faults(self, request: Request) -> JSONResponse:
        self._exchange.faults.replace(read_rules(load_rules(await _body(request))))
        return await self._list_faults(request)

    async def _list_faults(self, _request: Request) -> JSONResponse:
        return JSONResponse({"faults": self._exchange.faults.to_list()})

    async def _enable_fault(self, request: Request) -> JSONResponse:
        name = request.path_params["kind"]
        self._exchange.faults.replace_type(name, [read_rule(load_rule(name, await _body(request)))])
        return await self._list_faults(request)

    async def _disable_fault(self, request: Request) -> JSONResponse:
        self._exchange.faults.replace_type(request.path_params["kind"], [])
        return await self._list_faults(request)

    async def _list_fault_types(self, _request: Request) -> JSONResponse:
        kinds = {name: each.to_dict() for name, each in FAULT_TYPES.items()}
        groups = {group: list(types) for group, types in FAULT_GROUPS.items()}
        return JSONResponse({"kinds": kinds, "groups": groups})

    async def _clear_faults(self, request: Request) -> JSONResponse:
        self._exchange.faults.replace([])
        return await self._list_faults(request)

    async def _replace_limits(self, request: Request) -> JSONResponse:
        self._exchange.limits.replace(load_scale(await _body(request)))
        return await self._show_limits(request)

    async def _show_limits(self, _request: Request) -> JSONResponse:
        return JSONResponse(self._exchange.limits_dict())

    async def _clear_lock_outs(self, request: Request) -> JSONResponse:
        self._exchange.limits.clear()
        return await self._show_limits(request)

    async def _show_credentials(self, _request: Request) -> JSONResponse:
        return JSONResponse({"accounts": [account.to_dict() for account in self._exchange.accounts]})

    async def _reset(self, request: Request) -> JSONResponse:
        self._exchange.reset()
        return await self._list_orders(request)


class LoopbackOnly:
    """ASGI middleware that rejects every request from another machine or another web page.

    The `Host` header must name this machine too, so that no web page can reach the interface through a name
    that it resolves to this machine. `Origin`, which browsers add to requests of web pages, must be our own.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or respond with 403."""
        request = Request(scope)
        peer = request.client.host if request.client else ""
        if is_loopback(peer) and is_loopback(request.url.hostname or "") and _is_same_origin(request):
            await self._app(scope, receive, send)
            return
        response = JSONResponse(_error_dict("the control interface is for this machine only"), 403)
        await response(scope, receive, send)


async def error_response(_request: Request, error: Exception) -> JSONResponse:
    """Return an error as JSON: 404 for an unknown order or path, 409 for an order not open, else 400."""
    if isinstance(error, HTTPException):
        return JSONResponse(_error_dict(error.detail), error.status_code, error.headers)
    field = error.field if isinstance(error, SandboxError) else None
    return JSONResponse(_error_dict(str(error), field), _STATUSES.get(type(error), 400))


async def read_body(request: Request, limit: int = BODY_LIMIT) -> bytes:
    """Read the body; stop soon after the limit, so that the caller can see that it is too large.

    Raises:
        ClientDisconnect: The client disconnected before the end of the body.
    """
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > limit:
            break
    return bytes(body)


def _is_same_origin(request: Request) -> bool:
    origin = request.headers.get("origin")
    return origin is None or urlsplit(origin).netloc == request.headers.get("host")


def _error_dict(text: str, field: str | None = None) -> dict[str, str | None]:
    return {"error": text, "field": field}


async def _body(request: Request) -> bytes:
    body = await read_body(request, _BODY_LIMIT)
    if len(body) > _BODY_LIMIT:
        raise SandboxError(f"the body is larger than {_BODY_LIMIT} bytes")
    return body


def _fields(body: bytes) -> dict[str, str]:
    return read_json(body) if body else {}


def _order_id(request: Request) -> int:
    order_id = read_order_id(request.path_params["order_id"])
    if order_id is None:
        raise OrderNotFound("an order id is a whole number of at most 19 digits")
    return order_id
