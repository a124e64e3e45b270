"""The server: runs the web application on a socket until it is told to stop."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import threading
from collections.abc import Callable, Collection, Iterator

import uvicorn
from starlette.applications import Starlette

from bingx_sandbox.accounts import open_account
from bingx_sandbox.app import build_app
from bingx_sandbox.exchange import Exchange
from bingx_sandbox.listener import listen, url_of
from bingx_sandbox.parameters import PLACEMENTS

# Longer than most clients keep an idle connection, so that it is the client who decides.
_KEEP_ALIVE_SECONDS = 75
_GRACE_SECONDS = 1
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Server(uvicorn.Server):
    """Runs a web application; ends as quietly on a signal as when it is told to stop.

    Args:
        app: The application.
        announce: Called once, when the server really listens.
    """

    def __init__(self, app: Starlette, announce: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                access_log=False,
                # The process that runs the sandbox may have a logging configuration of its own.
                log_config=None,
                log_level=None,
                lifespan="off",
                ws="none",
                # A client must not be able to say that it comes from somewhere else.
                proxy_headers=False,
                server_header=False,
                timeout_keep_alive=_KEEP_ALIVE_SECONDS,
                timeout_graceful_shutdown=_GRACE_SECONDS,
            )
        )
        self._announce = announce

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Begin to listen, then say so."""
        await super().startup(sockets)
        self._announce()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop listening and drop every connection.

        A request that has arrived whole is answered at once, so what is left is idle or waits for its
        client. uvicorn would wait for that client too, then cancel with a traceback.
        """
        for connection in list(self.server_state.connections):
            connection.transport.abort()
        await super().shutdown(sockets)

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
) -> None:
    """Run the sandbox until SIGINT or SIGTERM.

    Once it listens, it prints one line on standard output: a JSON object of `url`, `apiKey` and
    `apiSecret`. Whatever else it says goes to standard error.

    Args:
        host: A loopback address, or `localhost`.
        port: The port; 0 picks a free one.
        api_key: The API key that is accepted; made up if not given.
        api_secret: Its secret; made up if not given.
        orders: How many seeded orders the book begins with.
        placements: Where parameters are understood: some of `json`, `query` and `form`.

    Raises:
        SandboxError: An argument is wrong, or the port is in use; nothing was started.
    """
    account = open_account(api_key, api_secret)
    exchange = Exchange(account, orders=orders, placements=placements)
    listener = listen(host, port)
    announcement = {"url": url_of(listener), "apiKey": account.api_key, "apiSecret": account.api_secret}
    server = Server(build_app(exchange), announce=lambda: print(json.dumps(announcement), flush=True))
    # A signal that comes before the server is ready for one is a wish to stop all the same.
    with listener, contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])
