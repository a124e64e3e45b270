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

from bingx_spot.answers import Answer
from bingx_spot.engines import CLOSED, OUT, Failure
from bingx_spot.engines.progress import MAXIMUM_BODY, Progress, TooLarge, Unfinished, progress
from bingx_spot.engines.sockets import opened
from bingx_spot.engines.way import AsyncWay, Broken, Head, Way
from bingx_spot.forks import note_heir, whole
from bingx_spot.request import SignedRequest

if TYPE_CHECKING:
    from bingx_spot.engines.loops import Loops

_ZLIB_WITH_HEADER = 47  # zlib's own number for: gzip or zlib, told by the header


class NetworkEngine:
    """Send requests over the network.

    Args:
        blocking: Makes the way for `send`, when it is first needed.
        awaiting: Makes the way for `send_async`, likewise; one for each event loop.
    """

    def __init__(self, blocking: Callable[[], Way], awaiting: Callable[[], AsyncWay]) -> None:
        self._make_blocking = blocking
        self._make_awaiting = awaiting
        self._closed = False
        self._blocking: Way | None = None
        self._awaiting: Loops | None = None
        note_heir(self)

    def send(self, request: SignedRequest, timeout: float) -> Answer | Failure:
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

    async def send_async(self, request: SignedRequest, timeout: float) -> Answer | Failure:  # noqa: ASYNC109
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
        opened.let_go()
        self._blocking = None
        if self._awaiting is not None:
            self._awaiting.abandon()

    def __repr__(self) -> str:
        # A way may hold a proxy's password.
        return "<NetworkEngine>"

    def _blocking_way(self) -> Way:
        if self._blocking is None:
            with whole:
                self._blocking = self._blocking or self._make_blocking()
        return self._blocking

    def _awaiting_way(self) -> AsyncWay:
        if self._awaiting is None:
            with whole:
                # Imported here: asyncio takes a tenth of the start of a program that only blocks.
                from bingx_spot.engines.loops import Loops  # noqa: PLC0415

                self._awaiting = self._awaiting or Loops(self._make_awaiting)
        return self._awaiting.way()


def _begin(request: SignedRequest, timeout: float) -> Progress:
    secure = request.url.startswith("https:")
    under_way = Progress(time.monotonic() + timeout, secure=secure, secrets=request.secrets)
    progress.set(under_way)
    return under_way


def _answer(head: Head, content: bytes) -> Answer:
    if "content-encoding" in head.headers:
        content = _decoded(content, head.headers["content-encoding"].lower())
    return Answer(head.status, MappingProxyType(head.headers), content)


def _decoded(content: bytes, encoding: str) -> bytes:
    """Return the content unpacked, but never more of it than an answer may have.

    `Accept-Encoding: identity` was sent, so this is for servers that do not listen.
    """
    if encoding not in ("gzip", "deflate"):
        return content
    unpacker = zlib.decompressobj(_ZLIB_WITH_HEADER)
    unpacked = unpacker.decompress(content, MAXIMUM_BODY + 1)
    if len(unpacked) > MAXIMUM_BODY:
        raise TooLarge
    return unpacked


def _failure(error: Exception, under_way: Progress, timeout: float) -> Failure:
    written = under_way.written
    if isinstance(error, TimeoutError):
        phase = "whole answer" if written else "connection"
        return Failure(written, f"no {phase} within {timeout:.2f} s", pending=written)
    if isinstance(error, Unfinished):
        return Failure(written, str(error), answered=isinstance(error, TooLarge))
    if isinstance(error, Broken):
        return Failure(written, str(error))
    return Failure(written, f"{type(error).__name__} before a whole answer came")


def _told(interruption: BaseException, under_way: Progress) -> BaseException:
    if under_way.written:
        interruption.add_note(OUT)
    return interruption
