"""The server: runs the web application on a socket until it is told to stop."""

from __future__ import annotations

import asyncio
import contextlib
import json
import signal
import socket
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

import uvicorn
from starlette.applications import Starlette

from bingx_sandbox.accounts import Account, open_accounts
from bingx_sandbox.app import build_app
from bingx_sandbox.clock import offset_clock
from bingx_sandbox.connection import CLOSE_PORT, Protocol
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.listener import hold_port, listen, url_of
from bingx_sandbox.parameters import PLACEMENTS
from bingx_sandbox.scale import DOCUMENTED, read_scale

# Longer than most clients keep an idle connection, so that it is the client who decides.
_KEEP_ALIVE_SECONDS = 75
_GRACE_SECONDS = 1
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """Runs a web application; ends as quietly on a signal as when it is told to stop.

    Args:
        app: The application.
        listener: The socket to listen on.
        announce: Called once, when the server really listens.
    """

    def __init__(self, app: Starlette, listener: socket.socket, announce: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=Protocol,
                access_log=False,
                # The process that runs the sandbox may have a logging configuration of its own.
                log_config=None,
                log_level=None,
                lifespan="off",
                ws="none",
                # A client must not be able to say that it comes from somewhere else.
                proxy_headers=False,
                server_header=False,
                # The exchange dates its answers itself, by a clock that may be off.
                date_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._listener = listener
        self._address = listener.getsockname()
        self._announce = announce
        self._closed_port: asyncio.Task[None] | None = None

    def run(self, sockets: list[socket.socket] | None = None) -> None:
        """Run until told to stop, and close the listener."""
        try:
            super().run(sockets or [self._listener])
        finally:
            self._listener.close()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        self.lifespan.state[CLOSE_PORT] = self.close_port
        await super().startup(sockets)
        self._announce()

    def close_port(self, seconds: float) -> None:
        """Refuse connections from now on for so many seconds, unless they are refused already.

        Connections that stand are left alone.
        """
        if self._closed_port is not None and not self._closed_port.done():
            return
        for server in self.servers:
            server.close()
        self._listener = hold_port(self._listener.family, self._address)
        self._closed_port = asyncio.create_task(self._open_port_after(seconds))

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening and drop every connection.

        A request that has arrived whole is answered at once, so what is left is idle or waits for its
        client. uvicorn would wait for that client too, then cancel with a traceback.
        """
        if self._closed_port is not None:
            self._closed_port.cancel()
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)

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

        uvicorn would raise the signal once more after it has stopped, which ends the process with a
        traceback or a signal's exit code; ending on a signal is what the sandbox is meant to do.
        """
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        previous = {number: signal.signal(number, self.handle_exit) for number in _SIGNALS}
        try:
            yield
        finally:
            for number, handler in previous.items():
                signal.signal(number, handler)


def serve(
    host: str = "127.0.0.1",
    port: int = 0,
    *,
    api_key: str | None = None,
    api_secret: str | None = None,
    orders: int = 3,
    placements: Collection[str] = PLACEMENTS,
    faults: Iterable[Mapping[str, object]] = (),
    clock_offset: int = 0,
    accounts: int = 1,
    keys: int = 1,
    limits: str | float = DOCUMENTED,
    lock_seconds: float | None = None,
) -> None:
    """Run the sandbox until SIGINT or SIGTERM.

    Once it listens, it prints one line on standard output: a JSON object of `url`, the first account's
    first `apiKey` and `apiSecret`, and all `accounts`. Whatever else it says goes to standard error.

    Args:
        host: A loopback address, or `localhost`.
        port: The port; 0 picks a free one.
        api_key: The API key that is accepted; made up if not given.
        api_secret: Its secret; made up if not given.
        orders: How many seeded orders the book begins with.
        placements: Where parameters are understood: some of `json`, `query` and `form`.
        faults: The rules of misbehaviour in force at the beginning, as the control interface takes them.
        clock_offset: How far the sandbox's clock is off, in milliseconds; negative is behind.
        accounts: How many accounts there are; limits count requests by account, and the book is one for all.
        keys: How many API keys each account has.
        limits: How strictly limits are enforced: `documented`, `off`, or a factor such as 10 or `x10`.
        lock_seconds: How long a lock-out lasts; None for as long as each is documented.

    Raises:
        SandboxError: An argument is wrong, or the port is in use; nothing was started.
    """
    exchange = Exchange(
        open_accounts(accounts, keys, api_key=api_key, api_secret=api_secret),
        orders=orders,
        placements=placements,
        clock=offset_clock(clock_offset),
        faults=faults,
        scale=read_scale(limits, lock_seconds),
    )
    _run(exchange, listen(host, port))


def _run(exchange: Exchange, listener: socket.socket) -> None:
    announcement = json.dumps(_announcement(url_of(listener), exchange.accounts))
    server = Server(build_app(exchange), listener, announce=lambda: print(announcement, flush=True))
    # A signal that comes before the server is ready for one is a wish to stop all the same.
    with contextlib.suppress(KeyboardInterrupt):
        server.run()


def _announcement(url: str, accounts: Sequence[Account]) -> dict[str, object]:
    first = accounts[0].keys[0]
    return {
        "url": url,
        "apiKey": first.api_key,
        "apiSecret": first.api_secret,
        "accounts": [account.announced() for account in accounts],
    }
