"""What an answer holds, shows and keeps to itself."""

import copy
import json
import pickle
from dataclasses import replace
from types import MappingProxyType

import pytest

from bingx_spot import ErrorDetails, OutcomeUnknown, Response
from bingx_spot.core.response_time import server_time
from bingx_spot.core.response_validation import validate_response
from bingx_spot_api.contract import Field
from tests.unit.core.playing import CANCELLING, answer

_SYMBOL = Field("symbol", "string", required=True, nullable=False, enum=False, open_enum=False)
_FEE = _SYMBOL._replace(name="fee", type="object", required=False, fields=(_SYMBOL._replace(name="asset"),))
_ORDERS = _FEE._replace(name="orders", type="array", fields=(_SYMBOL, _FEE))
# No operation of the contract answers with an array; one that is added may.
LISTING = replace(
    CANCELLING, operation=replace(CANCELLING.operation, data=(_ORDERS,), repeats=(), contradicted_by=())
)
KEY, SIGNATURE = "planted-key-0123456789", "f00d" * 16


class TestMasking:
    def test_takes_each_secret_out_of_body_and_headers(self) -> None:
        body = f"{KEY} and {SIGNATURE} and {KEY}".encode()
        headers = MappingProxyType({"x-repeats": f"<{KEY}>", "x-both": KEY + SIGNATURE, "date": "today"})
        masked = Response(403, headers, body).redacted((KEY, SIGNATURE))
        assert masked.body == b"*** and *** and ***"
        assert masked.headers == {"x-repeats": "<***>", "x-both": "******", "date": "today"}
        assert masked.http_status == 403

    def test_leaves_what_repeats_nothing_as_it_is(self) -> None:
        plain = Response(200, {"date": "today"}, b"{}")
        assert plain.redacted((KEY, SIGNATURE)) is plain
        assert plain.redacted(()) is plain

    def test_of_headers_alone_leaves_the_body(self) -> None:
        masked = Response(200, {"x-repeats": SIGNATURE}, b"{}").redacted((KEY, SIGNATURE))
        assert (masked.headers, masked.body) == ({"x-repeats": "***"}, b"{}")

    def test_of_the_body_alone_leaves_the_headers(self) -> None:
        headers = {"date": "today"}
        masked = Response(200, headers, SIGNATURE.encode()).redacted((SIGNATURE,))
        assert masked.body == b"***"
        assert masked.headers is headers

    def test_of_headers_gives_what_cannot_be_changed(self) -> None:
        masked = Response(200, {"x-repeats": KEY}, b"").redacted((KEY,))
        with pytest.raises(TypeError):
            masked.headers["x-repeats"] = KEY  # type: ignore[index] # is what must fail


def test_an_answer_goes_to_another_process_whole() -> None:
    whole = Response(200, MappingProxyType({"date": "today"}), b"{}")
    for other in (pickle.loads(pickle.dumps(whole)), copy.copy(whole)):  # noqa: S301 - our own bytes
        assert (other.http_status, other.headers, other.body) == (200, {"date": "today"}, b"{}")


class TestData:
    def test_is_the_member_of_that_name(self) -> None:
        assert answer({"code": 0, "data": {"a": 1}}).data() == {"a": 1}

    @pytest.mark.parametrize("data", [None, [], "text", 5])
    def test_is_nothing_where_it_is_no_object(self, data: object) -> None:
        assert answer({"code": 0, "data": data}).data() == {}


class TestEvidence:
    def test_shows_the_answer_and_what_is_added(self) -> None:
        whole = Response(403, {"date": "today"}, b"x" * 70_000)
        details = ErrorDetails.of(whole, "blocked", code=5, hint="wait")
        assert (details.message, details.http_status) == ("blocked", 403)
        assert (details.code, details.hint, details.headers) == (5, "wait", {"date": "today"})
        assert details.body == b"x" * 65_536


class TestServerTime:
    def of(self, body: bytes, date: str | None = None) -> int | None:
        headers = {} if date is None else {"date": date}
        return server_time(ErrorDetails.of(Response(200, headers, body), ""))

    def test_is_the_envelope_s_timestamp(self) -> None:
        assert self.of(b'{"timestamp":1700000000000}') == 1700000000000
        assert self.of(b'{"timestamp":"1700000000000"}') == 1700000000000

    @pytest.mark.parametrize(
        "body", [b"", b"<html>", b"[]", b"5", b"null", b"{}", b'{"timestamp":null}', b"[" * 100_000], ids=len
    )
    def test_is_the_header_s_where_the_body_has_none(self, body: bytes) -> None:
        assert self.of(body, "Tue, 14 Nov 2023 22:13:20 GMT") == 1_700_000_000_500

    @pytest.mark.parametrize("date", [None, "", "yesterday", "Tue, 99 Nov 2023 22:13:20 GMT"])
    def test_is_nothing_where_there_is_none(self, date: str | None) -> None:
        assert self.of(b"{}", date) is None


