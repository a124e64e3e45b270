"""Mistakes in signing: the text as a whole, the secret, and the digest."""

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from bingx_sandbox.doctor.candidates import Pair, RejectedRequest, Variation, in_order
from bingx_sandbox.doctor.catalog import Mistake, mistake

_SIGNATURE_MEMBER = re.compile(r',\s*"signature"\s*:\s*"[^"]*"|"signature"\s*:\s*"[^"]*"\s*,?\s*')
_SIGNATURE_PAIR = re.compile(r"(^|&)signature=[^&]*")
_SPACINGS = {"without spaces": (",", ":"), "with its spaces": (", ", ": ")}
_MAX_OTHER_KEYS = 20
_DECODERS: Mapping[str, Callable[[str], bytes]] = {
    "base64": lambda secret: base64.b64decode(_padded(secret), validate=True),
    "base64 for URLs": lambda secret: base64.urlsafe_b64decode(_padded(secret)),
    "hex": bytes.fromhex,
}
Compute = Callable[[bytes, bytes], bytes]
"""A function that computes a digest of a secret and a text."""

_HEX = re.compile(r"(?:[0-9a-fA-F]{2})+", re.ASCII)
_BASE64 = re.compile(r"[A-Za-z0-9+/]+={0,2}", re.ASCII)
_HASHES = {"md5": "MD5", "sha1": "SHA-1", "sha224": "SHA-224", "sha384": "SHA-384", "sha512": "SHA-512"}
_HASHES |= {"sha3_256": "SHA3-256", "sha256": "SHA-256"}
_LENGTHS = {name: hashlib.new(name, usedforsecurity=False).digest_size for name in _HASHES}
_PLAIN_HASHES: Mapping[str, Compute] = {
    "the text": lambda _, text: text,
    "the text and the secret": lambda secret, text: text + secret,
    "the secret and the text": lambda secret, text: secret + text,
}


def text_variations(request: RejectedRequest) -> list[Variation]:
    """Return the usual wrong texts."""
    return [
        *_decorated(),
        *_with_path(request),
        *_of_other_exchanges(request),
        *_as_json(request),
        *_both_places(request),
        *_in_other_bytes(),
        _replaced(mistake("nothing-signed"), ""),
    ]


def _decorated() -> Iterator[Variation]:
    for line_end in (b"\n", b"\r\n"):
        yield Variation(mistake("line-end-signed"), finish=_surrounded(b"", line_end))
    yield Variation(mistake("text-with-decoration", decoration="?"), finish=_surrounded(b"?", b""))
    for end in ("&", "&signature", " "):
        cause = mistake("text-with-decoration", decoration=end)
        yield Variation(cause, finish=_surrounded(b"", end.encode()), alone=True)


def _with_path(request: RejectedRequest) -> Iterator[Variation]:
    cause = mistake("path-signed")
    for start in (request.path, request.method + request.path, f"{request.method} {request.path}"):
        for joint in ("?", "", "&", "\n"):
            yield Variation(cause, finish=_surrounded(f"{start}{joint}".encode(), b""), alone=True)


def _of_other_exchanges(request: RejectedRequest) -> Iterator[Variation]:
    """Yield the texts of exchanges that put time, key or path before the parameters."""
    stamp = next((pair.text for pair in request.pairs if pair.name == "timestamp"), "")
    window = next((pair.text for pair in request.pairs if pair.name == "recvWindow"), "")
    for how, start in (
        ("timestamp, method and path before the parameters", f"{stamp}{request.method}{request.path}"),
        ("timestamp and API key before the parameters", f"{stamp}{request.key.api_key}{window}"),
        ("API key before the parameters", request.key.api_key),
    ):
        cause = mistake("text-of-another-exchange", how=how)
        yield Variation(cause, finish=_surrounded(start.encode(), b""), alone=True)
        yield _replaced(cause, start + _without_signature(request))


def _as_json(request: RejectedRequest) -> Iterator[Variation]:
    sent = _without_signature(request) if request.placement == "json" else _dump(request.pairs, (",", ":"))
    yield _replaced(mistake("json-signed", how="as it was sent, without the signature"), sent)
    for spacing, separators in _SPACINGS.items():
        for order, pairs in (("sorted", in_order(request.pairs)), ("in the order sent", request.pairs)):
            for escaped in (False, True):
                text = _dump(pairs, separators, escaped=escaped)
                yield _replaced(mistake("json-signed", how=f"{order} and {spacing}"), text)


def _both_places(request: RejectedRequest) -> Iterator[Variation]:
    if not request.elsewhere:
        return
    place, other = ("query string", "body") if request.placement == "query" else ("body", "query string")
    cause = mistake("other-place-signed", other=other, place=place)
    elsewhere = request.elsewhere_pairs
    for text in (request.elsewhere, _joined(elsewhere), _joined(in_order(elsewhere))):
        yield _replaced(cause, text)
    own = _joined(request.signed_pairs)
    both = mistake("both-places-signed")
    for joint in ("&", "", "?"):
        for first, second in ((own, request.elsewhere), (own, _joined(elsewhere))):
            yield _replaced(both, f"{first}{joint}{second}")
            yield _replaced(both, f"{second}{joint}{first}")
    yield _replaced(both, _joined(in_order((*request.pairs, *elsewhere))))


