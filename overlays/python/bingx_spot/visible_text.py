"""Text of servers, files and arguments, made fit to show: nothing in it moves a cursor or hides a word."""

import re
from collections.abc import Callable

# Printable by Unicode's categories, and yet without any glyph: fillers, joiners, variation selectors.
_WITHOUT_GLYPH = (
    "[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\u3164\ufe00-\ufe0f\uffa0\U000e0100-\U000e01ef]"
)


def visible(text: str) -> str:
    r"""Return the text with every character written out that a terminal would obey, or not show.

    These are control characters (C0, C1, DEL; line breaks and tabs too), format characters (bidirectional
    marks, zero width, tags), separators other than the space, surrogates, private and unassigned characters,
    and those without a glyph. They become `\x1b`, `\u202e`, `\U000e0041`.
    """
    return _written_out(text, lambda character: character.encode("unicode_escape").decode("ascii"))


def visible_json(text: str) -> str:
    r"""Return JSON text with the same characters as `\u` escapes, so that it reads back as the same value.

    Args:
        text: JSON without white space between its tokens other than spaces.
    """
    return _written_out(text, _json_escape)


def shortened(text: str, most: int) -> str:
    """Return the text, visible, in at most so many characters; one that is cut says so, and how long it was.

    Args:
        text: Text of others.
        most: How many characters to keep, at least 60.
    """
    shown = visible(text[:most])
    if len(text) <= most and len(shown) <= most:
        return shown
    note = f"… ({len(text):,} characters, cut)"
    return shown[: most - len(note)] + note


def _written_out(text: str, escape: Callable[[str], str]) -> str:
    if text.isprintable() and (text.isascii() or re.search(_WITHOUT_GLYPH, text) is None):
        return text
    return "".join(
        [
            character
            if character.isprintable() and re.match(_WITHOUT_GLYPH, character) is None
            else escape(character)
            for character in text
        ]
    )


def _json_escape(character: str) -> str:
    units = character.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[start : start + 4]}" for start in range(0, len(units), 4))
