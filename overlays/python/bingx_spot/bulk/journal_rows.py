"""Content of a journal: one row for each order, the counts of all rows, and how rows are imported."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from bingx_spot.bulk.input_rows import BadRow, Row
from bingx_spot.bulk.items import CancelRequest
from bingx_spot.bulk.journal_db import JournalDatabase, JournalError
from bingx_spot.bulk.result import CancelOutcome

#: Nothing was sent for the order yet.
WAITING = "waiting"
#: A request for the order may be in flight, or was when its run was killed.
IN_FLIGHT = "in_flight"
#: Every outcome that a journal may show for an order.
OUTCOMES = (WAITING, IN_FLIGHT, *(outcome.value for outcome in CancelOutcome))
#: Outcomes that can change with time: a run that goes on tries these orders again.
RETRIED = (WAITING, *(outcome.value for outcome in CancelOutcome if not outcome.is_final))

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
_INSERT = """
INSERT OR IGNORE INTO orders
    (line, symbol, order_id, client_order_id, cancel_restrictions, recv_window, state,
    in_flight, in_doubt, calls)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0, 0)
"""
_FIND_ORDER_ID = "SELECT line, cancel_restrictions, recv_window FROM orders WHERE order_id = ? AND symbol = ?"
_FIND_CLIENT_ORDER_ID = """
SELECT line, cancel_restrictions, recv_window FROM orders WHERE client_order_id = ? AND symbol = ?
"""


@dataclass(frozen=True, slots=True)
class PendingOrder(CancelRequest):
    """An order that the run cancels next, with the line of the input that names it."""

    line: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class JournalRow:
    """Everything that a journal knows of one order; the fields are the columns of its table.

    Attributes:
        line: Line of the input, from 1.
        symbol: Trading pair.
        order_id: Order id, where the input names the order by it.
        client_order_id: Client order id, where the input names the order by it.
        cancel_restrictions: The only status in which the order may be cancelled, or None.
        recv_window: How long a request stays valid, in milliseconds, or None.
        state: `waiting`, or the outcome as far as it is known.
        in_flight: Whether a request may be in flight now.
        in_doubt: Whether a request of this journal may have cancelled the order, which was never learnt.
        calls: How many cancels were begun for the order.
        started_at: When the first one began, in Unix milliseconds.
        ended_at: When the last one ended, in Unix milliseconds.
        exchange_order_id: The order id that the exchange named. Once it is known, the order is cancelled by
            it, since a client order id may be used again for a newer order.
        order_status: The order's status as the exchange stated it last.
        executed_qty: Executed quantity as the exchange stated it last, in the base asset.
        error: Name of the exception that `cancel_order` would have raised.
        code: The exchange's error code.
        message: The exchange's text, or what happened instead of a response.
        hint: What to do about it.
        attempts: When, where and with which result requests were sent, as JSON.
    """

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
        attempts = None if self.attempts is None else json.loads(self.attempts)
        return {
            **members,
            "maybeCancelledByThisRun": self.maybe_cancelled_by_us or None,
            "attempts": attempts,
        }


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
        """Return the counts of groups of orders.

        Args:
            groups: The outcome of each group, whether it is in doubt, and its number of orders.
        """
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
    def pending(self) -> int:
        """Return how many orders were not cancelled by the run, and are tried when it goes on."""
        return sum(self.outcomes[outcome] for outcome in RETRIED if outcome != CancelOutcome.UNKNOWN)


@dataclass(frozen=True, slots=True)
class DuplicateRow:
    """A row that names the order of an earlier row; the order is cancelled once.

    Attributes:
        line: The row's line.
        first: The line that named the order first.
    """

    line: int
    first: int


def import_rows(
    database: JournalDatabase, rows: Iterable[Row | BadRow], *, is_new: bool
) -> Iterator[BadRow | DuplicateRow]:
    """Import rows into a new journal, or compare them with those of an existing one.

    Args:
        database: The journal's.
        rows: The input.
        is_new: Whether the journal has no rows yet; else the input must have the same orders.

    Yields:
        Each row that is not imported, as it is met.

    Raises:
        JournalError: The rows cannot be written, or the journal was created from another input.
    """
    matching = 0
    for row in rows:
        problem = row if isinstance(row, BadRow) else _import_row(database, row, is_new=is_new)
        if problem is None:
            matching += 1
        else:
            yield problem
    [total] = database.run("SELECT count(*) FROM orders").fetchone()
    if not is_new and matching != total:
        text = f"belongs to another input: it has {total} orders, and {matching} of them are in this input"
        raise JournalError(f"{database.name} {text}")


def _import_row(database: JournalDatabase, row: Row, *, is_new: bool) -> BadRow | DuplicateRow | None:
    if is_new and _insert(database, row):
        return None
    first, is_equal = _find(database, row)
    if first < row.line:
        return DuplicateRow(row.line, first) if is_equal else _contradiction(row.line, first)
    if first > row.line or not is_equal:
        raise _other_input(database, row.line)
    return None


def _insert(database: JournalDatabase, row: Row) -> bool:
    request = row.request
    ids = (request.symbol, request.order_id, request.client_order_id)
    return database.run(_INSERT, row.line, *ids, *_conditions(request), WAITING).rowcount == 1


def _find(database: JournalDatabase, row: Row) -> tuple[int, bool]:
    """Return the line that names the row's order, and whether its conditions are the same."""
    request = row.request
    if request.order_id is None:
        found = database.run(_FIND_CLIENT_ORDER_ID, request.client_order_id, request.symbol)
    else:
        found = database.run(_FIND_ORDER_ID, request.order_id, request.symbol)
    for line, *conditions in found:
        return line, tuple(conditions) == _conditions(request)
    raise _other_input(database, row.line)


def _other_input(database: JournalDatabase, line: int) -> JournalError:
    return JournalError(f"{database.name} belongs to another input: it has no line {line} like this one")


def _contradiction(line: int, first: int) -> BadRow:
    reason = f"the row names the order of line {first} again, with other conditions"
    return BadRow(line, f"{reason}; allowed: one row an order")


def _conditions(request: CancelRequest) -> tuple[str | None, float | None]:
    restriction = request.cancel_restrictions
    return None if restriction is None else str(restriction), request.recv_window
