"""Text of others, made fit to show."""

import json
import sys
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot import BingxError, CredentialsError, InvalidInput
from bingx_spot.visible_text import shortened, visible, visible_json


def test_every_character_that_a_terminal_obeys_or_does_not_show_is_written_out():
    hostile = [
        character
        for character in map(chr, range(sys.maxunicode + 1))
        if unicodedata.category(character) in ("Cc", "Cf", "Zl", "Zp", "Cs")
    ]
    shown = visible("".join(hostile))
    assert shown.isascii()
    assert shown.isprintable()
    assert shown.count("\\") == len(hostile)


@pytest.mark.parametrize("filler", "\u034f\u115f\u2800\u3164\ufe0f\uffa0\U000e0100")
def test_a_character_without_a_glyph_is_written_out(filler):
    assert visible(f"a{filler}b").isascii()


@pytest.mark.parametrize("text", ["MØTH-USDT", "訂單不存在", "заказ", "a\u0301", "🙂", "[red]", "\\x1b", ""])
def test_what_people_write_stays(text):
    assert visible(text) == text


@given(st.text(st.characters(exclude_categories=())))
def test_json_reads_back_the_same(text):
    shown = visible_json(json.dumps({text: text}, ensure_ascii=False))
    assert shown.isprintable()
    assert json.loads(shown) == {text: text}


@given(st.text(st.characters(exclude_categories=())), st.integers(60, 100))
def test_shortened_text_has_its_length_and_stays_as_it_is(text, most):
    shown = shortened(text, most)
    assert len(shown) <= most
    assert shown.isprintable()
    assert shortened(shown, most) == shown


def test_shortened_text_says_how_long_it_was():
    assert shortened("x" * 900_000, 60) == "x" * 33 + "… (900,000 characters, cut)"
    assert shortened("\0" * 50, 60).endswith("… (50 characters, cut)")


@pytest.mark.parametrize(
    "error",
    [
        BingxError("\x1b[2J\u202e"),
        CredentialsError("key file \x1b[2J\u202e is empty"),
        InvalidInput("\x1b[2J\u202e", "is wrong\x9b", "else"),
    ],
)
def test_no_error_shows_a_control_character(error):
    assert r"\x1b[2J\u202e" in str(error)
    assert str(error).isprintable()
    assert repr(error).isprintable()