def _in_other_bytes() -> Iterator[Variation]:
    for encoding in ("latin-1", "utf-16-le", "utf-16"):
        cause = mistake("not-utf-8", encoding=encoding.upper())
        yield Variation(cause, finish=_encoded(encoding), alone=encoding != "latin-1")


def _replaced(cause: Mistake, text: str) -> Variation:
    signed = text.encode("utf-8", errors="replace")
    # It replaces the whole text, so that a second mistake with the parameters would not show.
    return Variation(cause, finish=lambda _: signed, alone=True)


def _surrounded(start: bytes, end: bytes) -> Callable[[bytes], bytes]:
    return lambda text: start + text + end


def _encoded(encoding: str) -> Callable[[bytes], bytes]:
    return lambda text: text.decode().encode(encoding, errors="replace")


def _joined(pairs: Iterable[Pair]) -> str:
    return "&".join(f"{pair.name}={pair.text}" for pair in pairs)


def _without_signature(request: RejectedRequest) -> str:
    if request.placement == "json":
        return _SIGNATURE_MEMBER.sub("", request.raw, count=1)
    return _SIGNATURE_PAIR.sub("", request.raw, count=1).lstrip("&")


def _dump(pairs: Iterable[Pair], separators: tuple[str, str], *, escaped: bool = False) -> str:
    """Return a JSON object, numbers by their tokens."""
    comma, colon = separators
    members = [f"{json.dumps(pair.name)}{colon}{_token(pair, escaped=escaped)}" for pair in pairs]
    return f"{{{comma.join(members)}}}"


def _token(pair: Pair, *, escaped: bool) -> str:
    is_number = pair.kind == "text" and pair.text.isascii() and pair.text.isdigit()
    return pair.written if pair.kind != "text" or is_number else json.dumps(pair.text, ensure_ascii=escaped)


@dataclass(frozen=True)
class SigningKey:
    """The bytes of a secret as they may have been used, with the mistake if they are wrong."""

    secret: bytes = field(repr=False)
    mistake: Mistake | None = None


def wrong_keys(request: RejectedRequest) -> Iterator[SigningKey]:
    """Yield the usual wrong secrets."""
    secret = request.key.api_secret
    yield from _rewritten_secrets(secret)
    yield from _decoded_secrets(secret)
    yield SigningKey(request.key.api_key.encode(), mistake("api-key-as-secret"))
    yield SigningKey(b"", mistake("secret-empty"))
    for other in request.others[:_MAX_OTHER_KEYS]:
        yield SigningKey(other.api_secret.encode(), mistake("secret-of-another-key", uid=other.uid))


def _rewritten_secrets(secret: str) -> Iterator[SigningKey]:
    for end in ("\n", "\r\n", "\r"):
        yield SigningKey(f"{secret}{end}".encode(), mistake("secret-with-line-end"))
    for spaced in (f"{secret} ", f" {secret}", f" {secret} ", f"{secret}\t"):
        yield SigningKey(spaced.encode(), mistake("secret-with-space"))
    for mark in ('"', "'"):
        yield SigningKey(f"{mark}{secret}{mark}".encode(), mistake("secret-in-quotes"))
    yield SigningKey(secret.upper().encode(), mistake("secret-in-another-case", case="capital"))
    yield SigningKey(secret.lower().encode(), mistake("secret-in-another-case", case="small"))


def _decoded_secrets(secret: str) -> Iterator[SigningKey]:
    for how, decode in _DECODERS.items():
        try:
            decoded = decode(secret)
        except (binascii.Error, ValueError):
            continue
        yield SigningKey(decoded, mistake("secret-decoded", how=how))


def _padded(secret: str) -> str:
    return secret + "=" * (-len(secret) % 4)


@dataclass(frozen=True)
class Method:
    """One method to compute a digest, with the mistake if it is wrong."""

    compute: Compute
    mistake: Mistake | None = None


def correct_method() -> Method:
    """Return the correct method: HMAC-SHA256."""
    return Method(_hmac("sha256"))


def decode_signature(signature: str) -> Mapping[bytes, tuple[Mistake, ...]]:
    """Return the digests that a signature may stand for, each with the mistakes in how it is written."""
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
    """Yield the wrong methods whose digests have one of these lengths."""
    for name, shown in _HASHES.items():
        if _LENGTHS[name] not in lengths:
            continue
        if name != "sha256":
            yield Method(_hmac(name), mistake("another-hash", hash=shown))
        else:
            yield Method(
                lambda secret, text: hmac.digest(text, secret, "sha256"), mistake("secret-and-text-swapped")
            )
        for what, join in _PLAIN_HASHES.items():
            yield Method(_plain(name, join), mistake("no-hmac", hash=shown, what=what))


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
        decoded = base64.b64decode(_padded(standard.rstrip("=")), validate=True)
    except binascii.Error:
        return
    yield decoded
    # Some libraries return hex, which is then encoded in base64 again.
    if _HEX.fullmatch(decoded.decode("latin-1")):
        yield bytes.fromhex(decoded.decode("ascii"))
