"""Which responses are verified successes, and why the others are not."""

import json
import pickle
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from bingx_spot import AuthenticationError, OrderNotFound, OrderStatus, OutcomeUnknown, RateLimited
from bingx_spot.core.request import ApiCall
from bingx_spot.core.response_validation import schema_mismatch, validate_response
from bingx_spot.models import Response
from bingx_spot_api.contract import BY_ID, Field
from tests.support.judging import failure, judged
from tests.support.samples import BY_ORDER_ID, CANCEL, ORDER, ORDER_ID, SYMBOL, success
from tests.unit.core.playing import QUERYING, answer

MAXIMUM_ID = 2**63 - 1
BY_CLIENT_ORDER_ID = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "my-bot_0001"})
SUCCESS = success()


def envelope(data: Any = ORDER, **members: Any) -> str:
    return json.dumps({"code": 0, "msg": "", "data": data} | members)


class TestSuccess:
    def test_has_an_exact_order(self):
        order = judged(SUCCESS)
        assert order.order_id == ORDER_ID
        assert order.status is OrderStatus.CANCELED
        assert (order.price, order.executed_qty) == (Decimal("0.1532"), Decimal(0))
        assert order.client_order_id is None
        assert order.raw == ORDER

    def test_is_returned_parsed(self):
        response = validate_response(BY_ORDER_ID, Response(200, {"date": "today"}, SUCCESS.encode()))
        assert response.parsed == json.loads(SUCCESS)
        assert (response.http_status, response.headers) == (200, {"date": "today"})

    def test_may_have_the_order_id_as_text(self):
        assert judged(success(orderId=str(ORDER_ID))).order_id == ORDER_ID

    def test_may_have_more_fields(self):
        order = judged(success(transactTime=1696751141337, origClientOrderId="x", nested={"a": [1]}))
        assert order.raw["nested"] == {"a": [1]}

    @pytest.mark.parametrize("name", ["price", "stopPrice", "origQty", "executedQty", "cummulativeQuoteQty"])
    @pytest.mark.parametrize("absent", ["missing", "null", "empty"])
    def test_may_lack_an_amount(self, name, absent):
        order = dict(ORDER) | {"missing": {}, "null": {name: None}, "empty": {name: ""}}[absent]
        if absent == "missing":
            del order[name]
        order = judged(envelope(order))
        amounts = {
            "price": order.price,
            "stopPrice": order.stop_price,
            "origQty": order.orig_qty,
            "executedQty": order.executed_qty,
            "cummulativeQuoteQty": order.cummulative_quote_qty,
        }
        assert [field for field, amount in amounts.items() if amount is None] == [name]

    def test_may_have_an_amount_as_a_number(self):
        order = judged(success(price=0.1532, origQty=126))
        assert (order.price, order.orig_qty) == (Decimal("0.1532"), Decimal(126))

    def test_may_lack_everything_optional_at_once(self):
        order = judged(envelope({"symbol": SYMBOL, "orderId": ORDER_ID, "status": "CANCELED"}))
        assert (order.type, order.side, order.price, order.client_order_id) == (None, None, None, None)

    @pytest.mark.parametrize(
        "members", [{"msg": None}, {"debugMsg": None}, {"success": True}, {"timestamp": "5"}, {"code": "0"}]
    )
    def test_may_vary_around_the_data(self, members):
        assert judged(envelope(**members)).order_id == ORDER_ID

    @pytest.mark.parametrize("code", ["0", "00", "0" * 19])
    def test_may_have_the_code_as_text(self, code):
        assert judged(envelope(code=code)).order_id == ORDER_ID

    def test_may_have_words_that_are_not_listed_beside_the_status(self):
        order = judged(success(type="ÜBER", side="ÜBER"))
        assert (order.type, order.side) == ("ÜBER", "ÜBER")

    def test_names_the_client_order_id_of_the_request(self):
        order = judged(success(clientOrderID="my-bot_0001"), call=BY_CLIENT_ORDER_ID)
        assert order.client_order_id == "my-bot_0001"

    def test_keeps_every_digit_of_an_amount(self):
        digits = "0.12345678901234567890123456789012345678901234567890"
        assert str(judged(success(price=digits)).price) == digits

    def test_may_hold_whole_pairs_of_surrogates(self):
        assert judged(f'{SUCCESS[:-1]},"more":"\\ud83d\\ude00"}}').order_id == ORDER_ID
        assert judged(f'{SUCCESS[:-1]},"more":"\\\\ud800"}}').order_id == ORDER_ID


