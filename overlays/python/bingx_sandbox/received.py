"""A request as it was received, free of any web framework."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Received:
    """One HTTP request.

    Attributes:
        method: The HTTP method in capitals.
        path: The path, decoded, without the query string.
        query: The query string's bytes as they came, without the question mark.
        headers: The headers by lower-case name.
        body: The body's bytes.
        received_at: When it was received, in Unix milliseconds.
        peer: The IP address that it came from.
    """

    method: str
    path: str
    query: bytes = field(default=b"", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    body: bytes = field(default=b"", repr=False)
    received_at: int = 0
    peer: str = ""

    @property
    def api_key(self) -> str | None:
        """Tell the API key that the request carries."""
        return self.headers.get("x-bx-apikey")

    @property
    def media_type(self) -> str:
        """Tell what the body says it is, in lower case, without charset and the like."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()
