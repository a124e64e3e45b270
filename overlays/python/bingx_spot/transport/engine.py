"""The engine that goes to the network: over one way for blocking calls, and one for those that await.

It holds what each way is held to. A deadline covers the whole exchange, every single read included, so that
a server which sends one byte a second cannot stretch a call; and it is known whether a byte of the request
was written, on which it hangs whether a failed cancel may have been executed.
"""

import time
import zlib
from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING

from bingx_spot.core.request import SignedRequest
from bingx_spot.fork_safety import fork_lock, open_sockets, register_fork_aware
from bingx_spot.models import Response
from bingx_spot.transport import CLOSED, MAYBE_SENT_NOTE, TransportFailure
from bingx_spot.transport.backend import AsyncBackend, Backend, ConnectionBroken, ResponseHead
from bingx_spot.transport.request_context import (
    MAXIMUM_BODY,
    IncompleteResponse,
    RequestContext,
    ResponseTooLarge,
    current_request,
)

if TYPE_CHECKING:
    from bingx_spot.transport.per_loop import PerLoop

_ZLIB_WITH_HEADER = 47  # zlib's own number for: gzip or zlib, told by the header


class NetworkEngine:
    """Send requests over the network.

    Args:
        blocking: Makes the way for `send`, when it is first needed.
        awaiting: Makes the way for `send_async`, likewise; one for each event loop.
    """

    def __init__(self, blocking: Callable[[], Backend], awaiting: Callable[[], AsyncBackend]) -> None:
        self._make_blocking = blocking
        self._make_awaiting = awaiting
        self._closed = False
        self._blocking: Backend | None = None
        self._awaiting: PerLoop | None = None
        register_fork_aware(self)

    def send(self, request: SignedRequest, timeout: float) -> Response | TransportFailure:
        """Send the request and wait for the answer; `timeout` is in seconds."""
        if self._closed:
            return CLOSED
        way, under_way = self._blocking or self._blocking_way(), _begin(request, timeout)
        try:
            return _answer(way.exchange(request, under_way), under_way.body())
        except Exception as error:  # noqa: BLE001 - whatever goes wrong below, the caller gets our error
            return _failure(error, under_way, timeout)
        except BaseException as error:  # noqa: BLE001 - it goes on: Ctrl-C
            # Without the frames of the HTTP library, which hold the API key and the signature.
            raise _told(error, under_way).with_traceback(None)  # noqa: B904 - it is the same error

    async def send_async(self, request: SignedRequest, timeout: float) -> Response | TransportFailure:  # noqa: ASYNC109
        """Send the request and await the answer; `timeout` is in seconds."""
        if self._closed:
            return CLOSED
        way, under_way = self._awaiting_way(), _begin(request, timeout)
        try:
            return _answer(await way.exchange(request, under_way), under_way.body())
        except Exception as error:  # noqa: BLE001 - whatever goes wrong below, the caller gets our error
            return _failure(error, under_way, timeout)
        except BaseException as error:  # noqa: BLE001 - it goes on: a cancelled task
            # Without the frames of the HTTP library, which hold the API key and the signature.
            raise _told(error, under_way).with_traceback(None)  # noqa: B904 - it is the same error

    def close(self) -> None:
        """Close the connections of `send`."""
        self._closed = True
        if self._blocking is not None:
            self._blocking.close()

    async def aclose(self) -> None:
        """Close the connections of `send_async`."""
        self._closed = True
        if self._awaiting is not None:
            await self._awaiting.aclose()

    def begin_anew(self) -> None:
        """Drop the connections, which are the parent's, without a word to anybody."""
        open_sockets.let_go()
        self._blocking = None
        if self._awaiting is not None:
            self._awaiting.abandon()

    def __repr__(self) -> str:
        # A way may hold a proxy's password.
        return "<NetworkEngine>"

    def _blocking_way(self) -> Backend:
        if self._blocking is None:
            with fork_lock:
                self._blocking = self._blocking or self._make_blocking()
        return self._blocking

    def _awaiting_way(self) -> AsyncBackend:
        if self._awaiting is None:
            with fork_lock:
                # Imported here: asyncio takes a tenth of the start of a program that only blocks.
                from bingx_spot.transport.per_loop import PerLoop  # noqa: PLC0415

                self._awaiting = self._awaiting or PerLoop(self._make_awaiting)
        return self._awaiting.way()


def _begin(request: SignedRequest, timeout: float) -> RequestContext:
    secure = request.url.startswith("https:")
    under_way = RequestContext(time.monotonic() + timeout, secure=secure, secrets=request.secrets)
    current_request.set(under_way)
    return under_way


def _answer(head: ResponseHead, content: bytes) -> Response:
    if "content-encoding" in head.headers:
        content = _decoded(content, head.headers["content-encoding"].lower())
    return Response(head.status, MappingProxyType(head.headers), content)


def _decoded(content: bytes, encoding: str) -> bytes:
    """Return the content unpacked, but never more of it than an answer may have.

    `Accept-Encoding: identity` was sent, so this is for servers that do not listen.
    """
    if encoding not in ("gzip", "deflate"):
        return content
    unpacker = zlib.decompressobj(_ZLIB_WITH_HEADER)
    unpacked = unpacker.decompress(content, MAXIMUM_BODY + 1)
    if len(unpacked) > MAXIMUM_BODY:
        raise ResponseTooLarge
    return unpacked


def _failure(error: Exception, under_way: RequestContext, timeout: float) -> TransportFailure:
    written = under_way.written
    if isinstance(error, TimeoutError):
        phase = "whole answer" if written else "connection"
        return TransportFailure(written, f"no {phase} within {timeout:.2f} s", pending=written)
    if isinstance(error, IncompleteResponse):
        return TransportFailure(written, str(error), answered=isinstance(error, ResponseTooLarge))
    if isinstance(error, ConnectionBroken):
        return TransportFailure(written, str(error))
    return TransportFailure(written, f"{type(error).__name__} before a whole answer came")


def _told(interruption: BaseException, under_way: RequestContext) -> BaseException:
    if under_way.written:
        interruption.add_note(MAYBE_SENT_NOTE)
    return interruption
