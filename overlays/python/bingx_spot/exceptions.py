"""The tree of errors: what went wrong, and what it says of the order.

::

    BingxError
    ├── InvalidInput             nothing was sent: a parameter or a setting is not allowed
    ├── CredentialsError         nothing was sent: API key or secret missing, unreadable or exposed
    ├── BulkRunAborted               a run of many cancels met an error that would hit every order
    └── CallError                a call was under way; carries the evidence
        ├── NotExecuted          the exchange surely did not act on it
        │   ├── NotSent          no exchange was reached
        │   ├── StillOpen        every attempt failed, and the order was open afterwards
        │   └── RequestRejected          the exchange answered no
        │       ├── AuthenticationError
        │       ├── PermissionDenied
        │       ├── ClockError
        │       ├── RateLimited
        │       └── OrderNotOpen
        └── OutcomeUnknown       nobody can know from this answer whether it took effect
            └── UnknownErrorCode      an error code that the error table does not list

An error's text never holds the API key, the secret or a signature.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Self

from bingx_spot.models import Order, Response

_SHOWN_LENGTH = 80
_KEPT_BODY = 65536


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
class RequestInfo:
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
        return (RequestInfo, parts)


@dataclass(frozen=True, slots=True)
class ErrorDetails:
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
    request: RequestInfo | None = None
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    retry_at: int | None = None
    hint: str = ""
    rule: str = ""
    lock_seconds: int | None = None
    attempts: tuple[Attempt, ...] = ()

    @classmethod
    def of(cls, response: Response, message: str, **more: Any) -> "ErrorDetails":
        """Return the details of a response.

        Args:
            response: As it came, secrets redacted.
            message: The exchange's text, or what is wrong with the response.
            **more: Further fields.
        """
        body = response.body[:_KEPT_BODY]
        return cls(message, http_status=response.http_status, body=body, headers=response.headers, **more)

    def __reduce__(self) -> tuple[object, ...]:
        parts = (self.message, self.code, self.http_status, self.request, self.body, dict(self.headers))
        return (ErrorDetails, (*parts, self.retry_at, self.hint, self.rule, self.lock_seconds, self.attempts))


def shown(value: object) -> str:
    """Return a refused value as an error's text shows it: the beginning of its `repr`.

    Args:
        value: Anything that a caller may have passed.
    """
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - an int past Python's digit limit has no repr; an object's own may fail
        return f"a value of type {type(value).__name__}"
    return text if len(text) <= _SHOWN_LENGTH else f"{text[:_SHOWN_LENGTH]}..."


class BingxError(Exception):
    """Be the base of every error that this package raises."""


class InvalidInput(BingxError, ValueError):
    """Say that a parameter or a setting is not allowed; nothing was sent.

    Args:
        field: The parameter's name as the caller wrote it, `order_id` for example.
        reason: What is wrong with it.
        allowed: What would be right.
    """

    def __init__(self, field: str, reason: str, allowed: str) -> None:
        super().__init__(field, reason, allowed)
        self.field = field
        self.reason = reason
        self.allowed = allowed

    def __str__(self) -> str:
        return f"{self.field} {self.reason}; allowed: {self.allowed}"


class CredentialsError(BingxError):
    """Say that the API key or the secret is missing, unreadable or exposed; nothing was sent."""


class BulkRunAborted(BingxError):
    """Say that a run of many cancels was stopped by an error that would hit every order.

    Every result so far was handed over before; the orders that were not taken are untouched.

    Args:
        error: What stopped it.
    """

    def __init__(self, error: "CallError") -> None:
        super().__init__(error)
        self.error = error

    def __str__(self) -> str:
        return f"stopped by {type(self.error).__name__}, which would hit every order: {self.error}"


class CallError(BingxError):
    """Be the base of the errors of a call that was under way.

    Args:
        details: What is known of the call.
    """

    def __init__(self, details: ErrorDetails) -> None:
        super().__init__(details)
        self.details = details

    def with_details(self, details: ErrorDetails) -> Self:
        """Return the same error with other details."""
        # As pickle does: what a subclass takes beyond the evidence stands in `args` after it.
        return type(self)(details, *self.args[1:])

    @property
    def code(self) -> int | str | None:
        """Return the exchange's error code as it came, or None where there was none."""
        return self.details.code

    @property
    def message(self) -> str:
        """Return the exchange's text as it came, or what happened instead of an answer."""
        return self.details.message

    @property
    def http_status(self) -> int | None:
        """Return the HTTP status, or None where no answer came."""
        return self.details.http_status

    @property
    def request(self) -> RequestInfo | None:
        """Return the request without its secrets, or None where none was made."""
        return self.details.request

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Return every attempt that the call made, in order."""
        return self.details.attempts

    @property
    def hint(self) -> str:
        """Return what a person can do about it."""
        return self.details.hint

    def __str__(self) -> str:
        facts = [f"code {self.code}"] if self.code is not None else []
        facts += [f"HTTP {self.http_status}"] if self.http_status is not None else []
        text = f"{self.message} ({', '.join(facts)})" if facts else self.message
        return f"{text}. {self.hint}" if self.hint else text


class NotExecuted(CallError):
    """Say that the exchange surely did not act on the request."""


class NotSent(NotExecuted):
    """Say that no exchange was reached: refused connection, DNS, TLS, or a closed client."""


class RequestRejected(NotExecuted):
    """Say that the exchange answered no; the order is untouched."""


class AuthenticationError(RequestRejected):
    """Say that the API key or the signature was not accepted."""


class PermissionDenied(RequestRejected):
    """Say that the API key may not do this, or not from this IP address."""


class ClockError(RequestRejected):
    """Say that the timestamp was too far from the exchange's time."""


