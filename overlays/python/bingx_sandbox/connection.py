"""The connection: the TCP connection below the web server, for faults that no web server would make."""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Callable

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

ClosePort = Callable[[float], None]
"""Closes the port at once, and opens it again after so many seconds."""

CLOSE_PORT = "sandbox.close_port"
_CONNECTION = "sandbox.connection"
# Linger for no time at all: what is closed so ends with a reset.
_RESET = struct.pack("ii", 1, 0)


class Connection:
    """One TCP connection, whose bytes and whose end are ours to choose.

    The web server knows nothing of what is written here, so a connection that was written to must be
    closed or reset afterwards.
    """

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self.close_port: ClosePort = protocol.app_state[CLOSE_PORT]

    @property
    def is_open(self) -> bool:
        """Tell whether neither side has closed it, as far as is known."""
        return not self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._transport.write(data)

    def close(self) -> None:
        """Close it in order, after everything that was written."""
        self._transport.close()

    def close_when_idle(self, seconds: float) -> None:
        """Let the web server close it once it has been idle for so long."""
        self._protocol.timeout_keep_alive = seconds  # type: ignore[assignment]  # a fraction will do

    def reset(self) -> None:
        """Break it off with a TCP reset; what was not sent yet is dropped."""
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()


class Protocol(H11Protocol):
    """uvicorn's protocol, which also lets the application reach its connection."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        """Begin a connection."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _CONNECTION: Connection(self)}


def connection_of(scope: Scope) -> Connection:
    """Find the connection that a request came over."""
    connection = scope["state"][_CONNECTION]
    assert isinstance(connection, Connection)  # noqa: S101 - a mistake of ours, not of a user
    return connection
