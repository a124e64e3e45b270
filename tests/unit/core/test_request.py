"""The request of one attempt: what is sent, and what is shown of it."""

import copy
import json
import pickle
from decimal import Decimal
from urllib.parse import parse_qsl, unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_spot import CancelRestriction, Credentials, InvalidInput
from bingx_spot._version import __version__
from bingx_spot.core.request import ApiCall, RequestSigner, SignedRequest, json_body, query_string
from bingx_spot.core.signing import canonical_string, sign, signed_texts
from bingx_spot.environments import PLACEMENTS
from bingx_spot_api.contract import BY_ID, SIGNING
from tests.support.samples import ORDER_ID, SYMBOL
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import CANCEL, CANCELLING, PRIMARY, QUERY, QUERYING

SIGNATURE = "f8d883609dfd31c824feb4de865b071008dedb1d461451fa70847875c8e7a7a2"
NAMES = st.text("abcXYZ_09", min_size=1).filter(lambda name: name != "signature")
TEXT = st.text(st.characters(codec="utf-8", exclude_characters="&=?\r\n"))
PARAMETERS = st.dictionaries(
    NAMES,
    st.one_of(TEXT, st.booleans(), st.integers(), st.floats(allow_nan=False, allow_infinity=False)),
    max_size=6,
)


def value_text(value: object, name: str = "value") -> str:
    """Return the one text in which a value is signed and sent."""
    return canonical_string({name: value}).removeprefix(f"{name}=")


def test_the_placements_are_those_of_the_contract():
    assert set(PLACEMENTS) == {placement.name for placement in SIGNING.placements}


def json_of(parameters: dict[str, object], signature: str | None) -> bytes:
    return json_body(parameters, signed_texts(parameters), signature)


def query_of(parameters: dict[str, object], signature: str | None) -> str:
    return query_string(signed_texts(parameters), signature)


class TestJsonBody:
    @given(PARAMETERS)
    def test_parses_back_to_the_same_values(self, parameters):
        parsed = json.loads(json_of(parameters, SIGNATURE))
        assert parsed.pop("signature") == SIGNATURE
        assert parsed == parameters

    @given(PARAMETERS)
    def test_has_the_number_tokens_that_were_signed(self, parameters):
        tokens = json.loads(json_of(parameters, None), parse_int=str, parse_float=str)
        for name, value in parameters.items():
            assert tokens[name] == (value if isinstance(value, bool) else value_text(value))

    def test_is_compact_sorted_and_utf8_with_the_signature_last(self):
        body = json_of(
            {"timestamp": 1, "symbol": "MØTH-USDT", "zebra": 'a"\\\t', "recvWindow": 5000.0}, "abc"
        )
        assert body.decode() == (
            '{"recvWindow":5000,"symbol":"MØTH-USDT","timestamp":1,"zebra":"a\\"\\\\\\t","signature":"abc"}'
        )

    def test_writes_an_enum_word_as_text(self):
        assert json_of({"a": CancelRestriction.NEW}, None) == b'{"a":"NEW"}'

    def test_writes_a_decimal_with_all_its_digits(self):
        digits = "0.1234567890123456789012345678901"
        assert json_of({"a": Decimal(digits)}, None) == f'{{"a":{digits}}}'.encode()

    def test_has_no_signature_where_none_is_needed(self):
        assert json_of({"a": 1}, None) == b'{"a":1}'


class TestQueryString:
    @given(PARAMETERS)
    def test_decodes_back_to_the_texts_that_were_signed(self, parameters):
        pairs = parse_qsl(query_of(parameters, SIGNATURE), keep_blank_values=True, strict_parsing=True)
        assert pairs == [
            *((name, value_text(parameters[name])) for name in sorted(parameters)),
            ("signature", SIGNATURE),
        ]

    @given(TEXT)
    def test_encodes_every_reserved_character_and_no_other(self, text):
        encoded = query_of({"a": text}, None).removeprefix("a=")
        assert unquote(encoded) == text
        assert set(encoded) <= set(SIGNING.unreserved) | set("%")
        assert "".join(character for character in text if character in SIGNING.unreserved) == "".join(
            part[2:] if position else part for position, part in enumerate(encoded.split("%"))
        )

    def test_encodes_a_space_as_percent_20(self):
        assert query_of({"a": "b c+d/e"}, "f") == "a=b%20c%2Bd%2Fe&signature=f"

    def test_is_empty_without_parameters(self):
        assert query_of({}, None) == ""


class TestApiCall:
    def test_leaves_out_what_is_injected(self):
        parameters = {"symbol": SYMBOL, "orderId": ORDER_ID, "timestamp": 1, "signature": "x"}
        assert ApiCall.of(CANCEL, parameters).parameters == {"symbol": SYMBOL, "orderId": ORDER_ID}
        assert "timestamp" in parameters


