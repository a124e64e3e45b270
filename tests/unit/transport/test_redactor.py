"""What a server repeats of a request's secrets, as it comes from the connection."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot.transport.request_context import Redactor

KEY = "planted-api-key-7f3a9c7f3a9c"
SIGNATURE = "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2"
SECRETS = (KEY, SIGNATURE)
# Pieces of them, too: what only looks like a secret is the hardest to tell from one.
PARTS = [KEY[:5], KEY[:12], KEY[4:], SIGNATURE[:1], SIGNATURE[:9], "x", "f8", "\r\n"]
TEXTS = st.lists(st.sampled_from([KEY, SIGNATURE, *PARTS]))


def masked(pieces: list[bytes]) -> bytes:
    mask = Redactor(SECRETS)
    return b"".join(mask.over(piece) for piece in pieces)


def test_a_secret_becomes_as_many_stars():
    seen = masked([f"a {KEY} b {SIGNATURE} c {KEY}".encode()])
    assert seen.decode() == f"a {'*' * len(KEY)} b {'*' * 64} c {'*' * len(KEY)}"


def test_what_holds_no_secret_stays_as_it_came():
    piece = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"
    assert masked([piece, b"", piece]) == piece + piece


def test_without_secrets_nothing_changes():
    assert Redactor(()).over(KEY.encode()) == KEY.encode()


@pytest.mark.parametrize("length", [1, 7, 8, 20, len(KEY) - 1])
def test_a_secret_in_two_pieces_shows_seven_characters_at_most(length):
    seen = masked([KEY[:length].encode(), KEY[length:].encode() + b"!"]).decode()
    shown = length if length < 8 else 0
    assert seen == KEY[:shown] + "*" * (len(KEY) - shown) + "!"


def test_a_beginning_that_goes_on_as_something_else():
    assert masked([b"f8d", b"3", b"!"]) == b"f8d3!"


def test_nothing_is_held_back():
    mask = Redactor(SECRETS)
    for character in f"a{KEY}b".encode():
        assert len(mask.over(bytes([character]))) == 1


@given(TEXTS, st.data())
def test_no_secret_is_seen_however_it_is_cut_and_nothing_else_is_lost(texts, data):
    came = "".join(texts).encode()
    cuts = sorted(data.draw(st.lists(st.integers(0, len(came)), max_size=8)))
    pieces = [came[start:end] for start, end in zip([0, *cuts], [*cuts, len(came)], strict=True)]
    seen = masked(pieces)
    assert len(seen) == len(came)
    assert all(now in (before, ord("*")) for before, now in zip(came, seen, strict=True))
    for secret in SECRETS:
        for found in re.finditer(secret, came.decode()):
            assert set(seen[found.start() + 7 : found.end()]) == set(b"*")


def test_shows_nothing_of_itself():
    assert repr(Redactor(SECRETS)) == "<Redactor>"
