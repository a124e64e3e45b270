"""Keep secrets out of frames, and redact what a server repeats of them, in whatever form it writes them.

Of API key and signature the whole is found and every part from `SHORTEST` characters on, in any case; with
characters escaped as in JSON, URLs or HTML, also one in the other; and what is in base64 or hexadecimal, in
base64 also the bytes of a signature. A key that is shorter, as on a sandbox, is part of many words and stays.
"""

import re
from base64 import b64decode
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping
from functools import wraps
from types import MappingProxyType
from typing import ParamSpec, TypeVar

#: The shortest text that is redacted, in characters.
SHORTEST = 12
_REDACTED = b"***"
# Each part of the shortest length holds a whole piece of this length, where one begins at every `_STEP`.
_PIECE = SHORTEST // 2
_STEP = SHORTEST - _PIECE + 1
_PIECES = re.compile(f"(?s)(.{{{_PIECE}}}).{{0,{_STEP - _PIECE}}}")
# Patterns are compiled when they are used, which is hardly ever. Each takes time in proportion to the text:
# a run of backslashes is tried from its first one only.
_HEX4, _HEX2 = rb"([0-9a-fA-F]{4})", rb"([0-9a-fA-F]{2})"
_ESCAPED = (
    rb"(?<!\\)\\+(?:u%b|[ux]\{0*([0-9a-fA-F]{1,4})\}|U0000%b|x%b)|%%(?:25)*(?:u%b|%b)"
    rb"|&(?:amp;)*#[xX]0*([0-9a-fA-F]{1,4});?|&(?:amp;)*#0*([0-9]{1,4});?|(?<!\\)\\+(?:([0-7]{3})|(/))|(\0+)"
) % (_HEX4, _HEX4, _HEX2, _HEX4, _HEX2)
# Where there is none of these, there is no escape.
_SIGNS = "\\%&\0"
# A response with more of them is a flood, and none of the exchange's: to unescape it takes half a second.
_MOST_SIGNS = 65_536
# A JSON encoder of Go writes `&#75;` as `\u0026#75;`.
_LAYERS = 3
# 15 bytes in base64 have 20 characters; an order id has 19.
_BASE64 = rb"[A-Za-z0-9+/_-]{20,}"
_HEXADECIMAL = rb"[0-9a-fA-F]{24,}"
_IN_BASE64 = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/_-"
_SHAPE = bytes.maketrans(_IN_BASE64, b"a" * len(_IN_BASE64))
_RUN_OF_BASE64 = b"a" * 20
_FROM_URL_SAFE = bytes.maketrans(b"-_", b"+/")


_Arguments = ParamSpec("_Arguments")
_Result = TypeVar("_Result")


def leaving_no_frame(function: Callable[_Arguments, _Result]) -> Callable[_Arguments, _Result]:
    """Let no exception that leaves a function, Ctrl-C included, carry the frames that it has passed.

    Tools that print a traceback print the variables of its frames, and those of the function hold a secret.
    """

    @wraps(function)
    def call(*arguments: _Arguments.args, **named: _Arguments.kwargs) -> _Result:
        try:
            return function(*arguments, **named)
        except BaseException as error:
            del arguments, named
            error.__traceback__ = None
            raise

    return call


