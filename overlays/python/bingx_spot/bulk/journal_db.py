"""Keep a journal's database: one SQLite file that survives a kill, a full disk and a power cut.

Every statement is a transaction of its own, and is on the disk when it returns: write-ahead log with
`synchronous=FULL`. SQLite is in Python's standard library, and is tested for just these three.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Self

from bingx_spot.exceptions import BingxError

#: "BXcj" in the header of the file, by which it is told from other databases.
APPLICATION_ID = 0x4258636A
VERSION = 1

_SMALLEST = 512
_FOREIGN = "is not a journal of bingx-spot, and was left as it is"

_SCHEMA = """
CREATE TABLE about (
    made_at INTEGER NOT NULL,      -- Unix milliseconds
    made_by TEXT NOT NULL,
    environment TEXT NOT NULL,     -- the origin that requests go to
    salt BLOB NOT NULL,
    account BLOB NOT NULL          -- a fingerprint of the API key under the salt, never the key
);
CREATE TABLE orders (
    line INTEGER PRIMARY KEY,      -- of the input
    symbol TEXT NOT NULL,
    order_id INTEGER,
    client_order_id TEXT,
    cancel_restrictions TEXT,
    recv_window NUMERIC,
    state TEXT NOT NULL,           -- waiting, asked, or the outcome
    in_doubt INTEGER NOT NULL,     -- whether a request was out whose outcome was not learnt
    asked INTEGER NOT NULL,        -- how many times
    asked_at INTEGER,              -- first, Unix milliseconds
    ended_at INTEGER,              -- Unix milliseconds
    stated_order_id INTEGER,       -- as the exchange states the order, as all below
    order_status TEXT,
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
    """Say that a journal cannot be used, read or written; the text says which and why."""


class NoOrders(JournalError):
    """Say that a journal holds no orders: nothing was taken in yet, or not all of it."""


class Store:
    """Hold the connection to a journal's database.

    Args:
        connection: To the database.
        name: How errors name it.
        path: Where the file is, or None for a database that goes with the process.
    """

    def __init__(self, connection: sqlite3.Connection, name: str, path: Path | None = None) -> None:
        self._connection = connection
        self.name = name
        self._path = path

    @classmethod
    def temporary(cls) -> Self:
        """Return an empty store on the disk that goes with the process: its rows may not fit into memory."""
        # SQLite's own: a file without a name in the folder for such things.
        store = cls(sqlite3.connect("", isolation_level=None), "the folder for temporary files")
        store.run("PRAGMA journal_mode=OFF")
        store.run("PRAGMA synchronous=OFF")
        return store

    @classmethod
    def at(cls, path: Path) -> Self:
        """Return the store in a file, which is made where there is none.

        Args:
            path: Where the file is.

        Raises:
            JournalError: It cannot be opened, or is something else.
        """
        try:
            make_private(path)
        except OSError as problem:
            raise JournalError(f"{path} cannot be opened: {problem.strerror}") from None
        store = cls(sqlite3.connect(path, isolation_level=None), str(path), path)
        try:
            store.run("PRAGMA synchronous=FULL")
            # To macOS, a barrier where the usual call is none; to others nothing.
            store.run("PRAGMA fullfsync=ON")
        except JournalError:
            store.leave()
            raise
        return store

    @classmethod
    def reading(cls, path: Path) -> Self:
        """Return the store in a file, to be read, while a run writes it too.

        Args:
            path: Where the file is.

        Raises:
            JournalError: There is no such file, or it is something else.
        """
        if not path.is_file():
            raise JournalError(f"{path} cannot be read: there is no such file")
        # Where nothing can be written, a file without a log can be read only as one that nobody changes.
        log = path.with_name(f"{path.name}-wal")
        still = not os.access(path.parent, os.W_OK) and not log.exists()
        mode = "mode=ro&immutable=1" if still else "mode=ro"
        return cls(sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True), str(path), path)

    def is_new(self) -> bool:
        """Tell whether nothing is in it yet.

        Raises:
            JournalError: It is a database of something else, or of a later version.
        """
        with self.telling():
            [application] = self.run("PRAGMA application_id").fetchone()
            [version] = self.run("PRAGMA user_version").fetchone()
            [tables] = self.run("SELECT count(*) FROM sqlite_master").fetchone()
        if application not in (0, APPLICATION_ID) or (application == 0 and tables):
            raise JournalError(f"{self.name} is a database of something else, and was left as it is")
        if version > VERSION:
            raise JournalError(f"{self.name} was made by a later version of bingx-spot")
        # SQLite takes a file shorter than any of its own for an empty one, and would fill it.
        if not tables and self._path is not None and 0 < self._path.stat().st_size < _SMALLEST:
            raise JournalError(f"{self.name} {_FOREIGN}")
        return not tables

    def make(self) -> None:
        """Make the tables; within the transaction that fills them, so that there is never half of them."""
        for statement in _SCHEMA.split(";\n"):
            self.run(statement)
        self.run(f"PRAGMA application_id={APPLICATION_ID}")
        self.run(f"PRAGMA user_version={VERSION}")

    def keep_log(self) -> None:
        """Write ahead into a log from now on: half the work an order, and readers are not in the way."""
        self.run("PRAGMA journal_mode=WAL")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Write all that the block writes, or nothing."""
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
            *values: What stands for its question marks.
            **named: What stands for its names.

        Raises:
            JournalError: It could not be done; the text says why.
        """
        with self.telling():
            return self._connection.execute(statement, named or values)

    @contextmanager
    def telling(self) -> Iterator[None]:
        """Raise what goes wrong in SQLite as an error of ours.

        Raises:
            JournalError: It did.
        """
        try:
            yield
        except sqlite3.Error as problem:
            # Whoever only reads cannot undo what a run that was killed while it took rows in has left.
            if problem.sqlite_errorname == "SQLITE_READONLY_ROLLBACK":
                raise NoOrders(f"{self.name} holds no orders") from None
            raise JournalError(self._told(problem)) from None

    def leave(self) -> None:
        """Close the file as it is: it may be somebody else's."""
        self._connection.close()

    def close(self, *, discard: bool = False) -> None:
        """Close the file, which is one file again.

        Args:
            discard: Whether to remove it.
        """
        with suppress(sqlite3.Error):
            if self._path is not None and not discard:
                self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.close()
        if discard and self._path is not None:
            self._path.unlink(missing_ok=True)

    def _told(self, problem: sqlite3.Error) -> str:
        name = problem.sqlite_errorname
        if name == "SQLITE_NOTADB":
            return f"{self.name} {_FOREIGN}"
        if name == "SQLITE_FULL":
            return f"{self.name} cannot be written: there is no room left"
        if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")):
            return f"{self.name} is in use by another process"
        return f"{self.name} cannot be used: {problem}"


