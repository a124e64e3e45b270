"""Say where requests go: live, simulated trading, the local sandbox, or a base URL of one's own."""

from dataclasses import dataclass
from ipaddress import ip_address
from typing import Self
from urllib.parse import urlsplit

from bingx_spot.errors import InvalidInput
from bingx_spot_api.contract import SERVERS

_URL_ALLOWED = "https://HOST or https://HOST:PORT; http only for a loopback host"


@dataclass(frozen=True, slots=True)
class Environment:
    """Name an exchange by its origins.

    The names and hosts are the `servers` of spec/openapi.yaml.

    Attributes:
        name: `live`, `vst`, `sandbox`, or the base URL itself.
        base_url: The origin that requests go to, without a slash at its end.
        fallback_url: The origin for network failures alone, or None.
    """

    name: str
    base_url: str
    fallback_url: str | None = None

    @classmethod
    def parse(cls, text: str) -> Self:
        """Return the environment of that name, or the one at that base URL.

        Args:
            text: `live`, `vst`, `sandbox`, or a base URL such as `http://127.0.0.1:8642`.

        Raises:
            InvalidInput: There is no such name, or the URL will not do.
        """
        origins = {server.role: server.url for server in SERVERS if server.environment == text}
        if origins:
            return cls(text, origins["primary"], origins.get("fallback"))
        if "://" not in text:
            names = sorted({server.environment for server in SERVERS})
            raise InvalidInput("environment", f"is {text!r}", f"{', '.join(names)}, or a base URL")
        return cls(text, _origin(text))


def _origin(url: str) -> str:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        raise InvalidInput("environment", f"is not a URL: {url!r}", _URL_ALLOWED) from None
    if parts.username is not None or parts.password is not None:
        # The text is not repeated: what stands before an @ may be a password.
        raise InvalidInput("environment", "holds a user name or password", _URL_ALLOWED)
    if parts.scheme not in ("http", "https") or not host:
        raise InvalidInput("environment", f"is {url!r}", _URL_ALLOWED)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidInput("environment", f"has more than a host: {url!r}", _URL_ALLOWED)
    if parts.scheme == "http" and not _is_loopback(host):
        raise InvalidInput("environment", f"would send the API key in clear to {host}", _URL_ALLOWED)
    return _written(parts.scheme, host, port)


def _written(scheme: str, host: str, port: int | None) -> str:
    address = f"[{host}]" if ":" in host else host
    return f"{scheme}://{address}" if port is None else f"{scheme}://{address}:{port}"


def _is_loopback(host: str) -> bool:
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
