"""The tree of errors: what went wrong, and what it says of the order.

::

    BingxError
    ├── InvalidInput             nothing was sent: a parameter or a setting is not allowed
    ├── CredentialsError         nothing was sent: API key or secret missing, unreadable or exposed
    ├── RunStopped               a run of many cancels met an error that would hit every order
    └── CallError                a call was under way; carries the evidence
        ├── NotExecuted          the exchange surely did not act on it
        │   ├── NotSent          no exchange was reached
        │   ├── StillOpen        every attempt failed, and the order was open afterwards
        │   └── Refused          the exchange answered no
        │       ├── AuthenticationError
        │       ├── PermissionDenied
        │       ├── ClockError
        │       ├── RateLimited
        │       └── OrderNotOpen
        └── OutcomeUnknown       nobody can know from this answer whether it took effect
            └── UnknownCode      an error code that the error table does not list

An error's text never holds the API key, the secret or a signature.
"""

from typing import TYPE_CHECKING, Self

# By these names type checkers let them be imported from here as well.
from bingx_spot.evidence import Attempt as Attempt
from bingx_spot.evidence import Evidence as Evidence
from bingx_spot.evidence import SentRequest as SentRequest

if TYPE_CHECKING:
    from bingx_spot.order import Order

_SHOWN_LENGTH = 80


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


class RunStopped(BingxError):
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
        evidence: What is known of the call.
    """

    def __init__(self, evidence: Evidence) -> None:
        super().__init__(evidence)
        self.evidence = evidence

    def with_evidence(self, evidence: Evidence) -> Self:
        """Return the same error with other evidence."""
        # As pickle does: what a subclass takes beyond the evidence stands in `args` after it.
        return type(self)(evidence, *self.args[1:])

    @property
    def code(self) -> int | str | None:
        """Return the exchange's error code as it came, or None where there was none."""
        return self.evidence.code

    @property
    def message(self) -> str:
        """Return the exchange's text as it came, or what happened instead of an answer."""
        return self.evidence.message

    @property
    def http_status(self) -> int | None:
        """Return the HTTP status, or None where no answer came."""
        return self.evidence.http_status

    @property
    def request(self) -> SentRequest | None:
        """Return the request without its secrets, or None where none was made."""
        return self.evidence.request

    @property
    def attempts(self) -> tuple[Attempt, ...]:
        """Return every attempt that the call made, in order."""
        return self.evidence.attempts

    @property
    def hint(self) -> str:
        """Return what a person can do about it."""
        return self.evidence.hint

    def __str__(self) -> str:
        facts = [f"code {self.code}"] if self.code is not None else []
        facts += [f"HTTP {self.http_status}"] if self.http_status is not None else []
        text = f"{self.message} ({', '.join(facts)})" if facts else self.message
        return f"{text}. {self.hint}" if self.hint else text


class NotExecuted(CallError):
    """Say that the exchange surely did not act on the request."""


class NotSent(NotExecuted):
    """Say that no exchange was reached: refused connection, DNS, TLS, or a closed client."""


class Refused(NotExecuted):
    """Say that the exchange answered no; the order is untouched."""


class AuthenticationError(Refused):
    """Say that the API key or the signature was not accepted."""


class PermissionDenied(Refused):
    """Say that the API key may not do this, or not from this IP address."""


class ClockError(Refused):
    """Say that the timestamp was too far from the exchange's time."""


class RateLimited(Refused):
    """Say that a limit was passed, or would be passed before the time is up."""

    @property
    def retry_at(self) -> int | None:
        """Return when the exchange will listen again, in Unix milliseconds, where it said so."""
        return self.evidence.retry_at


class OrderNotOpen(Refused):
    """Say that the order is filled, was cancelled earlier, or never existed.

    The exchange gives the three cases one and the same text, so it was asked what the order is now.

    Args:
        evidence: What is known of the call.
        order: The order as the exchange states it now (`FILLED`, `CANCELED`, ...), or None where it knows
            no such order, or did not say in time; `message` tells which.
    """

    def __init__(self, evidence: Evidence, order: "Order | None" = None) -> None:
        super().__init__(evidence)
        self.args = (evidence, order)
        self.order = order


class StillOpen(NotExecuted):
    """Say that every attempt failed, and that the order was still open when it was asked for afterwards.

    Args:
        evidence: What is known of the call.
        order: The order as the exchange stated it last.
    """

    def __init__(self, evidence: Evidence, order: "Order") -> None:
        super().__init__(evidence)
        self.args = (evidence, order)
        self.order = order


class OutcomeUnknown(CallError):
    """Say that nobody can know from what came back whether the request took effect.

    For a cancel: query the order, or cancel again; a second cancel cannot cancel anything else.
    """


class UnknownCode(OutcomeUnknown):
    """Say that the exchange gave an error code that the error table does not list."""
