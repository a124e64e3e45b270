"""Journal of a bulk run: which orders to cancel, which were begun, and how each ended.

The disk has it that an order is begun before its request is sent, and how it ended before anything else
happens. So whatever ends the process: an order that the journal shows as cancelled is cancelled, nothing was
sent for one that it shows as waiting, and one that it shows as in flight is in doubt and is tried again.

Every row has a checksum. A row that fails it is shown as damaged, and nothing is sent for it: what it names
may not be what was asked for. A journal that lacks rows, or has those of another, is not used at all.
"""

import hashlib
import secrets
import time
from collections.abc import Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace

from bingx_spot._version import __version__
from bingx_spot.bulk.input_rows import BadRow, DuplicateRow, LostRow, Row
from bingx_spot.bulk.journal_db import CREATE, JournalDamaged, JournalDatabase, JournalError
from bingx_spot.bulk.journal_rows import (
    ASKED,
    COLUMN_NAMES,
    DAMAGED,
    MAYBE_OURS,
    OUTCOMES,
    Counts,
    JournalRow,
    PendingOrder,
    checksum,
)
from bingx_spot.bulk.result import CancelOutcome, CancelResult

_INSERT = f"INSERT OR IGNORE INTO orders VALUES ({', '.join('?' * len(COLUMN_NAMES))})"  # noqa: S608 - names of ours
# What was asked never changes.
_CHANGING = COLUMN_NAMES[ASKED:]
_UPDATE = f"UPDATE orders SET {' = ?, '.join(_CHANGING)} = ? WHERE line = ?"  # noqa: S608 - names of ours
# The line that names an order, and whether its conditions are the same.
_FIND = """
SELECT line, cancel_restrictions IS ? AND recv_window IS ? FROM orders
    WHERE symbol = ? AND (order_id = ? OR client_order_id = ?)
"""
# The outcomes that are final are not tried again.
_FETCH = """
SELECT * FROM orders WHERE in_doubt = ? AND line > ? AND NOT in_flight
    AND state NOT IN ('cancelled', 'filled', 'already_canceled', 'failed') ORDER BY line LIMIT ?
"""
_COUNT = """
SELECT iif(in_flight, 'in_flight', state), in_doubt, count(*) FROM orders
    WHERE line NOT IN (SELECT line FROM damaged) GROUP BY 1, 2
"""
_ADD_DAMAGED = "INSERT OR IGNORE INTO damaged VALUES (?)"
# Readers and the run then work at the same time.
_WRITE_AHEAD = "PRAGMA journal_mode=WAL"
_KILLED = "a request was in flight when the run was killed"
# Rows that are fetched at once; a journal may have a million.
_BATCH = 256


