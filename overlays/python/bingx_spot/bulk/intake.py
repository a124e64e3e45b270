"""Take the rows of an input into a journal, or hold them against those that it has."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from bingx_spot.bulk.entry import WAITING
from bingx_spot.bulk.item import CancelRequest
from bingx_spot.bulk.rows import BadRow, Row
from bingx_spot.bulk.store import JournalError, Store

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
