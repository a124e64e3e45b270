"""Tell what to do while a store cannot be had: go on without it, and when to look again."""

from enum import Enum

#: How long a store may be out of reach before others are taken to go without it too, a window apart. In that
#: time, nothing is sent: whatever the store gave out to others before it went is counted no longer then.
PAUSE = 0.25
#: How soon to ask again in that time, in seconds.
SOON = 0.1
#: How often to look whether it is back, in seconds.
PROBE = 1.0


class Phase(Enum):
    """Say where permits come from."""

    STORE = "the store"
    NOBODY = "nobody, until it is certain that the store is gone"
    HERE = "this process's own share"


class Outage:
    """Follow whether a store can be had.

    A store that does not answer once may just be slow, and others may still get permits from it. So nothing
    is given out for the length of a window: by then it answers again, or all go without it, each with its
    share.
    A process that shares the limit with nobody goes on at once.

    Args:
        window: The longest window of the limits, in seconds.
    """

    def __init__(self, window: float) -> None:
        self.window = window
        #: How many processes share the limits, as was last heard; 0 where that is not known.
        self.members = 0
        self.phase = Phase.STORE
        self._since = 0.0

    def failed(self, now: float) -> bool:
        """Note that the store could not be had, and tell whether that begins the going on without it."""
        if self.phase is Phase.STORE:
            self.phase, self._since = Phase.NOBODY, now
        over = self.members == 1 or now >= self._since + self.window + PAUSE
        if self.phase is Phase.NOBODY and over:
            self.phase = Phase.HERE
            return True
        return False

    def heard(self, members: int) -> bool:
        """Note that the store has answered, and tell whether that ends the going on without it.

        Args:
            members: How many processes share the limits, by the store's word.
        """
        was, self.phase, self.members = self.phase, Phase.STORE, members
        return was is Phase.HERE

    def again_in(self) -> float:
        """Return in how many seconds to ask a store again that has failed."""
        return PROBE if self.phase is Phase.HERE else SOON