class Journal(JournalDatabase):
    """The orders of a bulk run and what became of them; each method may raise `JournalError`."""

    @contextmanager
    def create(self, environment: str, api_key: str) -> Iterator[None]:
        """Create the tables, and keep the rows that the block imports: all of them or none.

        The journal belongs to the environment, a base URL, and to the API key, whose fingerprint it keeps.
        """
        salt = secrets.token_bytes(16)
        self.run("BEGIN IMMEDIATE")
        # Commits, or rolls back if the block raises.
        with self._translating_errors(), self._connection:
            for statement in CREATE:
                self.run(statement)
            yield
            [(orders,)] = self.select("SELECT count(*) FROM orders")
            account = _fingerprint(api_key, salt)
            owner = (_now(), __version__, environment, salt, account, self.digest(), orders)
            self.run("INSERT INTO owner VALUES (?, ?, ?, ?, ?, ?, ?, ?)", *owner, checksum(owner))
        self.is_new = False
        self.run(_WRITE_AHEAD)

    def inspect(self) -> str:
        """Find the damaged rows, and return what is wrong with the journal as a whole, or nothing."""
        if self.is_new:
            return ""
        problem, total, asked = self.structure_problem(), 0, hashlib.blake2b(digest_size=16)
        try:
            owners = list(self.select("SELECT * FROM owner"))
            *owner, expected = owners[0] if len(owners) == 1 else ("", b"")
            for columns in self.select("SELECT * FROM orders ORDER BY line"):
                total += 1
                asked.update(JournalRow.asked_checksum(columns))
                if JournalRow.from_columns(columns) is None:
                    self.run(_ADD_DAMAGED, columns[0])
        except JournalDamaged as error:
            return problem or error.problem
        if not problem and checksum(owner) != expected:
            return "the row that names its owner fails its checksum"
        if not problem and total != owner[-1]:
            return f"it holds {total:,} of {owner[-1]:,} orders"
        # SQLite takes the write-ahead log of another journal that was killed at this path for this one's.
        if not problem and asked.digest() != owner[-2] and not self.damaged_lines():
            return "its orders are not those that were imported"
        return problem

    def check(self) -> None:
        """Find the damaged rows, for which nothing is sent; raise `JournalDamaged` where rows are missing."""
        if problem := self.inspect():
            raise JournalDamaged(self.name, problem)

    def damaged_lines(self) -> list[int]:
        """Return the lines of the rows that were found damaged."""
        return [line for (line,) in self.select("SELECT line FROM damaged ORDER BY line")]

    def environment(self) -> str:
        """Return the base URL that the journal belongs to; empty where damage has taken it."""
        return str(next(self.select("SELECT environment FROM owner"), ("",))[0])

    def check_owner(self, environment: str, api_key: str) -> None:
        """Raise `JournalError` unless the journal belongs to this environment and this API key."""
        [(created_for, salt, account)] = self.select("SELECT environment, salt, account FROM owner")
        if created_for != environment:
            raise self._error(f"belongs to a run on {created_for}, and this run is on {environment}")
        if account != _fingerprint(api_key, salt):
            raise self._error("belongs to a run with another API key")

    def import_rows(self, rows: Iterable[Row | BadRow]) -> Iterator[BadRow]:
        """Import the rows of a new journal, or compare them with those of an existing one.

        Each row that is not imported is yielded as it is met.
        """
        if self.is_new:
            for row in rows:
                problem = row if isinstance(row, BadRow) else self._import_row(row)
                if problem is not None:
                    yield problem
            return
        with closing(Journal.temporary()) as given, given.create("", ""):
            yield from given.import_rows(rows)
            [(imported,)] = self.select("SELECT input FROM owner")
            if imported != given.digest():
                raise self._error("belongs to another input: its orders are not those of this one")
            if self.damaged_lines():
                # The line of a damaged row may be what is damaged.
                for line in sorted(given.lines() - self.lines()):
                    reason = "the journal's row of it is damaged; nothing is sent for its order"
                    yield LostRow(line, reason)

    def _import_row(self, row: Row) -> BadRow | None:
        columns = JournalRow.waiting(row.line, row.request).columns()
        if self.run(_INSERT, *columns).rowcount == 1:
            return None
        _, symbol, order_id, client_order_id, *conditions = columns[:ASKED]
        [(first, is_equal)] = self.select(_FIND, *conditions, symbol, order_id, client_order_id)
        if is_equal:
            return DuplicateRow(row.line, f"duplicate of line {first}")
        reason = f"the row is a duplicate of line {first}, with other conditions"
        return BadRow(row.line, f"{reason}; allowed: one row an order")

    def digest(self) -> bytes:
        """Return a checksum over all orders of a journal that was just filled."""
        found = hashlib.blake2b(digest_size=16)
        for (row,) in self.select("SELECT checksum FROM orders ORDER BY line"):
            found.update(row)
        return found.digest()

    def lines(self) -> set[int]:
        """Return the lines that have a row."""
        return {line for (line,) in self.select("SELECT line FROM orders")}

    def recover(self) -> None:
        """Prepare to go on: the orders that a killed run left in flight are unknown, and may be cancelled."""
        self.run(_WRITE_AHEAD)
        for columns in list(self.select("SELECT * FROM orders WHERE in_flight")):
            if row := JournalRow.from_columns(columns):
                known = replace(row, state=CancelOutcome.UNKNOWN.value, in_doubt=1, in_flight=0)
                self._write(replace(known, error=None, code=None, hint=None, message=_KILLED))

    def pending(self) -> Iterator[PendingOrder]:
        """Yield each order that is to be cancelled, once the disk has it that it is begun.

        Orders in doubt are first, then those that can be tried again or were never tried. An order whose
        order id the exchange has named is cancelled by that.
        """
        for in_doubt in (True, False):
            line = 0
            while batch := list(self.select(_FETCH, in_doubt, line, _BATCH)):
                for columns in batch:
                    line = columns[0]
                    row = JournalRow.from_columns(columns)
                    if row is None:
                        self.run(_ADD_DAMAGED, line)
                        continue
                    self._write(row.begun(_now()))
                    yield row.pending()

    def record(self, line: int, result: CancelResult) -> JournalRow:
        """Record on the disk how the cancel of a line's order ended, and return what is known of it now."""
        found = self.select("SELECT * FROM orders WHERE line = ?", line)
        before = next(map(JournalRow.from_columns, found), None)
        if before is None:
            raise JournalDamaged(self.name, f"the row of line {line} fails its checksum")
        known = before.after(result, _now())
        self._write(known)
        return known

    def _write(self, row: JournalRow) -> None:
        self.check_in_place()
        if self.run(_UPDATE, *row.columns()[ASKED:], row.line).rowcount != 1:
            raise JournalDamaged(self.name, f"the row of line {row.line} is lost")

    def counts(self) -> Counts:
        """Return how many orders have which outcome."""
        counts = Counts()
        for outcome, in_doubt, number in self.select(_COUNT):
            counts[outcome] += number
            if in_doubt and outcome in MAYBE_OURS:
                counts.maybe_cancelled_by_us += number
        [(counts[DAMAGED],)] = self.select("SELECT count(*) FROM damaged")
        return counts

    def rows(self, outcomes: Collection[str] = OUTCOMES) -> Iterator[JournalRow]:
        """Yield the rows with one of these outcomes, in the order of the input."""
        for columns in self.select("SELECT * FROM orders ORDER BY line"):
            row = JournalRow.from_columns(columns) or JournalRow.damaged(columns[0])
            if row.outcome in outcomes:
                yield row

    def _error(self, text: str) -> JournalError:
        return JournalError(f"{self.name} {text}")


def _fingerprint(api_key: str, salt: bytes) -> bytes:
    return hashlib.blake2b(api_key.encode(), key=salt, digest_size=16).digest()


def _now() -> int:
    return time.time_ns() // 1_000_000
