"""Say how the cancel of one order of a run ended."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from bingx_spot.bulk.items import CancelRequest
from bingx_spot.exceptions import (
    AuthenticationError,
    BingxError,
    CallError,
    ClockError,
    InvalidInput,
    NotSent,
    OrderNotOpen,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    RequestRejected,
    StillOpen,
)
from bingx_spot.models import Order

# Of the error table: refusals that are about the account, or about how requests arrive, and not about the
# order. A parameter that is missing was signed and sent: the server looks for it elsewhere.
_OF_EVERY_ORDER = frozenset(
    {
        "parameter-missing",
        "account-abnormal",
        "risk-control",
        "no-such-path",
        "http-bad-request",
        "http-not-found",
    }
)


class CancelOutcome(StrEnum):
    """Tell in a word how the cancel of one order ended."""

    CANCELLED = "cancelled"
    """The exchange says that it is cancelled."""
    NOT_OPEN = "not open"
    """It is filled, was cancelled earlier, or never existed."""
    REFUSED = "refused"
    """The exchange refused to cancel this very order, and it is untouched."""
    UNTOUCHED = "untouched"
    """It is surely untouched, for no reason of its own: it was not sent, or no try went through."""
    UNKNOWN = "unknown"
    """Nobody can know whether it was cancelled; ask for it, or cancel it again."""
    INVALID = "invalid"
    """It was not asked for in a way that can be sent; nothing was sent."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelResult:
    """Hold how the cancel of one order of a run ended.

    Attributes:
        position: The place of the item in the iterable, from 0; results come in the order in which they
            are known.
        item: The item as it was given.
        outcome: How it ended, in a word.
        request: What was asked, or None where the item is invalid.
        order: The order as the exchange stated it last, or None where it did not.
        error: What `cancel_order` would have raised, or None where the order is cancelled.
    """

    position: int
    item: object
    outcome: CancelOutcome
    request: CancelRequest | None = None
    order: Order | None = None
    error: BingxError | None = None

    @property
    def cancelled(self) -> bool:
        """Tell whether the exchange says that the order is cancelled."""
        return self.outcome is CancelOutcome.CANCELLED

    @classmethod
    def failed(cls, position: int, request: CancelRequest, item: object, error: CallError) -> Self:
        """Return the result of a cancel that raised.

        Args:
            position: The place of the item.
            request: What was asked.
            item: The item as it was given.
            error: What was raised.
        """
        order = error.order if isinstance(error, OrderNotOpen | StillOpen) else None
        return cls(
            position=position,
            item=item,
            outcome=outcome_of(error),
            request=request,
            order=order,
            error=error,
        )

    @classmethod
    def invalid(cls, position: int, item: object, problem: InvalidInput) -> Self:
        """Return the result of an item that cannot be sent.

        Args:
            position: The place of the item.
            item: The item as it was given.
            problem: What is wrong with it.
        """
        named = InvalidInput(f"[{position}].{problem.field}", problem.reason, problem.allowed)
        return cls(position=position, item=item, outcome=CancelOutcome.INVALID, error=named)


def outcome_of(error: CallError) -> CancelOutcome:
    """Return the word for an error of a cancel.

    Args:
        error: What the cancel raised.
    """
    if isinstance(error, OutcomeUnknown):
        return CancelOutcome.UNKNOWN
    if isinstance(error, OrderNotOpen):
        return CancelOutcome.NOT_OPEN
    if isinstance(error, NotSent | StillOpen | RateLimited) or hits_every_order(error):
        return CancelOutcome.UNTOUCHED
    return CancelOutcome.REFUSED


def hits_every_order(error: CallError) -> bool:
    """Tell whether an error is not about its order, so that the next order would meet it too.

    A limit is not among these, for it ends by itself; whether a ban is meant depends on what else is known.

    Args:
        error: What a cancel raised.
    """
    if isinstance(error, AuthenticationError | PermissionDenied | ClockError):
        return True
    return isinstance(error, RequestRejected) and error.details.rule in _OF_EVERY_ORDER
