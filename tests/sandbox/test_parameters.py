from __future__ import annotations

import json
import re
from collections.abc import Iterator
from decimal import Decimal
from urllib.parse import urlencode

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bingx_sandbox import Sandbox
from bingx_sandbox.errors import UnreadableParameters
from bingx_sandbox.http_messages import HttpRequest
from bingx_sandbox.parameters import BODY_LIMIT, read_json, read_pairs, read_parameters
from tests.sandbox.client import Client

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
TEXT = st.text(st.characters(codec="utf-8"))


def post(body: bytes = b"", content_type: str = "", query: bytes = b"") -> HttpRequest:
    return HttpRequest("POST", "/", query=query, headers={"content-type": content_type}, body=body)


@pytest.mark.parametrize(
    ("token", "text"),
    [
        ("1735964079647111280", "1735964079647111280"),
        ("9223372036854775807", "9223372036854775807"),
        ("5000.0", "5000"),
        ("5e3", "5000"),
        ("1.735964079647111281e18", "1735964079647111281"),
        ("0.10", "0.1"),
        ("1.5e-7", "0.00000015"),
        ("-0", "0"),
        ("-0.0", "0"),
        ("0e9", "0"),
        ("-2.50", "-2.5"),
        ("true", "true"),
        ("false", "false"),
        ('"5000.0"', "5000.0"),
        ('"M\\u00d8TH-USDT"', "MØTH-USDT"),
    ],
)
def test_a_json_token_is_rebuilt_as_the_text_that_is_signed(token: str, text: str) -> None:
    assert read_json(f'{{"value": {token}}}'.encode()) == {"value": text}


@given(st.integers())
def test_an_integer_keeps_every_digit(number: int) -> None:
    assert read_json(json.dumps({"value": number}).encode()) == {"value": str(number)}


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_a_float_becomes_plain_digits_of_the_same_value(number: float) -> None:
    text = read_json(json.dumps({"value": number}).encode())["value"]
    assert Decimal(text) == Decimal(repr(number))
    assert re.fullmatch(r"0|-?[1-9]\d*|-?\d+\.\d*[1-9]", text)


@given(st.dictionaries(TEXT, TEXT, max_size=5))
def test_texts_are_unchanged_in_every_placement(texts: dict[str, str]) -> None:
    assert read_json(json.dumps(texts).encode()) == texts
    assert read_pairs(urlencode(texts).encode()) == texts


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "malformed"),
        (b"{", "malformed"),
        (b'{"a": 01}', "malformed"),
        (b"[" * 100_000, "malformed"),
        (b'\xef\xbb\xbf{"a": 1}', "malformed"),
        (b'{"a": "\xff"}', "not UTF-8"),
        (b"[]", "must be an object"),
        (b'"symbol"', "must be an object"),
        (b"null", "must be an object"),
        (b'{"a": NaN}', "NaN, which is not JSON"),
        (b'{"a": -Infinity}', "-Infinity, which is not JSON"),
        (b'{"a": 1e999999999}', "beyond the range of a float64"),
        (b'{"a": 1e99999999999999999999}', "beyond the range of a float64"),
        (b'{"symbol": "A-B", "symbol": "A-B"}', "symbol: is given twice"),
        (b'{"symbol": null}', "symbol: must be a text, a number or a boolean"),
        (b'{"symbol": ["A-B"]}', "symbol: must be a text, a number or a boolean"),
        (b'{"symbol": {"a": 1}}', "symbol: must be a text, a number or a boolean"),
        (b'{"symbol": "\\ud800"}', "symbol: is not valid Unicode"),
        (b'{"\\ud800": 1}', "a parameter's name: is not valid Unicode"),
    ],
)
def test_json_that_is_not_a_plain_object_is_rejected_with_the_reason(body: bytes, reason: str) -> None:
    with pytest.raises(UnreadableParameters, match=reason):
        read_json(body)


@given(st.binary())
def test_any_bytes_are_read_or_rejected(body: bytes) -> None:
    try:
        texts = read_json(body)
    except UnreadableParameters:
        return
    assert all(isinstance(text, str) for text in texts.values())


def test_pairs_keep_their_order_and_lose_their_encoding() -> None:
    pairs = read_pairs("z=1&a=M%C3%98TH-USDT&m=MØTH+x&empty=".encode())
    assert list(pairs.items()) == [("z", "1"), ("a", "MØTH-USDT"), ("m", "MØTH x"), ("empty", "")]


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"symbol=A&symbol=B", "symbol: is given twice"),
        (b"symbol=%ff", "not UTF-8"),
        (b"symbol=\xff", "not UTF-8"),
        (b"&".join(b"p%d=1" % number for number in range(201)), "more than 200"),
    ],
)
def test_wrong_pairs_are_rejected_with_the_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(UnreadableParameters, match=reason):
        read_pairs(raw)


