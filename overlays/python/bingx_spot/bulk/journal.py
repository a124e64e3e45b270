"""Journal of a bulk run: which orders to cancel, which were begun, and how each ended.

The disk has it that an order is begun before its request is sent, and how it ended before anything else
happens. So whatever ends the process: an order that the journal shows as cancelled is cancelled, nothing was
sent for one that it shows as waiting, and one that it shows as in flight is in doubt and is tried again.
"""

import hashlib
import json
import secrets
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

from bingx_spot._version import __version__
from bingx_spot.bulk.input_rows import BadRow, Row
from bingx_spot.bulk.journal_db import JournalDatabase, JournalError
from bingx_spot.bulk.journal_rows import OUTCOMES, Counts, DuplicateRow, JournalRow, PendingOrder
from bingx_spot.bulk.result import CancelOutcome, CancelResult
from bingx_spot.exceptions import CallError

_INSERT = """
INSERT OR IGNORE INTO orders
    (line, symbol, order_id, client_order_id, cancel_restrictions, recv_window, state,
    in_flight, in_doubt, calls)
    VALUES (:line, :symbol, :order_id, :client_order_id, :cancel_restrictions, :recv_window, 'waiting',
    0, 0, 0)
"""
# The line that names an order, and whether its conditions are the same.
_FIND = """
SELECT line, cancel_restrictions IS :cancel_restrictions AND recv_window IS :recv_window FROM orders
    WHERE symbol = :symbol AND (order_id = :order_id OR client_order_id = :client_order_id)
"""
_RECOVER = """
UPDATE orders SET state = ?, in_doubt = 1, in_flight = 0, error = NULL, code = NULL, hint = NULL, message = ?
    WHERE in_flight
"""
# The outcomes that are final are not tried again.
_FETCH = """
SELECT line, symbol, ifnull(exchange_order_id, order_id),
    iif(exchange_order_id IS NULL, client_order_id, NULL), cancel_restrictions, recv_window
    FROM orders WHERE in_doubt = ? AND line > ? AND NOT in_flight
    AND state NOT IN ('cancelled', 'filled', 'already_canceled', 'failed') ORDER BY line LIMIT ?
"""
_BEGIN = """
UPDATE orders SET in_flight = 1, calls = calls + 1, started_at = ifnull(started_at, ?) WHERE line = ?
"""
# A call without effect says nothing new of the order: what earlier calls learnt is kept. "Not found" can be a
# read that lags, and does not outweigh a request that may have cancelled the order.
_RECORD = """
UPDATE orders SET
    state = CASE
        WHEN :outcome = 'unaffected' AND state <> 'waiting' THEN state
        WHEN :outcome = 'not_found' AND in_doubt THEN 'unknown'
        ELSE :outcome END,
    in_doubt = in_doubt OR :outcome = 'unknown',
    in_flight = 0, calls = calls - :not_sent, ended_at = :ended_at,
    exchange_order_id = ifnull(exchange_order_id, :exchange_order_id),
    order_status = iif(:outcome = 'unaffected', order_status, :order_status),
    executed_qty = iif(:outcome = 'unaffected', executed_qty, :executed_qty),
    error = :error, code = :code, message = :message, hint = :hint, attempts = :attempts
    WHERE line = :line
"""
_COUNT = "SELECT iif(in_flight, 'in_flight', state), in_doubt, count(*) FROM orders GROUP BY 1, 2"
_KILLED = "a request was in flight when the run was killed"
# Rows that are fetched at once; a journal may have a million.
_BATCH = 256


