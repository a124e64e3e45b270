"""Gather an answer's body, within bounds of size and time."""

import time

#: An answer is some hundred bytes; what is larger than this, in bytes, is not the exchange's.
MAXIMUM_BODY = 1_048_576


class Unfinished(Exception):
    """Say why an answer was not read to its end."""


class TooLarge(Unfinished):
    """Say that an answer is larger than any of the exchange's."""

    def __init__(self) -> None:
        super().__init__(f"the answer is larger than {MAXIMUM_BODY} bytes")


class Body:
    """Gather chunks until the answer is whole.

    Args:
        deadline: When the time is up, on the monotonic clock, in seconds.
    """

    def __init__(self, deadline: float) -> None:
        self._deadline = deadline
        self._chunks: list[bytes] = []
        self._size = 0

    def add(self, chunk: bytes) -> None:
        """Add a chunk.

        Raises:
            TooLarge: The body has become too large.
            Unfinished: The time is up.
        """
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > MAXIMUM_BODY:
            raise TooLarge
        if time.monotonic() > self._deadline:
            raise Unfinished("the answer was still coming when the time was up")

    def whole(self) -> bytes:
        """Return all that was gathered."""
        return b"".join(self._chunks)
