"""The sockets that were opened in this process, which a child of it must not use.

Dropping an object that holds a connection is no harmless thing in a child: its library may say goodbye in
the name of the parent, over the parent's own connection, or take the socket out of the parent's event loop.
So each socket is replaced, under its number, by one that leads nowhere: whatever is done with it, nobody
hears of it.
"""

import os
import socket


class Sockets:
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
opened = Sockets()
