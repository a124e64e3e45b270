"""Where requests and their parameters go: the hosts of an exchange, and the placement."""

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot_api.contract import SERVERS

#: Where the parameters of a request go.
Placement = Literal["json", "query", "form"]
PLACEMENTS: tuple[Placement, ...] = ("json", "query", "form")

_URL_ALLOWED = "https://HOST or https://HOST:PORT; http only for a loopback host"
_HOST_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")


@dataclass(frozen=True, slots=True)
class Environment:
    """The hosts of an exchange.

    The names and hosts are the `servers` of spec/openapi.yaml.

    Attributes:
        name: `live`, `vst`, `sandbox`, or the base URL itself.
        base_url: The origin that requests go to, without a slash at its end.
        fallback_url: The origin for network failures alone, or None.

    Raises:
        InvalidInput: A URL is not allowed.
    """

    name: str
    base_url: str
    fallback_url: str | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "base_url", _origin(self.base_url))
        if self.fallback_url is not None:
            object.__setattr__(self, "fallback_url", _origin(self.fallback_url))

    @property
    def has_plain_http(self) -> bool:
        """Return whether requests may go over http, and so only to this machine."""
        return any(url.startswith("http:") for url in (self.base_url, self.fallback_url or ""))

    @property
    def option(self) -> str:
        """Return what `--env` and `BINGX_ENV` take for it: its name, or else its base URL."""
        return self.name if environment_name(self.base_url) == self.name else self.base_url

    @classmethod
    def parse(cls, text: "str | Environment") -> "Environment":
        """Return the environment of that name, or the one at that base URL.

        Args:
            text: `live`, `vst`, `sandbox`, or a base URL such as `http://127.0.0.1:8642`; an environment is
                returned as it is.

        Raises:
            InvalidInput: There is no such name, or the URL is not allowed.
        """
        if isinstance(text, Environment):
            return text
        names = sorted({server.environment for server in SERVERS})
        allowed = f"{', '.join(names)}, or a base URL"
        if not isinstance(text, str):
            raise InvalidInput("environment", f"is of type {type(text).__name__}", allowed)
        origins = {server.role: server.url for server in SERVERS if server.environment == text}
        if origins:
            return cls(text, origins["primary"], origins.get("fallback"))
        if "://" not in text and "@" not in text:
            raise InvalidInput("environment", f"is {shown(text)}", allowed)
        return cls(text, text)


def environment_name(base_url: str) -> str:
    """Return the name of the environment at a base URL, or else the URL."""
    return next((server.environment for server in SERVERS if server.url == base_url), base_url)


def has_hidden_characters(url: str) -> bool:
    """Return whether a URL holds white space or a control character, which parsers drop without a word."""
    return any(character.isspace() or not character.isprintable() for character in url)


def names_host(parts: SplitResult) -> bool:
    """Return whether a URL has a host name or an address, perhaps a port, and nothing that parsers drop.

    Args:
        parts: The URL; a user and a password before the host are not looked at.

    Raises:
        ValueError: The port is no number, or too great.
    """
    host = parts.hostname or ""
    # Brackets belong around an IPv6 address only. What stands between them and the port would be dropped.
    address = f"[{host}]" if ":" in host else host
    authority = parts.netloc.rpartition("@")[2].lower()
    rest = authority.removeprefix(address)
    return _is_host(host) and authority.startswith(address) and rest[:1] in ("", ":") and parts.port != 0


def _origin(url: str) -> str:
    # No error repeats a URL: its user, path or query may be a secret.
    if has_hidden_characters(url):
        raise InvalidInput("environment", "holds white space or a control character", _URL_ALLOWED)
    if "@" in url:
        raise InvalidInput("environment", "holds a user name or password", _URL_ALLOWED)
    try:
        parts = urlsplit(url)
        fits, port = parts.scheme in ("http", "https") and names_host(parts), parts.port
    except ValueError:
        raise InvalidInput("environment", "is not a URL", _URL_ALLOWED) from None
    host = parts.hostname or ""
    if not fits:
        raise InvalidInput("environment", "is not the URL of a host", _URL_ALLOWED)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidInput("environment", "has more than a host", _URL_ALLOWED)
    if parts.scheme == "http" and not is_loopback(host):
        raise InvalidInput("environment", f"would send the API key in clear to {host}", _URL_ALLOWED)
    address = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{address}" if port is None else f"{parts.scheme}://{address}:{port}"


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine; of names only localhost, since resolvers differ about others."""
    return host == "localhost" or (_is_address(host) and ip_address(host).is_loopback)


def _is_host(host: str) -> bool:
    return _is_address(host) or _HOST_NAME.fullmatch(host) is not None


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    # A scope (`%eth0`) belongs to one machine and to no URL.
    return "%" not in host
