"""The engine for a transport of one's own: anything that httpx can send with.

Without the shell of httpx's client, which would log the signed URL of a query placement, keep cookies
and follow redirects. A deadline holds here between the phases of a request and the chunks of a body; how
long a single read takes is the transport's own affair.
"""

import time
from types import MappingProxyType
from typing import Any

import httpx

from bingx_spot.core.request import SignedRequest
from bingx_spot.exceptions import InvalidInput
from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.models import Response
from bingx_spot.transport import CLOSED, MAYBE_SENT_NOTE, TransportFailure
from bingx_spot.transport.request_context import IncompleteResponse, RequestContext, ResponseTooLarge

# What can only happen before a byte of the request was written.
_UNWRITTEN = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class HttpxBackend:
    """Send requests with a transport of httpx.

    Args:
        transport: Sync, async or both.
    """

    def __init__(self, transport: httpx.BaseTransport | httpx.AsyncBaseTransport) -> None:
        self._transport = transport
        self._closed = False
        self._used = False
        self._is_parents = False
        register_fork_aware(self)

    def begin_anew(self) -> None:
        """Leave the transport to the parent process if it was used there, for it may hold connections."""
        self._is_parents = self._used

    def send(self, request: SignedRequest, timeout: float) -> Response | TransportFailure:
        """Send the request and wait for the answer; `timeout` is in seconds."""
        if self._closed:
            return CLOSED
        deadline = time.monotonic() + timeout
        transport = self._sync()
        self._note_use()
        try:
            response = transport.handle_request(_built(request, deadline))
            try:
                under_way = RequestContext(deadline, secure=False)
                for chunk in response.iter_bytes():
                    under_way.add(chunk)
            finally:
                response.close()
        except Exception as error:  # noqa: BLE001 - whatever a transport raises, the caller gets our error
            return _failure(error, timeout)
        except BaseException as error:  # noqa: BLE001 - it goes on: a cancelled task or Ctrl-C
            # A transport does not tell whether it wrote anything, so it may have.
            error.add_note(MAYBE_SENT_NOTE)
            # Without the frames of the HTTP library, which hold the API key and the signature.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error
        return _answer(response, under_way)

    async def send_async(self, request: SignedRequest, timeout: float) -> Response | TransportFailure:  # noqa: ASYNC109
        """Send the request and await the answer; `timeout` is in seconds."""
        if self._closed:
            return CLOSED
        deadline = time.monotonic() + timeout
        transport = self._async()
        self._note_use()
        try:
            response = await transport.handle_async_request(_built(request, deadline))
            try:
                under_way = RequestContext(deadline, secure=False)
                async for chunk in response.aiter_bytes():
                    under_way.add(chunk)
            finally:
                await response.aclose()
        except Exception as error:  # noqa: BLE001 - whatever a transport raises, the caller gets our error
            return _failure(error, timeout)
        except BaseException as error:  # noqa: BLE001 - it goes on: a cancelled task or Ctrl-C
            # A transport does not tell whether it wrote anything, so it may have.
            error.add_note(MAYBE_SENT_NOTE)
            # Without the frames of the HTTP library, which hold the API key and the signature.
            raise error.with_traceback(None)  # noqa: B904 - it is the same error
        return _answer(response, under_way)

    def close(self) -> None:
        """Close the transport, if it is one for `send`."""
        self._closed = True
        if isinstance(self._transport, httpx.BaseTransport) and not self._is_parents:
            self._transport.close()

    async def aclose(self) -> None:
        """Close the transport, if it is one for `send_async`."""
        self._closed = True
        if isinstance(self._transport, httpx.AsyncBaseTransport) and not self._is_parents:
            await self._transport.aclose()

    def __repr__(self) -> str:
        return "<HttpxBackend>"

    def _note_use(self) -> None:
        if self._is_parents:
            raise InvalidInput("transport", "was used before a fork", "one of this process's own")
        self._used = True

    def _sync(self) -> httpx.BaseTransport:
        if isinstance(self._transport, httpx.BaseTransport):
            return self._transport
        raise InvalidInput("transport", "is an async one", "an httpx.BaseTransport for a blocking client")

    def _async(self) -> httpx.AsyncBaseTransport:
        if isinstance(self._transport, httpx.AsyncBaseTransport):
            return self._transport
        raise InvalidInput("transport", "is a sync one", "an httpx.AsyncBaseTransport for an async client")


class _TimeLeft(dict[str, float]):
    """Give each phase of a request (connect, write, read, pool) the time that is left when it begins.

    httpx lets each phase take the whole time-out, so that together they would take several.
    """

    def __init__(self, deadline: float) -> None:
        super().__init__(dict.fromkeys(("connect", "read", "write", "pool"), 0.0))
        self._deadline = deadline

    def get(self, phase: str, default: Any = None) -> Any:
        return self[phase] if phase in self else default  # noqa: SIM401 - this is that method

    def __getitem__(self, phase: str) -> float:
        # Not 0: that would make a socket non-blocking.
        return max(self._deadline - time.monotonic(), 0.001)


def _built(request: SignedRequest, deadline: float) -> httpx.Request:
    return httpx.Request(
        request.method,
        request.url,
        headers=request.headers,
        content=request.content,
        extensions={"timeout": _TimeLeft(deadline)},
    )


def _answer(response: httpx.Response, under_way: RequestContext) -> Response:
    headers = MappingProxyType(dict(response.headers))
    return Response(response.status_code, headers, under_way.body())


def _failure(error: Exception, timeout: float) -> TransportFailure:
    written = not isinstance(error, _UNWRITTEN)
    if isinstance(error, httpx.TimeoutException):
        phase = "answer" if written else "connection"
        return TransportFailure(written, f"no {phase} within {timeout:.2f} s", pending=written)
    if isinstance(error, IncompleteResponse):
        return TransportFailure(written, str(error), answered=isinstance(error, ResponseTooLarge))
    if isinstance(error, httpx.ConnectError | httpx.ReadError):
        # These texts are the system's and the TLS library's; others may repeat parts of the request.
        return TransportFailure(written, f"{type(error).__name__}: {error}")
    return TransportFailure(written, f"{type(error).__name__} before a whole answer came")
