"""HTTP requests and responses, independent of the web framework."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from email.utils import formatdate
from http.client import responses
from typing import Any

from bingx_sandbox.responses import Envelope

_JSON = "application/json"
_CHUNK = 65_536


@dataclass(frozen=True)
class HttpRequest:
    """One HTTP request.

    Attributes:
        method: The HTTP method in upper case.
        path: The decoded path without the query string.
        query: The raw query string, without the question mark.
        headers: The headers by lower-case name.
        body: The body.
        received_at: When it was received, in Unix milliseconds.
        peer: The IP address of the client.
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
        """Return the API key of the request."""
        return self.headers.get("x-bx-apikey")

    @property
    def media_type(self) -> str:
        """Return the media type of the body in lower case, without parameters such as charset."""
        return self.headers.get("content-type", "").partition(";")[0].strip().lower()


@dataclass(frozen=True)
class HttpResponse:
    """One HTTP response; the headers are by lower-case name, and without `content-length`."""

    status: int
    headers: dict[str, str]
    body: bytes

    def to_bytes(self, content_length: int | None = None) -> bytes:
        """Return the response as sent on the wire, with another `content-length` if given."""
        status_line = f"HTTP/1.1 {self.status} {responses.get(self.status, '')}\r\n"
        return status_line.encode("ascii") + self.headers_and_body(content_length)

    def headers_and_body(self, content_length: int | None = None) -> bytes:
        """Return everything after the status line."""
        length = len(self.body) if content_length is None else content_length
        lines = [f"{name}: {value}\r\n" for name, value in self.headers.items()]
        return f"{''.join(lines)}content-length: {length}\r\n\r\n".encode("ascii") + self.body

    def messages(self) -> Iterator[dict[str, Any]]:
        """Yield the response as ASGI messages; the last one completes the body."""
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in self.headers.items()]
        headers.append((b"content-length", b"%d" % len(self.body)))
        yield {"type": "http.response.start", "status": self.status, "headers": headers}
        for start in range(0, len(self.body) or 1, _CHUNK):
            chunk = self.body[start : start + _CHUNK]
            more = start + _CHUNK < len(self.body)
            yield {"type": "http.response.body", "body": chunk, "more_body": more}


def http_response(envelope: Envelope, now: int) -> HttpResponse:
    """Return the HTTP response for an envelope, dated by a time in Unix milliseconds."""
    headers = {"content-type": _JSON, **date_header(now), **envelope.headers}
    return HttpResponse(envelope.status, headers, envelope.body)


def date_header(now: int) -> dict[str, str]:
    """Return the `date` header, in whole seconds."""
    return {"date": formatdate(now // 1000, usegmt=True)}
