"""Give the generated client an httpx transport that signs.

The generated client builds plain, unsigned requests. This transport takes them as they are about to
leave, reads their parameters and puts the call through outcome.py, so that what reaches the
network is a copy: httpx's log line and `response.request` stay unsigned.
"""

import json
from collections.abc import Iterator, Mapping
from urllib.parse import parse_qsl

import httpx

from bingx_spot.core.context import CallContext
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import run, run_async
from bingx_spot.exceptions import InvalidInput
from bingx_spot.models import Response
from bingx_spot.transport import Engine
from bingx_spot_api.client import AuthenticatedClient
from bingx_spot_api.contract import OPERATIONS, SIGNING

# What these say of the body was true on the wire, before the engine read and decoded it.
_ABOUT_TRANSFER = ("content-encoding", "content-length", "transfer-encoding")

#: What `transport=` may be: a transport of httpx, sync or async.
Transport = httpx.BaseTransport | httpx.AsyncBaseTransport


class SigningTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """Send the contract's requests signed, and no others.

    Works in `httpx.Client` and `httpx.AsyncClient`. Redirects are never followed: a redirect is an
    answer that nobody believes.

    Args:
        parts: What calls are made with.
        engine: Sends.
        owns_engine: Whether closing this closes the engine's connections.
    """

    def __init__(self, parts: CallContext, engine: Engine, *, owns_engine: bool) -> None:
        self._parts = parts
        self._engine = engine
        self._owns_engine = owns_engine

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Sign and send the request, and return the answer if it is a believed success.

        Raises:
            InvalidInput: The request is not one of the contract, or goes to another origin.
            CallError: Whatever else came of it.
        """
        request.read()
        call = self._call(request)
        return _response(run(resolve(self._parts, call, _timeout(request)), self._engine), request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Sign and send the request, and return the answer if it is a believed success.

        Raises:
            InvalidInput: The request is not one of the contract, or goes to another origin.
            CallError: Whatever else came of it.
        """
        await request.aread()
        call = self._call(request)
        return _response(
            await run_async(resolve(self._parts, call, _timeout(request)), self._engine), request
        )

    def close(self) -> None:
        """Close the blocking connections, if they are this one's own."""
        if self._owns_engine:
            self._engine.close()

    async def aclose(self) -> None:
        """Close the async connections, if they are this one's own."""
        if self._owns_engine:
            await self._engine.aclose()

    def __repr__(self) -> str:
        return f"<SigningTransport to {self._parts.environment.base_url}>"

    def _call(self, request: httpx.Request) -> ApiCall:
        own = httpx.URL(self._parts.environment.base_url)
        if (request.url.scheme, request.url.host, request.url.port) != (own.scheme, own.host, own.port):
            raise InvalidInput(
                "url", f"goes to {request.url.host}", f"requests to {own}, the client's own origin"
            )
        operation = OPERATIONS.get((request.method, request.url.path))
        if operation is None:
            wanted = f"{request.method} {request.url.path}"
            raise InvalidInput(
                "url", f"is no operation of the contract: {wanted}", "what spec/openapi.yaml lists"
            )
        return ApiCall.of(operation, _parameters(request))


def signing_client(parts: CallContext, engine: Engine, *, owns_engine: bool) -> AuthenticatedClient:
    """Return a client of the generated package whose httpx clients sign.

    Args:
        parts: What calls are made with.
        engine: Sends.
        owns_engine: Whether closing the client closes the engine's connections.
    """
    return AuthenticatedClient(
        base_url=parts.environment.base_url,
        # Empty: the key is put in with the signature, on the copy that leaves.
        token="",
        prefix="",
        auth_header_name=SIGNING.api_key_header,
        httpx_args={"transport": SigningTransport(parts, engine, owns_engine=owns_engine)},
    )


def _response(answer: Response, request: httpx.Request) -> httpx.Response:
    headers = {name: value for name, value in answer.headers.items() if name not in _ABOUT_TRANSFER}
    return httpx.Response(answer.http_status, headers=headers, content=answer.body, request=request)


def _timeout(request: httpx.Request) -> float | None:
    """Return what `with_timeout` of the generated client asks for, in seconds, or None."""
    phases = [seconds for seconds in request.extensions.get("timeout", {}).values() if seconds is not None]
    return max(phases, default=None)


def _parameters(request: httpx.Request) -> Mapping[str, object]:
    pairs = [*parse_qsl(request.url.query.decode(), keep_blank_values=True), *_body_parameters(request)]
    parameters = dict(pairs)
    if len(parameters) != len(pairs):
        raise InvalidInput("parameters", "hold one name twice", "each name once")
    return parameters


def _body_parameters(request: httpx.Request) -> Iterator[tuple[str, object]]:
    if not request.content:
        return iter(())
    if request.headers.get("Content-Type", "").startswith("application/x-www-form-urlencoded"):
        return iter(parse_qsl(request.content.decode(), keep_blank_values=True))
    try:
        body = json.loads(request.content)
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise InvalidInput("body", "is neither a form nor a JSON object", "one JSON object")
    return iter(body.items())
