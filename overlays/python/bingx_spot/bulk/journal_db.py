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
    line INTEGER PRIMARY KEY,      -- of the input
    symbol TEXT NOT NULL,
    order_id INTEGER,
    client_order_id TEXT,
    cancel_restrictions TEXT,
    recv_window NUMERIC,
    state TEXT NOT NULL,           -- waiting, or the outcome as far as it is known
    in_flight INTEGER NOT NULL,    -- whether a request may be in flight
    in_doubt INTEGER NOT NULL,     -- whether a request was sent whose outcome was never learnt
    calls INTEGER NOT NULL,        -- cancels that were begun
    started_at INTEGER,            -- of the first call, Unix milliseconds
    ended_at INTEGER,              -- of the last call, Unix milliseconds
    exchange_order_id INTEGER,     -- as the exchange named it; further calls go by it
    order_status TEXT,             -- as the exchange states the order, as all below
    executed_qty TEXT,
    error TEXT,
    code TEXT,
    message TEXT,
    hint TEXT,
    attempts TEXT                  -- JSON
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
    """

    def __init__(self, connection: sqlite3.Connection, name: str, path: Path | None = None) -> None:
        self._connection = connection
        self.name = name
        self._path = path

    @classmethod
    def temporary(cls) -> Self:
        """Return an empty database on disk that ends with the process: its rows may not fit into memory."""
        # An empty name is SQLite's own temporary file, which has no name in the file system.
        database = cls(sqlite3.connect("", isolation_level=None), "the temporary folder")
        database.run("PRAGMA journal_mode=OFF")
        database.run("PRAGMA synchronous=OFF")
        return database

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the database in a file; create the file if there is none.

        Args:
            path: The file.

        Raises:
            JournalError: The file cannot be opened, or is something else.
        """
        try:
            create_private_file(path)
        except OSError as error:
            raise JournalError(f"{path} cannot be opened: {error.strerror}") from None
        database = cls(sqlite3.connect(path, isolation_level=None), str(path), path)
        try:
            database.run("PRAGMA synchronous=FULL")
            # On macOS, fsync does not reach the disk without it.
            database.run("PRAGMA fullfsync=ON")
        except JournalError:
            database.close_unchanged()
            raise
        return database

    @classmethod
    def open_readonly(cls, path: Path) -> Self:
        """Open the database in a file to read it, also while a run writes it.

        Args:
            path: The file.

        Raises:
            JournalError: There is no such file, or it is something else.
        """
        if not path.is_file():
            raise JournalError(f"{path} cannot be read: there is no such file")
        # In a folder that cannot be written, SQLite reads a file without a log only as immutable.
        log = path.with_name(f"{path.name}-wal")
        immutable = not os.access(path.parent, os.W_OK) and not log.exists()
        mode = "mode=ro&immutable=1" if immutable else "mode=ro"
        return cls(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True), str(path), path)

    def is_new(self) -> bool:
        """Return whether the database is empty.

        Raises:
            JournalError: It is a database of something else, or of another version.
        """
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

    def create_tables(self) -> None:
        """Create the tables, within the transaction that fills them: they are never half filled."""
        for statement in _SCHEMA.split(";\n"):
            self.run(statement)
        self.run(f"PRAGMA application_id={APPLICATION_ID}")
        self.run(f"PRAGMA user_version={VERSION}")

    def enable_write_ahead_log(self) -> None:
        """Use a write-ahead log from now on: half the work for each order, and readers do not block."""
        self.run("PRAGMA journal_mode=WAL")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write everything that the block writes, or nothing."""
        self.run("BEGIN IMMEDIATE")
        try:
            yield
            self.run("COMMIT")
        except BaseException:
            with suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")
            raise

    def run(self, statement: str, *values: object, **named: object) -> sqlite3.Cursor:
        """Run a statement.

        Args:
            statement: SQL.
            *values: Values of its question marks.
            **named: Values of its names.

        Raises:
            JournalError: It failed; the text says why.
        """
        with self.translating_errors():
            return self._connection.execute(statement, named or values)

    @contextmanager
    def translating_errors(self) -> Iterator[None]:
        """Translate the errors of SQLite that the block raises.

        Raises:
            JournalError: SQLite failed.
        """
        try:
            yield
        except sqlite3.Error as error:
            # A reader cannot roll back what a run that was killed during its import has left.
            if _error_name(error) == "SQLITE_READONLY_ROLLBACK":
                raise NoOrders(f"{self.name} holds no orders") from None
            raise JournalError(self._describe(error)) from None

    def close_unchanged(self) -> None:
        """Close the file without writing to it: it may not be a journal."""
        self._connection.close()

    def close(self, *, discard: bool = False) -> None:
        """Close the database, and merge its log into the one file.

        Args:
            discard: Whether to remove the file.
        """
        with suppress(sqlite3.Error):
            if self._path is not None and not discard:
                self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.close()
        if discard and self._path is not None:
            self._path.unlink(missing_ok=True)

    def _describe(self, error: sqlite3.Error) -> str:
        name = _error_name(error)
        if name == "SQLITE_NOTADB":
            return f"{self.name} {_OTHER_FILE}"
        if name == "SQLITE_FULL":
            return f"{self.name} cannot be written: the disk is full"
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return f"{self.name} is in use by another process"
        return f"{self.name} cannot be used: {error}"


def _error_name(error: sqlite3.Error) -> str:
    # An error of the module itself, such as that of a closed database, has none.
    return getattr(error, "sqlite_errorname", "")


def create_private_file(path: Path) -> None:
    """Create an empty file that only its owner can read, unless it exists: a journal shows trades.

    Args:
        path: The file.

    Raises:
        OSError: It cannot be created.
    """
    # An existing file is not opened: to close it would release the locks that SQLite holds on it.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


class JournalLock:
    """Exclusive lock on a journal, until it is released or the process ends, however it ends.

    The lock is SQLite's, which every system releases when a process dies. It is held on an empty file beside
    the journal, so that the journal itself can be read meanwhile.

    Args:
        path: The journal.

    Raises:
        JournalError: Another process holds the lock, or the file beside the journal cannot be created.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f"{path.name}-lock")
        self._connection = self._acquire(path)
        while not self._is_current():
            self._connection.close()
            self._connection = self._acquire(path)

    def release(self) -> None:
        """Release the lock and remove its file."""
        # Removed while the lock is held: a process that has locked a removed file notices, see `_is_current`.
        self._path.unlink(missing_ok=True)
        self._connection.close()

    def _acquire(self, path: Path) -> sqlite3.Connection:
        try:
            create_private_file(self._path)
            self._file = self._path.stat()
        except OSError as error:
            raise JournalError(f"{path} cannot be locked: {error.strerror}") from None
        connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        try:
            # Nothing is ever written, so that there is nothing to roll back.
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            connection.close()
            raise JournalError(f"{path} is in use: another run works on it") from None
        return connection

    def _is_current(self) -> bool:
        """Return whether the locked file is the one that the next process would lock."""
        with suppress(OSError):
            return os.path.samestat(self._file, self._path.stat())
        return False
