"""Checks of the network path to a host: proxy, DNS, TCP, TLS."""

import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi

from bingx_spot.doctor.check_result import CheckResult, failed, passed, warned

#: How long one step may take, in seconds.
TIMEOUT = 5.0
_PORTS = {"https": 443, "http": 80}


def check_proxy(base_url: str) -> CheckResult:
    """Check whether the environment names a proxy, which the SDK uses only if it is given as an option.

    Args:
        base_url: The host.
    """
    target = urlsplit(base_url)
    proxy = getproxies().get(target.scheme) or getproxies().get("all")
    if not proxy or proxy_bypass(target.netloc):
        return passed("proxy", "none is set for this host")
    # The host only: before an @ there may be a password.
    host = urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or "?"
    return warned(
        "proxy",
        f"the environment names one ({host}), and the SDK connects without it",
        "If the host cannot be reached, pass proxy=URL to the client; it reads no proxy variable.",
    )


def check_host(base_url: str) -> Iterator[CheckResult]:
    """Check DNS, TCP and TLS; yield each result, the first failure as the last one.

    Args:
        base_url: The host.
    """
    target = urlsplit(base_url)
    host, port = target.hostname or "", target.port or _PORTS[target.scheme]
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        yield failed(
            "DNS", f"{host}: {_reason(error)}", "Check the name server and the spelling of the host."
        )
        return
    found = sorted({str(address[4][0]) for address in addresses})
    yield passed("DNS", f"{host} is {', '.join(found[:3])}" if found != [host] else f"{host} is an address")
    start = time.monotonic()
    try:
        connection = socket.create_connection((host, port), TIMEOUT)
    except OSError as error:
        fix = "Check for a firewall, a VPN or a proxy that connections must go through."
        yield failed("TCP", f"{host}:{port}: {_reason(error)}", fix)
        return
    with connection:
        yield passed("TCP", f"{host}:{port} accepts connections, in {_milliseconds_since(start)} ms")
        if target.scheme == "https":
            yield _check_tls(connection, host)


def _check_tls(connection: socket.socket, host: str) -> CheckResult:
    start = time.monotonic()
    # The authorities that the client trusts, so that this fails where the client would.
    context = ssl.create_default_context(cafile=certifi.where())
    try:
        with context.wrap_socket(connection, server_hostname=host) as secured:
            found = f"{secured.version()}, certificate valid, in {_milliseconds_since(start)} ms"
            return passed("TLS", found)
    except ssl.SSLCertVerificationError as error:
        return failed(
            "TLS",
            f"{host}: {error.verify_message}",
            "Something intercepts the connection (a company proxy?), or the machine's clock is far off. Pass "
            "a private authority as tls=, an ssl.SSLContext.",
        )
    except OSError as error:
        return failed("TLS", f"{host}: {_reason(error)}", "Check for a firewall or proxy that breaks TLS.")


def _milliseconds_since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return f"no response within {TIMEOUT:.0f} s"
    return error.strerror or str(error)
