"""How `cancel_all` ended: nothing is open, some orders are, or it is unknown; how every order ended."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from bingx_spot.bulk.result import CancelOutcome, CancelResult
from bingx_spot.error_details import ErrorDetails
from bingx_spot.exceptions import CallError, OutcomeUnknown, StillOpen
from bingx_spot.models import Order

_HINT = "Call cancel_all again; `result.results` has the ending of every order."


class CancelAllOutcome(StrEnum):
    """What is known to be open at the end of `cancel_all`; the same words in `--json`."""

    NOTHING_OPEN = "nothing_open"
    """The list of open orders is empty, and it is too young to be out of date."""
    OPEN = "open"
    """These orders are open, and no request of this call can take effect any more."""
    UNKNOWN = "unknown"
    """Neither could be learnt in time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CancelAllResult:
    """How `cancel_all` ended.

    Attributes:
        symbol: The trading pair, or None for all pairs.
        outcome: What is known to be open now.
        results: The ending of every order that was seen, as in a bulk run; `item` is the order as it was
            seen first. `cancelled` says that it is cancelled, whoever did it.
        error: The last error of a request, or None where all succeeded.
    """

    symbol: str | None
    outcome: CancelAllOutcome
    results: tuple[CancelResult, ...]
    error: CallError | None = None

    @property
    def nothing_open(self) -> bool:
        """Return whether it is proven that nothing is open."""
        return self.outcome is CancelAllOutcome.NOTHING_OPEN

    @property
    def still_open(self) -> tuple[Order, ...]:
        """Return the orders that are open, as the exchange stated them last."""
        open_now = (result for result in self.results if result.outcome is CancelOutcome.STILL_OPEN)
        return tuple(result.order for result in open_now if result.order is not None)

    def check(self) -> Self:
        """Return this result if nothing is open.

        Raises:
            StillOpen: Orders are open; the error carries the first of them.
            OutcomeUnknown: It is not known whether any order is open.
        """
        attempts = () if self.error is None else self.error.attempts
        if self.outcome is CancelAllOutcome.OPEN:
            message = f"{len(self.still_open)} orders are still open"
            raise StillOpen(ErrorDetails(message, hint=_HINT, attempts=attempts), self.still_open[0])
        if self.outcome is CancelAllOutcome.UNKNOWN:
            message = f"whether orders are open is unknown: {self.error or 'the time was too short'}"
            raise OutcomeUnknown(ErrorDetails(message, hint=_HINT, attempts=attempts))
        return self
