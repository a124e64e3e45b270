"""Know how far a request has come: how much time it has left, whether it has left, and what is back of it."""

import time
from contextvars import ContextVar

from bingx_spot.engines.mask import Mask

#: An answer is some hundred bytes; what is larger than this, in bytes, is not the exchange's.
MAXIMUM_BODY = 1_048_576


class Unfinished(Exception):
    """Say why an answer was not read to its end."""


class TooLarge(Unfinished):
    """Say that an answer is larger than any of the exchange's."""

    def __init__(self) -> None:
        super().__init__(f"the answer is larger than {MAXIMUM_BODY} bytes")


class Progress:
    """Know how far one request has come, for whatever carries it, and gather its answer's body.

    Args:
        deadline: When the time is up, on the monotonic clock, in seconds.
        secure: Whether it is to go over TLS.
        secrets: What its answer must not repeat.
    """

    __slots__ = ("_chunks", "_mask", "_secrets", "_size", "deadline", "secure", "written")

    def __init__(self, deadline: float, *, secure: bool, secrets: tuple[str, ...] = ()) -> None:
        self.deadline = deadline
        self.secure = secure
        #: Whether a byte of the request may have left.
        self.written = False
        self._secrets = secrets
        self._mask: Mask | None = None
        self._chunks: list[bytes] = []
        self._size = 0

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

    def add(self, chunk: bytes) -> None:
        """Add a chunk of the answer's body.

        Raises:
            TooLarge: The body has become too large.
            Unfinished: The time is up.
        """
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > MAXIMUM_BODY:
            raise TooLarge
        if time.monotonic() > self.deadline:
            raise Unfinished("the answer was still coming when the time was up")

    def body(self) -> bytes:
        """Return the answer's body, as far as it has come."""
        return b"".join(self._chunks)


#: The request that this thread or task is at work on.
progress: ContextVar[Progress] = ContextVar("bingx_spot_progress")
