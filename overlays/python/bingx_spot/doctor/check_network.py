"""Checks of the network path to a host: proxy, DNS, TCP, TLS."""

import os
import socket
import ssl
import time
from collections.abc import Iterator
from contextlib import suppress
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

from bingx_spot.doctor import CheckResult, Status
from bingx_spot.environments import is_loopback
from bingx_spot.transport.tls_and_proxy import public_authorities

# How long one step may take, in seconds.
_TIMEOUT = 5.0
_PORTS = {"https": 443, "http": 80}
# OpenSSL's codes for a certificate whose issuer is not known: self-signed, at the end of a chain, or missing.
_PRIVATE_AUTHORITY = (18, 19, 20)
#: What to do where a proxy is not reached.
OTHER_PROXY = "Start the proxy, or correct --proxy or BINGX_PROXY."
#: What to do where a private authority signs certificates.
OWN_AUTHORITY = "Give the file of the private authority as --ca-file, or set BINGX_CA_FILE"


def check_proxy(base_url: str, proxy: str | None) -> CheckResult:
    """Check which proxy requests to a base URL go through: the one of the option, and no other."""
    if proxy is not None:
        return CheckResult("proxy", Status.PASS, f"requests go through {_host_of(proxy)}")
    target, variables = urlsplit(base_url), getproxies()
    name = next((name for name in (target.scheme, "all") if variables.get(name)), None)
    if name is None or proxy_bypass(target.netloc):
        return CheckResult("proxy", Status.PASS, "none is set for this host")
    variable = f"{name.upper()}_PROXY"
    found = (
        f"{variable} names {_host_of(variables[name])}, and is not read, on purpose: requests go without it"
    )
    fix = f"If the host cannot be reached so, give --proxy, or set BINGX_PROXY: BINGX_PROXY=${variable}."
    return CheckResult("proxy", Status.WARN, found, fix)


def _host_of(proxy: str) -> str:
    # The host only: before an @ there may be a password.
    with suppress(ValueError):
        parts = urlsplit(proxy if "://" in proxy else f"//{proxy}")
        return f"{parts.hostname}:{parts.port}" if parts.port else parts.hostname or "?"
    return "a URL that cannot be read"


def check_authorities(tls: ssl.SSLContext | None) -> CheckResult:
    """Check whether variables name certificate authorities, which the SDK reads from an option alone."""
    if tls is not None:
        found = "those of BINGX_CA_FILE or --ca-file are trusted"
        return CheckResult("authorities", Status.PASS, found)
    ignored = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if os.environ.get(name)]
    found = "the public ones are trusted"
    if not ignored:
        return CheckResult("authorities", Status.PASS, found)
    found = f"{found}; {' and '.join(ignored)} not read, on purpose"
    return CheckResult("authorities", Status.WARN, found, f"If TLS fails: {OWN_AUTHORITY}.")


def check_host(
    base_url: str, tls: ssl.SSLContext | None = None, *, is_proxy: bool = False
) -> Iterator[CheckResult]:
    """Check DNS, TCP and TLS of a host or a proxy; yield each result, the first failure as the last one."""
    target = urlsplit(base_url)
    host, port = target.hostname or "", target.port or _PORTS[target.scheme]
    step, names = "DNS", [""]
    try:
        addresses = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        names = sorted({str(address[4][0]) for address in addresses})
        found = f"{host} is an address" if names == [host] else f"{host} is {', '.join(names[:3])}"
        yield CheckResult(step, Status.PASS, found)
        step, start = "TCP", time.monotonic()
        with socket.create_connection((host, port), _TIMEOUT) as connection:
            found = f"{host}:{port} accepts connections, in {_milliseconds_since(start)} ms"
            yield CheckResult(step, Status.PASS, found)
            if target.scheme == "https":
                step, start = "TLS", time.monotonic()
                # What the client trusts, so that this fails where the client would.
                with (tls or public_authorities()).wrap_socket(connection, server_hostname=host) as secured:
                    found = f"{secured.version()}, certificate valid, in {_milliseconds_since(start)} ms"
                    yield CheckResult(step, Status.PASS, found)
    except OSError as error:
        where = f"{host}:{port}" if step == "TCP" else host
        fix = OTHER_PROXY if is_proxy and step != "TLS" else _fix(step, error, names)
        yield CheckResult(step, Status.FAIL, f"{where}: {_reason(error)}", fix)


def _fix(step: str, error: OSError, addresses: list[str]) -> str:
    """Return what to do about an error of a step on the way to a host with these addresses."""
    if isinstance(error, ssl.SSLCertVerificationError):
        if error.verify_code in _PRIVATE_AUTHORITY:
            return (
                f"A private authority has signed the certificate, as companies' proxies do. {OWN_AUTHORITY}."
            )
        return f"A company's proxy may intercept the connection. {OWN_AUTHORITY}. Or the clock is far off."
    if isinstance(error, ConnectionRefusedError) and all(map(is_loopback, addresses)):
        return "Does anything run there? `bingx-spot sandbox` starts a sandbox, and prints its URL."
    return {
        "DNS": "Check the network, the name server, and the spelling of the host.",
        "TCP": "Check for a firewall, a VPN or a proxy that connections must go through.",
        "TLS": "Check for a firewall or proxy that breaks TLS.",
    }[step]


def _milliseconds_since(start: float) -> int:
    return round((time.monotonic() - start) * 1000)


def _reason(error: OSError) -> str:
    if isinstance(error, TimeoutError):
        return f"no response within {_TIMEOUT:.0f} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return error.verify_message
    return error.strerror or str(error)
