"""The listener: the loopback socket that the sandbox is reached at."""

from __future__ import annotations

import errno
import ipaddress
import os
import socket

from bingx_sandbox.errors import SandboxError

_LARGEST_PORT = 65_535


def listen(host: str = "127.0.0.1", port: int = 0) -> socket.socket:
    """Bind a socket to a loopback address; port 0 picks a free one.

    Raises:
        SandboxError: The host is not loopback, the port is no port, is in use or may not be used.
    """
    address = _loopback_address(host)
    _check_port(port)
    family = socket.AF_INET6 if isinstance(address, ipaddress.IPv6Address) else socket.AF_INET
    try:
        listener = socket.create_server((str(address), port), family=family)
    except OSError as error:
        raise _explained(error, str(address), port) from None
    _send_at_once(listener)
    return listener


def hold_port(family: socket.AddressFamily, address: tuple[str, int]) -> socket.socket:
    """Bind to an address without listening: nobody else gets the port, and who connects is refused."""
    held = socket.socket(family, socket.SOCK_STREAM)
    if os.name == "posix":  # as `socket.create_server` does, for connections that are still open
        held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(address)
    _send_at_once(held)
    return held


def url_of(listener: socket.socket) -> str:
    """Tell the URL that a listener is reached at."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if listener.family == socket.AF_INET6 else f"http://{host}:{port}"


def _send_at_once(listener: socket.socket) -> None:
    # Connections inherit this. Without it the second segment of an answer waits for the client to
    # acknowledge the first, which clients put off for 40 ms.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)


def _loopback_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    try:
        address = ipaddress.ip_address("127.0.0.1" if host == "localhost" else host)
    except ValueError:
        address = None
    if address is None or not address.is_loopback:
        raise SandboxError("must be a loopback address: 127.0.0.1, ::1 or localhost", field="host")
    return address


def _check_port(port: int) -> None:
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= _LARGEST_PORT:
        raise SandboxError(f"must be a whole number from 0 (a free one) to {_LARGEST_PORT}", field="port")


def _explained(error: OSError, address: str, port: int) -> SandboxError:
    if error.errno == errno.EADDRINUSE:
        return SandboxError(
            f"{port} is in use on {address}; choose another, or 0 for a free one", field="port"
        )
    reason = error.strerror or type(error).__name__
    return SandboxError(f"cannot listen on {address}, port {port}: {reason}")
