"""Know how far a request has come: how much time it has left, and whether a byte of it has left."""

import time
from contextvars import ContextVar

from bingx_spot.engines.mask import Mask


class Progress:
    """Know how far one request has come, for whatever carries it."""

    __slots__ = ("_mask", "_secrets", "deadline", "secure", "written")

    def __init__(self, deadline: float, *, secure: bool, secrets: tuple[str, ...] = ()) -> None:
        self.deadline = deadline
        self.secure = secure
        self._secrets = secrets
        self._mask: Mask | None = None
        self.written = False

    @property
    def mask(self) -> Mask:
        """Return what hides in its answer what it must not repeat."""
        if self._mask is None:
            self._mask = Mask(self._secrets)
        return self._mask

    def left(self) -> float:
        """Return how much time is left, in seconds."""
        # Not 0: that would make a socket non-blocking.
        return max(self.deadline - time.monotonic(), 0.001)

    def note_write(self, *, secure: bool) -> None:
        """Note that bytes go out, over TLS or in clear."""
        # What goes out before TLS stands is a proxy's business, and no request of ours.
        if secure or not self.secure:
            self.written = True


#: The request that this thread or task is at work on.
progress: ContextVar[Progress] = ContextVar("bingx_spot_progress")
