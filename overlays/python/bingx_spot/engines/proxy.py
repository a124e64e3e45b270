"""Say which HTTP proxy requests go through."""

from dataclasses import dataclass, field
from typing import Self
from urllib.parse import unquote, urlsplit

from bingx_spot.errors import InvalidInput

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
