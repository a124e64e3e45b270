"""Things that may stand at the path of a file, and are none."""

import os
import socket
import stat
from collections.abc import Callable
from pathlib import Path

import pytest


def a_socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as bound:
        # The path of a socket may have some hundred bytes only.
        here = Path.cwd()
        os.chdir(path.parent)
        try:
            bound.bind(path.name)
        finally:
            os.chdir(here)


def a_device(path: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("only root can make a device")
    os.mknod(path, stat.S_IFCHR | 0o600, os.makedev(1, 3))


def a_link(path: Path) -> None:
    path.with_name("target").touch(0o600)
    path.symlink_to(path.with_name("target"))


#: Makes something at a path that is no regular file, by the words for it.
KINDS: dict[str, Callable[[Path], None]] = {
    "a FIFO": lambda path: os.mkfifo(path, 0o600),
    "a socket": a_socket,
    "a character device": a_device,
    "a folder": lambda path: path.mkdir(0o700),
    "a symbolic link": a_link,
    "a symbolic link, not": lambda path: path.symlink_to(path.with_name("nothing")),
}


def standing(path: Path) -> tuple[object, ...]:
    """Return what stands at a path and beside it, to compare it with later."""
    status = path.lstat()
    return status.st_mode, status.st_dev, status.st_ino, status.st_rdev, sorted(path.parent.iterdir())