class RateLimited(RequestRejected):
    """Say that a limit was passed, or would be passed before the time is up."""

    @property
    def retry_at(self) -> int | None:
        """Return when the exchange will listen again, in Unix milliseconds, where it said so."""
        return self.details.retry_at


class OrderNotOpen(RequestRejected):
    """Say that the order is filled, was cancelled earlier, or never existed.

    The exchange gives the three cases one and the same text, so it was asked what the order is now.

    Args:
        details: What is known of the call.
        order: The order as the exchange states it now (`FILLED`, `CANCELED`, ...), or None where it knows
            no such order, or did not say in time; `message` tells which.
    """

    def __init__(self, details: ErrorDetails, order: Order | None = None) -> None:
        super().__init__(details)
        self.args = (details, order)
        self.order = order


class OrderFilled(OrderNotOpen):
    """The order is filled; `order` has the amounts."""

    order: Order

    def __init__(self, details: ErrorDetails, order: Order) -> None:
        super().__init__(details, order)


class OrderAlreadyCanceled(OrderNotOpen):
    """The order was canceled before, and not by this call; `order` has what was executed of it."""

    order: Order

    def __init__(self, details: ErrorDetails, order: Order) -> None:
        super().__init__(details, order)


class OrderFailed(OrderNotOpen):
    """The order failed or expired; `order` has its status."""

    order: Order

    def __init__(self, details: ErrorDetails, order: Order) -> None:
        super().__init__(details, order)


class OrderNotFound(RequestRejected):
    """The exchange finds no order by this id.

    An order is found by its client order id for two hours only, and a new order is not found at once. So a
    client order id that is not found does not prove that there is no open order.
    """


class StillOpen(NotExecuted):
    """Say that every attempt failed, and that the order was still open when it was asked for afterwards.

    Args:
        details: What is known of the call.
        order: The order as the exchange stated it last.
    """

    def __init__(self, details: ErrorDetails, order: Order) -> None:
        super().__init__(details)
        self.args = (details, order)
        self.order = order


class OutcomeUnknown(CallError):
    """Say that nobody can know from what came back whether the request took effect.

    For a cancel: query the order, or cancel again; a second cancel cannot cancel anything else.
    """


class UnknownErrorCode(OutcomeUnknown):
    """Say that the exchange gave an error code that the error table does not list."""
