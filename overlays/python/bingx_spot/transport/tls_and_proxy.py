"""Whom connections trust where nothing else is said."""

import ssl
from dataclasses import dataclass, field
from functools import cache
from typing import Self
from urllib.parse import unquote, urlsplit

import certifi

from bingx_spot.exceptions import InvalidInput


@cache
def public_authorities() -> ssl.SSLContext:
    """Return a context that trusts the public certificate authorities, as httpx has them.

    Loading them takes 20 ms, so all clients share it.
    """
    return ssl.create_default_context(cafile=certifi.where())


_ALLOWED = "http://HOST:PORT or http://USER:PASSWORD@HOST:PORT"


@dataclass(frozen=True, slots=True)
class Proxy:
    """Hold a proxy's address and what it wants to know.

    Attributes:
        url: Its URL, without user and password.
        auth: User and password, or None.
    """

    url: str
    auth: tuple[str, str] | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Self:
        """Return the proxy at that URL.

        Raises:
            InvalidInput: It is not the URL of an HTTP proxy. It is not repeated: it may hold a password.
        """
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except (ValueError, TypeError, AttributeError):
            host = None
        if not host or parts.scheme not in ("http", "https"):
            raise InvalidInput("proxy", "is not an HTTP proxy's URL", _ALLOWED)
        address = f"[{host}]" if ":" in host else host
        bare = f"{parts.scheme}://{address}" + ("" if port is None else f":{port}")
        auth = None
        if parts.username is not None:
            auth = (unquote(parts.username), unquote(parts.password or ""))
        return cls(bare, auth)
