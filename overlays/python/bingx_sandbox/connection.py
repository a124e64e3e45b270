"""The TCP connection below the web server, for faults that a web server does not produce."""

import asyncio
import ipaddress
import socket
import struct
from collections.abc import Callable

from starlette.types import Scope
from uvicorn.protocols.http.h11_impl import H11Protocol

ClosePort = Callable[[float], None]
"""A function that closes the port, and opens it again after so many seconds."""

CLOSE_PORT = "sandbox.close_port"
_CONNECTION = "sandbox.connection"
# SO_LINGER with a timeout of zero makes close() send a reset.
_RESET = struct.pack("ii", 1, 0)


class Connection:
    """One TCP connection with raw access to its bytes and its end.

    The web server does not know about bytes written here, so a connection that was written to must be
    closed or reset afterwards.
    """

    def __init__(self, protocol: "Protocol") -> None:
        self._protocol = protocol
        self._transport = protocol.transport
        self.close_port: ClosePort = protocol.app_state[CLOSE_PORT]

    @property
    def is_open(self) -> bool:
        """Return True unless either side is known to have closed it."""
        return not self._transport.is_closing()

    def write(self, data: bytes) -> None:
        """Send raw bytes."""
        self._transport.write(data)

    def close(self) -> None:
        """Close it after everything that was written is sent."""
        self._transport.close()

    def close_when_idle(self, seconds: float) -> None:
        """Let the web server close it once it has been idle for so many seconds."""
        self._protocol.timeout_keep_alive = seconds  # type: ignore[assignment]  # a fraction is fine too

    def reset(self) -> None:
        """Send a TCP reset; data that was not sent yet is dropped."""
        self._transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._transport.abort()


class Protocol(H11Protocol):
    """uvicorn's protocol, which also passes the connection to the application."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn
        """Store the connection in the application state of its requests."""
        super().connection_made(transport)
        self.app_state = {**self.app_state, _CONNECTION: Connection(self)}


def is_loopback(host: str) -> bool:
    """Return whether a host, given as an address or as `localhost`, is this machine's loopback."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def connection_of(scope: Scope) -> Connection:
    """Return the connection of a request."""
    connection = scope["state"][_CONNECTION]
    assert isinstance(connection, Connection)  # noqa: S101 - a bug of the sandbox, not an error of its user
    return connection
