"""The engine for a transport of the user's own: anything that httpx can send with.

Without httpx's client, which would log the signed URL of a query placement, keep cookies and follow
redirects. The deadline of a blocking transport holds between the phases of a request and the chunks of a
body; how long a single read takes is up to the transport.
"""

import time
from collections import UserDict
from dataclasses import replace
from types import MappingProxyType
from typing import TypeVar, cast

import anyio
import httpx

from bingx_spot.core.engine import BAN_STATUSES, CLOSED, TransportFailure, mark_interruption
from bingx_spot.core.request import SignedRequest
from bingx_spot.exceptions import InvalidInput
from bingx_spot.fork_safety import register_fork_aware
from bingx_spot.limits.client_state import Patience
from bingx_spot.models import Response
from bingx_spot.transport.connection_pool import MAXIMUM_SIZE, ResponseTooLarge
from bingx_spot.transport.engine import describe_failure
from bingx_spot.transport.http11 import decompress

Transport = TypeVar("Transport", httpx.BaseTransport, httpx.AsyncBaseTransport)

# What can only happen before a byte of the request was sent.
_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.ProxyError)


class HttpxEngine:
    """Sends requests with a transport of httpx: sync, async or both. `InvalidInput` says that it is none."""

    def __init__(self, transport: httpx.BaseTransport | httpx.AsyncBaseTransport) -> None:
        if not isinstance(transport, httpx.BaseTransport | httpx.AsyncBaseTransport):
            raise InvalidInput("transport", "is of another type", "a transport of httpx")
        self._transport = transport
        self._closed = False
        self._used = False
        self._is_parents = False
        register_fork_aware(self)

    def after_fork_in_child(self) -> None:
        """Leave the transport to the parent process if it was used there, for it may hold connections."""
        self._is_parents = self._used

    def send(self, request: SignedRequest, timeout: float, patience: Patience) -> Response | TransportFailure:
        """Send the request and wait for the response, so many seconds."""
        if self._closed:
            return CLOSED
        transport, exchange = self._use(httpx.BaseTransport), _Exchange(request, timeout, patience)
        try:
            response = exchange.response = transport.handle_request(exchange.begin())
            try:
                for chunk in cast("httpx.SyncByteStream", response.stream):
                    exchange.add(chunk)
            finally:
                response.close()
            return exchange.end(response)
        except Exception as error:
            return exchange.failure(error)
        except BaseException as interruption:  # Ctrl-C
            # A transport does not tell whether it sent anything, so it may have.
            mark_interruption(interruption, request_sent=True)
            raise

    async def send_async(
        self, request: SignedRequest, timeout: float, patience: Patience
    ) -> Response | TransportFailure:
        """Send the request and await the response, so many seconds."""
        if self._closed:
            return CLOSED
        transport, exchange = self._use(httpx.AsyncBaseTransport), _Exchange(request, timeout, patience)
        try:
            with anyio.fail_after(exchange.timeout):
                response = exchange.response = await transport.handle_async_request(exchange.begin())
                try:
                    async for chunk in cast("httpx.AsyncByteStream", response.stream):
                        exchange.add(chunk)
                finally:
                    await response.aclose()
            return exchange.end(response)
        except Exception as error:
            return exchange.failure(error)
        except BaseException as interruption:  # a cancelled task
            mark_interruption(interruption, request_sent=True)  # as above
            raise

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

    def _use(self, kind: type[Transport]) -> Transport:
        """Return the transport, unless it is of the other kind or was used before a fork."""
        if not isinstance(self._transport, kind):
            found = "an async one" if kind is httpx.BaseTransport else "a sync one"
            raise InvalidInput("transport", f"is {found}", f"an httpx.{kind.__name__} for this client")
        if self._is_parents:
            raise InvalidInput("transport", "was used before a fork", "one of this process's own")
        self._used = True
        return self._transport


class _TimeLeft(UserDict[str, float]):
    """Gives each phase of a request (connect, write, read, pool) the time that is left when it begins.

    httpx lets each phase take the whole time-out, so that together they would take several.
    """

    def __init__(self, deadline: float) -> None:
        super().__init__(dict.fromkeys(("connect", "read", "write", "pool"), 0.0))
        self._deadline = deadline

    def __getitem__(self, phase: str) -> float:
        if phase not in self.data:
            raise KeyError(phase)
        # Not 0: that would make a socket non-blocking.
        return max(self._deadline - time.monotonic(), 0.001)


class _Exchange:
    """One request, and its response as it arrives, held to its size and the deadline."""

    def __init__(self, request: SignedRequest, timeout: float, patience: Patience) -> None:
        self._request = request
        #: How long it may take, in seconds.
        self.timeout = min(timeout, patience.opening + patience.answer)
        self._times = patience.times
        self._began = time.monotonic()
        self._deadline = self._began + self.timeout
        self._late = False
        self._chunks: list[bytes] = []
        self._size = 0
        #: The response, once its head has arrived.
        self.response: httpx.Response | None = None

    def begin(self) -> httpx.Request:
        """Return the request for the transport."""
        request = self._request
        # httpx's own pool keeps bytes that follow a response, and takes them for the next one.
        headers = {**request.headers, "Connection": "close"}
        more = {"timeout": _TimeLeft(self._deadline)}
        return httpx.Request(
            request.method, request.url, headers=headers, content=request.content, extensions=more
        )

    def add(self, chunk: bytes) -> None:
        """Take a part of the body."""
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > MAXIMUM_SIZE:
            raise ResponseTooLarge
        if self._late:
            raise TimeoutError
        # What has arrived by then counts: the process may have been stopped meanwhile (SIGSTOP).
        self._late = time.monotonic() > self._deadline

    def end(self, response: httpx.Response) -> Response:
        """Return the response with the body that has arrived."""
        self._times.answer.note(time.monotonic() - self._began)
        received = _received(response, b"".join(self._chunks))
        if "content-encoding" in response.headers:
            return replace(received, body=decompress(received.body, response.headers["content-encoding"]))
        return received

    def failure(self, error: Exception) -> Response | TransportFailure:
        """Return why there is no response; that of a ban is one, whatever has arrived of its body."""
        if self.response is not None and self.response.status_code in BAN_STATUSES:
            return _received(self.response, b"".join(self._chunks))
        request_sent = not isinstance(error, _NOT_SENT)
        if isinstance(error, httpx.TimeoutException):
            error = TimeoutError()
        elif isinstance(error, httpx.ConnectError | httpx.ReadError):
            # The system's words and the TLS library's; those of others may repeat parts of the request.
            return TransportFailure(request_sent, f"{type(error).__name__}: {error}")
        return describe_failure(error, request_sent, self.timeout)


def _received(response: httpx.Response, body: bytes) -> Response:
    return Response(response.status_code, MappingProxyType(dict(response.headers.items())), body)
