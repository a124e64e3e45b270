"""What an error carries: the attempts of a call, its request without secrets, and what the exchange said."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from itertools import islice
from types import MappingProxyType
from typing import Any

from bingx_spot.models import Response
from bingx_spot.visible_text import shortened

# What an error keeps of what a server said: characters of a text, bytes of a body, headers and characters of
# each. The exchange's own are a fraction of these.
_MAXIMUM_TEXT = 1_000
_MAXIMUM_BODY = 65_536
_MAXIMUM_HEADERS = 100


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt of a call: when, where, and its result.

    Attributes:
        at: When it began, in Unix milliseconds, by the exchange's clock as far as it is known.
        operation: The operation's name in the contract: `cancelOrder`, `queryOrder`.
        host: The base URL of the host.
        result: The response or the failure, in words; visible, and cut to 1,100 characters.
    """

    at: int
    operation: str
    host: str
    result: str

    def __post_init__(self) -> None:
        # A message of full length, and the facts that stand before it.
        object.__setattr__(self, "result", shortened(self.result, _MAXIMUM_TEXT + 100))


@dataclass(frozen=True, slots=True)
class RequestInfo:
    """A request without its secrets.

    Attributes:
        method: `POST` or `GET`.
        url: The URL without its query string.
        placement: Where the parameters were: `json`, `query` or `form`.
        parameters: The parameters as signed, the signature redacted.
        headers: The headers that the SDK set, the API key redacted.
    """

    method: str
    url: str
    placement: str
    parameters: Mapping[str, object]
    headers: Mapping[str, str]

    def __reduce__(self) -> tuple[object, ...]:
        # Read-only views cannot be pickled, and bots hand errors to other processes.
        parts = (self.method, self.url, self.placement, dict(self.parameters), dict(self.headers))
        return (RequestInfo, parts)


@dataclass(frozen=True, slots=True)
class ErrorDetails:
    r"""Everything that is known of a call that failed.

    What a server wrote is bounded, and says so where it was cut. In `message`, `hint` and `summary`,
    characters that a terminal would obey are written out (`\x1b`); `body` and `headers` are as received.

    Attributes:
        message: The exchange's own text, or what happened instead of a response; at most 1,000 characters.
        code: The exchange's error code as received, or None where there was none.
        http_status: The HTTP status, or None where there was no response.
        request: The request without its secrets, or None where none was made.
        body: The response's body, at most 64 KiB of it.
        headers: The response's headers, names in lower case; at most 100, of 1,000 characters each.
        retry_at: When the exchange accepts requests again, in Unix milliseconds, or None.
        hint: What a person can do about it.
        rule: The row of spec/errors.yaml that matched the response, or empty.
        lock_seconds: How long a lock lasts where the response gives no time, in seconds, or None.
        attempts: The attempts of the call, in order, queries included; the first and last 32 of very many.
        summary: What it means for the order, in one sentence, or empty.
        order_id: The order id that a query has named for the order, or None.
    """

    message: str
    code: int | str | None = None
    http_status: int | None = None
    request: RequestInfo | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    retry_at: int | None = None
    hint: str = ""
    rule: str = ""
    lock_seconds: int | None = None
    attempts: tuple[Attempt, ...] = ()
    summary: str = ""
    order_id: int | None = None

    def __post_init__(self) -> None:
        for name in ("message", "hint", "summary"):
            object.__setattr__(self, name, shortened(getattr(self, name), _MAXIMUM_TEXT))

    @classmethod
    def of(cls, response: Response, message: str, **more: Any) -> "ErrorDetails":
        """Return the details of a response, secrets redacted: its text or what is wrong with it, and more."""
        body, headers = response.body, response.headers
        if len(body) > _MAXIMUM_BODY:
            note = f"... ({len(body):,} bytes, cut)".encode()
            body = body[: _MAXIMUM_BODY - len(note)] + note
        if sum(map(len, [*headers, *headers.values()])) > _MAXIMUM_TEXT:
            kept = islice(headers.items(), _MAXIMUM_HEADERS)
            headers = MappingProxyType({_cut(name): _cut(value) for name, value in kept})
        return cls(message, http_status=response.http_status, body=body, headers=headers, **more)

    def __reduce__(self) -> tuple[object, ...]:
        # Read-only views cannot be pickled.
        values = (getattr(self, part.name) for part in fields(self))
        return (ErrorDetails, tuple(dict(value) if isinstance(value, Mapping) else value for value in values))


def _cut(text: str) -> str:
    return text if len(text) <= _MAXIMUM_TEXT else shortened(text, _MAXIMUM_TEXT)
