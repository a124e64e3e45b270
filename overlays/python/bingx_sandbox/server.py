"""The server: its loopback socket, and uvicorn with what faults and tests need of it."""

import asyncio
import contextlib
import errno
import os
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from starlette.applications import Starlette

from bingx_sandbox.connection import CLOSE_PORT, Protocol, is_loopback
from bingx_sandbox.errors import SandboxError
from bingx_sandbox.settings import integer

# Longer than most clients keep an idle connection, so that the client decides.
_KEEP_ALIVE_SECONDS = 75
_GRACE_SECONDS = 1
_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_PORT = integer(most=65_535)


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """Bind a socket to a loopback address; port 0 picks a free one.

    Raises:
        SandboxError: The host is not loopback, or the port is invalid, in use or not permitted.
    """
    if not is_loopback(host):
        raise SandboxError("must be a loopback address: 127.0.0.1, ::1 or localhost", field="host")
    _PORT.check("port", port)
    address = "127.0.0.1" if host == "localhost" else host
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        listener = socket.create_server((address, port), family=family)
    except OSError as error:
        raise _bind_error(error, address, port) from None
    _disable_nagle(listener)
    return listener


def reserve_port(family: socket.AddressFamily, address: tuple[str, int]) -> socket.socket:
    """Bind to an address without listening: the port stays ours, and connections to it are refused."""
    reserved = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # as `socket.create_server` does, for connections that are still open
        reserved.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    reserved.bind(address)
    _disable_nagle(reserved)
    return reserved


def url_of(listener: socket.socket) -> str:
    """Return the URL of a listening socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"http://{host}:{port}"


class Server(uvicorn.Server):
    """Runs a web application on a socket; a signal stops it without traceback or signal exit code.

    It calls `announce` once, when it listens.
    """

    def __init__(self, app: Starlette, listener: socket.socket, announce: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                access_log=False,
                # The process that runs the sandbox may have its own logging configuration.
                log_config=None,
                log_level=None,
                lifespan="off",
                ws="none",
                # A client must not be able to fake its address.
                proxy_headers=False,
                server_header=False,
                # The exchange dates its responses itself, by a clock that may be off.
                date_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            )
        )
        self._listener = listener
        self._address = listener.getsockname()
        self._announce = announce
        self._closed_port: asyncio.Task[None] | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stopped = asyncio.Event()

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Run until stopped, and close the listener."""
        try:
            # A signal before the server handles signals stops it too.
            with contextlib.suppress(KeyboardInterrupt):
                super().run(sockets or [self._listener])
        finally:
            self._listener.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start to listen, then announce it."""
        self.lifespan.state[CLOSE_PORT] = self.close_port
        await super().startup(sockets)
        self._announce()

    def close_port(self, seconds: float) -> None:
        """Refuse new connections for so many seconds, unless they are refused already.

        Open connections stay open.
        """
        if self._closed_port is not None and not self._closed_port.done():
            return
        for server in self.servers:
            server.close()
        self._listener = reserve_port(self._listener.family, self._address)
        self._closed_port = asyncio.create_task(self._open_port_after(seconds))

    def stop(self) -> None:
        """Stop the server; from any thread."""
        self.should_exit = True
        # Not there before the start; closed after the end.
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stopped.set)

    async def main_loop(self) -> None:
        """Run until stopped, and stop at once: uvicorn's own loop looks ten times a second."""
        self._loop = asyncio.get_running_loop()
        if not await self.on_tick(0):
            await self._stopped.wait()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening and abort every connection.

        Complete requests get their response at once, so the remaining connections are idle or wait for
        their client. uvicorn would wait for that client too, then cancel with a traceback.
        """
        if self._closed_port is not None:
            self._closed_port.cancel()
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_GRACE_SECONDS)

    async def _open_port_after(self, seconds: float) -> None:
        await asyncio.sleep(seconds)
        loop = asyncio.get_running_loop()
        server = await loop.create_server(
            self._new_connection, sock=self._listener, backlog=self.config.backlog
        )
        self.servers.append(server)

    def _new_connection(self) -> Protocol:
        return Protocol(self.config, self.server_state, self.lifespan.state)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Stop on SIGINT and SIGTERM.

        uvicorn raises the signal again after it has stopped, which ends the process with a traceback or a
        signal's exit code. For the sandbox a signal is the normal end.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {number: signal.signal(number, lambda *_: self.stop()) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def _disable_nagle(listener: socket.socket) -> None:
    # Accepted connections inherit this. Without it the second segment of a response waits for the
    # client's acknowledgement of the first, which clients delay by 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _bind_error(error: OSError, address: str, port: int) -> SandboxError:
    if error.errno == errno.EADDRINUSE:
        return SandboxError(
            f"{port} is in use on {address}; choose another, or 0 for a free one", field="port"
        )
    reason = error.strerror or type(error).__name__
    return SandboxError(f"cannot listen on {address}, port {port}: {reason}")
