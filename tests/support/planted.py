"""A key and a secret that must appear nowhere, and the search for them."""

import html
import pickle
import re
import traceback
import types
from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import sha512
from urllib.parse import unquote

import pytest

from bingx_spot import Credentials
from tests.support.scripted_server import ScriptedServer


class Planted:
    """A planted key and secret. Its `repr` is masked, because it is in the frames of the tests."""

    __slots__ = ("_key", "_secret", "_signatures")

    def __init__(self) -> None:
        self._key, self._secret = _letters("key"), _letters("secret")
        self._signatures: set[str] = set()

    def __repr__(self) -> str:
        return "<Planted>"

    def credentials(self) -> Credentials:
        return Credentials(self._key, self._secret)

    def learn(self, server: ScriptedServer) -> None:
        """Collect the signatures of the requests that the server received."""
        for request in server.requests:
            assert self._key.encode() in request
            assert self._secret.encode() not in request
            self._signatures |= set(re.findall(r"signature\W+([0-9a-f]{64})", request.decode()))

    def knows_a_signature(self) -> bool:
        return bool(self._signatures)

    def found_in(self, texts: Iterator[str]) -> list[str]:
        """Return the secrets of which a part was found, in any form, by name and with some of the text."""
        needles = {"key": self._key, "secret": self._secret}
        needles |= {f"signature {number}": text for number, text in enumerate(sorted(self._signatures))}
        parts = {
            needle[start : start + PART].lower(): name
            for name, needle in needles.items()
            for start in range(len(needle) - PART + 1)
        }
        found = []
        for text in texts:
            plain = in_plain(text)
            found += [f"{name} in {text[:200]}" for part, name in parts.items() if part in plain]
        return found


#: Of a secret that is cut short, so many characters are too many.
PART = 12


def _letters(seed: str) -> str:
    """Return the same 64 letters and digits each time, which stand in no source line."""
    characters = b64encode(sha512(seed.encode()).digest() * 2).decode()
    return "".join(filter(str.isalnum, characters))[:64]


def in_plain(text: str) -> str:
    """Return a text in lower case and without escapes, and after it what its base64 means."""
    plain = html.unescape(unquote(unquote(re.sub(r"\\+u00(..)", r"%\1", text.replace("\0", "")))))
    runs = [run.translate(str.maketrans("-_", "+/")) for run in re.findall("[A-Za-z0-9+/_-]{20,}", plain)]
    decoded = [
        b64decode(run[start : start + (len(run) - start) // 4 * 4]).decode("latin-1")
        for run in runs
        for start in range(4)
    ]
    return "\n".join([plain, *decoded]).lower()


def everything_within_reach(start: object) -> Iterator[str]:
    """Yield every text that is reachable from an object through attributes, items and chained errors."""
    seen: dict[int, object] = {}
    waiting = [start]
    while waiting:
        thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, type | types.ModuleType | types.TracebackType):
            continue
        seen[id(thing)] = thing
        if isinstance(thing, str):
            yield thing
            continue
        if isinstance(thing, bytes | bytearray):
            yield thing.decode("latin-1")
            continue
        yield f"{thing!r} {thing}"
        waiting.extend(parts_of(thing))


def parts_of(thing: object) -> Iterator[object]:
    if isinstance(thing, dict | types.MappingProxyType):
        yield from thing.keys()
        yield from thing.values()
    elif isinstance(thing, list | tuple | set | frozenset):
        yield from thing
    if isinstance(thing, BaseException):
        yield from (thing.args, thing.__cause__, thing.__context__, getattr(thing, "__notes__", None))
    yield from getattr(thing, "__dict__", {}).values()
    for kind in type(thing).__mro__:
        slots = kind.__dict__.get("__slots__", ())
        for slot in [slots] if isinstance(slots, str) else slots:
            yield getattr(thing, slot, None)


def shown_by(error: BaseException) -> Iterator[str]:
    """Yield everything that an error shows: itself, its parts, its pickle, its traceback with variables."""
    yield from everything_within_reach(error)
    yield pickle.dumps(error).decode("latin-1")
    for chained in (error, error.__cause__, error.__context__):
        if chained is not None:
            rendered = traceback.TracebackException.from_exception(chained, capture_locals=True)
            yield from rendered.format(chain=True)


def recorded(caplog: pytest.LogCaptureFixture) -> Iterator[str]:
    for record in caplog.records:
        yield record.getMessage()
        yield repr(record.args)
        yield repr(record.__dict__)
