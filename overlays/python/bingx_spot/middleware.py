"""Take what a generated call asks for straight to its outcome, without the shell of an HTTP client.

A generated function asks its client for an httpx client and calls `request` on it. To put together an
httpx request and take it apart again costs more than all that this package does for a call, so where the
facade is the caller that httpx client is one of these, which reads the parameters as they are handed over.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from bingx_spot.core.context import CallContext
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import run, run_async
from bingx_spot.models import Response
from bingx_spot.transport import Engine
from bingx_spot_api.contract import OPERATIONS

if TYPE_CHECKING:
    from bingx_spot_api.client import AuthenticatedClient


class Believed:
    """Hold a believed answer, as the generated parsers want an httpx response.

    Args:
        answer: What came, and has passed the gate.
    """

    __slots__ = ("content", "headers", "json", "status_code")

    def __init__(self, answer: Response) -> None:
        #: Returns the envelope, which the gate has parsed already.
        self.json = answer.json
        self.status_code = answer.http_status
        self.headers = answer.headers
        self.content = answer.body


class _Blocking(NamedTuple):
    """Stand in for `httpx.Client`."""

    parts: CallContext
    engine: Engine

    def request(self, method: str, url: str, **asked: Any) -> Believed:
        return Believed(run(resolve(self.parts, call_of(method, url, **asked)), self.engine))


class _Awaiting(NamedTuple):
    """Stand in for `httpx.AsyncClient`."""

    parts: CallContext
    engine: Engine

    async def request(self, method: str, url: str, **asked: Any) -> Believed:
        return Believed(await run_async(resolve(self.parts, call_of(method, url, **asked)), self.engine))


class SigningMiddleware:
    """Stand in for the client of the generated package, for the facade's own calls.

    Args:
        parts: What calls are made with.
        engine: Sends.
    """

    #: What the generated functions ask of a client beside its httpx clients.
    raise_on_unexpected_status = False

    def __init__(self, parts: CallContext, engine: Engine) -> None:
        self._blocking = _Blocking(parts, engine)
        self._awaiting = _Awaiting(parts, engine)

    def get_httpx_client(self) -> _Blocking:
        """Return what takes a blocking call."""
        return self._blocking

    def get_async_httpx_client(self) -> _Awaiting:
        """Return what takes an async call."""
        return self._awaiting

    def client(self) -> "AuthenticatedClient":
        """Return this under the name by which the generated functions know their client."""
        return cast("AuthenticatedClient", self)


def call_of(
    method: str,
    url: str,
    *,
    params: Mapping[str, object] | None = None,
    json: Mapping[str, object] | None = None,
    headers: Mapping[str, str] | None = None,  # noqa: ARG001 - the content type, which the placement decides
) -> ApiCall:
    """Return the call that a generated function asks for.

    Args:
        method: HTTP method, in any case.
        url: The operation's path.
        params: Parameters, by their names on the wire.
        json: Likewise; those of a body.
        headers: What the generated function would send with them.

    Raises:
        InvalidInput: None or more than one of the ids is given of which one must be.
    """
    parameters = json or {} if params is None else {**params, **(json or {})}
    return ApiCall.of(OPERATIONS[method.upper(), url], parameters)
