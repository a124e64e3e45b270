"""Say what a journal knows: of one order, and of all."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bingx_spot.bulk.input_rows import BadRow, Row
from bingx_spot.bulk.items import CancelRequest
from bingx_spot.bulk.journal_db import JournalError, Store
from bingx_spot.bulk.result import CancelOutcome

#: Nothing was sent for the order yet.
WAITING = "waiting"
#: A request for it may be out, or was when its run was cut off.
ASKED = "asked"
#: Every state of an order in a journal.
STATES = (WAITING, ASKED, *(outcome.value for outcome in CancelOutcome if outcome != CancelOutcome.INVALID))

#: What an order of a journal is written with: names like those of the wire, and the attributes of an entry.
WRITTEN = {
    "line": "line",
    "symbol": "symbol",
    "orderId": "order_id",
    "clientOrderID": "client_order_id",
    "cancelRestrictions": "cancel_restrictions",
    "recvWindow": "recv_window",
    "outcome": "state",
    "orderStatus": "order_status",
    "executedQty": "executed_qty",
    "statedOrderId": "stated_order_id",
    "perhapsByThisRun": "perhaps_ours",
    "asked": "asked",
    "askedAt": "asked_at",
    "endedAt": "ended_at",
    "error": "error",
    "code": "code",
    "message": "message",
    "hint": "hint",
    "attempts": "attempts",
}

_CANCELED = "CANCELED"


@dataclass(frozen=True, slots=True)
class DueOrder(CancelRequest):
    """Name an order that is to be cancelled, and the line of the input that asks for it."""

    line: int = field(default=0, kw_only=True)


@dataclass(frozen=True, slots=True)
class JournalRow:
    """Hold what a journal knows of one order; the fields are the columns of its table.

    Attributes:
        line: The line of the input, from 1.
        symbol: Trading pair.
        order_id: Order id, where it was asked for by that.
        client_order_id: Client order id, where it was asked for by that.
        cancel_restrictions: The one status in which it was to be cancelled, or None.
        recv_window: How long a request stays valid, in milliseconds, or None.
        state: `waiting`, `asked`, or how it ended.
        in_doubt: Whether a request was out once whose outcome was not learnt.
        asked: How many times it was asked for.
        asked_at: When that was first, in Unix milliseconds.
        ended_at: When its last outcome was known, in Unix milliseconds.
        stated_order_id: Its order id as the exchange states it.
        order_status: Its status as the exchange stated it last.
        executed_qty: Executed quantity as the exchange stated it last, in the base asset.
        error: The name of the error that `cancel_order` would have raised.
        code: The exchange's error code.
        message: The exchange's text, or what happened instead of an answer.
        hint: What a person can do about it.
        attempts: When, where and with what result it was asked for, as JSON.
    """

    line: int
    symbol: str
    order_id: int | None
    client_order_id: str | None
    cancel_restrictions: str | None
    recv_window: float | None
    state: str
    in_doubt: int
    asked: int
    asked_at: int | None
    ended_at: int | None
    stated_order_id: int | None
    order_status: str | None
    executed_qty: str | None
    error: str | None
    code: str | None
    message: str | None
    hint: str | None
    attempts: str | None

    @property
    def perhaps_ours(self) -> bool:
        """Tell whether it is cancelled, and nobody can know whether an earlier request of the run did it."""
        return may_be_ours(self.state, self.order_status, in_doubt=bool(self.in_doubt))

    def written(self) -> dict[str, object]:
        """Return it under the names of the wire, None where nothing is known."""
        members = {name: getattr(self, column) for name, column in WRITTEN.items()}
        attempts = None if self.attempts is None else json.loads(self.attempts)
        return {**members, "perhapsByThisRun": self.perhaps_ours or None, "attempts": attempts}


@dataclass(slots=True)
class Counts:
    """Count the orders of a journal by how they ended.

    Attributes:
        states: How many are in which state.
        statuses: How many of those that are not open have which status; None where the exchange named none.
        perhaps_ours: How many of those were perhaps cancelled by an earlier request of the run.
    """

    states: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str | None] = field(default_factory=Counter)
    perhaps_ours: int = 0

    @classmethod
    def of(cls, groups: Iterable[tuple[str, str | None, int, int]]) -> "Counts":
        """Return the counts of groups of orders.

        Args:
            groups: Of each its state, its status, whether it is in doubt, and how many there are.
        """
        counts = cls()
        for state, status, in_doubt, number in groups:
            counts.states[state] += number
            if state == CancelOutcome.NOT_OPEN:
                counts.statuses[status] += number
            if may_be_ours(state, status, in_doubt=bool(in_doubt)):
                counts.perhaps_ours += number
        return counts

    @property
    def unknown(self) -> int:
        """Return of how many nobody knows whether they are cancelled."""
        return self.states[CancelOutcome.UNKNOWN] + self.states[ASKED]

    @property
    def left(self) -> int:
        """Return how many are surely untouched, and are asked for when the run goes on."""
        return self.states[WAITING] + self.states[CancelOutcome.UNTOUCHED]

    @property
    def total(self) -> int:
        """Return how many there are."""
        return self.states.total()

    def not_open(self) -> Mapping[str, int]:
        """Return in words what those are that are not open, and how many."""
        words = {"FILLED": "filled", _CANCELED: "cancelled earlier", None: "of unknown status"}
        return {words.get(status, str(status)): number for status, number in self.statuses.most_common()}


def may_be_ours(state: str, status: str | None, *, in_doubt: bool) -> bool:
    """Tell whether an order that is not open may have been cancelled by an earlier request of the run.

    Args:
        state: How it ended.
        status: Its status as the exchange states it.
        in_doubt: Whether a request was out for it whose outcome was not learnt.
    """
    return state == CancelOutcome.NOT_OPEN and in_doubt and status in (_CANCELED, None)


_ADD = """
INSERT OR IGNORE INTO orders
    (line, symbol, order_id, client_order_id, cancel_restrictions, recv_window, state, in_doubt, asked)
    VALUES (?, ?, ?, ?, ?, ?, ?, 0, 0)