KEY, SECRET = "planted-key-0123456789", "planted-secret-0123456789"


def signer(key: str = KEY, source_key: str | None = None) -> RequestSigner:
    return RequestSigner(Credentials(key, SECRET), source_key)


def signed(**options: object) -> SignedRequest:
    return signer().sign_request(CANCELLING, PRIMARY, BEGIN, **options)


CANONICAL = f"orderId={ORDER_ID}&symbol={SYMBOL}&timestamp={BEGIN}"


class TestSignRequest:
    def test_as_json_by_the_contract(self):
        request = signed()
        assert (request.method, request.url) == ("POST", f"{PRIMARY}/openApi/spot/v1/trade/cancel")
        assert json.loads(request.content) == {
            "symbol": SYMBOL,
            "orderId": ORDER_ID,
            "timestamp": BEGIN,
            "signature": sign(CANONICAL, SECRET),
        }
        assert request.headers["Content-Type"] == "application/json"

    def test_as_a_query_string(self):
        request = signed(placement="query")
        assert request.url == f"{request.address}?{CANONICAL}&signature={sign(CANONICAL, SECRET)}"
        assert request.content == b""
        assert "Content-Type" not in request.headers

    def test_as_a_form(self):
        request = signed(placement="form")
        assert request.url == request.address
        assert request.content.decode() == f"{CANONICAL}&signature={sign(CANONICAL, SECRET)}"
        assert request.headers["Content-Type"] == "application/x-www-form-urlencoded"

    @pytest.mark.parametrize("placement", [None, *PLACEMENTS])
    def test_of_a_get_is_always_a_query_string(self, placement):
        request = signer().sign_request(QUERYING, PRIMARY, BEGIN, placement)
        assert (request.method, request.content) == ("GET", b"")
        assert request.url.startswith(f"{PRIMARY}{QUERY.path}?orderId={ORDER_ID}&")
        assert request.info.placement == "query"

    def test_has_the_time_that_is_given(self):
        assert signed().info.parameters["timestamp"] == BEGIN

    def test_of_a_public_operation_has_no_secret(self):
        request = signer().sign_request(ApiCall.of(BY_ID["serverTime"], {}), PRIMARY, BEGIN)
        assert request.url == f"{PRIMARY}{BY_ID['serverTime'].path}"
        assert request.info.headers == request.headers, "it has nothing to redact"
        assert SIGNING.api_key_header not in request.headers
        assert request.secrets == ()
        assert request.info.parameters == {}

    def test_changes_nothing_in_the_call(self):
        before = dict(CANCELLING.parameters)
        signed()
        assert CANCELLING.parameters == before

    def test_has_the_key_and_the_source_key_in_headers(self):
        request = signer(source_key="my-bot").sign_request(CANCELLING, PRIMARY, BEGIN)
        assert request.headers[SIGNING.api_key_header] == KEY
        assert request.headers[SIGNING.source_key_header] == "my-bot"
        assert SIGNING.source_key_header not in signed().headers

    def test_asks_for_a_response_that_is_not_compressed(self):
        assert signed().headers["Accept-Encoding"] == "identity"

    def test_has_these_headers_and_shows_all_but_the_key(self):
        shown = {
            "Accept": "application/json",
            "Accept-Encoding": "identity",
            "User-Agent": f"bingx-spot/{__version__}",
            "Content-Type": "application/json",
        }
        assert signed().headers == shown | {SIGNING.api_key_header: KEY}
        assert signed().info.headers == shown | {SIGNING.api_key_header: "***"}

    def test_of_a_value_that_cannot_be_signed_names_it(self):
        call = ApiCall.of(CANCEL, {"symbol": "A&B", "orderId": ORDER_ID})
        with pytest.raises(InvalidInput) as refusal:
            signer().sign_request(call, PRIMARY, BEGIN)
        assert refusal.value.field == "symbol"


class TestSecrets:
    def test_are_the_key_and_the_signature(self):
        assert signed().secrets == (KEY, sign(CANONICAL, SECRET))

    @pytest.mark.parametrize("placement", PLACEMENTS)
    def test_are_not_in_what_is_shown(self, placement):
        request = signed(placement=placement)
        info = request.info
        shown = f"{request!r} {info!r} {dict(info.parameters)} {dict(info.headers)}"
        assert not [secret for secret in (*request.secrets, SECRET) if secret in shown]
        assert (info.parameters["signature"], info.headers[SIGNING.api_key_header]) == ("***", "***")
        assert (info.method, info.url, info.placement) == ("POST", request.address, placement)

    def test_cannot_be_pickled_or_copied(self):
        for hand_on in (pickle.dumps, copy.copy, copy.deepcopy):
            with pytest.raises(TypeError, match=r"^SignedRequest cannot be pickled or copied: .* signature$"):
                hand_on(signed())
