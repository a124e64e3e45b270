"""Digests: how a signature can be read, and how one may have been computed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from bingx_sandbox.doctor.mistakes import Mistake, mistake

Compute = Callable[[bytes, bytes], bytes]
"""Computes a digest of a secret and a text."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha224": "SHA-224", "sha384": "SHA-384", "sha512": "SHA-512"}
_HASHES |= {"sha3_256": "SHA3-256", "sha256": "SHA-256"}
_LENGTHS = {name: hashlib.new(name, usedforsecurity=False).digest_size for name in _HASHES}


@dataclass(frozen=True)
class Method:
    """One way to compute a digest, with the mistake in it if there is one."""

    compute: Compute
    mistake: Mistake | None = None


def right_method() -> Method:
    """Give the way that is right: HMAC-SHA256."""
    return Method(_hmac("sha256"))


def readings(signature: str) -> Mapping[bytes, tuple[Mistake, ...]]:
    """Read a signature as the digests that it may be, each with what is wrong in how it is written."""
    found: dict[bytes, tuple[Mistake, ...]] = {}
    bare = signature.strip()
    digits = bare.removeprefix("0x").removeprefix("0X")
    around = () if digits == signature else (mistake("digest-with-decoration"),)
    if _HEX.fullmatch(digits):
        capitals = () if digits == digits.lower() else (mistake("digest-in-capitals"),)
        found[bytes.fromhex(digits)] = (*capitals, *around)
    for digest in _from_base64(bare):
        found.setdefault(digest, (mistake("digest-in-base64"),))
    return {digest: wrong for digest, wrong in found.items() if len(digest) in _LENGTHS.values()}


def wrong_methods(lengths: set[int]) -> Iterator[Method]:
    """Give the wrong ways that make digests of such lengths."""
    for name, shown in _HASHES.items():
        if _LENGTHS[name] not in lengths:
            continue
        if name != "sha256":
            yield Method(_hmac(name), mistake("another-hash", hash=shown))
        else:
            yield Method(
                lambda secret, text: hmac.digest(text, secret, "sha256"), mistake("secret-and-text-swapped")
            )
        for what, join in _PLAIN.items():
            yield Method(_plain(name, join), mistake("no-hmac", hash=shown, what=what))


_PLAIN: Mapping[str, Compute] = {
    "the text": lambda _, text: text,
    "the text and the secret": lambda secret, text: text + secret,
    "the secret and the text": lambda secret, text: secret + text,
}


def _hmac(name: str) -> Compute:
    return lambda secret, text: hmac.digest(secret, text, name)


def _plain(name: str, join: Compute) -> Compute:
    return lambda secret, text: hashlib.new(name, join(secret, text), usedforsecurity=False).digest()


def _from_base64(text: str) -> Iterator[bytes]:
    # In a query string a plus sign means a space.
    standard = text.replace(" ", "+").replace("-", "+").replace("_", "/")
    if not _BASE64.fullmatch(standard):
        return
    try:
        decoded = base64.b64decode(
            standard.rstrip("=") + "=" * (-len(standard.rstrip("=")) % 4), validate=True
        )
    except binascii.Error:
        return
    yield decoded
    # Some libraries give hex, which is then written in base64 once more.
    if _HEX.fullmatch(decoded.decode("latin-1")):
        yield bytes.fromhex(decoded.decode("ascii"))