def make_private(path: Path) -> None:
    """Make an empty file, its owner's alone, unless there is one: a journal tells what somebody trades.

    Args:
        path: Where.

    Raises:
        OSError: It cannot be made.
    """
    # A file that is there is not opened: closing it would give up the locks that SQLite has on it.
    with suppress(FileExistsError):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))


class Lock:
    """Hold a journal against every other process, until it is released or the process ends, however it ends.

    The lock is SQLite's own, which every system takes back from a dead process. It stands on an empty file
    beside the journal, so that the journal itself can be read meanwhile.

    Args:
        path: Where the journal is.

    Raises:
        JournalError: Another process holds it, or the file beside it cannot be made.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.with_name(f"{path.name}-lock")
        self._connection = self._taken(path)
        while not self._is_mine():
            self._connection.close()
            self._connection = self._taken(path)

    def release(self) -> None:
        """Let others have it, and leave no file."""
        # While it is still held: nobody can hold a file that has gone without noticing, see `_is_mine`.
        self._path.unlink(missing_ok=True)
        self._connection.close()

    def _taken(self, path: Path) -> sqlite3.Connection:
        try:
            make_private(self._path)
            self._file = self._path.stat()
        except OSError as problem:
            raise JournalError(f"{path} cannot be locked: {problem.strerror}") from None
        connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        try:
            # Nothing is ever written, so there is nothing to roll back.
            connection.execute("PRAGMA journal_mode=OFF")
            connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            connection.close()
            raise JournalError(f"{path} is in use: another run works on it") from None
        return connection

    def _is_mine(self) -> bool:
        """Tell whether the file that is locked is the one that the next process would lock."""
        with suppress(OSError):
            return os.path.samestat(self._file, self._path.stat())
        return False