class Journal(JournalDatabase):
    """The orders of a bulk run and what became of them."""

    @contextmanager
    def create(self, environment: str, api_key: str) -> Iterator[None]:
        """Create the tables, and keep the rows that the block imports: all of them or none.

        The journal belongs to the environment, a base URL, and to the API key, whose fingerprint it keeps.

        Raises:
            JournalError: The journal cannot be written.
        """
        salt = secrets.token_bytes(16)
        owner = (_now(), __version__, environment, salt, _fingerprint(api_key, salt))
        with self.creating():
            self.run("INSERT INTO owner VALUES (?, ?, ?, ?, ?)", *owner)
            yield

    def check_owner(self, environment: str, api_key: str) -> None:
        """Raise `JournalError` unless the journal was created for this environment and this API key."""
        created_for, salt, account = self.run("SELECT environment, salt, account FROM owner").fetchone()
        if created_for != environment:
            raise self._error(f"belongs to a run on {created_for}, and this run is on {environment}")
        if account != _fingerprint(api_key, salt):
            raise self._error("belongs to a run with another API key")

    def import_rows(self, rows: Iterable[Row | BadRow]) -> Iterator[BadRow | DuplicateRow]:
        """Import the rows of a new journal, or compare them with those of an existing one.

        Yields:
            Each row that is not imported, as it is met.

        Raises:
            JournalError: The rows cannot be written, or the journal was created from another input.
        """
        is_new, matching = self.is_new, 0
        for row in rows:
            problem = row if isinstance(row, BadRow) else self._import_row(row, is_new=is_new)
            if problem is None:
                matching += 1
            else:
                yield problem
        total = self.counts().total
        if not is_new and matching != total:
            text = f"it has {total} orders, and {matching} of them are in this input"
            raise self._error(f"belongs to another input: {text}")

    def _import_row(self, row: Row, *, is_new: bool) -> BadRow | DuplicateRow | None:
        columns = asdict(row.request)
        if is_new and self.run(_INSERT, line=row.line, **columns).rowcount == 1:
            return None
        first, is_equal = self.run(_FIND, **columns).fetchone() or (None, False)
        if first is None or first > row.line or (first == row.line and not is_equal):
            raise self._error(f"belongs to another input: it has no line {row.line} like this one")
        if first == row.line:
            return None
        if is_equal:
            return DuplicateRow(row.line, first)
        reason = f"the row names the order of line {first} again, with other conditions"
        return BadRow(row.line, f"{reason}; allowed: one row an order")

    def recover(self) -> None:
        """Mark the orders that a killed run left in flight as unknown: they may be cancelled."""
        self.run(_RECOVER, CancelOutcome.UNKNOWN, _KILLED)

    def pending(self) -> Iterator[PendingOrder]:
        """Yield each order that is to be cancelled, once the disk has it that it is begun.

        Orders in doubt are first, then those that can be tried again or were never tried. An order whose
        order id the exchange has named is cancelled by that.

        Raises:
            JournalError: The journal cannot be written; nothing was sent for the order.
        """
        for in_doubt in (True, False):
            line = 0
            while batch := self.run(_FETCH, in_doubt, line, _BATCH).fetchall():
                for line, symbol, order_id, client_order_id, restriction, window in batch:
                    order = PendingOrder(
                        symbol,
                        order_id=order_id,
                        client_order_id=client_order_id,
                        cancel_restrictions=restriction,
                        recv_window=window,
                        line=line,
                    )
                    self.run(_BEGIN, _now(), line)
                    yield order

    def record(self, line: int, result: CancelResult) -> JournalRow:
        """Record how the cancel of a line's order ended, and return what is known of the order now.

        The disk has it when this returns.

        Raises:
            JournalError: The journal cannot be written.
        """
        self.run(_RECORD, line=line, outcome=result.outcome, ended_at=_now(), **_result_columns(result))
        return JournalRow(*self.run("SELECT * FROM orders WHERE line = ?", line).fetchone())

    def counts(self) -> Counts:
        """Return how many orders have which outcome."""
        return Counts.of(self.run(_COUNT))

    def rows(self, outcomes: Collection[str] = OUTCOMES) -> Iterator[JournalRow]:
        """Yield the rows with one of these outcomes, in the order of the input."""
        with self.translating_errors():
            for columns in self.run("SELECT * FROM orders ORDER BY line"):
                row = JournalRow(*columns)
                if row.outcome in outcomes:
                    yield row

    def _error(self, text: str) -> JournalError:
        return JournalError(f"{self.name} {text}")


def _result_columns(result: CancelResult) -> dict[str, object]:
    order, error = result.order, result.error
    call = error if isinstance(error, CallError) else None
    return {
        "not_sent": call is not None and not call.attempts,
        "exchange_order_id": _exchange_order_id(result),
        "order_status": order and str(order.status),
        "executed_qty": None if order is None or order.executed_qty is None else f"{order.executed_qty:f}",
        "error": error and type(error).__name__,
        "code": None if call is None or call.code is None else str(call.code),
        "message": call and call.message,
        "hint": (call and call.hint) or None,
        "attempts": call and json.dumps([asdict(attempt) for attempt in call.attempts]),
    }


def _exchange_order_id(result: CancelResult) -> int | None:
    """Return the order id that the exchange named during the call, or None."""
    if result.order is not None:
        return result.order.order_id
    if not isinstance(result.error, CallError):
        return None
    details = result.error.details
    if details.order_id is not None:
        return details.order_id
    # A call goes on by order id as soon as a response has named it.
    named = details.request and details.request.parameters.get("orderId")
    return None if named is None else int(str(named))


def _fingerprint(api_key: str, salt: bytes) -> bytes:
    return hashlib.blake2b(api_key.encode(), key=salt, digest_size=16).digest()


def _now() -> int:
    return time.time_ns() // 1_000_000
