"""A reply: an answer as an HTTP response, in bytes that can still be spoiled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from email.utils import formatdate
from functools import lru_cache
from http.client import responses

from starlette.types import Message

from bingx_sandbox.answers import Answer

_JSON = "application/json"
_CHUNK = 65_536


@dataclass(frozen=True)
class Reply:
    """One HTTP response.

    Attributes:
        status: The HTTP status.
        headers: The headers by lower-case name, without `content-length`.
        body: The body's bytes.
    """

    status: int
    headers: dict[str, str]
    body: bytes

    def written(self, content_length: int | None = None) -> bytes:
        """Write the response as it goes over the wire, stating another length than the body's if given."""
        return b"%b\r\n%b" % (self.status_line, self.written_below(content_length))

    @property
    def status_line(self) -> bytes:
        """Write the first line."""
        return f"HTTP/1.1 {self.status} {responses.get(self.status, '')}".encode("ascii")

    def written_below(self, content_length: int | None = None) -> bytes:
        """Write what stands below the first line."""
        length = len(self.body) if content_length is None else content_length
        lines = [f"{name}: {value}\r\n" for name, value in self.headers.items()]
        return f"{''.join(lines)}content-length: {length}\r\n\r\n".encode("ascii") + self.body

    def messages(self) -> Iterator[Message]:
        """Write the response for the web server, piece by piece; with the last one the body is whole."""
        headers = [(name.encode("ascii"), value.encode("ascii")) for name, value in self.headers.items()]
        headers.append((b"content-length", b"%d" % len(self.body)))
        yield {"type": "http.response.start", "status": self.status, "headers": headers}
        for start in range(0, len(self.body) or 1, _CHUNK):
            chunk = self.body[start : start + _CHUNK]
            more = start + _CHUNK < len(self.body)
            yield {"type": "http.response.body", "body": chunk, "more_body": more}


def reply_with(answer: Answer, now: int) -> Reply:
    """Make the response that carries an answer, dated by the sandbox's time in Unix milliseconds."""
    return Reply(answer.status, {"content-type": _JSON, **dated(now), **answer.headers}, answer.body)


def dated(now: int) -> dict[str, str]:
    """Make the header that tells the time, in whole seconds."""
    return {"date": _date(now // 1000)}


@lru_cache(maxsize=8)
def _date(seconds: int) -> str:
    return formatdate(seconds, usegmt=True)
