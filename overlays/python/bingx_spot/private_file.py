"""Files that only this user may change: what stands at a path is looked at before it is opened or removed.

Three rules. Only regular files are opened: a device, a FIFO or a socket is refused by what it is. What others
may write is not read. Only what this process has created is removed.
"""

import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from shlex import quote

_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFIFO: "a FIFO",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a character device",
    stat.S_IFBLK: "a block device",
}
# The files that SQLite keeps beside a database. It would believe what somebody else has put there.
_COMPANIONS = ("-journal", "-wal", "-shm")
_GROUP_AND_OTHERS = 0o077
_WRITE = 0o022
# Windows has no FIFO to hang on, and no mode bits.
_NO_WAIT = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0) | getattr(os, "O_BINARY", 0)


class UnsafeFile(OSError):
    """What stands at a path is not used; `strerror` says why, in words that follow "cannot be opened:"."""

    def __init__(self, reason: str) -> None:
        super().__init__(errno.EPERM, reason)


def check_regular(status: os.stat_result) -> None:
    """Raise `UnsafeFile` unless the status is that of a regular file."""
    if not stat.S_ISREG(status.st_mode):
        kind = _KINDS.get(stat.S_IFMT(status.st_mode), "something else")
        raise UnsafeFile(f"it is {kind}, not a regular file")


def find(path: Path, *, only_read: bool = False) -> os.stat_result | None:
    """Return the status of the file at a path, or None where there is nothing; no link is followed.

    Raises:
        UnsafeFile: It is no regular file; or, unless it is only read, it belongs to another user than root,
            others may write it, or it has another name.
        OSError: It cannot be looked at.
    """
    try:
        status = os.lstat(path)
    except FileNotFoundError:
        return None
    check_regular(status)
    if not only_read:
        _check_owner(status)
        if os.name == "posix" and status.st_mode & _WRITE:
            raise UnsafeFile(f"others may write it; fix that with `chmod go-w {quote(str(path))}`")
        # SQLite's locks and logs go by the name: by two names, two runs would write the same file.
        if status.st_nlink > 1:
            raise UnsafeFile("it has another name, a hard link; name a copy of it")
    return status


def find_database(path: Path, *, only_read: bool = False) -> os.stat_result | None:
    """Do as `find` for an SQLite database, and check the files that SQLite keeps beside it."""
    status = find(path, only_read=only_read)
    for suffix in _COMPANIONS:
        companion = path.with_name(path.name + suffix)
        try:
            find(companion, only_read=only_read)
        except UnsafeFile as error:
            raise UnsafeFile(f"{companion} is beside it, and {error.strerror}") from None
    return status


def create(path: Path) -> os.stat_result:
    """Create an empty file that only its owner can read, and return its status.

    `FileExistsError` says that something is at the path, be it a link that leads nowhere.
    """
    opened = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        return os.fstat(opened)
    finally:
        os.close(opened)


def is_at(path: Path, status: os.stat_result) -> bool:
    """Return whether the file with this status is still the one at the path."""
    try:
        return os.path.samestat(os.lstat(path), status)
    except OSError:
        return False


def remove_created(path: Path, created: os.stat_result | None) -> None:
    """Remove a file that this process has created, and nothing that stands there in its place."""
    if created is not None and is_at(path, created):
        with suppress(OSError):
            path.unlink()


def read_secret(path: Path, limit: int) -> bytes:
    """Read a file that only its owner can read, at most `limit` bytes.

    A link is followed, as Kubernetes mounts secrets, to a file that is checked like any other. On a read-only
    file system owner and read permission are not checked: whoever mounts it fixes them.

    Raises:
        UnsafeFile: It is no regular file, belongs to another user than root, others can read it, or its
            folder lets others replace it.
        OSError: It cannot be read.
    """
    # Looked at before it is opened, which may change the state of a device, and again once it is open.
    check_regular(path.stat())
    opened = os.open(path, os.O_RDONLY | _NO_WAIT)
    with os.fdopen(opened, "rb") as file:
        status = os.fstat(opened)
        check_regular(status)
        if os.name == "posix":
            read_only = os.fstatvfs(opened).f_flag & os.ST_RDONLY
            if not read_only:
                _check_owner(status)
            if status.st_mode & (_WRITE if read_only else _GROUP_AND_OTHERS):
                raise UnsafeFile(f"others can read it; fix that with `chmod 600 {quote(str(path))}`")
            if not read_only:
                _check_folders(path)
        return file.read(limit)


def _check_owner(status: os.stat_result) -> None:
    if os.name == "posix" and status.st_uid not in (os.geteuid(), 0):
        raise UnsafeFile("it belongs to another user")


def _check_folders(path: Path) -> None:
    """Raise `UnsafeFile` where others may replace a file; in a folder like /tmp they may not."""
    for folder in dict.fromkeys((*path.absolute().parents, *path.resolve().parents)):
        status = folder.stat()
        # Many systems give each user a group of the same name.
        is_own_group = status.st_gid in (0, os.getegid())
        if status.st_mode & (stat.S_IWOTH if is_own_group else _WRITE) and not status.st_mode & stat.S_ISVTX:
            raise UnsafeFile(
                f"others may write its folder {folder}; fix that with `chmod go-w {quote(str(folder))}`"
            )
