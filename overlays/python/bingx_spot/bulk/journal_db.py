"""Database of a journal: one SQLite file that survives a kill, a full disk and a power cut.

Every statement is a transaction of its own, and is on the disk when it returns: write-ahead log with
`synchronous=FULL`.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from bingx_spot.exceptions import BingxError

#: "BXcj" in the header of the file, which distinguishes it from other databases.
APPLICATION_ID = 0x4258636A
#: Version of the tables.
VERSION = 2

_SMALLEST_DATABASE = 512
_OTHER_FILE = "is not a journal of bingx-spot, and was left unchanged; give --journal another file"

_SCHEMA = """
CREATE TABLE owner (
    created_at INTEGER NOT NULL,   -- Unix milliseconds
    created_by TEXT NOT NULL,      -- version of bingx-spot
    environment TEXT NOT NULL,     -- the base URL that requests are sent to
    salt BLOB NOT NULL,
    account BLOB NOT NULL          -- fingerprint of the API key under the salt, never the key
);
CREATE TABLE orders (
    line INTEGER PRIMARY KEY,      -- of the input, from 1
    symbol TEXT NOT NULL,
    order_id INTEGER,              -- where the input names the order by it
    client_order_id TEXT,          -- where the input names the order by it
    cancel_restrictions TEXT,      -- the only status in which the order may be cancelled
    recv_window NUMERIC,           -- how long a request stays valid, in milliseconds
    state TEXT NOT NULL,           -- waiting, or the outcome as far as it is known
    in_flight INTEGER NOT NULL,    -- whether a request may be in flight
    in_doubt INTEGER NOT NULL,     -- whether a request was sent whose outcome was never learnt
    calls INTEGER NOT NULL,        -- cancels that were begun
    started_at INTEGER,            -- of the first call, Unix milliseconds
    ended_at INTEGER,              -- of the last call, Unix milliseconds
    exchange_order_id INTEGER,     -- as the exchange named it; further calls go by it, since a client order
                                   -- id may be used again for a newer order
    order_status TEXT,             -- as the exchange stated it last
    executed_qty TEXT,             -- as the exchange stated it last, in the base asset
    error TEXT,                    -- name of the exception that cancel_order would have raised
    code TEXT,                     -- the exchange's
    message TEXT,                  -- the exchange's text, or what happened instead of a response
    hint TEXT,                     -- what to do about it
    attempts TEXT                  -- when, where and with which result requests were sent, as JSON
);
CREATE UNIQUE INDEX by_order_id ON orders (order_id, symbol) WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX by_client_order_id ON orders (client_order_id, symbol) WHERE client_order_id IS NOT NULL;
"""


class JournalError(BingxError):
    """A journal cannot be used, read or written; the text says which and why."""


class NoOrders(JournalError):
    """A journal holds no orders: its import was not finished."""


class JournalDatabase:
    """Connection to the database of a journal.

    Args:
        connection: To the database.
        name: Its name in error texts.
        path: The file, or None for a database that ends with the process.
        lock: Keeps other runs out, or None where no other run can open the database.

    Attributes:
        is_new: Whether it holds no orders yet.

    Raises:
        JournalError: It is a database of something else, or of another version; it was left unchanged.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        name: str,
        path: Path | None = None,
        lock: "JournalLock | None" = None,
    ) -> None:
        self._connection, self.name, self._path, self._lock = connection, name, path, lock
        try:
            self.is_new = self._is_empty()
        except JournalError:
            connection.close()
            raise

    @classmethod
    def temporary(cls) -> Self:
        """Return an empty journal on disk that ends with the process: its rows may not fit into memory."""
        # An empty name is SQLite's own temporary file, which has no name in the file system.
        journal = cls(sqlite3.connect("", isolation_level=None), "the temporary folder")
        journal.run("PRAGMA journal_mode=OFF")
        journal.run("PRAGMA synchronous=OFF")
        return journal

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the journal in a file for a run; create the file if there is none.

        Raises:
            JournalError: The file is something else, cannot be written, or another run uses it.
        """
        lock = JournalLock(path)
        try:
            _create_private_file(path)
            journal = cls(sqlite3.connect(path, isolation_level=None), str(path), path, lock)
        except JournalError:
            lock.release()
            raise
        except OSError as error:
            lock.release()
            raise JournalError(f"{path} cannot be opened: {error.strerror}") from None
        journal.run("PRAGMA synchronous=FULL")
        # On macOS, fsync does not reach the disk without it.
        journal.run("PRAGMA fullfsync=ON")
        return journal

    @classmethod
    def open_readonly(cls, path: Path) -> Self:
        """Open the journal in a file to read it, also while a run uses it.

        Raises:
            NoOrders: There are no orders in it.
            JournalError: The file is something else, or does not exist.
        """
        if not path.is_file():
            raise JournalError(f"{path} cannot be read: there is no such file")
        # In a folder that cannot be written, SQLite reads a file without a log only as immutable.
        log = path.with_name(f"{path.name}-wal")
        immutable = not os.access(path.parent, os.W_OK) and not log.exists()
        mode = "mode=ro&immutable=1" if immutable else "mode=ro"
        journal = cls(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True), str(path), path)
        if journal.is_new:
            journal.close()
            raise NoOrders(f"{path} holds no orders")
        return journal

    def _is_empty(self) -> bool:
        with self.translating_errors():
            [application] = self.run("PRAGMA application_id").fetchone()
            [version] = self.run("PRAGMA user_version").fetchone()
            [tables] = self.run("SELECT count(*) FROM sqlite_master").fetchone()
        if application not in (0, APPLICATION_ID) or (application == 0 and tables):
            raise JournalError(f"{self.name} {_OTHER_FILE}")
        if tables and version != VERSION:
            age = "a later" if version > VERSION else "an earlier"
            reason = f"was written by {age} version of bingx-spot, in a format that this one does not read"
            raise JournalError(f"{self.name} {reason}; go on with that version, or start a new journal")
        # SQLite would treat a file shorter than any database as an empty one, and overwrite it.
        if not tables and self._path is not None and 0 < self._path.stat().st_size < _SMALLEST_DATABASE:
            raise JournalError(f"{self.name} {_OTHER_FILE}")
        return not tables

    @contextmanager
    def creating(self) -> Iterator[None]:
        """Create the tables, and keep what the block writes: all of it or nothing.

        Raises:
            JournalError: The journal cannot be written.
        """
        self.run("BEGIN IMMEDIATE")
        # Commits, or rolls back if the block raises.
        with self.translating_errors(), self._connection:
            for statement in _SCHEMA.split(";\n"):
                self.run(statement)
            self.run(f"PRAGMA application_id={APPLICATION_ID}")
            self.run(f"PRAGMA user_version={VERSION}")
            yield
        # Half the work for each order, and readers do not block.
        self.run("PRAGMA journal_mode=WAL")
        self.is_new = False

    def run(self, statement: str, *values: object, **named: object) -> sqlite3.Cursor:
        """Run SQL with the values of its question marks, or of its names.

        Raises:
            JournalError: It failed; the text says why.
        """
        with self.translating_errors():
            return self._connection.execute(statement, named or values)

    @contextmanager
    def translating_errors(self) -> Iterator[None]:
        """Raise `JournalError` instead of an error of SQLite; the text says what is wrong."""
        try:
            yield
        except sqlite3.Error as error:
            # An error of the module itself, such as that of a closed database, has no name.
            kind = getattr(error, "sqlite_errorname", "")
            # A reader cannot roll back what a run that was killed during its import has left.
            if kind == "SQLITE_READONLY_ROLLBACK":
                raise NoOrders(f"{self.name} holds no orders") from None
            reason = f"cannot be used: {error}"
            if kind == "SQLITE_NOTADB":
                reason = _OTHER_FILE
            elif kind == "SQLITE_FULL":
                reason = "cannot be written: the disk is full"
            elif kind.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
                reason = "is in use by another process"
            raise JournalError(f"{self.name} {reason}") from None

    def close(self, *, discard: bool = False) -> None:
        """Merge the log into the one file, close it or remove it, and release its lock."""
        # Fails where the file is only read.
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.close()
        if discard and self._path is not None:
            self._path.unlink(missing_ok=True)
        if self._lock is not None:
            self._lock.release()


def _create_private_file(path: Path) -> None:
    """Create an empty file that only its owner can read, unless it exists: a journal shows trades."""
    # An existing file is not opened: to close it would release the locks that SQLite holds on it.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


class JournalLock:
    """Exclusive lock on a journal, until it is released or the process ends, however it ends.

    The lock is SQLite's, which every system releases when a process dies. It is held on an empty file beside
    the journal, so that the journal itself can be read meanwhile.

    Raises:
        JournalError: Another process holds the lock, or the file beside the journal cannot be created.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f"{path.name}-lock")
        while not self._acquire(path):
            self._connection.close()

    def release(self) -> None:
        """Release the lock and remove its file."""
        # Removed while the lock is held: a process that has locked a removed file notices, see `_acquire`.
        self._path.unlink(missing_ok=True)
        self._connection.close()

    def _acquire(self, path: Path) -> bool:
        """Lock the file; return whether it is still the one that the next process would lock."""
        try:
            _create_private_file(self._path)
            locked = self._path.stat()
        except OSError as error:
            raise JournalError(f"{path} cannot be locked: {error.strerror}") from None
        self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        try:
            # Nothing is ever written, so that there is nothing to roll back.
            self._connection.execute("PRAGMA journal_mode=OFF")
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            self._connection.close()
            raise JournalError(f"{path} is in use: another run works on it") from None
        with suppress(OSError):
            return os.path.samestat(locked, self._path.stat())
        return False
