"""The errors that the sandbox raises to its users."""

from collections.abc import Iterator
from contextlib import contextmanager


class SandboxError(Exception):
    """Base class of the errors of the sandbox; also raised for a wrong argument or request.

    Attributes:
        field: The name of the wrong field; None if no single field is wrong.
        reason: What is wrong with it, without its name.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.reason = message


class UnreadableParameters(SandboxError):
    """Raised when a body or query string cannot be read as parameters."""


class OrderNotFound(SandboxError):
    """Raised when the order book has no such order."""


class OrderNotOpen(SandboxError):
    """Raised when the order is filled, cancelled or failed, and can no longer change."""


class OrderRestricted(SandboxError):
    """Raised when the order is open in another status than `cancelRestrictions` allows."""


@contextmanager
def error_location(location: str) -> Iterator[None]:
    """Prefix the field of errors with where it was found, such as `faults[0].status`."""
    try:
        yield
    except SandboxError as error:
        field = f"{location}.{error.field}" if error.field else location
        raise SandboxError(error.reason, field=field) from None
