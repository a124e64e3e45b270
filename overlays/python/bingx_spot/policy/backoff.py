"""Say how long to wait before trying again, and whether there are tries left to spend."""

from collections.abc import Callable
from threading import Lock

from bingx_spot.forks import note_heir

_BASE = 0.1
_LONGEST = 2.0
_TRIES = 100.0
_EARNED = 0.5


def backoff(tries: int, chance: Callable[[], float] | None = None) -> float:
    """Return a pause in seconds: exponential, with full jitter, so that many callers do not march in step.

    Args:
        tries: How many tries there were.
        chance: Gives a number from 0 to 1; None for one at random.
    """
    if chance is None:
        # Imported here: most calls never pause.
        from random import random  # noqa: PLC0415

        chance = random
    return chance() * min(_LONGEST, _BASE * 2.0**tries)


class Budget:
    """Ration the tries that a client makes beyond the first ones of its calls.

    All callers share it: each further try takes one, each success earns half of one back. A sick server
    meets at most a hundred further tries, however many callers there are, and then only as many as it
    has successes to show.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._left = _TRIES
        note_heir(self)

    def begin_anew(self) -> None:
        """Open the lock: after a fork, whoever held it is in the parent process."""
        self._lock = Lock()

    def take(self) -> bool:
        """Take one try, and tell whether there was one."""
        with self._lock:
            if self._left < 1:
                return False
            self._left -= 1
            return True

    def earn(self) -> None:
        """Count a success."""
        if self._left == _TRIES:
            return
        with self._lock:
            self._left = min(_TRIES, self._left + _EARNED)
