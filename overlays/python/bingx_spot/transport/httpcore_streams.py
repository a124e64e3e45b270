"""The connections of httpcore, watched.

Every look-up, read and write is held to the deadline of the request that it serves, it is noted when the
first byte of a request goes out, and what a server repeats of the request's secrets is hidden.
"""

import ssl
from collections.abc import Iterable
from contextlib import suppress
from typing import Any

import anyio
import httpcore

from bingx_spot.fork_safety import open_sockets
from bingx_spot.transport.request_context import current_request
from bingx_spot.transport.resolver import Resolver


class _Stream(httpcore.NetworkStream):
    """Carry a blocking connection, each read and write held to the deadline of its request."""

    def __init__(self, inner: httpcore.NetworkStream, *, secure: bool = False) -> None:
        self._inner = inner
        self._secure = secure

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        request = current_request.get()
        return request.mask.over(self._inner.read(max_bytes, request.left()))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        request = current_request.get()
        request.note_write(secure=self._secure)
        self._inner.write(buffer, request.left())

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        inner = self._inner.start_tls(ssl_context, server_hostname, current_request.get().left())
        return _Stream(inner, secure=True)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _AsyncStream(httpcore.AsyncNetworkStream):
    """Carry an async connection; the deadline is anyio's to hold."""

    def __init__(self, inner: httpcore.AsyncNetworkStream, *, secure: bool = False) -> None:
        self._inner = inner
        self._secure = secure

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return current_request.get().mask.over(await self._inner.read(max_bytes, timeout))

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:
        current_request.get().note_write(secure=self._secure)
        await self._inner.write(buffer, timeout)

    async def aclose(self) -> None:
        await self._inner.aclose()

    async def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.AsyncNetworkStream:
        try:
            inner = await self._inner.start_tls(ssl_context, server_hostname, timeout)
        except BaseException:
            # httpcore closes after an error of its own, but not after a cancellation in the handshake.
            with anyio.CancelScope(shield=True):
                await self._inner.aclose()
            raise
        return _AsyncStream(inner, secure=True)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class Backend(httpcore.NetworkBackend):
    """Open blocking connections."""

    def __init__(self, inner: httpcore.NetworkBackend) -> None:
        self._inner = inner
        self._addresses = Resolver()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """Open a connection to the first address of the host that takes it."""
        request = current_request.get()
        *others, last = self._addresses.of(host, port, request.left())
        for number, address in enumerate(others):
            # One that is silent must leave time for those after it.
            left = request.left() / (len(others) - number + 1)
            with suppress(httpcore.ConnectError, httpcore.ConnectTimeout):
                return _noted(self._inner.connect_tcp(address, port, left, local_address, socket_options))
        return _noted(self._inner.connect_tcp(last, port, request.left(), local_address, socket_options))


class AsyncBackend(httpcore.AsyncNetworkBackend):
    """Open async connections; anyio's look-up is left to itself when the time is up."""

    def __init__(self, inner: httpcore.AsyncNetworkBackend) -> None:
        self._inner = inner

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Open a connection."""
        stream = await self._inner.connect_tcp(host, port, timeout, local_address, socket_options)
        open_sockets.note(stream.get_extra_info("socket").fileno())
        return _AsyncStream(stream)


def _noted(stream: httpcore.NetworkStream) -> _Stream:
    open_sockets.note(stream.get_extra_info("socket").fileno())
    return _Stream(stream)