@pytest.mark.parametrize(
    ("placement", "received"),
    [
        ("json", post(b'{"b": 1, "signature": "ab", "a": 2}', "Application/JSON; charset=utf-8")),
        ("query", post(query=b"b=1&signature=ab&a=2")),
        ("query", post(query=b"b=1&a=2&signature=ab", content_type=JSON)),
        ("query", post(b"{}", JSON, query=b"b=1&a=2&signature=ab")),
        ("form", post(b"signature=ab&b=1&a=2", FORM)),
        ("form", post(b"signature=ab&b=1&a=2", FORM, query=b"ignored=1")),
    ],
)
def test_the_placement_is_that_of_the_signature(placement: str, received: HttpRequest) -> None:
    sent = read_parameters(received)
    assert (sent.placement, sent.signature) == (placement, "ab")
    assert list(sent.values.items()) == [("b", "1"), ("a", "2")]


def test_a_signature_in_two_places_is_rejected() -> None:
    with pytest.raises(UnreadableParameters, match="signature: is both in the query string and in the body"):
        read_parameters(post(b'{"signature": "ab"}', JSON, query=b"signature=ab"))


def test_parameters_are_read_without_a_signature() -> None:
    sent = read_parameters(post(b'{"symbol": "A-B", "signature": ""}', JSON))
    assert (sent.placement, sent.values, sent.signature) == ("json", {"symbol": "A-B"}, None)


@pytest.mark.parametrize(
    "received",
    [post(b'{"signature": "ab"}', JSON), post(b"signature=ab", FORM), post(query=b"signature=ab")],
)
def test_a_placement_that_is_not_accepted_seems_empty(received: HttpRequest) -> None:
    understood = {"json", "query", "form"} - {read_parameters(received).placement}
    assert read_parameters(received, understood).placement is None


def test_a_body_of_another_media_type_seems_empty() -> None:
    assert read_parameters(post(b'{"signature": "ab"}', "text/plain")).placement is None


def test_only_the_query_string_of_a_get_is_read() -> None:
    received = HttpRequest(
        "GET", "/", query=b"a=1", headers={"content-type": JSON}, body=b'{"signature": "ab"}'
    )
    assert read_parameters(received, {"json"}).values == {"a": "1"}


@pytest.mark.parametrize("content_type", [JSON, FORM])
def test_a_body_over_the_limit_is_rejected(content_type: str) -> None:
    with pytest.raises(UnreadableParameters, match="larger than 65536 bytes"):
        read_parameters(post(b"a" * (BODY_LIMIT + 1), content_type))


CANCEL_ORDERS = "/openApi/spot/v1/trade/cancelOrders"


@pytest.fixture
def lenient(http: httpx.Client) -> Iterator[Client]:
    with Sandbox(lenient=True, limits="off") as sandbox:
        yield Client(sandbox, http)


def message(answer: dict[str, object]) -> object:
    assert answer["code"] == 100400
    return answer["msg"]


class TestStrict:
    def test_two_ids_for_one_order_are_rejected(self, client: Client, sandbox: Sandbox) -> None:
        order_id = sandbox.place_order(clientOrderID="one")["orderId"]
        both = {"symbol": "BTC-USDT", "orderId": order_id, "clientOrderID": "one"}
        rejections = [
            *(client.cancel(placement, **both) for placement in ("json", "query")),
            client.query(**both),
        ]
        for answer in rejections:
            assert (
                message(answer) == "invalid parameter: exactly one of orderId and clientOrderID must be given"
            )
        assert sandbox.orders()[-1]["status"] == "NEW"

    def test_two_lists_of_ids_are_rejected(self, client: Client, sandbox: Sandbox) -> None:
        order_id = sandbox.place_order(clientOrderID="one")["orderId"]
        both = {"symbol": "BTC-USDT", "orderIds": str(order_id), "clientOrderIDs": "one"}
        answer = client.post("json", client.signed(both), CANCEL_ORDERS)
        assert "exactly one of orderIds and clientOrderIDs" in str(message(answer))

    @pytest.mark.parametrize("name", ["orderId", "timestamp", "recvWindow"])
    def test_a_number_as_text_is_rejected_in_json_alone(
        self, client: Client, order_id: int, name: str
    ) -> None:
        signed = client.signed({"symbol": "BTC-USDT", "orderId": order_id, "recvWindow": 5000})
        answer = client.post("json", {**signed, name: str(signed[name])})
        assert message(answer) == f"invalid parameter: {name} must be a JSON number"
        assert client.post("query", signed)["code"] == 0

    def test_a_text_as_number_is_rejected(self, client: Client) -> None:
        answer = client.cancel(symbol="BTC-USDT", clientOrderID=12)
        assert message(answer) == "invalid parameter: clientOrderID must be a JSON text"


class TestLenient:
    def test_both_ids_cancel_the_order_that_they_name(self, lenient: Client) -> None:
        order_id = lenient.sandbox.place_order(clientOrderID="one")["orderId"]
        lenient.sandbox.place_order(clientOrderID="two")
        rejected = lenient.cancel(symbol="BTC-USDT", orderId=order_id, clientOrderID="two")
        assert message(rejected) == "invalid parameter: orderId and clientOrderID name different orders"
        assert lenient.cancel(symbol="BTC-USDT", orderId=order_id, clientOrderID="one")["code"] == 0

    def test_numbers_as_text_are_read(self, lenient: Client) -> None:
        order_id = lenient.sandbox.place_order()["orderId"]
        assert lenient.cancel(symbol="BTC-USDT", orderId=str(order_id))["code"] == 0