class Redactor:
    """Finds the secrets of one request.

    Args:
        secrets: The API key and the signature.
        parameters: The caller's own: a client order id stays, also where it is a part of the API key.
    """

    __slots__ = ("_parameters", "_pieces", "_secrets")

    def __init__(self, secrets: tuple[str, ...], parameters: Mapping[str, object]) -> None:
        self._parameters = parameters
        self._secrets = [secret.lower() for secret in secrets if len(secret) >= SHORTEST]
        # As text, which is searched in half the time of bytes. Those that span two secrets do no harm.
        self._pieces = _PIECES.findall("".join(self._secrets))

    def response(self, body: bytes, headers: Mapping[str, str]) -> tuple[bytes, Mapping[str, str]]:
        """Return a body and headers without the secrets; the same objects where there are none."""
        values, names = "\n".join(headers.values()), "\n".join(headers)
        if self._may_hold(b"%b\n%b" % (body, values.encode("latin-1", "replace")), names):
            body = self.redact(body)
            if self.text(values) is not values or self.text(names) is not names:
                headers = MappingProxyType({self.text(name): self.text(headers[name]) for name in headers})
        return body, headers

    def text(self, text: str) -> str:
        """Return the text without the secrets; the same object where there are none."""
        content = text.encode("utf-8", "surrogatepass")
        redacted = self.redact(content)
        return text if redacted is content else redacted.decode("utf-8", "replace")

    def redact(self, content: bytes) -> bytes:
        """Return the bytes without the secrets; the same object where there are none.

        Of a flood of escapes nothing is left.
        """
        if not self._may_hold(content):
            return content
        if sum(map(content.count, _SIGNS.encode())) > _MOST_SIGNS:
            return _REDACTED
        plain, layers, found = content, list[list[tuple[int, int]]](), list[tuple[int, int]]()
        while True:
            # In each layer: what looks like an escape may be a part of a secret that stands behind a sign.
            spans = [*self._parts(plain.lower()), *self._encoded(plain)]
            found += [(_at(layers, start), _at(layers, stop)) for start, stop in spans]
            if len(layers) == _LAYERS or not any(map(plain.__contains__, _SIGNS.encode())):
                break
            unescaped, starts = _unescape(plain)
            if unescaped == plain:
                break
            plain = unescaped
            layers.insert(0, starts)
        kept: list[bytes] = []
        end = -1
        for start, stop in sorted(found):
            if start > end:
                kept.append(content[max(end, 0) : start])
            end = max(end, stop)
        return _REDACTED.join([*kept, content[end:]]) if kept else content

    def _may_hold(self, content: bytes, names: str = "") -> bool:
        """Return quickly whether a secret may be in bytes, or in names: long words that look like base64."""
        lower = f"{content.decode('latin-1')}\n{names}".lower()
        return bool(self._secrets) and (
            self._has_piece(lower)
            or _RUN_OF_BASE64 in content.translate(_SHAPE)
            or any(map(lower.__contains__, _SIGNS))
        )

    def _has_piece(self, lower: str) -> bool:
        return any(map(lower.__contains__, self._pieces))

    def _parts(self, lower: bytes) -> Iterator[tuple[int, int]]:
        """Yield where parts of the secrets are."""
        left_over = bytearray(lower)
        pieces = [
            (secret, start, secret[start : start + _PIECE])
            for secret in map(str.encode, self._secrets)
            for start in range(0, len(secret) - _PIECE + 1, _STEP)
        ]
        for secret, offset, piece in pieces:
            at = left_over.find(piece)
            while at >= 0:
                start, stop, left, right = at, at + _PIECE, offset, offset + _PIECE
                while start and left and lower[start - 1] == secret[left - 1]:
                    start, left = start - 1, left - 1
                while stop < len(lower) and right < len(secret) and lower[stop] == secret[right]:
                    stop, right = stop + 1, right + 1
                if stop - start >= SHORTEST and not self._is_parameter(lower[start:stop]):
                    yield start, stop
                    # Other pieces of it would find the same.
                    left_over[start:stop] = bytes(stop - start)
                at = left_over.find(piece, stop)

    def _is_parameter(self, part: bytes) -> bool:
        return any(
            part in str(value).lower().encode("utf-8", "replace") for value in self._parameters.values()
        )

    def _encoded(self, plain: bytes) -> Iterator[tuple[int, int]]:
        """Yield where base64 or hexadecimal is that holds a part of a secret."""
        for pattern, decode in ((_BASE64, _decode), (_HEXADECIMAL, _bytes)):
            for run in re.finditer(pattern, plain):
                # No secret holds a line break.
                decoded = b"\n".join(decode(run[0]))
                if self._has_piece(decoded.decode("latin-1")) and any(self._parts(decoded)):
                    yield run.span()


def _decode(run: bytes) -> Iterator[bytes]:
    """Yield what base64 means, in lower case; it may begin within the run, which slashes may lead to.

    It may mean the bytes that a signature has in hexadecimal: so most libraries write one.
    """
    characters = run.translate(_FROM_URL_SAFE)
    for skipped in range(4):
        content = b64decode(characters[skipped : skipped + (len(characters) - skipped) // 4 * 4])
        yield content.lower()
        yield content.hex().encode()


def _bytes(run: bytes) -> Iterator[bytes]:
    """Yield what hexadecimal digits mean, in lower case, from the first digit and from the second."""
    for digits in (run, run[1:]):
        yield bytes.fromhex(digits[: len(digits) // 2 * 2].decode()).lower()


def _unescape(content: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """Return the bytes without escapes, and where each stretch begins: in them, and in `content`."""
    plain, starts, end = bytearray(), [(0, 0)], 0
    for found in re.finditer(_ESCAPED, content):
        plain += content[end : found.start()]
        end = found.end()
        starts.append((len(plain), found.start()))
        plain += _character(found)
        starts.append((len(plain), end))
    return bytes(plain + content[end:]), starts


def _character(found: re.Match[bytes]) -> bytes:
    *hexadecimal, decimal, octal, slash, nothing = found.groups()
    if slash or nothing:
        return slash or b""
    digits, base = (
        (decimal, 10) if decimal else (octal, 8) if octal else (next(filter(None, hexadecimal)), 16)
    )
    code = int(digits, base)
    return chr(code).encode("ascii", "replace") if code else b""


def _at(layers: list[list[tuple[int, int]]], position: int) -> int:
    """Return the place in the original of a position in the text without its layers of escapes."""
    for starts in layers:
        there, original = starts[bisect_right(starts, (position, float("inf"))) - 1]
        position = original + position - there
    return position
