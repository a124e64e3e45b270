"""Remember what a run is to cancel, what was asked, and how each order ended.

That an order is asked for is on the disk before its request goes out, and how it ended before anything
else is done. So whatever ends the process: an order that the journal has as cancelled is cancelled, one that
it has as waiting was never asked for, and one that it has as asked is in doubt, and is asked for again.
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
from bingx_spot.bulk.journal_db import JournalError, Lock, NoOrders, Store
from bingx_spot.bulk.journal_rows import (
    ASKED,
    STATES,
    WAITING,
    Counts,
    DueOrder,
    Duplicate,
    Intake,
    JournalRow,
)
from bingx_spot.bulk.result import CancelOutcome, CancelResult
from bingx_spot.exceptions import CallError, StillOpen

_RECOVER = "UPDATE orders SET state = ?, in_doubt = 1, message = ? WHERE state = ?"
_FETCH = """
SELECT line, symbol, order_id, client_order_id, cancel_restrictions, recv_window FROM orders
    WHERE state IN (?, ?) AND line > ? ORDER BY line LIMIT ?
"""
_ASK = "UPDATE orders SET state = ?, asked = asked + 1, asked_at = ifnull(asked_at, ?) WHERE line = ?"
# Where an earlier request may have cancelled the order, no later refusal makes its outcome known.
_SETTLE = """
UPDATE orders SET
    state = iif(in_doubt AND :leaves_doubt, 'unknown', :state),
    in_doubt = iif(:state = 'unknown', 1, in_doubt AND NOT :still_open),
    asked = asked - :not_sent, ended_at = :ended_at,
    stated_order_id = :stated_order_id, order_status = :order_status, executed_qty = :executed_qty,
    error = :error, code = :code, message = :message, hint = :hint, attempts = :attempts
    WHERE line = :line
