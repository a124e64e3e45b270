"""Let what belongs to one process alone begin anew in each child that is forked from it.

A child has a copy of everything, but of the threads only the one that forked. A lock that another thread
held would never open again there, a place in a queue never be left; and a connection is not even copied:
both processes would write into it, and each could read the other's answers.
"""

import os
import socket
from threading import RLock
from typing import Protocol
from weakref import WeakSet


class ForkAware(Protocol):
    """Hold something that a child process must not go on with."""

    def begin_anew(self) -> None:
        """Let go of what belongs to the parent; called in the child, before anything else runs there."""
        ...


#: What a child could not go on with if it were half done; a fork in another thread waits until nobody holds
#: this. A module that is being imported is locked for ever in the child, and a file's transaction that the
#: parent has begun would be rolled back by both.
fork_lock = RLock()
_heirs: WeakSet[ForkAware] = WeakSet()


def register_fork_aware(heir: ForkAware) -> None:
    """Let an object begin anew in every child process, for as long as it lives.

    Args:
        heir: The object; it is not kept alive.
    """
    _heirs.add(heir)


def _begin_anew() -> None:
    try:
        for heir in list(_heirs):
            heir.begin_anew()
    finally:
        # Taken by the thread that forked, which is the one that lives here.
        fork_lock.release()


if hasattr(os, "register_at_fork"):  # pragma: no branch - where processes fork
    os.register_at_fork(
        before=fork_lock.acquire, after_in_parent=fork_lock.release, after_in_child=_begin_anew
    )


class InheritedSockets:
    """Remember the sockets of a process by their numbers."""

    def __init__(self) -> None:
        # With what tells one socket from the next that has its number.
        self._identities: dict[int, tuple[int, int]] = {}

    def note(self, descriptor: int) -> None:
        """Note that a socket was opened.

        Args:
            descriptor: Its number.
        """
        self._identities[descriptor] = _identity(descriptor)

    def let_go(self) -> None:
        """Put a dead socket in the place of each that is open; to be called in a child process."""
        noted, self._identities = self._identities, {}
        inherited = [each for each, identity in noted.items() if _is(each, identity)]
        if inherited:
            # One that was never connected: to write into it is an error, and no signal that ends a process.
            with socket.socket(socket.AF_UNIX) as dead:
                for each in inherited:
                    os.dup2(dead.fileno(), each, inheritable=False)


def _identity(descriptor: int) -> tuple[int, int]:
    status = os.fstat(descriptor)
    return status.st_dev, status.st_ino


def _is(descriptor: int, identity: tuple[int, int]) -> bool:
    try:
        return _identity(descriptor) == identity
    except OSError:
        return False


#: Those of this process.
open_sockets = InheritedSockets()