class TestRead:
    @pytest.mark.parametrize(
        "odd",
        [{"price": "N/A"}, {"type": None}, {"side": 1}, {"time": "2023-10-08"}, {"clientOrderID": 5}],
        ids=str,
    )
    def test_a_field_that_decides_nothing_is_left_out_where_it_cannot_be_read(
        self, odd: dict[str, Any]
    ) -> None:
        response = validate_response(QUERYING, answer(json.loads(success(**odd)) | {"debugMsg": {}}))
        assert response.json()["data"] == {name: value for name, value in ORDER.items() if name not in odd}
        assert "debugMsg" not in response.json()

    @pytest.mark.parametrize("odd", [{"executedQty": "many"}, {"origQty": []}, {"status": 5}], ids=str)
    def test_a_field_that_decides_has_to_be_readable(self, odd: dict[str, Any]) -> None:
        with pytest.raises(OutcomeUnknown):
            validate_response(QUERYING, answer(json.loads(success(**odd))))

    @pytest.mark.parametrize("order", [{}, {"symbol": None}], ids=str)
    def test_by_the_order_id_may_lack_the_pair(self, order: dict[str, None]) -> None:
        data = {"orderId": ORDER_ID, "status": "FILLED", **order}
        response = answer({"code": 0, "msg": "", "data": data})
        assert validate_response(QUERYING, response).json()["data"] == data | {"symbol": SYMBOL}
        other_form = answer({"code": 0, "msg": "", "data": data | {"symbol": "btc-usdt", "price": []}})
        assert validate_response(QUERYING, other_form).json()["data"] == data | {"symbol": "btc-usdt"}
        unpaired = ApiCall.of(QUERYING.operation, {"orderId": ORDER_ID})
        with pytest.raises(OutcomeUnknown, match="symbol"):
            validate_response(unpaired, response)
        by_client_id = ApiCall.of(QUERYING.operation, {"symbol": SYMBOL, "clientOrderID": "my-bot_0001"})
        for call in (by_client_id, ApiCall.of(CANCEL, QUERYING.parameters)):
            with pytest.raises(OutcomeUnknown):
                validate_response(call, response)

    @pytest.mark.parametrize("spelt", ["", "btc-usdt", "BTC_USDT", "BTC/USDT", "BTCUSDT"])
    def test_a_pair_may_be_spelt_in_another_way(self, spelt: str) -> None:
        response = validate_response(QUERYING, answer(json.loads(success(symbol=spelt))))
        assert response.json()["data"]["symbol"] == (spelt or SYMBOL)

    @pytest.mark.parametrize("pair", ["ETH-USDT", "BT-CUSDT", "BTC-USDC"])
    def test_an_order_of_another_pair_is_not_found_under_this_one(self, pair: str) -> None:
        with pytest.raises(OrderNotFound, match=f"symbol is '{pair}', requested was 'BTC-USDT'") as failed:
            validate_response(QUERYING, answer(json.loads(success(symbol=pair))))
        assert "Check the symbol" in failed.value.hint

    @pytest.mark.parametrize("other", [{"orderId": 5}, {"symbol": 5}, {"orderId": 5, "symbol": "ETH-USDT"}])
    def test_an_answer_about_another_order_says_nothing_of_this_one(self, other: dict[str, Any]) -> None:
        with pytest.raises(OutcomeUnknown):
            validate_response(QUERYING, answer(json.loads(success(**other))))

    def test_what_success_says_is_not_left_out(self) -> None:
        with pytest.raises(OutcomeUnknown):
            validate_response(QUERYING, answer(json.loads(SUCCESS) | {"success": "false"}))


