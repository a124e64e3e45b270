"""An httpx transport that signs, for the generated client by itself.

The generated client builds plain, unsigned requests. This transport reads their parameters and resolves the
call that they make. The signed request is a copy: httpx's log line and `response.request` stay unsigned.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar
from urllib.parse import parse_qsl

import httpx

from bingx_spot.core.engine import Engine
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import CallContext, run, run_async
from bingx_spot.exceptions import InvalidInput
from bingx_spot.models import Response
from bingx_spot.validation import check_arguments
from bingx_spot_api.client import AuthenticatedClient
from bingx_spot_api.contract import OPERATIONS, SIGNING

# These headers describe the body as it was transferred, before the engine decoded it.
_TRANSFER_HEADERS = ("content-encoding", "content-length", "transfer-encoding")


class SigningTransport(httpx.BaseTransport, httpx.AsyncBaseTransport):
    """A transport for `httpx.Client` and `httpx.AsyncClient` that signs.

    It sends the requests of the contract and no others, and follows no redirect. To close it closes the
    connections of an engine that it owns.
    """

    def __init__(self, context: CallContext, engine: Engine, *, owns_engine: bool) -> None:
        self._context = context
        self._engine = engine
        self._owns_engine = owns_engine

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Resolve the call that the request makes, and return the verified response.

        `InvalidInput` says that it is none of the contract, or goes to another origin.
        """
        request.read()
        steps = resolve(self._context, self._call(request), _timeout(request))
        return _response(run(steps, self._engine), request)

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Do as `handle_request`, in a coroutine."""
        await request.aread()
        steps = resolve(self._context, self._call(request), _timeout(request))
        return _response(await run_async(steps, self._engine), request)

    def close(self) -> None:
        """Close the blocking connections."""
        if self._owns_engine:
            self._engine.close()

    async def aclose(self) -> None:
        """Close the async connections."""
        if self._owns_engine:
            await self._engine.aclose()

    def _call(self, request: httpx.Request) -> ApiCall:
        url, own = request.url, httpx.URL(self._context.environment.base_url)
        if (url.scheme, url.host, url.port) != (own.scheme, own.host, own.port):
            raise InvalidInput("url", f"goes to {url.host}", f"requests to {own}, the client's own origin")
        operation = OPERATIONS.get((request.method, url.path))
        if operation is None:
            reason = f"is no operation of the contract: {request.method} {url.path}"
            raise InvalidInput("url", reason, "what spec/openapi.yaml lists")
        call = ApiCall.of(operation, _parameters(request))
        check_arguments(operation, call.parameters, wire_names=True)
        return call


class _SigningClient(AuthenticatedClient):
    """The generated client, with an error of ours for text that httpx cannot encode."""

    def get_httpx_client(self) -> httpx.Client:
        """Return the client that sends, as the generated one does."""
        return _refusing_surrogates(super().get_httpx_client())

    def get_async_httpx_client(self) -> httpx.AsyncClient:
        """Return the async client that sends, as the generated one does."""
        return _refusing_surrogates(super().get_async_httpx_client())


_Client = TypeVar("_Client", httpx.Client, httpx.AsyncClient)


def _refusing_surrogates(client: _Client) -> _Client:
    if "build_request" not in vars(client):
        vars(client)["build_request"] = partial(_build_request, client.build_request)
    return client


def _build_request(build: Callable[..., httpx.Request], *arguments: Any, **named: Any) -> httpx.Request:
    with suppress(UnicodeEncodeError):
        return build(*arguments, **named)
    raise InvalidInput("parameters", "hold half of a surrogate pair", "text that UTF-8 can carry")


def signing_client(context: CallContext, engine: Engine, *, owns_engine: bool) -> AuthenticatedClient:
    """Return a client of the generated package whose httpx clients have a `SigningTransport`."""
    return _SigningClient(
        base_url=context.environment.base_url,
        # Empty: the signed copy gets the key together with the signature.
        token="",
        prefix="",
        auth_header_name=SIGNING.api_key_header,
        httpx_args={"transport": SigningTransport(context, engine, owns_engine=owns_engine)},
    )


def _response(response: Response, request: httpx.Request) -> httpx.Response:
    kept = {name: value for name, value in response.headers.items() if name not in _TRANSFER_HEADERS}
    headers = httpx.Headers(kept, encoding="utf-8")  # by default those that are not ASCII are an error
    return httpx.Response(response.http_status, headers=headers, content=response.body, request=request)


def _timeout(request: httpx.Request) -> float | None:
    """Return the timeout of `with_timeout` of the generated client, in seconds, or None."""
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
