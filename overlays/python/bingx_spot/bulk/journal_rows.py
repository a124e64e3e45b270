"""Content of a journal: one row for each order, and the counts of all rows."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from bingx_spot.bulk.items import CancelRequest
from bingx_spot.bulk.result import CancelOutcome

WAITING = "waiting"
IN_FLIGHT = "in_flight"
#: Every outcome that a journal may show for an order, and what it means.
OUTCOMES = {
    "cancelled": "the exchange says that it cancelled the order",
    "filled": "nothing was left to cancel",
    "already_canceled": "cancelled before, and not by this call",
    "failed": "failed or expired; nothing was left to cancel",
    "not_open": "not open; the state could not be learnt in time",
    "not_found": "the exchange finds no order by this id",
    "still_open": "open; no request can take effect any more",
    "unaffected": "the request was rejected or not sent",
    "unknown": "may be cancelled; it could not be learnt in time",
    WAITING: "nothing was sent yet",
    IN_FLIGHT: "a request is in flight, or was when the run was killed",
}

#: The names in JSON and CSV, like those of the API, and the attributes of a `JournalRow`.
COLUMNS = {
    "line": "line",
    "symbol": "symbol",
    "orderId": "order_id",
    "clientOrderID": "client_order_id",
    "cancelRestrictions": "cancel_restrictions",
    "recvWindow": "recv_window",
    "outcome": "outcome",
    "orderStatus": "order_status",
    "executedQty": "executed_qty",
    "exchangeOrderId": "exchange_order_id",
    "maybeCancelledByThisRun": "maybe_cancelled_by_us",
    "calls": "calls",
    "startedAt": "started_at",
    "endedAt": "ended_at",
    "error": "error",
    "code": "code",
    "message": "message",
    "hint": "hint",
    "attempts": "attempts",
}

_MAYBE_OURS = (CancelOutcome.ALREADY_CANCELED, CancelOutcome.NOT_OPEN)


@dataclass(frozen=True, slots=True)
class PendingOrder(CancelRequest):
    """An order that the run cancels next, with the line of the input that names it."""

    line: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class JournalRow:
    """Everything that a journal knows of one order; `journal_db` describes the columns of its table."""

    line: int
    symbol: str
    order_id: int | None
    client_order_id: str | None
    cancel_restrictions: str | None
    recv_window: float | None
    state: str
    in_flight: int
    in_doubt: int
    calls: int
    started_at: int | None
    ended_at: int | None
    exchange_order_id: int | None
    order_status: str | None
    executed_qty: str | None
    error: str | None
    code: str | None
    message: str | None
    hint: str | None
    attempts: str | None

    @property
    def outcome(self) -> str:
        """Return one of `OUTCOMES`."""
        return IN_FLIGHT if self.in_flight else self.state

    @property
    def maybe_cancelled_by_us(self) -> bool:
        """Return whether an earlier request of the run may have cancelled the order."""
        return bool(self.in_doubt) and self.outcome in _MAYBE_OURS

    def to_dict(self) -> dict[str, object]:
        """Return the row under the names of JSON and CSV; None where nothing is known."""
        members = {name: getattr(self, attribute) for name, attribute in COLUMNS.items()}
        members["maybeCancelledByThisRun"] = self.maybe_cancelled_by_us or None
        members["attempts"] = self.attempts and json.loads(self.attempts)
        return members


@dataclass(slots=True)
class Counts:
    """How many orders of a journal have which outcome.

    Attributes:
        outcomes: The number of orders by outcome.
        maybe_cancelled_by_us: How many of them an earlier request of the run may have cancelled.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    maybe_cancelled_by_us: int = 0

    @classmethod
    def of(cls, groups: Iterable[tuple[str, int, int]]) -> "Counts":
        """Return the counts of groups: the outcome, whether it is in doubt, and the number of orders."""
        counts = cls()
        for outcome, in_doubt, number in groups:
            counts.outcomes[outcome] += number
            if in_doubt and outcome in _MAYBE_OURS:
                counts.maybe_cancelled_by_us += number
        return counts

    @property
    def total(self) -> int:
        """Return the number of orders."""
        return self.outcomes.total()

    @property
    def cancelled(self) -> int:
        """Return how many orders are cancelled."""
        return self.outcomes[CancelOutcome.CANCELLED]

    @property
    def unknown(self) -> int:
        """Return of how many orders it is unknown whether they are cancelled."""
        return self.outcomes[CancelOutcome.UNKNOWN] + self.outcomes[IN_FLIGHT]

    @property
    def unfinished(self) -> int:
        """Return how many orders are tried when the run goes on: their outcome can change with time."""
        return self.total - sum(self.outcomes[outcome] for outcome in CancelOutcome if outcome.is_final)


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """A row that names the order of an earlier row, and the line that named it first."""

    line: int
    first: int
