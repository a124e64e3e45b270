"""State of one request in flight: its deadline, and whether any byte of it may have been sent."""

import time
from collections.abc import Callable

#: A response has a few hundred bytes. What is larger than this, in bytes, is not the exchange's.
MAXIMUM_SIZE = 1_048_576
#: How long bytes that had arrived before the deadline may still be parsed after it, in seconds. A process
#: that was stopped (SIGSTOP, a suspended laptop) reads a complete response although the time is over.
_GRACE = 0.05


class ConnectionBroken(Exception):
    """There is no response, for a reason that holds nothing of the request.

    Args:
        reason: The reason in words, the system's for example.
    """


class ResponseTooLarge(Exception):
    """The response is larger than any of the exchange's."""

    def __init__(self) -> None:
        super().__init__(f"the response is larger than {MAXIMUM_SIZE} bytes")


class RequestContext:
    """State of one request in flight.

    Args:
        timeout: How long the request may take, in seconds.
    """

    __slots__ = ("_deadline", "_grace_ends", "_setup_deadline", "request_sent", "wake")

    def __init__(self, timeout: float) -> None:
        self._deadline = time.monotonic() + timeout
        self._setup_deadline = float("inf")
        self._grace_ends = 0.0
        #: Whether a byte of the request may have been sent. Set before the first byte goes to the kernel.
        self.request_sent = False
        #: Ends the wait that the request is in; set by the code that waits.
        self.wake: Callable[[], object] | None = None

    def time_left(self) -> float:
        """Return how many seconds are left for the current phase; 0 at the least."""
        left = min(self._deadline, self._setup_deadline) - time.monotonic()
        return left if left > 0 else 0.0

    def begin_setup(self, seconds: float) -> float:
        """Give the connection at most so many seconds to open, and return how many it has."""
        self._setup_deadline = time.monotonic() + seconds
        return self.time_left()

    def end_setup(self) -> None:
        """Give the rest of the request all the time that is left."""
        self._setup_deadline = float("inf")

    def check_time(self) -> None:
        """Raise where parsing goes on after the deadline.

        Raises:
            TimeoutError: The time is over, and so is the grace for bytes that had arrived before.
        """
        now = time.monotonic()
        if now <= self._deadline:
            return
        if not self._grace_ends:
            self._grace_ends = now + _GRACE
        elif now > self._grace_ends:
            raise TimeoutError

    def cancel(self) -> None:
        """End the request now: its time is over."""
        self._deadline = 0.0
        if self.wake is not None:
            self.wake()