class TestConfirmedBy:
    """A cancel is confirmed by CANCELED or CANCELLED; every other word proves nothing."""

    @pytest.mark.parametrize("word", ["CANCELED", "CANCELLED", "canceled", "Cancelled", " CANCELED\n"])
    def test_these_words(self, word):
        order = judged(success(status=word))
        assert str(order.status) == word

    @pytest.mark.parametrize(
        "word",
        [
            "NEW", "PENDING", "PARTIALLY_FILLED", "FILLED", "FAILED", "EXPIRED", "REJECTED", "PENDING_CANCEL",
            "CANCELING", "WORKING", "OPEN", "TRIGGERED", "PartiallyFilled", "NOT_CANCELED", "", " ",
            "CANCELED?", "\u0421ANCELED", "N\u0415W", "\uff23ANCELED",
        ]
    )  # fmt: skip
    def test_no_other_word(self, word):
        error = failure(success(status=word))
        assert type(error) is OutcomeUnknown
        assert error.message == f"the response says success and status {word!r}; the exchange said ''"
        assert error.details.rule == "success-without-order"

    def test_not_with_everything_executed(self):
        error = failure(success(executedQty="126"))
        assert type(error) is OutcomeUnknown
        assert error.message == (
            "the response says success and contradicts itself: everything is executed; the exchange said ''"
        )

    @pytest.mark.parametrize("word", ["NEW", "FILLED", "EXPIRED", "ÜBER", "canceled"])
    def test_a_query_may_say_any_word(self, word):
        assert str(judged(success(status=word), call=QUERYING).status) == word

    @pytest.mark.parametrize("missing", [{}, {"clientOrderID": ""}, {"clientOrderID": None}])
    def test_a_query_by_client_order_id_may_lack_it(self, missing):
        query = ApiCall.of(QUERYING.operation, {"symbol": SYMBOL, "clientOrderID": "my-bot_0001"})
        assert judged(envelope(ORDER | missing), call=query).order_id == ORDER_ID
        assert "names another order" in str(failure(envelope(ORDER | missing), call=BY_CLIENT_ORDER_ID))
        for other in ({"clientOrderID": "another"}, {"symbol": "ETH-USDT"}):
            assert "names another order" in str(failure(envelope(ORDER | missing | other), call=query))

    def test_a_query_may_say_that_everything_is_executed(self):
        assert judged(success(executedQty="126"), call=QUERYING).executed_qty == 126


class TestOrderIdOfAnotherAnswer:
    """An answer by client order id that is not believed may name the order by its order id."""

    def order_id(self, call: ApiCall = BY_CLIENT_ORDER_ID, **changes: Any) -> int | None:
        return failure(success(**changes), call=call).details.order_id

    @pytest.mark.parametrize(
        "changes",
        [
            {},
            {"clientOrderID": ""},
            {"clientOrderID": "MY-BOT_0001"},
            {"origClientOrderId": "my-bot_0001"},
            {"orderId": str(ORDER_ID)},
        ],
        ids=["missing", "empty", "other case", "other name", "text"],
    )
    def test_is_kept_where_it_may_be_the_order_of_the_request(self, changes):
        assert self.order_id(**changes) == ORDER_ID

    @pytest.mark.parametrize("order_id", [1, MAXIMUM_ID])
    def test_may_be_any_that_an_order_can_have(self, order_id):
        assert self.order_id(orderId=order_id) == order_id

    def test_is_kept_where_the_client_order_id_is_null(self):
        body = envelope(ORDER | {"clientOrderID": None})
        assert failure(body, call=BY_CLIENT_ORDER_ID).details.order_id == ORDER_ID

    def test_is_kept_where_the_status_is_not_believed(self):
        assert self.order_id(clientOrderID="my-bot_0001", status="CANCELING") == ORDER_ID

    @pytest.mark.parametrize(
        "changes",
        [
            {"clientOrderID": "another"},
            {"clientOrderID": "another", "origClientOrderId": "my-bot_0001"},
            {"symbol": "ETH-USDT"},
            {"orderId": None},
            {"orderId": "x"},
            {"orderId": 1.5},
            {"orderId": True},
            {"orderId": 0},
            {"orderId": MAXIMUM_ID + 1},
        ],
    )
    def test_is_not_that_of_another_order(self, changes):
        assert self.order_id(**changes) is None

    def test_is_not_kept_where_the_request_was_by_order_id(self):
        assert self.order_id(BY_ORDER_ID, status="NEW") is None
        assert self.order_id(BY_ORDER_ID, orderId=ORDER_ID + 1) is None

    @pytest.mark.parametrize("data", [None, [], "text", 5])
    def test_needs_an_order(self, data):
        assert failure(envelope(data), call=BY_CLIENT_ORDER_ID).details.order_id is None

    def test_is_not_read_from_a_rejection(self):
        assert failure(envelope(code=100404), call=BY_CLIENT_ORDER_ID).details.order_id is None


