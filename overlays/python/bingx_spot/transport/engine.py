"""The engine that goes to the network: one backend for blocking calls, one for each event loop."""

import ssl
from contextlib import suppress
from typing import TYPE_CHECKING

from bingx_spot.core.engine import CLOSED, TransportFailure, mark_interruption
from bingx_spot.core.request import SignedRequest
from bingx_spot.core.runner import running_loop
from bingx_spot.exceptions import InvalidInput
from bingx_spot.fork_safety import fork_lock, register_fork_aware
from bingx_spot.limits.client_state import Patience
from bingx_spot.models import Response
from bingx_spot.transport.backend import Backend
from bingx_spot.transport.connection_pool import (
    ConnectionBroken,
    RequestContext,
    ResponseTooLarge,
    TimeIsOver,
)
from bingx_spot.transport.happy_eyeballs import open_sockets
from bingx_spot.transport.resolver import Resolver
from bingx_spot.transport.tls_and_proxy import Proxy, public_authorities

if TYPE_CHECKING:
    import asyncio

    from bingx_spot.transport.async_backend import AsyncBackend


_INSTEAD = "asyncio or uvloop; on trio give the client `transport=httpx.AsyncHTTPTransport()`"
# What a blocking exchange raises itself, beside the errors of the system, which have a number. A subclass of
# SSLContext, such as truststore's, may raise errors of TLS that have none.
_FAILURES = (TimeIsOver, ConnectionBroken, ResponseTooLarge, ssl.SSLError, MemoryError, ValueError)


class NetworkEngine:
    """Sends requests over the network, perhaps through the HTTP proxy at a URL.

    `tls` says what to trust and which certificate to show; None stands for the public authorities.
    `InvalidInput` says that the proxy's URL is none.
    """

    def __init__(self, proxy: str | None = None, tls: ssl.SSLContext | None = None) -> None:
        self._proxy = None if proxy is None else Proxy.parse(proxy)
        self._tls = public_authorities if tls is None else lambda: tls
        self._closed = False
        self._reset()
        register_fork_aware(self)

    def send(self, request: SignedRequest, timeout: float, patience: Patience) -> Response | TransportFailure:
        """Send the request and wait for the response; `timeout` is in seconds."""
        if self._closed:
            return CLOSED
        context = RequestContext(timeout, patience)
        try:
            return self._blocking.exchange(request, context)
        except BaseException as interruption:
            has_number = isinstance(interruption, OSError) and interruption.errno is not None
            if has_number or isinstance(interruption, _FAILURES):
                return self._failure(interruption, context)
            # Ctrl-C, or what a signal handler raises, as task queues do when a task takes too long.
            self._mark(interruption, context)
            raise

    async def send_async(
        self, request: SignedRequest, timeout: float, patience: Patience
    ) -> Response | TransportFailure:
        """Do as `send`, in a coroutine; `InvalidInput` says that no event loop of asyncio is running."""
        if self._closed:
            return CLOSED
        loop, context = running_loop(), RequestContext(timeout, patience)
        if loop is None:
            raise InvalidInput("event loop", "is not asyncio's", _INSTEAD)
        try:
            return await self._async_backend(loop).exchange(request, context)
        except Exception as error:
            return self._failure(error, context)
        except BaseException as interruption:  # a cancelled task
            self._mark(interruption, context)
            raise

    def close(self) -> None:
        """Close the connections of `send`. Requests in flight end at once."""
        self._closed = True
        self._blocking.close()

    async def aclose(self) -> None:
        """Close the connections of `send_async`, those of other event loops in the next step of each.

        Requests in flight end at once.
        """
        self._closed = True
        own = running_loop()
        while self._async:
            loop, backend = self._async.popitem()
            if loop is own:
                import asyncio  # a loop of it runs, so it is loaded

                backend.close()
                await asyncio.sleep(0)
            else:
                try:
                    loop.call_soon_threadsafe(backend.close)
                except RuntimeError:
                    _end(backend)

    def after_fork_in_child(self) -> None:
        """Drop the connections, which are the parent process's, without a word to anybody."""
        open_sockets.replace()
        # Python warns of sockets that are collected open.
        self._blocking.close()
        self._reset()

    def _reset(self) -> None:
        self._resolver = Resolver()
        self._blocking = Backend(self._tls, self._proxy, self._resolver)
        # By event loop: a connection belongs to the one in which it was opened. A client may be made before
        # there is any, and be used in one `asyncio.run` after another, or in two threads with a loop each.
        self._async: dict[asyncio.AbstractEventLoop, AsyncBackend] = {}

    def _async_backend(self, loop: "asyncio.AbstractEventLoop") -> "AsyncBackend":
        """Return the backend of an event loop."""
        backend = self._async.get(loop)
        if backend is None:
            # Threads may come with a loop each.
            with fork_lock:
                from bingx_spot.transport.async_backend import AsyncBackend

                for known in list(self._async):
                    if known.is_closed() and (ended := self._async.pop(known, None)):
                        _end(ended)
                backend = self._async[loop] = AsyncBackend(self._tls, self._proxy, self._resolver)
        return backend

    def _mark(self, interruption: BaseException, context: RequestContext) -> None:
        # A loop that has stopped resets no connection; nor does a proxy that has passed the request on.
        reset = self._proxy is None and not isinstance(interruption, GeneratorExit)
        mark_interruption(interruption, request_sent=context.request_sent, reset=reset)

    def _failure(self, error: BaseException, context: RequestContext) -> Response | TransportFailure:
        ban, sent = context.ban(), context.request_sent
        if ban is not None:
            return ban
        if self._closed and not sent:
            return CLOSED
        if self._closed:
            return TransportFailure(sent, "the client was closed while the request was in flight")
        failure = describe_failure(error, sent, context.seconds, context.phase)
        if self._proxy is not None and not sent and "proxy" not in failure.reason:
            failure = failure._replace(reason=f"{failure.reason} (through the proxy)")
        # A proxy may pass on what has reached it.
        return failure._replace(reset=self._proxy is None, reused=context.reused)


def _end(backend: "AsyncBackend") -> None:
    """Close the connections of an event loop that has ended: else they stay open until they are collected."""
    with suppress(RuntimeError):  # of a request in flight, whose task has ended with the loop
        backend.close()


def describe_failure(
    error: BaseException, request_sent: bool, timeout: float, phase: str = ""
) -> TransportFailure:
    """Return a failure in words that hold nothing of the request, which had `timeout` seconds."""
    # With a number it is the kernel's (ETIMEDOUT), and not ours.
    if isinstance(error, TimeoutError) and error.errno is None:
        awaited = "complete response" if request_sent else "connection"
        reason = f"no {awaited} within {timeout:.2f} s" + (f" ({phase})" if phase else "")
        return TransportFailure(request_sent, reason, timed_out=request_sent)
    if isinstance(error, ResponseTooLarge):
        return TransportFailure(request_sent, str(error), too_large=True)
    if isinstance(error, ConnectionBroken):
        return TransportFailure(request_sent, str(error))
    if isinstance(error, OSError):
        # The system's words and the TLS library's; those of others may repeat parts of the request.
        return TransportFailure(request_sent, f"{type(error).__name__}: {error}")
    return TransportFailure(request_sent, f"{type(error).__name__} before the response was complete")
