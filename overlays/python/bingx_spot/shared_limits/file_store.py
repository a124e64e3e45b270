"""Share a limit through a file, for the processes of one machine."""

import json
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path

from bingx_spot import private_file
from bingx_spot.fork_safety import fork_lock
from bingx_spot.shared_limits.allocation import State, allocate
from bingx_spot.shared_limits.store import Allocation, ProcessReport, StoreError

#: How long to wait for other processes that use the file, in seconds.
TIMEOUT = 0.1
#: "BXlm" in the header of the file, which distinguishes it from other databases.
APPLICATION_ID = 0x42586C6D
_TABLE = "CREATE TABLE limits (name TEXT PRIMARY KEY, state TEXT NOT NULL) WITHOUT ROWID"
_READ = "SELECT state FROM limits WHERE name = ?"
_WRITE = "INSERT INTO limits VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET state = excluded.state"
_FIX = "Name a new file, or one of limits alone, on a disk of this machine, that all processes may write."


class FileStore:
    """Shares limits through an SQLite database, which is created when first used.

    A process that is killed in the middle leaves the state as it was before, and its lock is released. Times
    are those of the machine's monotonic clock, so the file must be on a disk of this machine. It begins again
    when the machine does: then the wall clock tells how long ago the last exchange was.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._pid = 0
        self._file: os.stat_result | None = None

    def exchange(self, name: str, report: ProcessReport) -> Allocation:
        """Run `allocation.allocate` on the state of a limit, in one transaction."""
        with fork_lock:
            try:
                with _transaction(self._connect()) as connection:
                    row = connection.execute(_READ, (name,)).fetchone()
                    state = {} if row is None else json.loads(row[0])
                    allocation = allocate(state, _clock(state), report)
                    connection.execute(_WRITE, (name, json.dumps(state)))
                    return allocation
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

    def _connect(self) -> sqlite3.Connection:
        if self._connection is not None and not (self._file and private_file.is_at(self._path, self._file)):
            # Deleted or replaced: processes that start now use another one.
            self._close()
        if self._connection is None or self._pid != os.getpid():
            self._file = private_file.find_database(self._path)
            if self._file is None:
                # Only a new file is opened: closing an existing one would release this process's locks on it.
                with suppress(FileExistsError):
                    private_file.create(self._path)
                self._file = private_file.find(self._path)
            self._pid = os.getpid()
            self._connection = sqlite3.connect(
                self._path, timeout=TIMEOUT, isolation_level=None, check_same_thread=False
            )
            self._prepare(self._connection)
        return self._connection

    def _prepare(self, connection: sqlite3.Connection) -> None:
        """Create the table in a new file; change nothing in a database of something else."""
        # After a power failure the content is worthless anyway.
        connection.execute("PRAGMA synchronous = OFF")
        with _transaction(connection):
            (application,) = connection.execute("PRAGMA application_id").fetchone()
            if application != APPLICATION_ID:
                if self._path.stat().st_size:
                    raise private_file.UnsafeFile("it is another database")
                connection.execute(_TABLE)
                connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA journal_mode = TRUNCATE")

    def _close(self) -> None:
        connection, self._connection = self._connection, None
        # A connection from before a fork is the parent's; closing it would release the parent's locks.
        if connection is not None and self._pid == os.getpid():
            connection.close()


def _clock(state: State) -> float:
    """Return the machine's monotonic clock, in milliseconds, and let the state go on after a restart."""
    now, wall = time.monotonic() * 1000, time.time() * 1000
    last = state.get("machine", {"boot": _boot(), "clock": now, "wall": wall})
    if last["boot"] != _boot() or now < last["clock"]:
        state["offset"] += last["clock"] + max(wall - last["wall"], 0.0) - now
    state["machine"] = {"boot": _boot(), "clock": now, "wall": wall}
    return now


@cache
def _boot() -> str:
    """Return what names this run of the machine; empty where nothing does."""
    with suppress(OSError):
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return ""


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[sqlite3.Connection]:
    connection.execute("BEGIN IMMEDIATE")
    # Commits, or rolls back if the block raises.
    with connection:
        yield connection