class TestNoSuccess:
    @pytest.mark.parametrize(
        "body",
        [
            envelope(code=False),
            envelope(code=0.0),
            envelope(code=None),
            envelope(code=[]),
            envelope(code={}),
            envelope(code=""),
            envelope(code="-0"),
            envelope(code=" 0"),
            envelope(code="0" * 20),
            envelope(code="٠"),
            envelope(success=False),
            envelope(data=None),
            envelope(data={}),
            envelope(data=[]),
            envelope(data=[ORDER]),
            envelope(data=""),
            envelope(data=json.dumps(ORDER)),
            envelope(data=0),
            envelope(data={"order": ORDER}),
            '{"code":0,"msg":"lock fail, try again later"}',
            '{"code":"0","msg":"lock fail, try again later"}',
            json.dumps({"data": ORDER}),
            json.dumps(ORDER),
            json.dumps([json.loads(SUCCESS)]),
            envelope(msg=5),
            envelope(debugMsg={}),
            envelope(timestamp="yesterday"),
            envelope(timestamp=1.5),
        ],
    )
    def test_without_an_envelope_that_says_success_with_an_order(self, body):
        assert isinstance(failure(body), OutcomeUnknown)

    def test_keeps_its_code(self):
        assert failure(envelope(data=None)).code == 0
        assert failure(envelope(data=None, code="0")).code == "0"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("orderId", ORDER_ID + 1), ("orderId", str(ORDER_ID + 1)), ("orderId", float(ORDER_ID)),
            ("orderId", True), ("orderId", None), ("orderId", 0), ("orderId", -ORDER_ID),
            ("orderId", f" {ORDER_ID}"), ("orderId", "x" * 999), ("orderId", f"0{ORDER_ID}"),
            ("orderId", [ORDER_ID]), ("symbol", "ETH-USDT"), ("symbol", "btc-usdt"), ("symbol", None),
            ("symbol", 5), ("status", None), ("status", 5), ("status", ["CANCELED"]),
            ("price", "0,15"), ("price", "NaN"), ("price", "Infinity"), ("price", True),
            ("price", "1" * 9999 + "x"), ("executedQty", {}), ("type", 5), ("side", {}), ("clientOrderID", 5),
            ("type", None), ("side", None),
        ]
    )  # fmt: skip
    def test_with_another_order_or_none(self, name, value):
        assert isinstance(failure(envelope(ORDER | {name: value})), OutcomeUnknown)

    @pytest.mark.parametrize("name", ["symbol", "orderId", "status"])
    def test_without_what_names_the_order(self, name):
        assert isinstance(failure(success(**{name: None})), OutcomeUnknown)

    @pytest.mark.parametrize(
        "answered", [{}, {"clientOrderID": "other"}, {"clientOrderID": ""}, {"clientOrderID": "MY-BOT_0001"}]
    )
    def test_without_the_client_order_id_of_the_request(self, answered):
        assert isinstance(failure(envelope(ORDER | answered), call=BY_CLIENT_ORDER_ID), OutcomeUnknown)

    @pytest.mark.parametrize("order_id", [0, -1, "0"])
    def test_with_an_order_id_of_no_order(self, order_id: object) -> None:
        named = ORDER | {"clientOrderID": "my-bot_0001", "orderId": order_id}
        assert isinstance(failure(envelope(named), call=BY_CLIENT_ORDER_ID), OutcomeUnknown)

    @pytest.mark.parametrize("answered", [{}, {"clientOrderID": None}])
    def test_with_no_client_order_id_where_the_request_s_is_the_word_none(self, answered):
        call = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "None"})
        assert isinstance(failure(envelope(ORDER | answered), call=call), OutcomeUnknown)

    @pytest.mark.parametrize(
        "status", [201, 202, 204, 206, 301, 302, 400, 401, 403, 404, 429, 500, 504, 520, 999]
    )
    def test_under_another_http_status(self, status):
        assert isinstance(failure(SUCCESS, status), OutcomeUnknown)

    @pytest.mark.parametrize(
        "body",
        [
            b"", b" \r\n\t ", b"<html><body>Welcome</body></html>", b"OK", b"null", b"0", b'"code"', b"\x00",
            b"\xff\xfe", b"\xef\xbb\xbf" + SUCCESS.encode(), SUCCESS.encode("utf-16"),
            SUCCESS.encode("utf-16-le"), SUCCESS.encode("utf-32"), SUCCESS.encode() + b"}",
            SUCCESS.encode() + SUCCESS.encode(), SUCCESS.replace("126", "126\xff").encode("latin-1"),
            SUCCESS.encode() + b"\x00", b")]}'," + SUCCESS.encode(),
        ]
    )  # fmt: skip
    def test_in_a_body_that_is_not_the_exchange_s_json(self, body):
        assert isinstance(failure(body), OutcomeUnknown)

    @pytest.mark.parametrize(
        "member",
        [
            '"more":NaN', '"more":Infinity', '"more":-Infinity', '"code":100404', '"code":0', '"data":{}',
            '"more":{"a":1,"a":1}', '"more":[{"a":1,"a":2}]', '"more":' + "9" * 5000, '"more":1.5.5',
            '"more":01', '"more":' + "[" * 100_000 + "]" * 100_000,
            '"more":' + '{"a":' * 100_000 + "1" + "}" * 100_000, '"more":"\\ud800"',
            '"more":["\\udc36\\ud83d"]', '"\\ud800":1', '"more":"line\nbreak"', "'more':1", '"more":1,',
        ]
    )  # fmt: skip
    def test_with_a_member_that_parsers_read_differently(self, member):
        assert judged(f'{SUCCESS[:-1]},"more":1}}').order_id == ORDER_ID
        assert isinstance(failure(f"{SUCCESS[:-1]},{member}}}"), OutcomeUnknown)

    @pytest.mark.parametrize("body", [SUCCESS, success(clientOrderID="MØTH")], ids=["ascii", "escaped"])
    def test_cut_off_at_any_byte(self, body):
        content = body.encode()
        for length in range(len(content)):
            assert isinstance(failure(content[:length]), OutcomeUnknown)

    @pytest.mark.parametrize("digits", ["9" * 20, "9" * 5000, "0" * 30 + "1"], ids=len)
    @pytest.mark.parametrize("quote", ["", '"'])
    def test_with_a_code_of_many_digits(self, digits, quote):
        assert isinstance(failure(f'{{"code":{quote}{digits}{quote},"msg":""}}'), OutcomeUnknown)

    def test_is_judged_by_the_http_status_where_the_envelope_has_no_code(self):
        assert type(failure('{"error":"unauthorized"}', 401)) is AuthenticationError
        assert type(failure('{"code":null}', 429)) is RateLimited

    def test_keeps_the_beginning_of_a_large_body(self):
        assert len(failure(b"x" * 10**6).details.body) == 65536


