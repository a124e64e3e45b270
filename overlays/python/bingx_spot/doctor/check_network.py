"""Look at the way to a host: proxy, name, connection, TLS."""

import socket
import ssl
import time
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import certifi

from bingx_spot.doctor.check_result import CheckResult, failed, passed, warned

#: How long one step may take, in seconds.
PATIENCE = 5.0
_PORTS = {"https": 443, "http": 80}


def check_proxy(base_url: str) -> CheckResult:
    """Return whether the system wants a proxy for this origin; the SDK goes direct unless told otherwise.

    Args:
        base_url: The origin that requests go to.
    """
    target = urlsplit(base_url)
    proxy = getproxies().get(target.scheme) or getproxies().get("all")
    if not proxy or proxy_bypass(target.netloc):
        return passed("proxy", "none is set for this host")
    # The host alone: what stands before an @ may be a password.
    host = urlsplit(proxy if "://" in proxy else f"//{proxy}").hostname or "?"
    return warned(
        "proxy",
        f"the environment names one ({host}), and the SDK connects without it",
        "If the host cannot be reached, give the client proxy=URL; it reads no proxy variable by itself.",
    )


def check_host(base_url: str) -> Iterator[CheckResult]:
    """Yield what was found of name, connection and TLS; the first failure is the last finding.

    Args:
        base_url: The origin.
    """
    target = urlsplit(base_url)
    host, port = target.hostname or "", target.port or _PORTS[target.scheme]
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as problem:
        yield failed("DNS", f"{host}: {_why(problem)}", "Check the name server and the spelling of the host.")
        return
    found = sorted({str(address[4][0]) for address in addresses})
    yield passed("DNS", f"{host} is {', '.join(found[:3])}" if found != [host] else f"{host} is an address")
    began = time.monotonic()
    try:
        connection = socket.create_connection((host, port), PATIENCE)
    except OSError as problem:
        mend = "Look for a firewall, a VPN or a proxy that the way out needs."
        yield failed("TCP", f"{host}:{port}: {_why(problem)}", mend)
        return
    with connection:
        yield passed("TCP", f"{host}:{port} answers in {_milliseconds(began)} ms")
        if target.scheme == "https":
            yield _look_at_tls(connection, host)


def _look_at_tls(connection: socket.socket, host: str) -> CheckResult:
    began = time.monotonic()
    # What the client itself trusts, so that this fails where the client would.
    context = ssl.create_default_context(cafile=certifi.where())
    try:
        with context.wrap_socket(connection, server_hostname=host) as secured:
            return passed("TLS", f"{secured.version()}, certificate valid, in {_milliseconds(began)} ms")
    except ssl.SSLCertVerificationError as problem:
        return failed(
            "TLS",
            f"{host}: {problem.verify_message}",
            "Somebody stands between (a company proxy?), or the machine's clock is far off. A private "
            "authority goes into tls=, an ssl.SSLContext.",
        )
    except OSError as problem:
        return failed("TLS", f"{host}: {_why(problem)}", "Look for a firewall or proxy that breaks TLS.")


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _why(problem: OSError) -> str:
    if isinstance(problem, TimeoutError):
        return f"no answer within {PATIENCE:.0f} s"
    return problem.strerror or str(problem)
