"""Keys: with which secret a request may have been signed."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bingx_sandbox.doctor.case import Case
from bingx_sandbox.doctor.mistakes import Mistake, mistake

_MOST_OTHERS = 20


@dataclass(frozen=True)
class SigningKey:
    """The bytes of a secret as they may have been used, with the mistake in it if there is one."""

    secret: bytes
    mistake: Mistake | None = None

    def __repr__(self) -> str:
        """Show the mistake and not the secret."""
        return f"{type(self).__name__}(mistake={self.mistake!r})"


def right_key(case: Case) -> SigningKey:
    """Give the secret that is right, as it is to be used."""
    return SigningKey(case.key.api_secret.encode())


def wrong_keys(case: Case) -> Iterator[SigningKey]:
    """Give the usual wrong ones."""
    secret = case.key.api_secret
    yield from _spelled(secret)
    yield from _decoded(secret)
    yield SigningKey(case.key.api_key.encode(), mistake("api-key-as-secret"))
    yield SigningKey(b"", mistake("secret-empty"))
    for other in case.others[:_MOST_OTHERS]:
        yield SigningKey(other.api_secret.encode(), mistake("secret-of-another-key", uid=other.uid))


def _spelled(secret: str) -> Iterator[SigningKey]:
    for end in ("\n", "\r\n", "\r"):
        yield SigningKey(f"{secret}{end}".encode(), mistake("secret-with-line-end"))
    for spaced in (f"{secret} ", f" {secret}", f" {secret} ", f"{secret}\t"):
        yield SigningKey(spaced.encode(), mistake("secret-with-space"))
    for mark in ('"', "'"):
        yield SigningKey(f"{mark}{secret}{mark}".encode(), mistake("secret-in-quotes"))
    yield SigningKey(secret.upper().encode(), mistake("secret-in-another-case", case="capital"))
    yield SigningKey(secret.lower().encode(), mistake("secret-in-another-case", case="small"))


def _decoded(secret: str) -> Iterator[SigningKey]:
    for how, decode in _DECODERS.items():
        try:
            decoded = decode(secret)
        except (binascii.Error, ValueError):
            continue
        yield SigningKey(decoded, mistake("secret-decoded", how=how))


def _padded(secret: str) -> str:
    return secret + "=" * (-len(secret) % 4)


_DECODERS: Mapping[str, Callable[[str], bytes]] = {
    "base64": lambda secret: base64.b64decode(_padded(secret), validate=True),
    "base64 for URLs": lambda secret: base64.urlsafe_b64decode(_padded(secret)),
    "hex": bytes.fromhex,
}