class TestReasons:
    """The error says what is wrong with the response."""

    @pytest.mark.parametrize(
        ("body", "reason"),
        [
            (b"", "the response is empty"),
            (b" \r\n", "the response is empty"),
            (b"<html>" + b"x" * 99, "the response is not a JSON object; it begins '<html>" + "x" * 54 + "'"),
            (b"[" + b"7" * 80 + b"]", "the response is not a JSON object; it begins '[" + "7" * 59 + "'"),
            (b"\xff<", "the response is not a JSON object; it begins '\N{REPLACEMENT CHARACTER}<'"),
            (b'{"a":1,"a":2}', "the response has two members of one name"),
            (b'\x0c{"code":0}', "the response is not a JSON object; it begins '\\x0c{\"code\":0}'"),
            (b'{"code":0}x', "the response is not a JSON object; it begins '{\"code\":0}x'"),
            (b'{"a":NaN}', "the response holds NaN, which is not JSON"),
            (b'{"a":-Infinity}', "the response holds -Infinity, which is not JSON"),
            (b'{"a":"\\ud800"}', "the response holds half of a surrogate pair, which is no character"),
            (b'{"msg":"x"}', "the response's code is no number: None"),
            (b'{"code":"x"}', "the response's code is no number: 'x'"),
        ],
    )
    def test_of_a_body_that_is_no_envelope(self, body, reason):
        error = failure(body)
        assert type(error) is OutcomeUnknown
        assert error.message.endswith(f": {reason}")
        assert error.details.rule == "http-unreadable"
        assert error.details.body == body

    @pytest.mark.parametrize(
        ("body", "status", "reason"),
        [
            (SUCCESS, 201, "the response says success with HTTP status 201"),
            (envelope(success=False), 200, "the response says code 0 and success false"),
            (envelope(None, msg="lock fail"), 200, "the response says success and holds no data"),
            (envelope(debugMsg=5), 200, "debugMsg in the response is not of type string"),
            (envelope({"symbol": SYMBOL}), 200, "the response lacks orderId"),
            (
                success(orderId=5),
                200,
                f"the response names another order: orderId is 5, requested was {ORDER_ID}",
            ),
            (
                success(symbol="ETH-USDT"),
                200,
                "the response names another order: symbol is 'ETH-USDT', requested was 'BTC-USDT'",
            ),
        ],
        ids=range(7),
    )
    def test_of_a_success_that_is_not_believed(self, body, status, reason):
        error = failure(body, status)
        text = "lock fail" if "lock" in body else ""
        assert type(error) is OutcomeUnknown
        assert error.message == f"{reason}; the exchange said {text!r}"
        assert error.details.rule == "success-without-order"


