"""Know how far a request has come: how much time it has left, whether it has left, and what is back of it."""

import time
from contextvars import ContextVar

#: An answer is some hundred bytes; what is larger than this, in bytes, is not the exchange's.
MAXIMUM_BODY = 1_048_576


#: The request that this thread or task is at work on.
current_request: ContextVar["RequestContext"] = ContextVar("bingx_spot_progress")
# So many characters of a secret at the end of a piece are taken for its beginning, and fewer for chance.
_TELLING = 8


class Redactor:
    """Hide secrets in the bytes of one answer, piece by piece, without changing their number.

    It lies directly on the connection: the HTTP library logs an answer's headers at DEBUG, and quotes in its
    errors what it could not read. What only shows once a body is put together or unpacked is
    `Answer.without`'s to hide.

    Args:
        secrets: The API key and the signature of the request.
    """

    __slots__ = ("_begun", "_secrets")

    def __init__(self, secrets: tuple[str, ...]) -> None:
        self._secrets = [secret.encode() for secret in secrets]
        self._begun = b""

    def over(self, piece: bytes) -> bytes:
        """Return the next piece as it may be seen.

        A secret may begin in one piece and end in another. None is held back for that, since a server may
        wait after it: the beginning is hidden where it is long enough to tell, the rest in any case.
        """
        known = len(self._begun)
        came = self._begun + piece
        seen = came
        for secret in self._secrets:
            seen = seen.replace(secret, b"*" * len(secret))
        begun = max((_beginning(secret, came) for secret in self._secrets), default=0)
        self._begun = came[len(came) - begun :]
        if begun >= _TELLING:
            seen = seen[:-begun] + b"*" * begun
        return seen[known:]

    def __repr__(self) -> str:
        return "<Redactor>"


class IncompleteResponse(Exception):
    """Say why an answer was not read to its end."""


class ResponseTooLarge(IncompleteResponse):
    """Say that an answer is larger than any of the exchange's."""

    def __init__(self) -> None:
        super().__init__(f"the answer is larger than {MAXIMUM_BODY} bytes")


class RequestContext:
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
        self._mask: Redactor | None = None
        self._chunks: list[bytes] = []
        self._size = 0

    @property
    def mask(self) -> Redactor:
        """Return what hides in its answer what it must not repeat."""
        if self._mask is None:
            self._mask = Redactor(self._secrets)
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
            ResponseTooLarge: The body has become too large.
            IncompleteResponse: The time is up.
        """
        self._chunks.append(chunk)
        self._size += len(chunk)
        if self._size > MAXIMUM_BODY:
            raise ResponseTooLarge
        if time.monotonic() > self.deadline:
            raise IncompleteResponse("the answer was still coming when the time was up")

    def body(self) -> bytes:
        """Return the answer's body, as far as it has come."""
        return b"".join(self._chunks)


def _beginning(secret: bytes, came: bytes) -> int:
    """Return how many bytes at the end of what came are the first ones of the secret."""
    if not came or came[-1] not in secret:
        return 0
    longest = min(len(secret) - 1, len(came))
    return next((length for length in range(longest, 0, -1) if came.endswith(secret[:length])), 0)