"""
_BY_ORDER_ID = "SELECT line, cancel_restrictions, recv_window FROM orders WHERE order_id = ? AND symbol = ?"
_BY_CLIENT_ORDER_ID = """
SELECT line, cancel_restrictions, recv_window FROM orders WHERE client_order_id = ? AND symbol = ?
"""


@dataclass(frozen=True, slots=True)
class Duplicate:
    """Say that a row names an order again; it is cancelled once.

    Attributes:
        line: The row's line.
        first: The line that named the order first.
    """

    line: int
    first: int


class Intake:
    """Take in rows.

    Args:
        store: Where they go.
        is_new: Whether it has none yet; else the rows must be those that it has.
    """

    def __init__(self, store: Store, *, is_new: bool) -> None:
        self._store = store
        self._is_new = is_new
        self._same = 0

    def problems(self, rows: Iterable[Row | BadRow]) -> Iterator[BadRow | Duplicate]:
        """Take in each row, and yield those that cannot be, as they are met.

        Args:
            rows: The input.

        Raises:
            JournalError: They cannot be written, or are not the rows that the journal was made for.
        """
        for row in rows:
            problem = row if isinstance(row, BadRow) else self._problem(row)
            if problem is not None:
                yield problem
        [total] = self._store.run("SELECT count(*) FROM orders").fetchone()
        if not self._is_new and self._same != total:
            text = f"was made for another input: it has {total} orders, and this has {self._same} of them"
            raise JournalError(f"{self._store.name} {text}")

    def _problem(self, row: Row) -> BadRow | Duplicate | None:
        if self._is_new and self._added(row):
            return None
        first, is_equal = self._known(row)
        if first < row.line:
            return Duplicate(row.line, first) if is_equal else _contradicted(row.line, first)
        if first > row.line or not is_equal:
            raise self._other_input(row.line)
        self._same += 1
        return None

    def _added(self, row: Row) -> bool:
        request = row.request
        named = (request.symbol, request.order_id, request.client_order_id)
        return self._store.run(_ADD, row.line, *named, *_conditions(request), WAITING).rowcount == 1

    def _known(self, row: Row) -> tuple[int, bool]:
        """Return the line that names the row's order, and whether it asks for the same."""
        request = row.request
        if request.order_id is None:
            found = self._store.run(_BY_CLIENT_ORDER_ID, request.client_order_id, request.symbol)
        else:
            found = self._store.run(_BY_ORDER_ID, request.order_id, request.symbol)
        for line, *conditions in found:
            return line, tuple(conditions) == _conditions(request)
        raise self._other_input(row.line)

    def _other_input(self, line: int) -> JournalError:
        text = f"was made for another input: it does not have line {line} of this one"
        return JournalError(f"{self._store.name} {text}")


def _contradicted(line: int, first: int) -> BadRow:
    reason = f"the row names the order of line {first} again, with other conditions"
    return BadRow(line, f"{reason}; allowed: one row an order")


def _conditions(request: CancelRequest) -> tuple[str | None, float | None]:
    restriction = request.cancel_restrictions
    return None if restriction is None else str(restriction), request.recv_window
