"""The exceptions of this package.

::

    BingxError
    ├── InvalidInput                 nothing was sent: an argument or an option is not allowed
    ├── CredentialsError             nothing was sent: API key or secret missing, unreadable or exposed
    ├── BulkRunAborted               a bulk run met an error that would hit every order
    └── CallError                    a call failed; carries `details`
        ├── NotExecuted              no request of this call took effect, or can take effect later
        │   ├── NotSent              the exchange was not reached
        │   ├── StillOpen            the order is open; carries `order`
        │   └── RequestRejected      the exchange rejected the request
        │       ├── AuthenticationError
        │       ├── PermissionDenied
        │       ├── ClockError
        │       ├── RateLimited
        │       ├── OrderNotFound    the exchange finds no order by this id
        │       └── OrderNotOpen     the order is not open; its state could not be learnt
        │           ├── OrderFilled              carries `order`
        │           ├── OrderAlreadyCanceled     carries `order`
        │           └── OrderFailed              carries `order`
        └── OutcomeUnknown           a request may have taken effect, and it could not be learnt in time
            └── UnknownErrorCode     an error code that the error table does not list

No exception's text holds the API key, the secret or a signature.
"""

from typing import Self

from bingx_spot.error_details import Attempt, ErrorDetails, RequestInfo
from bingx_spot.models import Order
from bingx_spot.visible_text import visible

_MAXIMUM_REPR = 80


def shown(value: object) -> str:
    """Return the beginning of a value's `repr`, for an error text."""
    try:
        text = repr(value)
    except Exception:  # noqa: BLE001 - an int past Python's digit limit has no repr; an object's own may fail
        return f"a value of type {type(value).__name__}"
    return visible(text if len(text) <= _MAXIMUM_REPR else f"{text[:_MAXIMUM_REPR]}...")


class BingxError(Exception):
    """Base class of every exception that this package raises. In its text, every character is visible."""

    def __str__(self) -> str:
        return visible(self._text())

    def _text(self) -> str:
        return super().__str__()


class InvalidInput(BingxError, ValueError):
    """An argument or an option is not allowed; nothing was sent.

    Args:
        field: The argument's name as the caller wrote it, such as `order_id`.
        reason: What is wrong with it.
        allowed: What is allowed.
    """

    def __init__(self, field: str, reason: str, allowed: str) -> None:
        super().__init__(field, reason, allowed)
        self.field = field
        self.reason = reason
        self.allowed = allowed

    def _text(self) -> str:
        # "Did you mean BTC-USDT?" ends its sentence.
        allowed = " Allowed" if self.reason.endswith("?") else "; allowed"
        return f"{self.field} {self.reason}{allowed}: {self.allowed}"


class CredentialsError(BingxError):
    """The API key or the secret is missing, unreadable or exposed; nothing was sent."""


class BulkRunAborted(BingxError):
    """A bulk run met an error that would hit every order, and stopped.

    The run has returned every result before. Orders that it had not taken yet are unaffected. `error` is what
    stopped it.
    """

    def __init__(self, error: "CallError") -> None:
        super().__init__(error)
        self.error = error

    def _text(self) -> str:
        return f"stopped by {type(self.error).__name__}, which would hit every order: {self.error}"


class CallError(BingxError):
    """Base class of the errors of a call.

    Attributes:
        details: Everything that is known of the call.
        code: The exchange's error code as received, or None where there was none.
        message: The exchange's own text, or what happened instead of a response.
        http_status: The HTTP status, or None where there was no response.
        request: The request without its secrets, or None where none was made.
        attempts: Every attempt of the call, in order.
        hint: What a person can do about it.
    """

    def __init__(self, details: ErrorDetails) -> None:
        super().__init__(details)
        self.details = details
        self.code: int | str | None = details.code
        self.message: str = details.message
        self.http_status: int | None = details.http_status
        self.request: RequestInfo | None = details.request
        self.attempts: tuple[Attempt, ...] = details.attempts
        self.hint: str = details.hint

    def with_details(self, details: ErrorDetails) -> Self:
        """Return the same error with other details."""
        # As pickle does: what a subclass takes beyond the details stands in `args` after them.
        return type(self)(details, *self.args[1:])

    def __repr__(self) -> str:
        # One line of a terminal; str() has it all.
        text = f"{type(self).__name__}: {self}"
        return f"<{text if len(text) < _MAXIMUM_REPR else f'{text[: _MAXIMUM_REPR - 5]}...'}>"

    def _text(self) -> str:
        facts = [f"code {self.code}"] if self.code is not None else []
        facts += [f"HTTP {self.http_status}"] if self.http_status is not None else []
        message = self.message.strip()  # the exchange puts spaces before some
        text = f"{message} ({', '.join(facts)})" if facts else message
        if self.details.summary:
            # Whose words they are: the exchange's beside an error code; else a gateway's, or this machine's.
            own = self.code in (None, 0, "0")
            text = f"{text[:1].upper()}{text[1:]}" if own else f"The exchange said: {text}"
        sentences = [self.details.summary, f"{text}." if self.hint else text, self.hint]
        return " ".join(sentence for sentence in sentences if sentence)


class NotExecuted(CallError):
    """No request of this call took effect, or can take effect later."""


class NotSent(NotExecuted):
    """The exchange was not reached: connection refused, DNS, TLS, no time left, or a closed client."""


class StillOpen(NotExecuted):
    """The order is open, and no request of this call can take effect any more; `order` is its last state."""

    def __init__(self, details: ErrorDetails, order: Order) -> None:
        super().__init__(details)
        self.args = (details, order)
        self.order = order


class RequestRejected(NotExecuted):
    """The exchange rejected the request; the order is unaffected."""


class AuthenticationError(RequestRejected):
    """The exchange did not accept the API key or the signature."""


class PermissionDenied(RequestRejected):
    """The API key may not do this, or not from this IP address."""


class ClockError(RequestRejected):
    """The timestamp was too far from the exchange's time."""


class RateLimited(RequestRejected):
    """A rate limit was passed, or would be passed before the deadline."""

    @property
    def retry_at(self) -> int | None:
        """Return when the exchange accepts requests again, in Unix milliseconds, where that is known."""
        return self.details.retry_at


class OrderNotFound(RequestRejected):
    """The exchange finds no order by this id, or finds it under another trading pair.

    An order is found by its client order id for two hours only, and a new order is not found at once. So a
    client order id that is not found does not prove that there is no open order.
    """


class OrderNotOpen(RequestRejected):
    """The order is not open, and no request of this call cancelled it.

    This class itself is raised where the order's state could not be learnt before the deadline, with None as
    `order`; the subclasses say what the order is, and `order` is its state.
    """

    def __init__(self, details: ErrorDetails, order: Order | None = None) -> None:
        super().__init__(details)
        self.args = (details, order)
        self.order = order


class OrderFilled(OrderNotOpen):
    """The order is filled; `order` has the amounts."""


class OrderAlreadyCanceled(OrderNotOpen):
    """The order was cancelled before, and not by this call; `order` has what was executed of it."""


class OrderFailed(OrderNotOpen):
    """The order failed or expired; `order` has its status."""


class OutcomeUnknown(CallError):
    """A request of this call may have taken effect, and it could not be learnt in time whether it did.

    For a cancel: query the order later, or cancel it again. By order id, a second cancel cannot cancel
    another order.
    """


class UnknownErrorCode(OutcomeUnknown):
    """The exchange gave an error code that the error table does not list."""
