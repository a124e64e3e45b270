"""The canonical string and the signature."""

import copy
import doctest
import hashlib
import hmac
import pickle
import runpy
import traceback
from decimal import Decimal
from enum import IntEnum, StrEnum
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bingx_spot import InvalidInput, canonical_string, sign
from bingx_spot.core import signing
from bingx_spot_api.contract import SIGNING

VALUES = st.one_of(
    st.text(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.none(),
    st.binary(),
    st.lists(st.text()),
)


class Word(StrEnum):
    NEW = "NEW"

    def __str__(self) -> str:
        return "another text"


class Level(IntEnum):
    TOP = 3


def value_text(value: object, name: str = "value") -> str:
    """Return the one text in which a value is signed and sent."""
    return canonical_string({name: value}).removeprefix(f"{name}=")


NUMBER = "a finite number that a double can hold, or a whole one of at most 4300 digits"
TEXT = "text without & = ? or line breaks, in characters that UTF-8 can carry"
OTHER = "text, a number, or true or false"


def test_the_worked_example_is_true():
    results = doctest.testmod(signing)
    assert results.attempted >= 4
    assert results.failed == 0


class TestCanonicalString:
    def test_sorts_names_in_ascii_order_and_leaves_out_the_signature(self):
        parameters = {"b": 1, "a": 2, "B": 3, "signature": "no", "_": 4, "1": 5}
        assert canonical_string(parameters) == "1=5&B=3&_=4&a=2&b=1"

    def test_leaves_the_parameters_unchanged(self):
        parameters = {"b": 1.0, "a": "x", "signature": "s"}
        canonical_string(parameters)
        assert parameters == {"b": 1.0, "a": "x", "signature": "s"}

    def test_leaves_values_raw(self):
        assert canonical_string({"symbol": "MØTH-USDT", "note": "a b%/+"}) == "note=a b%/+&symbol=MØTH-USDT"

    @pytest.mark.parametrize("character", "&=?\r\n")
    def test_rejects_characters_that_could_forge_a_parameter(self, character):
        for parameters in ({"symbol": f"A{character}B"}, {f"symbol{character}": "A"}):
            with pytest.raises(InvalidInput) as refusal:
                canonical_string(parameters)
            assert refusal.value.field.startswith("symbol")
            assert repr(character) in refusal.value.reason

    def test_allows_a_number_sign_in_a_value_and_not_in_a_name(self):
        assert canonical_string({"symbol": "OTHR#99961-USDT"}) == "symbol=OTHR#99961-USDT"
        with pytest.raises(InvalidInput, match="'#'"):
            canonical_string({"symbol#": "BTC-USDT"})

    @given(st.dictionaries(st.text(), VALUES, max_size=6))
    @example({"a": "x=1&b", "b": "y"})
    def test_splits_back_into_exactly_the_sorted_pairs(self, parameters):
        try:
            canonical = canonical_string(parameters)
        except InvalidInput as error:
            refused = error.field
        else:
            refused = None
        if refused is not None:
            assert refused in parameters
            return
        wanted = [(name, value_text(parameters[name])) for name in sorted(parameters) if name != "signature"]
        found = [tuple(pair.split("=")) for pair in canonical.split("&")] if canonical else []
        assert found == wanted


class TestValueText:
    @pytest.mark.parametrize(
        ("value", "text"),
        [
            (5000, "5000"), (5000.0, "5000"), (-0.0, "0"), (0.1, "0.1"), (1e-7, "0.0000001"),
            (1e22, "1" + "0" * 22), (2**63 - 1, "9223372036854775807"), (True, "true"), (False, "false"),
            ("", ""), ("1.0", "1.0"), (Word.NEW, "NEW"), (Level.TOP, "3"), (Decimal("1.50"), "1.5"),
            (Decimal("-0"), "0"), (Decimal("1E+3"), "1000"), (5e-324, "0." + "0" * 323 + "5"),
            (Decimal("0.123456789012345678901234567890123450"), "0.12345678901234567890123456789012345"),
        ],
        ids=repr,
    )  # fmt: skip
    def test_is_the_one_text(self, value, text):
        assert value_text(value) == text

    @pytest.mark.parametrize(
        "value",
        [
            None, b"a", [1], {"a": 1}, object, 1j, float("nan"), float("inf"), Decimal("NaN"),
            Decimal("sNaN"), Decimal("Infinity"), Decimal("1E+400"), Decimal("1E+999999"),
            Decimal("1E-999999"), pytest.param(10**5000, id="huge"), "\ud800",
        ]
    )  # fmt: skip
    def test_of_any_other_value_is_an_error_with_its_name(self, value):
        with pytest.raises(InvalidInput) as refusal:
            value_text(value, "recvWindow")
        assert refusal.value.field == "recvWindow"

    @pytest.mark.parametrize(
        ("value", "reason", "allowed"),
        [
            (b"a", "is of type bytes", OTHER),
            (float("nan"), "is nan", NUMBER),
            (Decimal("1E-325"), "is beyond what a double can hold", NUMBER),
            (10**5000, "has too many digits", NUMBER),
            ("a&b", "holds '&'", TEXT),
            ("\ud800", "holds half of a surrogate pair", TEXT),
            (chr(0xDFFF), "holds half of a surrogate pair", TEXT),
        ],
        ids=["type", "nan", "tiny", "huge", "ampersand", "first", "last"],
    )
    def test_of_a_rejected_value_is_an_error_that_says_why_and_what_is_allowed(self, value, reason, allowed):
        with pytest.raises(InvalidInput) as refusal:
            value_text(value)
        assert str(refusal.value) == f"value {reason}; allowed: {allowed}"

    def test_of_characters_beside_the_surrogates_is_that_text(self):
        assert value_text("\ud7ff\ue000") == "\ud7ff\ue000"

    @given(st.one_of(st.integers(), st.floats(allow_nan=False, allow_infinity=False)))
    def test_of_a_number_reads_back_as_that_number_without_exponent_or_needless_fraction(self, number):
        text = value_text(number)
        assert type(number)(text) == number
        assert set(text) <= set("-0123456789.")
        assert not text.endswith((".0", "."))
        assert text != "-0"

    @given(st.decimals(allow_nan=False, allow_infinity=False))
    def test_of_a_decimal_keeps_every_digit(self, number):
        try:
            text = value_text(number)
        except InvalidInput:
            assert abs(number.adjusted()) > 300
            return
        assert Decimal(text) == number
        assert "e" not in text.lower()
        assert not text.endswith((".0", "."))


class TestSign:
    @given(st.text(st.characters(codec="utf-8")), st.text(st.characters(codec="utf-8"), min_size=1))
    def test_is_hmac_sha256_in_lower_case_hex(self, canonical, secret):
        digest = hmac.digest(secret.encode(), canonical.encode(), hashlib.sha256)
        assert sign(canonical, secret) == digest.hex()

    def test_by_a_signer_shows_nothing_of_the_secret_and_cannot_be_pickled(self):
        signer = signing.Signer("planted")
        assert signer.sign("a=1") == signer.sign("a=1") == sign("a=1", "planted")
        assert "planted" not in repr(signer)
        for hand_on in (pickle.dumps, copy.deepcopy):
            with pytest.raises(TypeError):
                hand_on(signer)

    @pytest.mark.parametrize(
        ("canonical", "secret", "field"),
        [
            ("a=1", "", "secret"),
            ("a=1", "planted\ud800", "secret"),
            ("a=\ud800", "planted", "canonical"),
            (None, "planted", "canonical"),
            ("a=1", None, "secret"),
            ("a=1", b"planted", "secret"),
        ],
    )
    def test_rejects_text_that_cannot_be_encoded_and_does_not_show_the_secret(self, canonical, secret, field):
        with pytest.raises(InvalidInput) as refusal:
            sign(canonical, secret)
        assert str(refusal.value) == (
            f"{field} cannot be encoded or is empty; "
            "allowed: text in characters that UTF-8 can carry; the secret not empty"
        )
        shown = traceback.TracebackException.from_exception(refusal.value, capture_locals=True)
        assert not [frame for frame in shown.stack if Path(frame.filename).name == "signing.py"]
        assert "planted" not in f"{refusal.value!r} {refusal.value.__context__!r}"


def test_takes_the_characters_that_the_contract_forbids_as_they_are(monkeypatch):
    monkeypatch.setattr("bingx_spot_api.contract.SIGNING", SIGNING._replace(forbidden_in_values="&]-="))
    canonical_string = runpy.run_path(signing.__file__)["canonical_string"]
    assert canonical_string({"a": "1^"}) == "a=1^"
    for character in "&]-=":
        with pytest.raises(InvalidInput, match=r"^a "):
            canonical_string({"a": character})
