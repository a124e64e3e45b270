"""Reset per-process state (locks, queues, connections) in forked children.

A child has a copy of everything, but of the threads only the one that forked. A lock that another thread
held would never open again there, a place in a queue would never become free; and a connection is not even
copied: both processes would write to it, and each could read the responses of the other.
"""

import os
from threading import RLock
from typing import Protocol
from weakref import WeakSet


class ForkAware(Protocol):
    """An object with state that a child process must not go on with."""

    def after_fork_in_child(self) -> None:
        """Drop what belongs to the parent process; called in the child, before anything else runs there."""


#: Held while something runs that a child could not go on with if it were half done; a fork in another thread
#: waits for it. A module that is being imported stays locked for ever in the child, and a transaction of a
#: file that the parent has begun would be rolled back by both.
fork_lock = RLock()
_fork_aware: WeakSet[ForkAware] = WeakSet()


def register_fork_aware(each: ForkAware) -> None:
    """Call an object's `after_fork_in_child` in every child process, while something else holds it."""
    _fork_aware.add(each)


def _after_fork_in_child() -> None:
    try:
        for each in list(_fork_aware):
            each.after_fork_in_child()
    finally:
        # Acquired by the thread that forked, which is the one that lives here.
        fork_lock.release()


if hasattr(os, "register_at_fork"):  # pragma: no branch
    os.register_at_fork(
        before=fork_lock.acquire, after_in_parent=fork_lock.release, after_in_child=_after_fork_in_child
    )
