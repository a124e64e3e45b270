"""Keep what a server repeats of a request's secrets from whatever reads its answer."""

# So many characters of a secret at the end of a piece are taken for its beginning, and fewer for chance.
_TELLING = 8


class Mask:
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
        return "<Mask>"


def _beginning(secret: bytes, came: bytes) -> int:
    """Return how many bytes at the end of what came are the first ones of the secret."""
    if not came or came[-1] not in secret:
        return 0
    longest = min(len(secret) - 1, len(came))
    return next((length for length in range(longest, 0, -1) if came.endswith(secret[:length])), 0)
