"""Read a text line by line, whatever it comes from, and never more of it than a line."""

from collections.abc import Iterator
from io import TextIOWrapper
from typing import BinaryIO

from bingx_spot.errors import InvalidInput

# A row is some hundred characters; a longer line is of a file of another kind, which may be one line in all.
_LONGEST = 65_536
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_TEXT = "UTF-8 text"


class Lines(Iterator[str]):
    """Iterate over lines, each with its end, and count them.

    A byte order mark is left out, and bytes that are not UTF-8 become surrogates, for `is_text` to find.

    Args:
        stream: What to read.

    Raises:
        InvalidInput: While reading: it is no text, or a line is too long to be a row.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self.number = 0
        self._text = TextIOWrapper(stream, "utf-8-sig", "surrogateescape", newline="")
        self._peeked: str | None = None

    def peek(self) -> str:
        """Return the next line without passing it, or nothing at the end."""
        if self._peeked is None:
            self._peeked = self._read()
        return self._peeked

    def __next__(self) -> str:
        line = self.peek()
        self._peeked = None
        if not line:
            raise StopIteration
        self.number += 1
        return line

    def _read(self) -> str:
        try:
            line = self._text.readline(_LONGEST)
        except OSError as problem:
            raise InvalidInput(
                "the input", f"cannot be read: {problem.strerror}", "a file or a pipe"
            ) from None
        if len(line) == _LONGEST:
            what = f"line {self.number + 1}"
            raise InvalidInput(what, f"is longer than {_LONGEST - 1} characters", "one order a line")
        if self.number == 0 and line.encode("utf-8", "surrogateescape").startswith(_UTF_16):
            raise InvalidInput("the input", "is UTF-16", _TEXT)
        return line


def is_text(value: str) -> bool:
    """Tell whether text was UTF-8 where it came from.

    Args:
        value: A part of a line.
    """
    return value.isascii() or not any("\ud800" <= character <= "\udfff" for character in value)