class TestWithoutAnOrder:
    """An operation whose contract has no data, or a list of them."""

    def test_an_envelope_is_enough_where_the_contract_wants_no_data(self):
        call = BY_ORDER_ID._replace(operation=replace(CANCEL, data=None, repeats=(), requires=()))
        response = validate_response(call, Response(200, {}, b'{"code":0,"msg":""}'))
        assert response.json() == {"code": 0, "msg": ""}


@pytest.mark.parametrize("known", [True, False], ids=["validated", "unpickled"])
def test_the_envelope_is_the_same_after_pickling(known):
    response = validate_response(BY_ORDER_ID, Response(200, {}, SUCCESS.encode()))
    response = response if known else pickle.loads(pickle.dumps(response))  # noqa: S301 - our own bytes
    assert response.json() == json.loads(SUCCESS)


NAME = Field("name", "string", required=True, nullable=False, enum=False, open_enum=False)


def field(kind: str, **changes: Any) -> Field:
    return NAME._replace(name="value", type=kind, **changes)


def mismatch(kind: str, value: object, **changes: Any) -> str:
    return schema_mismatch((field(kind, **changes),), {"value": value})


FITTING: dict[str, list[object]] = {
    "string": ["", "text"],
    "decimal": ["", "0.1532", "-5", "+1.5e-3", 5, 0.5, "1" * 64],
    "int64": [5, 2**63 - 1, "5", "9" * 19],
    "int32": [5, "5"],
    "double": [5, 0.5],
    "boolean": [True, False],
    "object": [{}, {"a": 1}],
    "array": [[], [{}]],
}
OTHER: dict[str, list[object]] = {
    "string": [5, True, [], {}],
    "decimal": ["0,15", "NaN", "Infinity", " 5", "5 ", "0x5", "1" * 65, ".5", "5.", "\u0665", True, [], {}],
    "int64": ["", "-5", " 5", "5.0", "9" * 20, "\u0665", 5.0, True, []],
    "int32": ["x", 0.5, False],
    "double": ["0.5", True],
    "boolean": [0, 1, "true"],
    "object": [[], "{}", 5],
    "array": [{}, "[]", 5],
}


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in FITTING.items() for value in values]
)
def test_a_value_of_the_type_fits(kind: str, value: object) -> None:
    assert mismatch(kind, value) == ""


