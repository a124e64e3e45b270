"""Database of a journal: one SQLite file that survives a kill, a full disk and a power cut.

Every statement is a transaction of its own, and is on the disk when it returns: write-ahead log with
`synchronous=FULL`. SQLite ignores without a word what comes after a damaged place of that log. So every
second transaction merges it into the file, and at most the last two are in the log alone.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Self

from bingx_spot import private_file
from bingx_spot.bulk.journal_rows import COLUMN_NAMES
from bingx_spot.exceptions import BingxError

# "BXcj" in the header of the file, which distinguishes it from other databases.
_APPLICATION_ID = 0x4258636A
VERSION = 5
_SCHEMA = f"""
CREATE TABLE owner (
    created_at INTEGER NOT NULL,   -- Unix milliseconds
    created_by TEXT NOT NULL,      -- version of bingx-spot
    environment TEXT NOT NULL,     -- the base URL that requests are sent to
    salt BLOB NOT NULL,
    account BLOB NOT NULL,         -- fingerprint of the API key under the salt, never the key
    input BLOB NOT NULL,           -- checksum of all orders as they were imported
    orders INTEGER NOT NULL,       -- how many these are
    checksum BLOB NOT NULL         -- of all the above
);
CREATE TABLE orders (line INTEGER PRIMARY KEY, {", ".join(COLUMN_NAMES[1:])});
CREATE UNIQUE INDEX by_order_id ON orders (order_id, symbol) WHERE order_id IS NOT NULL;
CREATE UNIQUE INDEX by_client_order_id ON orders (client_order_id, symbol) WHERE client_order_id IS NOT NULL;
"""
_STATEMENTS = [statement.strip() for statement in _SCHEMA.split(";\n") if statement]
#: The SQL that makes a journal of an empty database.
CREATE = (*_STATEMENTS, f"PRAGMA application_id={_APPLICATION_ID}", f"PRAGMA user_version={VERSION}")
# The lines of rows that fail their checksum; of one connection, and never in the file.
_TEMPORARY = "CREATE TEMP TABLE damaged (line INTEGER PRIMARY KEY)"

_OTHER_FILE = "is not a journal of bingx-spot, and was left unchanged; give --journal another file"
_ELSEWHERE = "name a file of yours, or a new one, in a folder that you may write"
# By the beginning of the name of SQLite's error.
_REASONS = {
    "SQLITE_NOTADB": _OTHER_FILE,
    "SQLITE_FULL": "cannot be written: the disk is full; make room, and give the same command again",
    "SQLITE_BUSY": "is in use by another process; try again when that has ended",
    "SQLITE_READONLY": "cannot be written: the file, its folder or its disk is read-only",
    "SQLITE_IOERR": "cannot be used: the disk is full or fails ({}); fix that, and run it again",
    "SQLITE_CANTOPEN": "cannot be opened ({}); give the same command again when its folder and disk work",
}


class JournalError(BingxError):
    """A journal cannot be used, read or written; the text says why."""


class JournalDamaged(JournalError):
    """The content of a journal is not what was written; `problem` says what was found."""

    def __init__(self, name: str, problem: str) -> None:
        super().__init__(
            f"{name} is damaged ({problem}); no run goes on with it. See: bingx-spot journal --check {name}"
        )
        self.problem = problem


class NoOrders(JournalError):
    """A journal holds no orders: its import was not finished."""


@contextmanager
def _translating(path: Path, verb: str, advice: str) -> Iterator[None]:
    """Raise `JournalError` where a file cannot be opened; the text says why, and what to do."""
    try:
        yield
    except (OSError, sqlite3.Error) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise JournalError(f"{path} cannot be {verb}: {reason}; {advice}") from None


class JournalDatabase:
    """Connection to the database of a journal; each of its methods may raise `JournalError`."""

    def __init__(self, connection: sqlite3.Connection, name: str, path: Path | None = None) -> None:
        # The name is for error texts.
        self._connection, self.name, self._path = connection, name, path
        # Of a run: what keeps other runs out, and the file as it was opened and as it was created.
        self._lock: JournalLock | None = None
        self._opened: os.stat_result | None = None
        self._created: os.stat_result | None = None
        self._size = 0
        # A damaged text is read, and then fails the checksum of its row.
        connection.text_factory = lambda content: content.decode("utf-8", "surrogateescape")
        # Whether it holds no orders yet.
        self.is_new = self._is_empty()
        self.run("PRAGMA temp_store=MEMORY")  # a full folder of temporary files must not stop the run
        self.run(_TEMPORARY)

    @classmethod
    def temporary(cls) -> Self:
        """Return an empty journal on disk that ends with the process: its rows may not fit into memory."""
        journal = cls(sqlite3.connect("", isolation_level=None), "the temporary folder")
        journal.run("PRAGMA journal_mode=OFF")
        journal.run("PRAGMA synchronous=OFF")
        return journal

    @classmethod
    def open(cls, path: Path) -> Self:
        """Open the journal in a file for a run; create the file if there is none."""
        with ExitStack() as undo, _translating(path, "opened", _ELSEWHERE):
            private_file.find_database(path)
            lock = JournalLock(path)
            undo.callback(lock.release)
            found = private_file.find_database(path)
            created = None if found else private_file.create(path)
            # To SQLite, `:memory:` and `file:name` are no files of that name.
            connection = sqlite3.connect(path.absolute(), isolation_level=None)
            undo.callback(connection.close)
            journal = cls(connection, str(path), path)
            journal._lock, journal._opened, journal._created = lock, found or created, created
            journal.check_in_place()
            undo.pop_all()
        journal.run("PRAGMA synchronous=FULL")
        journal.run("PRAGMA fullfsync=ON")  # without it, fsync does not reach the disk on macOS
        journal.run("PRAGMA wal_autocheckpoint=2")  # in pages; each transaction takes one
        return journal

    @classmethod
    def open_readonly(cls, path: Path) -> Self:
        """Open the journal in a file to read it, also while a run uses it, or raise `NoOrders`."""
        with ExitStack() as undo, _translating(path, "read", "name the file of a journal"):
            path.lstat()  # raises where there is nothing
            private_file.find_database(path, only_read=True)
            # In a folder that cannot be written, SQLite reads a file without a log only as immutable.
            log = path.with_name(f"{path.name}-wal")
            immutable = not os.access(path.parent, os.W_OK) and not log.exists()
            mode = "mode=ro&immutable=1" if immutable else "mode=ro"
            connection = sqlite3.connect(f"{path.absolute().as_uri()}?{mode}", uri=True)
            undo.callback(connection.close)
            journal = cls(connection, str(path), path)
            undo.pop_all()
        if journal.is_new:
            journal.close()
            raise NoOrders(f"{path} holds no orders")
        return journal

    def _is_empty(self) -> bool:
        [(application,)] = self.select("PRAGMA application_id")
        [(version,)] = self.select("PRAGMA user_version")
        [(tables,)] = self.select("SELECT count(*) FROM sqlite_master")
        # SQLite takes a file that is shorter than any database for an empty one, and would overwrite it.
        if application == 0 and not tables and not (self._path and self._path.stat().st_size):
            return True
        if application != _APPLICATION_ID:
            raise JournalError(f"{self.name} {_OTHER_FILE}")
        if version != VERSION:
            age = "a later" if version > VERSION else "an earlier"
            reason = f"was written by {age} version of bingx-spot, in a format that this one does not read"
            raise JournalError(f"{self.name} {reason}; go on with that version, or start a new journal")
        return False

    def structure_problem(self) -> str:
        """Return what SQLite finds wrong with its file, the first thing only; empty where nothing is."""
        try:
            # Without the indexes, which only find duplicates in an input.
            [(problem,)] = self.select("PRAGMA quick_check(1)")
            found = list(self.select("SELECT sql FROM sqlite_master ORDER BY rowid"))
        except JournalDamaged as error:
            return error.problem
        if problem != "ok":
            return str(problem).splitlines()[-1]
        return "" if [sql for (sql,) in found] == _STATEMENTS else "its tables are not those of a journal"

    def check_in_place(self) -> None:
        """Raise `JournalError` where the file was moved or removed, `JournalDamaged` where it was cut."""
        if self._path is None or not self._opened:
            return
        if not private_file.is_at(self._path, self._opened):
            reason = "was moved or removed while a run used it; put it back and give the same command again"
            raise JournalError(f"{self.name} {reason}")
        # SQLite has the pages in its cache, and would not notice. A journal never becomes shorter.
        with suppress(OSError):
            size, before = self._path.stat().st_size, self._size
            self._size = max(size, before)
            if size < before:
                raise JournalDamaged(self.name, "another program has cut it while a run used it")

    def run(self, statement: str, *values: object) -> sqlite3.Cursor:
        """Run SQL with the values of its question marks."""
        with self._translating_errors():
            return self._connection.execute(statement, values)

    def select(self, statement: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Yield the rows of a query."""
        with self._translating_errors():
            # Not `yield from`, which would close the cursor of a connection that is closed already.
            for row in self._connection.execute(statement, values):  # noqa: UP028
                yield row

    @contextmanager
    def _translating_errors(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            # An error of Python's module, such as that of a closed database, has no name.
            kind = getattr(error, "sqlite_errorname", "")
            # A reader cannot roll back what a run that was killed during its import has left.
            if kind == "SQLITE_READONLY_ROLLBACK":
                raise NoOrders(f"{self.name} holds no orders") from None
            # A plain error is of SQL that names what the file lacks, such as a table.
            if kind == "SQLITE_ERROR" or kind.startswith("SQLITE_CORRUPT"):
                raise JournalDamaged(self.name, str(error)) from None
            reasons = (reason for name, reason in _REASONS.items() if kind.startswith(name))
            raise JournalError(f"{self.name} {next(reasons, 'cannot be used: {}').format(error)}") from None
        except UnicodeDecodeError:
            # The text of SQLite's own error quotes what it cannot read.
            raise JournalDamaged(self.name, "the names of its tables cannot be read") from None

    def close(self) -> None:
        """Merge the log into the one file, close it, and release its lock; remove a new empty one."""
        # Fails where the file is only read.
        with suppress(sqlite3.Error):
            self._connection.execute("PRAGMA journal_mode=DELETE")
        self._connection.close()
        if self.is_new and self._path is not None:
            private_file.remove_created(self._path, self._created)
        if self._lock is not None:
            self._lock.release()


class JournalLock:
    """Exclusive lock on a journal, until it is released or the process ends, however it ends.

    It is SQLite's, on an empty file beside the journal, so that the journal itself can be read meanwhile.
    """

    def __init__(self, path: Path) -> None:
        self._path = path.absolute().with_name(f"{path.name}-lock")
        self._created: os.stat_result | None = None
        while not self._acquire(path):
            pass

    def release(self) -> None:
        """Release the lock, and remove its file where this process has created it."""
        # Removed while the lock is held: a process that has locked a removed file notices, see `_acquire`.
        private_file.remove_created(self._path, self._created)
        self._connection.close()

    def _acquire(self, path: Path) -> bool:
        """Lock the file; return whether it is still the one that the next process would lock."""
        with _translating(self._path, "locked", _ELSEWHERE):
            if (locked := private_file.find(self._path)) is None:
                with suppress(FileExistsError):
                    self._created = private_file.create(self._path)
                return False
            if locked.st_size:
                raise private_file.UnsafeFile("it is no lock of bingx-spot")
            self._connection = sqlite3.connect(self._path, timeout=0, isolation_level=None)
        try:
            # Nothing is ever written, so that there is nothing to roll back.
            self._connection.execute("PRAGMA journal_mode=OFF")
            self._connection.execute("BEGIN EXCLUSIVE")
        except sqlite3.Error:
            self._connection.close()
            raise JournalError(f"{path} is in use: another run works on it") from None
        if private_file.is_at(self._path, locked):
            return True
        self._connection.close()
        return False
