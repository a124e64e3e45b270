"""Outcome of one cancel: the word for it, and the result of one order of a bulk run."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from bingx_spot import exceptions
from bingx_spot.bulk.items import CancelRequest
from bingx_spot.exceptions import BingxError, CallError
from bingx_spot.models import Order

_ACCOUNT_ERRORS = (exceptions.AuthenticationError, exceptions.PermissionDenied, exceptions.ClockError)
# Rows of the error table that are about the account or about how requests arrive, and not about the order. A
# parameter that is "missing" was signed and sent: the server looks for it elsewhere.
_ACCOUNT_RULES = frozenset(
    {
        "parameter-missing",
        "account-abnormal",
        "risk-control",
        "no-such-path",
        "http-bad-request",
        "gateway-refused-code",
        "http-not-found",
        "http-media-type",
    }
)


#: In place of a rule of the error table: the run was stopped before anything was sent for the order.
STOPPED = "run-stopped"


class CancelOutcome(StrEnum):
    """How the cancel of one order ended; the same words in a bulk run, its journal and `--json`."""

    CANCELLED = "cancelled", "the exchange says that it cancelled the order"
    FILLED = "filled", "nothing was left to cancel"
    ALREADY_CANCELED = "already_canceled", "cancelled before, and not by this call"
    FAILED = "failed", "failed or expired; nothing was left to cancel"
    NOT_OPEN = "not_open", "not open; the state could not be learnt in time"
    NOT_FOUND = "not_found", "the exchange finds no order by this id"
    STILL_OPEN = "still_open", "open; no request can take effect any more"
    UNAFFECTED = "unaffected", "the request was rejected or not sent"
    UNKNOWN = "unknown", "may be cancelled; it could not be learnt in time"

    meaning: str

    def __new__(cls, word: str, meaning: str) -> Self:
        """Create a member from its word and what it means."""
        member = str.__new__(cls, word)
        member._value_, member.meaning = word, meaning
        return member

    @property
    def is_final(self) -> bool:
        """Return whether time cannot change it, so that there is no reason to ask again."""
        return self.value in ("cancelled", "filled", "already_canceled", "failed")


# The first class that the error is an instance of: subclasses stand before their bases.
_OUTCOMES: tuple[tuple[type[BingxError], CancelOutcome], ...] = (
    (exceptions.OrderFilled, CancelOutcome.FILLED),
    (exceptions.OrderAlreadyCanceled, CancelOutcome.ALREADY_CANCELED),
    (exceptions.OrderFailed, CancelOutcome.FAILED),
    (exceptions.OrderNotOpen, CancelOutcome.NOT_OPEN),
    (exceptions.OrderNotFound, CancelOutcome.NOT_FOUND),
    (exceptions.StillOpen, CancelOutcome.STILL_OPEN),
    (exceptions.OutcomeUnknown, CancelOutcome.UNKNOWN),
    (exceptions.NotExecuted, CancelOutcome.UNAFFECTED),
    (exceptions.InvalidInput, CancelOutcome.UNAFFECTED),
)


def outcome_of(error: BingxError) -> CancelOutcome:
    """Return the outcome of a cancel that raised this error."""
    matching = (outcome for kind, outcome in _OUTCOMES if isinstance(error, kind))
    # A kind of error that this table does not know proves nothing.
    return next(matching, CancelOutcome.UNKNOWN)


def order_of(error: BingxError) -> Order | None:
    """Return the order that an error carries, or None."""
    return error.order if isinstance(error, exceptions.OrderNotOpen | exceptions.StillOpen) else None


def affects_every_order(error: CallError) -> bool:
    """Return whether an error is not about its order, so that the next order would meet it too.

    Rate limits are not among them: they end by themselves, and whether a ban is meant the caller knows.
    """
    is_rejected = isinstance(error, exceptions.RequestRejected)
    return isinstance(error, _ACCOUNT_ERRORS) or (is_rejected and error.details.rule in _ACCOUNT_RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelResult:
    """How the cancel of one order of a bulk run ended.

    Attributes:
        position: The position of the item in the iterable, from 0; results are yielded as they are known.
        item: The item as it was passed.
        outcome: How the cancel ended.
        request: The order to cancel, or None where the item is not allowed.
        order: The order as the exchange stated it last, or None where it did not.
        error: The error that `cancel_order` would have raised, or None where the order is cancelled.
    """

    position: int
    item: object
    outcome: CancelOutcome
    request: CancelRequest | None = None
    order: Order | None = None
    error: BingxError | None = None

    @property
    def cancelled(self) -> bool:
        """Return whether the exchange says that it cancelled the order."""
        return self.outcome is CancelOutcome.CANCELLED

    @classmethod
    def from_error(
        cls, position: int, request: CancelRequest | None, item: object, error: BingxError
    ) -> Self:
        """Return the result of a cancel that raised an error; the arguments are the attributes."""
        outcome, order = outcome_of(error), order_of(error)
        return cls(position=position, item=item, outcome=outcome, request=request, order=order, error=error)
