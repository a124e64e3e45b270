"""What is masked of key and signature, and what stays."""

import base64
import time
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot.redaction import SHORTEST, Redactor

KEY, SIGNATURE = "Kq3xW9pLz7TbVn2RmYc5HdGf8JsA4eUo", "9f86d081884c7d659a2feaa0c55ad015" * 2
REDACTOR = Redactor((KEY, SIGNATURE), {})
WAYS = {
    "plain": str,
    "json": lambda character: f"\\u{ord(character):04X}",
    "braces": lambda character: f"\\x{{{ord(character):x}}}",
    "json in url": lambda character: f"%5Cu{ord(character):04x}",
    "octal": lambda character: f"\\{ord(character):03o}",
    "unicode in url": lambda character: f"%u{ord(character):04x}",
    "percent": lambda character: f"%{ord(character):02x}",
    "html": lambda character: f"&#x{ord(character):x};",
    "html in html": lambda character: f"&amp;#{ord(character)};",
    "html in json": lambda character: f"\\u0026#{ord(character)};",
    "capital": str.swapcase,
    "nul": lambda character: f"{character}\0",
    "escaped nul": lambda character: f"{character}\\u0000",
}


@given(
    st.binary(max_size=60), st.integers(0, 32 - SHORTEST), st.integers(SHORTEST, 32), st.binary(max_size=60)
)
def test_a_part_is_masked_whatever_stands_around_it(before, start, length, after):
    part = KEY[start : start + length].encode()
    redacted = REDACTOR.redact(before + b"<" + part + b">" + after)
    assert b"<***>" in redacted
    assert part not in redacted


@given(st.binary(max_size=300))
def test_other_bytes_stay(content):
    assert REDACTOR.redact(content) is content


@given(st.lists(st.sampled_from(list(WAYS)), min_size=32, max_size=32))
def test_each_character_may_be_written_in_another_way(ways):
    written = "".join(WAYS[way](character) for way, character in zip(ways, KEY, strict=True))
    assert REDACTOR.text(f"<{written}>") == "<***>"


@pytest.mark.parametrize("sign", ["%", "%25", "%u", "\\", "\\x", "\\u", "&#", "&#x", "&amp;#x", "%5Cu"])
def test_a_part_is_masked_behind_a_sign_that_makes_an_escape_of_it(sign):
    for start in range(32):
        part = SIGNATURE[start : start + SHORTEST]
        assert part not in REDACTOR.text(f"sys{SIGNATURE[:20]}{sign}{part}80ter"), part
        assert part not in REDACTOR.text(f"sys{sign}{part}"), part


@pytest.mark.parametrize("skipped", range(3))
def test_base64_is_masked_wherever_the_secret_begins_in_it(skipped):
    encoded = base64.b64encode(b"x" * skipped + KEY.encode() + b"yz").decode()
    assert REDACTOR.text(f"token {encoded}!") in ("token ***!", "token ***=!", "token ***==!")
    assert "***" in REDACTOR.text(quote(encoded, safe=""))


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode])
def test_the_bytes_of_a_signature_are_masked_in_base64(encode):
    for skipped in range(3):
        encoded = encode(b"x" * skipped + bytes.fromhex(SIGNATURE)).decode()
        assert REDACTOR.text(f"not {encoded}!") in ("not ***!", "not ***=!", "not ***==!")


def test_a_key_may_hold_any_character():
    odd = 'Kq3x"W9{pL:z7=TbVn,2R;mY[c5H]d}'
    for start in range(len(odd) - SHORTEST + 1):
        assert Redactor((odd,), {}).text(f"<{odd[start : start + SHORTEST]}>") == "<***>"


def test_a_part_that_is_shorter_stays():
    short = KEY[: SHORTEST - 1]
    assert REDACTOR.text(f"<{short}>") == f"<{short}>"
    assert Redactor((short,), {}).text(f"<{short}>") == f"<{short}>"


def test_the_caller_s_own_id_stays_where_it_is_a_part_of_the_key():
    own = Redactor((KEY,), {"clientOrderID": f"id-{KEY[:16]}", "timestamp": 1})
    assert own.text(f"id-{KEY[:16]} of {KEY}") == f"id-{KEY[:16]} of ***"


@pytest.mark.parametrize("write", [str, str.upper, lambda key: "".join(f"%{ord(one):02X}" for one in key)])
def test_a_header_s_name_is_masked(write):
    body, headers = REDACTOR.response(b"{}", {f"x-{write(KEY)}": "1", "date": "today"})
    assert (body, dict(headers)) == (b"{}", {"x-***": "1", "date": "today"})


@pytest.mark.parametrize(
    ("body", "headers", "redacted"),
    [
        (
            f"{KEY} of {SIGNATURE}",
            {"x-b": f"<{KEY}>", "date": "today"},
            (b"*** of ***", {"x-b": "<***>", "date": "today"}),
        ),
        ("{}", {"x-b": KEY + SIGNATURE}, (b"{}", {"x-b": "***"})),
        (SIGNATURE, {"date": "today"}, (b"***", {"date": "today"})),
    ],
    ids=["both", "headers alone", "body alone"],
)
def test_body_and_headers_are_masked(body, headers, redacted):
    assert REDACTOR.response(body.encode(), headers) == redacted


def test_a_response_without_a_secret_is_the_same():
    body, headers = b"{}", {"date": "today"}
    for redactor in (REDACTOR, Redactor((), {})):
        assert [*map(id, redactor.response(body, headers))] == [id(body), id(headers)]


@pytest.mark.parametrize("skipped", range(3))
def test_hexadecimal_is_masked_wherever_the_secret_begins_in_it(skipped):
    written = ("f" * skipped + KEY.encode().hex()).upper()
    assert REDACTOR.text(f"0x{written}!") == "0x***!"


@pytest.mark.parametrize("sign", ["\\", "%", "%25", "&#0", "&amp;", "\\u{0", "\0", "/", "a", KEY[:11] + " "])
def test_the_time_it_takes_grows_as_the_text(sign):
    def seconds(characters):
        text, began = (sign * characters)[:characters].encode(), time.process_time()
        assert REDACTOR.redact(text) is text
        return time.process_time() - began

    # Sixteen times the text: 256 times, where each sign is compared with each.
    assert min(seconds(64_000) for _ in range(2)) < 64 * max(seconds(4_000) for _ in range(3)) + 0.1


@pytest.mark.parametrize("escape", ["%25", "&#65;", "\\u0041", "\\101", "x\0"])
def test_of_a_flood_of_escapes_nothing_is_left(escape):
    began = time.process_time()
    assert REDACTOR.redact((escape * 524_288)[:1_048_576].encode()) == b"***"
    assert time.process_time() - began < 0.2


def test_many_escapes_are_no_flood():
    text = "\\/" * 60_000
    assert REDACTOR.text(text + KEY) == text + "***"
