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
from pathlib import Path
from typing import Self

from bingx_spot._version import __version__
from bingx_spot.bulk.input_rows import BadRow, Row
from bingx_spot.bulk.journal_db import JournalDatabase, JournalError, JournalLock, NoOrders
from bingx_spot.bulk.journal_rows import (
    OUTCOMES,
    Counts,
    DuplicateRow,
    JournalRow,
    PendingOrder,
    import_rows,
)
from bingx_spot.bulk.result import CancelOutcome, CancelResult
from bingx_spot.exceptions import CallError

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


class Journal:
    """The orders of a bulk run and what became of them.

    Args:
        database: Where they are kept.
        lock: Keeps other processes out; None where no other process can open the database.
    """

    def __init__(self, database: JournalDatabase, lock: JournalLock | None = None) -> None:
        self._database = database
        self._lock = lock
        try:
            self.is_new = database.is_new()
        except JournalError:
            database.close_unchanged()
            raise

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the journal in a file for a run; create the file if there is none.

        Args:
            path: The file.

        Raises:
            JournalError: The file is something else, cannot be written, or another run uses it.
        """
        lock = JournalLock(path)
        try:
            return cls(JournalDatabase.open(path), lock)
        except JournalError:
            lock.release()
            raise

    @classmethod
    def temporary(cls) -> Self:
        """Return a journal that ends with the process."""
        return cls(JournalDatabase.temporary())

    @classmethod
    def open_readonly(cls, path: Path) -> Self:
        """Open the journal in a file to read it, also while a run uses it.

        Args:
            path: The file.

        Raises:
            NoOrders: There are no orders in it.
            JournalError: The file is something else, or does not exist.
        """
        journal = cls(JournalDatabase.open_readonly(path))
        if journal.is_new:
            journal._database.close_unchanged()
            raise NoOrders(f"{path} holds no orders")
        return journal

    @contextmanager
    def create(self, environment: str, api_key: str) -> Iterator[None]:
        """Create the tables, and keep the rows that the block imports: all of them or none.

        Args:
            environment: The base URL that requests are sent to.
            api_key: The account; a salted fingerprint of it is kept.

        Raises:
            JournalError: The journal cannot be written.
        """
        salt = secrets.token_bytes(16)
        owner = (_now(), __version__, environment, salt, _fingerprint(api_key, salt))
        with self._database.transaction():
            self._database.create_tables()
            self._database.run("INSERT INTO owner VALUES (?, ?, ?, ?, ?)", *owner)
            yield
        self._database.enable_write_ahead_log()
        self.is_new = False

    def check_owner(self, environment: str, api_key: str) -> None:
        """Raise unless the journal was created for this environment and this API key.

        Args:
            environment: The base URL that requests are sent to.
            api_key: The account.

        Raises:
            JournalError: It was created for another one.
        """
        created_for, salt, account = self._database.run(
            "SELECT environment, salt, account FROM owner"
        ).fetchone()
        if created_for != environment:
            raise self._error(f"belongs to a run on {created_for}, and this run is on {environment}")
        if account != _fingerprint(api_key, salt):
            raise self._error("belongs to a run with another API key")

    def import_rows(self, rows: Iterable[Row | BadRow]) -> Iterator[BadRow | DuplicateRow]:
        """Import the rows of a new journal, or compare them with those of an existing one.

        Args:
            rows: The input.

        Yields:
            Each row that is not imported, as it is met.

        Raises:
            JournalError: The rows cannot be written, or the journal was created from another input.
        """
        return import_rows(self._database, rows, is_new=self.is_new)

    def recover(self) -> None:
        """Mark the orders that a killed run left in flight as unknown: they may be cancelled."""
        self._database.run(_RECOVER, CancelOutcome.UNKNOWN, _KILLED)

    def pending(self) -> Iterator[PendingOrder]:
        """Yield each order that is to be cancelled, once the disk has it that it is begun.

        Orders in doubt are first, then those that can be tried again or were never tried. An order whose
        order id the exchange has named is cancelled by that.

        Raises:
            JournalError: The journal cannot be written; nothing was sent for the order.
        """
        for in_doubt in (True, False):
            line = 0
            while batch := self._database.run(_FETCH, in_doubt, line, _BATCH).fetchall():
                for line, symbol, order_id, client_order_id, restriction, window in batch:
                    order = PendingOrder(
                        symbol,
                        order_id=order_id,
                        client_order_id=client_order_id,
                        cancel_restrictions=restriction,
                        recv_window=window,
                        line=line,
                    )
                    self._database.run(_BEGIN, _now(), line)
                    yield order

    def record(self, line: int, result: CancelResult) -> JournalRow:
        """Record how a cancel ended, and return what is known of the order now.

        The disk has it when this returns.

        Args:
            line: The order's line.
            result: The result of its cancel.

        Raises:
            JournalError: The journal cannot be written.
        """
        not_sent = isinstance(result.error, CallError) and not result.error.attempts
        self._database.run(
            _RECORD,
            line=line,
            outcome=result.outcome,
            not_sent=not_sent,
            ended_at=_now(),
            **_result_columns(result),
        )
        return JournalRow(*self._database.run("SELECT * FROM orders WHERE line = ?", line).fetchone())

    def counts(self) -> Counts:
        """Return how many orders have which outcome."""
        return Counts.of(self._database.run(_COUNT))

    def rows(self, outcomes: Collection[str] = OUTCOMES) -> Iterator[JournalRow]:
        """Yield the rows with one of these outcomes, in the order of the input.

        Args:
            outcomes: Some of `OUTCOMES`.
        """
        with self._database.translating_errors():
            for columns in self._database.run("SELECT * FROM orders ORDER BY line"):
                row = JournalRow(*columns)
                if row.outcome in outcomes:
                    yield row

    def close(self, *, discard: bool = False) -> None:
        """Close the file and release its lock.

        Args:
            discard: Whether to remove the file.
        """
        self._database.close(discard=discard)
        if self._lock is not None:
            self._lock.release()

    def _error(self, text: str) -> JournalError:
        return JournalError(f"{self._database.name} {text}")


def _result_columns(result: CancelResult) -> dict[str, object]:
    order, error = result.order, result.error
    call = error if isinstance(error, CallError) else None
    return {
        "exchange_order_id": _exchange_order_id(result),
        "order_status": None if order is None else str(order.status),
        "executed_qty": None if order is None or order.executed_qty is None else f"{order.executed_qty:f}",
        "error": None if error is None else type(error).__name__,
        "code": None if call is None or call.code is None else str(call.code),
        "message": None if call is None else call.message,
        "hint": None if call is None else call.hint or None,
        "attempts": None if call is None else json.dumps([asdict(attempt) for attempt in call.attempts]),
    }


def _exchange_order_id(result: CancelResult) -> int | None:
    """Return the order id that the exchange named during the call, or None."""
    if result.order is not None:
        return result.order.order_id
    if not isinstance(result.error, CallError):
        return None
    if result.error.details.order_id is not None:
        return int(result.error.details.order_id)
    # A call goes on by order id as soon as a response has named it.
    request = result.error.request
    named = None if request is None else request.parameters.get("orderId")
    return None if named is None else int(str(named))


def _fingerprint(api_key: str, salt: bytes) -> bytes:
    return hashlib.blake2b(api_key.encode(), key=salt, digest_size=16).digest()


def _now() -> int:
    return time.time_ns() // 1_000_000
