"""Share a limit through a file, for the processes of one machine."""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bingx_spot.fork_safety import fork_lock
from bingx_spot.shared_limits.allocation import Allocation, ProcessReport, allocate
from bingx_spot.shared_limits.protocol import StoreError

#: How long to wait for others that use the file, in seconds.
TIMEOUT = 0.1
_TABLE = "CREATE TABLE IF NOT EXISTS limits (name TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID"
_READ = "SELECT state FROM limits WHERE name = ?"
_WRITE = "INSERT INTO limits VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state"


class FileStore:
    """Share limits through an SQLite database.

    SQLite holds what a lock file would have to be taught: a process that is killed in the middle leaves the
    state as it was before, and its lock goes with it. Times are those of the machine's monotonic clock, which
    all processes read alike; so the file must lie on a disk of this machine.

    Args:
        path: The file; it is made when it is first needed, readable by its owner alone.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._pid = 0

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        """Let `fleet.decide` run on what is remembered of a limit, while nobody else can change it."""
        with fork_lock:
            try:
                return self._decided(name, report)
            except (sqlite3.Error, OSError, ValueError, TypeError, LookupError) as error:
                reason = _reason(error)
            self._close()
        raise StoreError(reason)

    def close(self) -> None:
        """Let go of the file."""
        with fork_lock:
            self._close()

    def __repr__(self) -> str:
        return "<FileStore>"

    def _decided(self, name: str, report: ProcessReport) -> Allocation:
        with self._alone() as connection:
            row = connection.execute(_READ, (name,)).fetchone()
            state = {} if row is None else json.loads(row[0])
            verdict = allocate(state, time.monotonic() * 1000, report)
            connection.execute(_WRITE, (name, json.dumps(state)))
            return verdict

    @contextmanager
    def _alone(self) -> Iterator[sqlite3.Connection]:
        connection = self._opened()
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield connection
        except BaseException:
            connection.rollback()
            raise
        connection.commit()

    def _opened(self) -> sqlite3.Connection:
        if self._connection is None or self._pid != os.getpid():
            self._make_private()
            self._pid = os.getpid()
            self._connection = sqlite3.connect(
                self._path, timeout=TIMEOUT, isolation_level=None, check_same_thread=False
            )
            # After a power cut nothing in it is worth anything.
            self._connection.execute("PRAGMA synchronous = OFF")
            self._connection.execute("PRAGMA journal_mode = TRUNCATE")
            self._connection.execute(_TABLE)
        return self._connection

    def _make_private(self) -> None:
        # Only where it is new: to close one that is there would give up this process's locks on it.
        with suppress(FileExistsError):
            os.close(os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        # One that was opened before a fork is the parent's, and to close it would give up the parent's locks.
        if connection is not None and self._pid == os.getpid():
            connection.close()


def _reason(error: Exception) -> str:
    if isinstance(error, sqlite3.Error):
        return f"the file cannot be used: {error}"
    if isinstance(error, OSError):
        return f"the file cannot be opened: {error.strerror}"
    return "the file holds what is not understood"