@pytest.mark.parametrize(
    ("kind", "value"), [(kind, value) for kind, values in OTHER.items() for value in values]
)
def test_any_other_value_does_not(kind: str, value: object) -> None:
    assert mismatch(kind, value) == f"value in the response is not of type {kind}"


def test_a_required_field_must_be_there() -> None:
    assert schema_mismatch((NAME,), {}) == "the response lacks name"
    assert schema_mismatch((NAME._replace(required=False),), {}) == ""


def test_more_members_may_be_there() -> None:
    assert schema_mismatch((NAME,), {"name": "x", "more": object()}) == ""


def test_the_first_mismatch_counts() -> None:
    assert schema_mismatch((NAME, field("int64")), {"name": 5}) == (
        "name in the response is not of type string"
    )


class TestNull:
    def test_is_no_value_of_a_required_field(self) -> None:
        assert mismatch("string", None) == "value in the response is not of type string"

    @pytest.mark.parametrize("kind", ["string", "decimal", "int64", "boolean"])
    def test_is_as_good_as_no_member_for_an_optional_field(self, kind: str) -> None:
        assert mismatch(kind, None, required=False) == ""

    def test_is_no_word_of_an_enum(self) -> None:
        assert mismatch("string", None, required=False, enum=True) != ""

    def test_is_an_object_only_where_the_contract_says_so(self) -> None:
        inner = {"required": False, "fields": (NAME,)}
        assert mismatch("object", None, **inner) == "value in the response is not of type object"
        assert mismatch("object", None, nullable=True, **inner) == ""
        assert mismatch("array", None, nullable=True, **inner) == ""


class TestWithin:
    """`orders` is an array of objects, each with a `name` and an optional `fee` that has an `asset`."""

    FEE = field("object", required=False, fields=(NAME._replace(name="asset"),))._replace(name="fee")
    ORDERS = Field("orders", "array", required=True, items=Field("orders", "object", fields=(NAME, FEE)))

    @pytest.mark.parametrize(
        ("orders", "problem"),
        [
            ([{"name": "A"}, {}], "the response lacks name, in orders"),
            ([{"name": 5}], "name in the response is not of type string, in orders"),
            ([{"name": "A"}, None], "the response holds a value that is no object, in orders"),
            ([{"name": "A", "fee": {}}], "the response lacks asset, in fee, in orders"),
            ([{"name": "A", "fee": []}], "fee in the response is not of type object, in orders"),
        ],
        ids=range(5),
    )
    def test_a_mismatch_says_where_it_is(self, orders: object, problem: str) -> None:
        assert schema_mismatch((self.ORDERS,), {"orders": orders}) == problem

    CANDLES = Field(
        "data", "array", items=Field("data", "array", items=Field("data", "decimal", nullable=True))
    )

    @pytest.mark.parametrize(
        ("candles", "problem"),
        [
            ([[1696751141337, "0.15", None]], ""),
            ([[1, "high"]], "the response holds a value that is not of type decimal, in data"),
            ([5], "the response holds a value that is not of type array, in data"),
        ],
        ids=range(3),
    )
    def test_lists_of_lists_are_looked_into(self, candles: object, problem: str) -> None:
        assert schema_mismatch((self.CANDLES,), {"data": candles}) == problem

    @pytest.mark.parametrize(
        "orders", [[], [{"name": "A"}, {"name": "B", "fee": {"asset": "C"}}]], ids=range(2)
    )
    def test_what_fits_is_no_mismatch(self, orders: object) -> None:
        assert schema_mismatch((self.ORDERS,), {"orders": orders}) == ""


def test_a_read_of_no_known_data_drops_what_cannot_be_read() -> None:
    call = ApiCall(replace(BY_ID["serverTime"], data=None), {})
    response = Response(200, {}, b'{"code":0,"msg":"","timestamp":"soon","data":5}')
    assert validate_response(call, response).json() == {"code": 0, "msg": "", "data": 5}


def test_a_text_that_is_no_text_says_nothing() -> None:
    errors = [failure(json.dumps({"code": 100404, "msg": text})) for text in (5, None, "")]
    assert len({error.message for error in errors}) == 1
