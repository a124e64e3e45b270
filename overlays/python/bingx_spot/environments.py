"""Where requests and their parameters go: the hosts of an exchange, and the placement."""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Literal
from urllib.parse import SplitResult, urlsplit

from bingx_spot.exceptions import InvalidInput, shown
from bingx_spot_api.contract import SERVERS

#: Where the parameters of a request go.
Placement = Literal["json", "query", "form"]
PLACEMENTS: tuple[Placement, ...] = ("json", "query", "form")

_URL_ALLOWED = "https://HOST or https://HOST:PORT; http only for a loopback host"
# Brackets belong around an IPv6 address only.
_AUTHORITY = re.compile(
    r"(?:.*@)?(?:\[[0-9a-f]*:[0-9a-f:.]*\]|[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?)(?::[1-9][0-9]*)?",
    re.ASCII | re.IGNORECASE,
)


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
        allowed = f"{', '.join(names)}, or a base URL such as https://HOST"
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


def split_host_url(option: str, url: str, allowed: str) -> SplitResult:
    """Return the parts of a URL that names a host, perhaps with a user before it, and nothing else.

    `InvalidInput` names the option, and never repeats a URL, whose user, path or query may be a secret.
    """
    if not isinstance(url, str):
        raise InvalidInput(option, f"is of type {type(url).__name__}", allowed)
    # Parsers drop these without a word.
    if any(character.isspace() or not character.isprintable() for character in url):
        raise InvalidInput(option, "holds white space or a control character", allowed)
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port  # a port that is too great is a ValueError
        fits = parts.scheme in ("http", "https") and _AUTHORITY.fullmatch(parts.netloc)
    except ValueError:
        fits = None
    if not fits or (":" in host and address_of(host) is None):
        raise InvalidInput(option, "is not the URL of a host", allowed)
    if parts.path.strip("/") or parts.query or parts.fragment:
        raise InvalidInput(option, "has more than a host", allowed)
    return parts


def address_of(host: str) -> IPv4Address | IPv6Address | None:
    """Return the address that a host is written as, or None for a name."""
    try:
        return ip_address(host)
    except ValueError:
        return None


def is_loopback(host: str) -> bool:
    """Return whether a host is this machine; of names only localhost, since resolvers differ about others."""
    address = address_of(host)
    return host == "localhost" if address is None else address.is_loopback


def _origin(url: str) -> str:
    if isinstance(url, str) and "@" in url:
        raise InvalidInput("environment", "holds a user name or password", _URL_ALLOWED)
    parts = split_host_url("environment", url, _URL_ALLOWED)
    if parts.scheme == "http" and not is_loopback(parts.hostname or ""):
        reason = f"would send the API key in clear to {parts.hostname}"
        raise InvalidInput("environment", reason, _URL_ALLOWED)
    return f"{parts.scheme}://{parts.netloc.lower()}"
