"""What is known of a call that failed, without its secrets."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType


@dataclass(frozen=True, slots=True)
class SentRequest:
    """Show a request without its secrets.

    Attributes:
        method: `POST` or `GET`.
        url: Where it went, without the query string.
        placement: Where the parameters stood: `json`, `query` or `form`.
        parameters: The parameters as signed, the signature masked.
        headers: The headers that the SDK set, the API key masked.
    """

    method: str
    url: str
    placement: str
    parameters: Mapping[str, object]
    headers: Mapping[str, str]

    def __reduce__(self) -> tuple[object, ...]:
        # Read-only views cannot be pickled; a bot that hands an error to another process needs it whole.
        parts = (self.method, self.url, self.placement, dict(self.parameters), dict(self.headers))
        return (SentRequest, parts)


@dataclass(frozen=True, slots=True)
class Attempt:
    """Tell one attempt of a call: when, where, and what came back.

    Attributes:
        at: When it began, in Unix milliseconds, by the exchange's clock as far as it is known.
        operation: What was asked, by its name in the contract: `cancelOrder`, `queryOrder`.
        host: The base URL that it went to.
        result: What came back, in words.
    """

    at: int
    operation: str
    host: str
    result: str


@dataclass(frozen=True, slots=True)
class Evidence:
    """Hold what is known of a call that failed.

    Attributes:
        code: The exchange's error code as it came, or None where there was none.
        message: The exchange's text as it came, or what happened instead of an answer.
        http_status: The HTTP status, or None where no answer came.
        request: The request without its secrets, or None where none was made.
        body: The answer's body as it came, at most its first 64 KiB.
        headers: The answer's headers.
        retry_at: When the exchange will listen again, in Unix milliseconds.
        hint: What a person can do about it.
        rule: The row of spec/errors.yaml that the answer was classified by, or nothing.
        lock_seconds: How long a lock lasts where the answer gives no time, in seconds, or None.
        attempts: Every attempt that the call made, in order, follow-up queries included.
    """

    message: str
    code: int | str | None = None
    http_status: int | None = None
    request: SentRequest | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    retry_at: int | None = None
    hint: str = ""
    rule: str = ""
    lock_seconds: int | None = None
    attempts: tuple[Attempt, ...] = ()

    def __reduce__(self) -> tuple[object, ...]:
        parts = (self.message, self.code, self.http_status, self.request, self.body, dict(self.headers))
        return (Evidence, (*parts, self.retry_at, self.hint, self.rule, self.lock_seconds, self.attempts))