"""
_COUNT = """
SELECT state, iif(state = 'not open', order_status, NULL), in_doubt, count(*) FROM orders GROUP BY 1, 2, 3
"""
# These say nothing of what became of an earlier request.
_LEAVE_DOUBT = (CancelOutcome.REFUSED, CancelOutcome.UNTOUCHED)
# First what is in doubt: of it a person wants to know soonest.
_DUE = ((CancelOutcome.UNKNOWN, CancelOutcome.UNKNOWN), (WAITING, CancelOutcome.UNTOUCHED))
# Orders that are fetched at once; all of them may be a million.
_FETCHED = 256


class Journal:
    """Hold the orders of a run.

    Args:
        store: Where they are.
        lock: What keeps other processes out, or None where nobody else can come.
    """

    def __init__(self, store: Store, lock: Lock | None = None) -> None:
        self._store = store
        self._lock = lock
        try:
            self.is_new = store.is_new()
        except JournalError:
            store.leave()
            raise

    @classmethod
    def at(cls, path: Path) -> Self:
        """Return the journal in a file for a run to work on, new where there is none.

        Args:
            path: Where the file is.

        Raises:
            JournalError: It is something else, cannot be written, or another run works on it.
        """
        lock = Lock(path)
        try:
            return cls(Store.at(path), lock)
        except JournalError:
            lock.release()
            raise

    @classmethod
    def temporary(cls) -> Self:
        """Return a journal that goes with the process."""
        return cls(Store.temporary())

    @classmethod
    def reading(cls, path: Path) -> Self:
        """Return the journal in a file, to be read; a run may be at work on it.

        Args:
            path: Where the file is.

        Raises:
            NoOrders: There is nothing in it.
            JournalError: It is something else.
        """
        journal = cls(Store.reading(path))
        if journal.is_new:
            journal._store.leave()
            raise NoOrders(f"{path} holds no orders")
        return journal

    @contextmanager
    def filling(self, environment: str, api_key: str) -> Iterator[None]:
        """Keep the rows that the block takes in, all of them or none.

        Args:
            environment: The origin that requests go to.
            api_key: Whose orders they are; a fingerprint of it is kept.

        Raises:
            JournalError: They cannot be written.
        """
        salt = secrets.token_bytes(16)
        about = (_now(), __version__, environment, salt, _fingerprint(api_key, salt))
        with self._store.transaction():
            self._store.make()
            self._store.run("INSERT INTO about VALUES (?, ?, ?, ?, ?)", *about)
            yield
        self._store.keep_log()
        self.is_new = False

    def check(self, environment: str, api_key: str) -> None:
        """Raise unless the journal was made for this environment and this API key.

        Args:
            environment: The origin that requests go to.
            api_key: Whose orders they are.

        Raises:
            JournalError: It was made for others.
        """
        made_for, salt, account = self._store.run("SELECT environment, salt, account FROM about").fetchone()
        if made_for != environment:
            raise self._error(f"was made for {made_for}, and this run is for {environment}")
        if account != _fingerprint(api_key, salt):
            raise self._error("was made with another API key")

    def take_in(self, rows: Iterable[Row | BadRow]) -> Iterator[BadRow | Duplicate]:
        """Take in the rows of a new journal, or hold them against those of one that goes on.

        Args:
            rows: The input.

        Yields:
            Each row that is not taken in, as it is met.

        Raises:
            JournalError: They cannot be written, or are not the rows that the journal was made for.
        """
        return Intake(self._store, is_new=self.is_new).problems(rows)

    def recover(self) -> None:
        """Note what a run that was cut off has left: orders that may have been cancelled."""
        doubt = "a request was out when the run was cut off"
        self._store.run(_RECOVER, CancelOutcome.UNKNOWN, doubt, ASKED)

    def due(self) -> Iterator[DueOrder]:
        """Yield each order that is to be asked for, once the disk has it that it is.

        First those of which nobody knows what became of them, then those that were never reached.

        Raises:
            JournalError: It cannot be written; the order is not asked for.
        """
        for states in _DUE:
            line = 0
            while found := self._store.run(_FETCH, *states, line, _FETCHED).fetchall():
                for line, symbol, order_id, client_order_id, restriction, window in found:
                    order = DueOrder(
                        symbol,
                        order_id=order_id,
                        client_order_id=client_order_id,
                        cancel_restrictions=restriction,
                        recv_window=window,
                        line=line,
                    )
                    self._store.run(_ASK, ASKED, _now(), line)
                    yield order

    def settle(self, line: int, result: CancelResult) -> JournalRow:
        """Note how an order ended, and return what is known of it now; the disk has it when this returns.

        Args:
            line: The order's line.
            result: How it ended.

        Raises:
            JournalError: It cannot be written.
        """
        still_open = isinstance(result.error, StillOpen)
        self._store.run(
            _SETTLE,
            line=line,
            state=result.outcome,
            still_open=still_open,
            leaves_doubt=result.outcome in _LEAVE_DOUBT and not still_open,
            not_sent=isinstance(result.error, CallError) and not result.error.attempts,
            ended_at=_now(),
            **_stated(result),
        )
        return JournalRow(*self._store.run("SELECT * FROM orders WHERE line = ?", line).fetchone())

    def counts(self) -> Counts:
        """Count the orders by how they ended."""
        return Counts.of(self._store.run(_COUNT))

    def entries(self, states: Collection[str] = STATES) -> Iterator[JournalRow]:
        """Yield what is known of each order in one of these states, in the order of the input.

        Args:
            states: Some of `STATES`.
        """
        with self._store.telling():
            for row in self._store.run("SELECT * FROM orders ORDER BY line"):
                entry = JournalRow(*row)
                if entry.state in states:
                    yield entry

    def close(self, *, discard: bool = False) -> None:
        """Close the file and let others have it.

        Args:
            discard: Whether to remove the file.
        """
        self._store.close(discard=discard)
        if self._lock is not None:
            self._lock.release()

    def _error(self, text: str) -> JournalError:
        return JournalError(f"{self._store.name} {text}")


def _stated(result: CancelResult) -> dict[str, object]:
    """Return what a journal keeps of a result, by column."""
    order, error = result.order, result.error
    call = error if isinstance(error, CallError) else None
    return {
        "stated_order_id": None if order is None else order.order_id,
        "order_status": None if order is None else str(order.status),
        "executed_qty": None if order is None or order.executed_qty is None else f"{order.executed_qty:f}",
        "error": None if error is None else type(error).__name__,
        "code": None if call is None or call.code is None else str(call.code),
        "message": None if call is None else call.message,
        "hint": None if call is None else call.hint or None,
        "attempts": None if call is None else json.dumps([asdict(attempt) for attempt in call.attempts]),
    }


def _fingerprint(api_key: str, salt: bytes) -> bytes:
    return hashlib.blake2b(api_key.encode(), key=salt, digest_size=16).digest()


def _now() -> int:
    return time.time_ns() // 1_000_000
