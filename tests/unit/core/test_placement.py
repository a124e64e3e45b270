"""The parameters as sent."""

import json
from decimal import Decimal
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot import CancelRestriction, InvalidInput
from bingx_spot.core.request import json_body, query_string
from bingx_spot.core.signing import FORBIDDEN_CHARACTERS, value_text
from bingx_spot.environments import PLACEMENTS
from bingx_spot_api.contract import SIGNING

SIGNATURE = "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2"
NAMES = st.text("abcXYZ_09", min_size=1).filter(lambda name: name != "signature")
TEXT = st.text(st.characters(codec="utf-8", exclude_characters=FORBIDDEN_CHARACTERS))
PARAMETERS = st.dictionaries(
    NAMES,
    st.one_of(TEXT, st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
    max_size=6,
)


def test_the_placements_are_those_of_the_contract():
    assert set(PLACEMENTS) == {placement.name for placement in SIGNING.placements}


class TestJson:
    @given(PARAMETERS)
    def test_parses_back_to_the_same_values(self, parameters):
        parsed = json.loads(json_body(parameters, SIGNATURE))
        assert parsed.pop("signature") == SIGNATURE
        assert parsed == parameters

    @given(PARAMETERS)
    def test_number_tokens_are_the_texts_that_were_signed(self, parameters):
        tokens = json.loads(json_body(parameters, None), parse_int=str, parse_float=str)
        for name, value in parameters.items():
            assert tokens[name] == (value if isinstance(value, bool) else value_text(value))

    def test_is_compact_sorted_and_utf8_with_the_signature_last(self):
        body = json_body(
            {"timestamp": 1, "symbol": "MØTH-USDT", "zebra": 'a"\\\t', "recvWindow": 5000.0}, "abc"
        )
        assert body.decode() == (
            '{"recvWindow":5000,"symbol":"MØTH-USDT","timestamp":1,"zebra":"a\\"\\\\\\t","signature":"abc"}'
        )

    def test_an_enum_word_is_a_text(self):
        assert json_body({"a": CancelRestriction.NEW}, None) == b'{"a":"NEW"}'

    def test_a_decimal_is_a_number_with_all_its_digits(self):
        digits = "0.1234567890123456789012345678901"
        assert json_body({"a": Decimal(digits)}, None) == f'{{"a":{digits}}}'.encode()

    def test_what_needs_no_signature_gets_none(self):
        assert json_body({"a": 1}, None) == b'{"a":1}'


class TestQuery:
    @given(PARAMETERS)
    def test_decodes_back_to_the_texts_that_were_signed(self, parameters):
        pairs = parse_qsl(query_string(parameters, SIGNATURE), keep_blank_values=True, strict_parsing=True)
        assert pairs == [
            *((name, value_text(parameters[name])) for name in sorted(parameters)),
            ("signature", SIGNATURE),
        ]

    @given(TEXT)
    def test_encodes_what_the_contract_says_and_nothing_else(self, text):
        encoded = query_string({"a": text}, None).removeprefix("a=")
        assert unquote(encoded) == text
        assert set(encoded) <= set(SIGNING.unreserved) | set("%")
        assert "".join(character for character in text if character in SIGNING.unreserved) == "".join(
            part[2:] if position else part for position, part in enumerate(encoded.split("%"))
        )

    def test_a_space_is_never_a_plus(self):
        assert query_string({"a": "b c+d/e"}, "f") == "a=b%20c%2Bd%2Fe&signature=f"

    def test_of_nothing_is_empty(self):
        assert query_string({}, None) == ""


@pytest.mark.parametrize("write", [json_body, query_string])
@pytest.mark.parametrize("value", [None, float("nan"), "a&b=c", ["BTC-USDT"]], ids=repr)
def test_what_cannot_be_signed_cannot_be_written_either(write, value):
    with pytest.raises(InvalidInput) as refusal:
        write({"symbol": value}, SIGNATURE)
    assert refusal.value.field == "symbol"