class TestReasons:
    """An error tells what is wrong with the answer."""

    @pytest.mark.parametrize(
        ("body", "status", "reason"),
        [
            (b"", 200, "the answer is empty"),
            (b" \r\n", 200, "the answer is empty"),
            (b"<html>" + b"x" * 99, 200, "the answer is not JSON; it begins b'<html>" + "x" * 54 + "'"),
            (
                b"[" + b"7" * 80 + b"]",
                200,
                "the answer is JSON and no object; it begins b'[" + "7" * 59 + "'",
            ),
            (b'{"a":1,"a":2}', 200, "the answer has two members of one name"),
            (b'\x0c{"code":0}', 200, "the answer is not JSON; it begins b'\\x0c{\"code\":0}'"),
            (b'{"code":0}x', 200, "the answer is not JSON; it begins b'{\"code\":0}x'"),
            (b'{"a":NaN}', 200, "the answer holds NaN, which is not JSON"),
            (b'{"a":-Infinity}', 200, "the answer holds -Infinity, which is not JSON"),
            (b'{"a":"\\ud800"}', 200, "the answer holds half of a surrogate pair, which is no character"),
            (b'{"msg":"x"}', 200, "the answer's code cannot be believed: None"),
            (b'{"code":"x"}', 200, "the answer's code cannot be believed: 'x'"),
        ],
        ids=range(12),
    )  # fmt: skip
    def test_of_what_is_no_envelope(self, body: bytes, status: int, reason: str) -> None:
        with pytest.raises(OutcomeUnknown) as failed:
            validate_response(CANCELLING, Response(status, {}, body))
        assert failed.value.message == f"The answer cannot be read as one of the exchange's: {reason}"
        assert failed.value.details.body == body

    ORDER = b'{"symbol":"BTC-USDT","orderId":1735964079647111280,"status":"CANCELED"}'

    @pytest.mark.parametrize(
        ("body", "status", "reason"),
        [
            (b'{"code":0,"data":%s}', 201, "the answer says success with HTTP status 201"),
            (b'{"code":"0","data":%s}', 200, "the answer says success with code '0'"),
            (b'{"code":0,"success":false,"data":%s}', 200, "the answer says code 0 and success false"),
            (b'{"code":0,"msg":"lock fail"}', 200, "the answer says success and holds no data"),
            (b'{"code":0,"debugMsg":5,"data":%s}', 200, "debugMsg in the answer is not of type string"),
            (b'{"code":0,"data":{"symbol":"BTC-USDT"}}', 200, "the answer lacks orderId"),
        ],
        ids=range(6),
    )
    def test_of_a_success_that_is_not_believed(self, body: bytes, status: int, reason: str) -> None:
        with pytest.raises(OutcomeUnknown) as failed:
            validate_response(CANCELLING, Response(status, {}, body.replace(b"%s", self.ORDER)))
        said = "lock fail" if b"lock" in body else ""
        assert failed.value.message == f"{reason}; the exchange said {said!r}"
        assert failed.value.details.rule == "success-without-order"

    @pytest.mark.parametrize(
        ("orders", "reason"),
        [
            ([{"symbol": "A"}, {}], "the answer lacks symbol, in orders"),
            ([{"symbol": 5}], "symbol in the answer is not of type string, in orders"),
            ([{"symbol": "A"}, None], "the answer holds what is no object, in orders"),
            ([{"symbol": "A", "fee": {}}], "the answer lacks asset, in fee, in orders"),
            (None, "orders in the answer is not of type array"),
            ({"symbol": "A"}, "orders in the answer is not of type array"),
        ],
        ids=range(6),
    )  # fmt: skip
    def test_of_what_an_array_or_an_object_lacks(self, orders: object, reason: str) -> None:
        with pytest.raises(OutcomeUnknown) as failed:
            validate_response(
                LISTING, Response(200, {}, json.dumps({"code": 0, "data": {"orders": orders}}).encode())
            )
        assert failed.value.message == f"{reason}; the exchange said ''"

    @pytest.mark.parametrize("orders", [[], [{"symbol": "A"}, {"symbol": "B", "fee": {"asset": "C"}}]])
    def test_of_what_they_hold_is_none(self, orders: object) -> None:
        answer = Response(200, {}, json.dumps({"code": 0, "data": {"orders": orders}}).encode())
        assert validate_response(LISTING, answer).data()["orders"] == orders

    def test_of_null_is_none_where_the_contract_allows_it(self) -> None:
        nullable = (_ORDERS._replace(nullable=True),)
        listing = replace(LISTING, operation=replace(LISTING.operation, data=nullable))
        assert validate_response(listing, Response(200, {}, b'{"code":0,"data":{"orders":null}}')).data() == {
            "orders": None
        }

    @pytest.mark.parametrize(
        ("before", "after", "reason"),
        [
            (b"1735964079647111280", b"5", "orderId is 5, asked was 1735964079647111280"),
            (b"BTC-USDT", b"ETH-USDT", "symbol is 'ETH-USDT', asked was 'BTC-USDT'"),
        ],
        ids=["order id", "symbol"],
    )
    def test_of_another_order(self, before: bytes, after: bytes, reason: str) -> None:
        body = b'{"code":0,"data":%s}' % self.ORDER.replace(before, after)
        with pytest.raises(OutcomeUnknown, match=f"the answer is about another order: {reason}"):
            validate_response(CANCELLING, Response(200, {}, body))

    def test_of_a_status_that_says_otherwise(self) -> None:
        body = b'{"code":0,"data":%s}' % self.ORDER.replace(b"CANCELED", b"FILLED")
        with pytest.raises(OutcomeUnknown, match="the answer says success and status FILLED"):
            validate_response(CANCELLING, Response(200, {}, body))
