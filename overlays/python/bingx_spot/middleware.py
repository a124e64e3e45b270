"""The middleware that wraps the generated client: it signs, limits, sends, settles and validates.

A generated function asks its client for an httpx client and calls `request` on it. `SigningMiddleware` is a
client in this sense: `SupportsRequests` of the generated package says what that takes. In place of a plain
httpx client it hands out a sender that puts every request through the whole core. Building an httpx request
and taking it apart again would cost more than all that this package does for a call.

`httpx_transport.py` does the same for a generated client by itself, one layer below httpx.
"""

from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, NamedTuple, Self

from bingx_spot.core.engine import Engine
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import CallContext, run, run_async
from bingx_spot.exceptions import CallError
from bingx_spot.models import Response
from bingx_spot.validation import as_sent, check_arguments
from bingx_spot_api.api import server, trade
from bingx_spot_api.contract import OPERATIONS

# The generated package imports these when they are first used. Here that is when the first client is created:
# in a call, a fork in another thread meanwhile would leave the child's import lock held for ever.
GENERATED = (trade.cancel_order, trade.query_order, server.server_time)


class VerifiedResponse(NamedTuple):
    """A verified response, as the generated parsers want it: `ReceivedResponse` of the generated package."""

    json: Callable[[], Any]  # returns the body, which validation has parsed already
    status_code: int
    headers: MutableMapping[str, str]
    content: bytes

    @classmethod
    def of(cls, response: Response) -> Self:
        """Return a validated response in this form."""
        return cls(response.json, response.http_status, dict(response.headers), response.body)


class Sender(NamedTuple):
    """Sender of blocking requests: `SendsRequests` of the generated package."""

    context: CallContext
    engine: Engine

    def request(self, method: str, url: str, **arguments: Any) -> VerifiedResponse:
        """Resolve the call that a generated function makes.

        Errors are those of `call_of`, and `CallError` for every end but a verified success.
        """
        steps = resolve(self.context, call_of(method, url, **arguments))
        try:
            return VerifiedResponse.of(run(steps, self.engine))
        except CallError as error:
            # Where in this package it was raised says nothing to a caller; `attempts` says what happened.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error


class AsyncSender(NamedTuple):
    """Sender of async requests: `SendsRequestsAsync` of the generated package."""

    context: CallContext
    engine: Engine

    async def request(self, method: str, url: str, **arguments: Any) -> VerifiedResponse:
        """Resolve the call that a generated function makes. Errors are those of `Sender.request`."""
        steps = resolve(self.context, call_of(method, url, **arguments))
        try:
            return VerifiedResponse.of(await run_async(steps, self.engine))
        except CallError as error:
            raise error.with_traceback(None)  # noqa: B904 - as above


class SigningMiddleware:
    """A client for the generated functions that signs their requests: `SupportsRequests`."""

    #: Validation raises its own errors before a generated parser could.
    raise_on_unexpected_status = False

    def __init__(self, context: CallContext, engine: Engine) -> None:
        self._sender = Sender(context, engine)
        self._async_sender = AsyncSender(context, engine)

    def get_httpx_client(self) -> Sender:
        """Return what sends blocking requests."""
        return self._sender

    def get_async_httpx_client(self) -> AsyncSender:
        """Return what sends async requests."""
        return self._async_sender


def call_of(
    method: str,
    url: str,
    *,
    params: Mapping[str, object] | None = None,
    json: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,
) -> ApiCall:
    """Return the call that a generated function makes; `InvalidInput` says that a parameter is not allowed.

    Of an httpx request it takes the operation's path for the URL. Parameters have their wire names. Headers
    are not sent: placement and signer decide.
    """
    operation = OPERATIONS[method.upper(), url]
    call = ApiCall.of(operation, as_sent(operation, {**(params or {}), **(json or {})}))
    check_arguments(operation, call.parameters)
    return call
