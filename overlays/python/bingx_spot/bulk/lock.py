"""Let one process at a time work on a journal."""

import os
import sqlite3
from contextlib import suppress
from pathlib import Path

from bingx_spot.bulk.store import JournalError, make_private


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
