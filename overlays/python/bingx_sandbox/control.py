"""The control interface: what a person or a test asks of the sandbox, and of no exchange.

It is JSON over HTTP below `/_sandbox`, open to this machine alone. Every error is
`{"error": ..., "field": ...}` with an HTTP status from 400 on.
"""

from __future__ import annotations

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from bingx_sandbox.body import read_body
from bingx_sandbox.errors import OrderNotFound, OrderNotOpen, SandboxError
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.faults import load_rule, load_rules, read_rule, read_rules
from bingx_sandbox.kinds import KINDS
from bingx_sandbox.loopback import error_as_json
from bingx_sandbox.parameters import read_json, read_json_list
from bingx_sandbox.scale import load_scale
from bingx_sandbox.served import load_told

_BAD_REQUEST = 400
_NOT_FOUND = 404
_STATUSES: dict[type[Exception], int] = {OrderNotFound: 404, OrderNotOpen: 409}
_ORDER_ID_DIGITS = 19
# Room for tens of thousands of orders or rules at once.
_BODY_LIMIT = 16 * 2**20


class Control:
    """Serves the control interface of one exchange."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange

    def routes(self) -> list[Route]:
        """Give the routes below `/_sandbox`."""
        return [
            Route("/orders", self.place_order, methods=["POST"]),
            Route("/orders", self.list_orders, methods=["GET"]),
            Route("/orders/{order_id}/fill", self.fill_order, methods=["POST"]),
            Route("/orders/{order_id}/cancel", self.cancel_order, methods=["POST"]),
            Route("/requests", self.list_requests, methods=["GET"]),
            Route("/requests/{number:int}", self.show_request, methods=["GET"]),
            Route("/executed", self.list_executed, methods=["GET"]),
            Route("/endpoints", self.list_endpoints, methods=["GET"]),
            Route("/endpoints", self.tell_endpoint, methods=["PUT"]),
            Route("/faults", self.replace_faults, methods=["POST"]),
            Route("/faults", self.list_faults, methods=["GET"]),
            Route("/faults", self.clear_faults, methods=["DELETE"]),
            Route("/faults/kinds", self.list_kinds, methods=["GET"]),
            Route("/faults/{kind}", self.switch_fault_on, methods=["PUT"]),
            Route("/faults/{kind}", self.switch_fault_off, methods=["DELETE"]),
            Route("/limits", self.replace_limits, methods=["PUT"]),
            Route("/limits", self.show_limits, methods=["GET"]),
            Route("/limits/lock-outs", self.clear_lock_outs, methods=["DELETE"]),
            Route("/reset", self.reset, methods=["POST"]),
        ]

    async def place_order(self, request: Request) -> JSONResponse:
        """Place an order, or each of a list; answers with them as the exchange writes one."""
        body = await _body(request)
        if body.lstrip().startswith(b"["):
            orders = self._exchange.place_all(read_json_list(body))
            return JSONResponse([order.written() for order in orders])
        return JSONResponse(self._exchange.place(_fields(body)).written())

    async def list_orders(self, _request: Request) -> JSONResponse:
        """List the orders, oldest first."""
        return JSONResponse({"orders": [order.written() for order in self._exchange.book.orders()]})

    async def fill_order(self, request: Request) -> JSONResponse:
        """Execute an order, or the `quantity` of it that the body names; answers with the order."""
        fields = _fields(await _body(request))
        for field in fields.keys() - {"quantity"}:
            raise SandboxError("is not known here; the only field is quantity", field=field)
        order_id = _order_id(request.path_params["order_id"])
        return JSONResponse(self._exchange.fill(order_id, fields.get("quantity")).written())

    async def cancel_order(self, request: Request) -> JSONResponse:
        """Cancel an order by hand; answers with the order."""
        return JSONResponse(self._exchange.cancel(_order_id(request.path_params["order_id"])).written())

    async def list_requests(self, _request: Request) -> JSONResponse:
        """List the last requests to the exchange, oldest first, each with its verdict."""
        return JSONResponse({"requests": self._exchange.journal.records()})

    async def show_request(self, request: Request) -> JSONResponse:
        """Show one of the last requests by its number."""
        record = self._exchange.journal.find(request.path_params["number"])
        if record is None:
            raise HTTPException(_NOT_FOUND, "there is no such request, or it is forgotten")
        return JSONResponse(record)

    async def list_executed(self, _request: Request) -> JSONResponse:
        """Tell what became of each order: status, how many cancel requests came, which one cancelled it."""
        return JSONResponse({"orders": self._exchange.executed()})

    async def list_endpoints(self, _request: Request) -> JSONResponse:
        """List what is served of the exchange, by method and path, each with whether it is signed."""
        return JSONResponse({"endpoints": self._exchange.served.written()})

    async def tell_endpoint(self, request: Request) -> JSONResponse:
        """Serve one more endpoint, which answers every accepted request with the `data` of the body."""
        self._exchange.served.tell(load_told(await _body(request)))
        return await self.list_endpoints(request)

    async def replace_faults(self, request: Request) -> JSONResponse:
        """Put the rules of misbehaviour in force that the body gives, in the place of all others."""
        self._exchange.faults.replace(read_rules(load_rules(await _body(request))))
        return await self.list_faults(request)

    async def list_faults(self, _request: Request) -> JSONResponse:
        """List the rules of misbehaviour, each with how often it has acted."""
        return JSONResponse({"faults": self._exchange.faults.written()})

    async def switch_fault_on(self, request: Request) -> JSONResponse:
        """Let one kind of fault act as the body says: a rule without its `fault`, or nothing for defaults."""
        kind = request.path_params["kind"]
        self._exchange.faults.put(kind, [read_rule(load_rule(kind, await _body(request)))])
        return await self.list_faults(request)

    async def switch_fault_off(self, request: Request) -> JSONResponse:
        """Let one kind of fault act no more; the other rules go on."""
        self._exchange.faults.put(request.path_params["kind"], [])
        return await self.list_faults(request)

    async def list_kinds(self, _request: Request) -> JSONResponse:
        """List the kinds of faults: what each does and what it can be told."""
        return JSONResponse({"kinds": {name: kind.written() for name, kind in KINDS.items()}})

    async def clear_faults(self, request: Request) -> JSONResponse:
        """Behave again."""
        self._exchange.faults.replace([])
        return await self.list_faults(request)

    async def replace_limits(self, request: Request) -> JSONResponse:
        """Enforce limits as the body says, its `limits` and `lockSeconds`, and let everybody in again."""
        self._exchange.limits.replace(load_scale(await _body(request)))
        return await self.show_limits(request)

    async def show_limits(self, _request: Request) -> JSONResponse:
        """Tell how strict the limits are, what is counted, who is locked out and what each has refused."""
        limits = self._exchange.limits
        return JSONResponse(
            {
                **limits.scale.written(),
                "refused": self._exchange.refused(),
                "counted": limits.counted(),
                "lockedOut": limits.lock_outs(self._exchange.clock()),
            }
        )

    async def clear_lock_outs(self, request: Request) -> JSONResponse:
        """Let everybody in again; the limits stay in force and begin to count anew."""
        self._exchange.limits.forget()
        return await self.show_limits(request)

    async def reset(self, request: Request) -> JSONResponse:
        """Go back to seeded orders, no requests, no faults, nobody locked out; answers with the orders."""
        self._exchange.reset()
        return await self.list_orders(request)


async def answer_error(_request: Request, error: Exception) -> JSONResponse:
    """Answer an error as JSON: 404 for no such order or path, 409 for an order not open, else 400."""
    if isinstance(error, HTTPException):
        return JSONResponse(error_as_json(error.detail), error.status_code, error.headers)
    field = error.field if isinstance(error, SandboxError) else None
    return JSONResponse(error_as_json(str(error), field), _STATUSES.get(type(error), _BAD_REQUEST))


async def _body(request: Request) -> bytes:
    body = await read_body(request, _BODY_LIMIT)
    if len(body) > _BODY_LIMIT:
        raise SandboxError(f"the body is larger than {_BODY_LIMIT} bytes")
    return body


def _fields(body: bytes) -> dict[str, str]:
    return read_json(body) if body else {}


def _order_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= _ORDER_ID_DIGITS):
        raise OrderNotFound("an order id is a whole number of at most 19 digits")
    return int(text)
