"""Checks of the network path to a host: proxy, DNS, TCP, TLS."""

import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from ipaddress import ip_address
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from bingx_spot.doctor import CheckResult, Status
from bingx_spot.transport.tls_and_proxy import public_authorities

# How long one step may take, in seconds.
_TIMEOUT = 5.0
_PORTS = {"https": 443, "http": 80}


def check_proxy(base_url: str) -> CheckResult:
    """Check whether the environment names a proxy, which the SDK uses only if it is given as an option."""
    target, host = urlsplit(base_url), "its URL cannot be read"
    proxy = getproxies().get(target.scheme) or getproxies().get("all")
    if not proxy or proxy_bypass(target.netloc):
        return CheckResult("proxy", Status.PASS, "none is set for this host")
    # The host only: before an @ there may be a password.
    with suppress(ValueError):
        host = urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or host
    found = f"the environment names one ({host}), and the SDK connects without it"
    fix = "If the host cannot be reached, pass proxy=URL to the client; it reads no proxy variable."
    return CheckResult("proxy", Status.WARN, found, fix)


def check_host(base_url: str) -> Iterator[CheckResult]:
    """Check DNS, TCP and TLS; yield each result, the first failure as the last one."""
    target = urlsplit(base_url)
    host, port = target.hostname or "", target.port or _PORTS[target.scheme]
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        fix = "Check the name server and the spelling of the host."
        yield CheckResult("DNS", Status.FAIL, f"{host}: {_reason(error)}", fix)
        return
    names = sorted({str(address[4][0]) for address in addresses})
    found = f"{host} is an address" if names == [host] else f"{host} is {', '.join(names[:3])}"
    yield CheckResult("DNS", Status.PASS, found)
    start = time.monotonic()
    try:
        connection = socket.create_connection((host, port), _TIMEOUT)
    except OSError as error:
        fix = "Check for a firewall, a VPN or a proxy that connections must go through."
        if isinstance(error, ConnectionRefusedError) and all(map(_is_loopback, names)):
            fix = "Does anything run there? `bingx-spot sandbox` starts a sandbox, and prints its URL."
        yield CheckResult("TCP", Status.FAIL, f"{host}:{port}: {_reason(error)}", fix)
        return
    with connection:
        found = f"{host}:{port} accepts connections, in {_milliseconds_since(start)} ms"
        yield CheckResult("TCP", Status.PASS, found)
        if target.scheme == "https":
            yield _check_tls(connection, host)


def _check_tls(connection: socket.socket, host: str) -> CheckResult:
    start = time.monotonic()
    try:
        # What the client trusts, so that this fails where the client would.
        with public_authorities().wrap_socket(connection, server_hostname=host) as secured:
            found = f"{secured.version()}, certificate valid, in {_milliseconds_since(start)} ms"
            return CheckResult("TLS", Status.PASS, found)
    except ssl.SSLCertVerificationError as error:
        fix = (
            "Something intercepts the connection (a company proxy?), or the machine's clock is far off. Pass "
            "a private authority as tls=, an ssl.SSLContext."
        )
        return CheckResult("TLS", Status.FAIL, f"{host}: {error.verify_message}", fix)
    except OSError as error:
        fix = "Check for a firewall or proxy that breaks TLS."
        return CheckResult("TLS", Status.FAIL, f"{host}: {_reason(error)}", fix)


def _is_loopback(address: str) -> bool:
    return ip_address(address.partition("%")[0]).is_loopback


def _milliseconds_since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return f"no response within {_TIMEOUT:.0f} s"
    return error.strerror or str(error)
