"""The errors that the sandbox raises at the people who run it and place orders in it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class SandboxError(Exception):
    """Says what the sandbox was asked for and cannot do.

    Attributes:
        field: The name of the field that is wrong, or None where no single field is.
        reason: What is wrong with it, without its name.
    """

    def __init__(self, message: str, *, field: str | None = None) -> None:
        super().__init__(f"{field}: {message}" if field else message)
        self.field = field
        self.reason = message


class UnreadableParameters(SandboxError):
    """Says why a body or a query string holds no parameters that can be read."""


class OrderNotFound(SandboxError):
    """Says that the book holds no such order."""


class OrderNotOpen(SandboxError):
    """Says that the order is filled, cancelled or failed, so that nothing can happen to it any more."""


class OrderRestricted(SandboxError):
    """Says that the order is open, but in another status than `cancelRestrictions` allows."""


@contextmanager
def naming_place(place: str) -> Iterator[None]:
    """Let the errors of a part of something larger name its place first, such as `faults[0].status`."""
    try:
        yield
    except SandboxError as wrong:
        field = f"{place}.{wrong.field}" if wrong.field else place
        raise SandboxError(wrong.reason, field=field) from None
