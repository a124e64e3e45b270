"""Let what belongs to one process alone begin anew in each child that is forked from it.

A child has a copy of everything, but of the threads only the one that forked. A lock that another thread
held would never open again there, a place in a queue never be left; and a connection is not even copied:
both processes would write into it, and each could read the other's answers.
"""

import os
from threading import RLock
from typing import Protocol
from weakref import WeakSet


class Heir(Protocol):
    """Hold something that a child process must not go on with."""

    def begin_anew(self) -> None:
        """Let go of what belongs to the parent; called in the child, before anything else runs there."""
        ...


#: What a child could not go on with if it were half done; a fork in another thread waits until nobody holds
#: this. A module that is being imported is locked for ever in the child, and a file's transaction that the
#: parent has begun would be rolled back by both.
whole = RLock()
_heirs: WeakSet[Heir] = WeakSet()


def note_heir(heir: Heir) -> None:
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
        whole.release()


if hasattr(os, "register_at_fork"):  # pragma: no branch - where processes fork
    os.register_at_fork(before=whole.acquire, after_in_parent=whole.release, after_in_child=_begin_anew)
