"""Share a limit through a file, for the processes of one machine."""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bingx_spot.fork_safety import fork_lock
from bingx_spot.shared_limits.allocation import allocate
from bingx_spot.shared_limits.store import Allocation, ProcessReport, StoreError

#: How long to wait for other processes that use the file, in seconds.
TIMEOUT = 0.1
_TABLE = "CREATE TABLE IF NOT EXISTS limits (name TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID"
_READ = "SELECT state FROM limits WHERE name = ?"
_WRITE = "INSERT INTO limits VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state"
_FIX = "Name a file on a disk of this machine that all processes may write."


class FileStore:
    """Shares limits through an SQLite database.

    A process that is killed in the middle leaves the state as it was before, and its lock is released. Times
    are those of the machine's monotonic clock, so the file must be on a disk of this machine.

    Args:
        path: The file. It is created when first used, readable by its owner alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._file: tuple[int, int] | None = None

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        """Run `allocation.allocate` on the state of a limit, in one transaction."""
        with fork_lock:
            try:
                return self._allocate(name, report)
            except sqlite3.Error as error:
                reason = f"the file cannot be used: {error}"
            except OSError as error:
                reason = f"the file cannot be opened: {error.strerror}"
            except Exception:  # whatever a program that is not ours has written there
                reason = "the file has unexpected content"
            self._close()
        raise StoreError(reason, _FIX)

    def close(self) -> None:
        """Close the file."""
        with fork_lock:
            self._close()

    def __repr__(self) -> str:
        return "<FileStore>"

    def _allocate(self, name: str, report: ProcessReport) -> Allocation:
        with self._transaction() as connection:
            row = connection.execute(_READ, (name,)).fetchone()
            state = {} if row is None else json.loads(row[0])
            allocation = allocate(state, time.monotonic() * 1000, report)
            connection.execute(_WRITE, (name, json.dumps(state)))
            return allocation

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        connection = self._connect()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None and self._file != self._present_file():
            # Deleted or replaced: processes that start now use another one.
            self._close()
        if self._connection is None or self._pid != os.getpid():
            # Only a new file: closing an existing one would release this process's locks on it.
            with suppress(FileExistsError):
                os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
            self._pid, self._file = os.getpid(), self._present_file()
            self._connection = sqlite3.connect(
                self._path, timeout=TIMEOUT, isolation_level=None, check_same_thread=False
            )
            # After a power failure the content is worthless anyway.
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute("PRAGMA journal_mode = TRUNCATE")
            self._connection.execute(_TABLE)
        return self._connection

    def _present_file(self) -> tuple[int, int] | None:
        with suppress(OSError):
            status = self._path.stat()
            return status.st_dev, status.st_ino
        return None

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        # A connection from before a fork is the parent's; closing it would release the parent's locks.
        if connection is not None and self._pid == os.getpid():
            connection.close()
