"""The gate: what is believed, and what is not."""

import json
import pickle
from decimal import Decimal
from typing import Any

import pytest

from bingx_spot import AuthenticationError, OrderStatus, OutcomeUnknown, RateLimited
from bingx_spot.core.request import ApiCall
from bingx_spot.core.response_validation import validate_response
from bingx_spot.models import Response
from tests.support.judging import failure, judged
from tests.support.plain_ids import plain
from tests.support.samples import BY_ORDER_ID, CANCEL, ORDER, ORDER_ID, SYMBOL, success

BY_CLIENT_ORDER_ID = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "my-bot_0001"})
SUCCESS = success()


class TestBelieved:
    def test_the_order_is_typed_and_exact(self):
        order = judged(SUCCESS)
        assert order.order_id == ORDER_ID
        assert order.status is OrderStatus.CANCELED
        assert (order.price, order.executed_qty) == (Decimal("0.1532"), Decimal(0))
        assert order.client_order_id is None
        assert order.raw == ORDER

    def test_an_order_id_may_come_as_text(self):
        assert judged(success(orderId=str(ORDER_ID))).order_id == ORDER_ID

    def test_more_fields_may_come(self):
        order = judged(success(transactTime=1696751141337, origClientOrderId="x", nested={"a": [1]}))
        assert order.raw["nested"] == {"a": [1]}

    @pytest.mark.parametrize("name", ["price", "stopPrice", "origQty", "executedQty", "cummulativeQuoteQty"])
    @pytest.mark.parametrize("absent", ["missing", "null", "empty"])
    def test_an_amount_may_be_lacking(self, name, absent):
        order = dict(ORDER) | {"missing": {}, "null": {name: None}, "empty": {name: ""}}[absent]
        if absent == "missing":
            del order[name]
        believed = judged(json.dumps({"code": 0, "data": order}))
        amounts = {
            "price": believed.price,
            "stopPrice": believed.stop_price,
            "origQty": believed.orig_qty,
            "executedQty": believed.executed_qty,
            "cummulativeQuoteQty": believed.cummulative_quote_qty,
        }
        assert [field for field, amount in amounts.items() if amount is None] == [name]

    def test_an_amount_may_come_as_a_number(self):
        order = judged(success(price=0.1532, origQty=126))
        assert (order.price, order.orig_qty) == (Decimal("0.1532"), Decimal(126))

    def test_all_that_is_optional_may_be_lacking_at_once(self):
        bare = {"symbol": SYMBOL, "orderId": ORDER_ID, "status": "CANCELED"}
        order = judged(json.dumps({"code": 0, "data": bare}))
        assert (order.type, order.side, order.price, order.client_order_id) == (None, None, None, None)

    @pytest.mark.parametrize(
        "envelope", [{"msg": None}, {"debugMsg": None}, {"success": True}, {"timestamp": "5"}]
    )
    def test_what_stands_around_the_data_may_vary(self, envelope):
        assert judged(json.dumps({"code": 0, "data": ORDER} | envelope)).order_id == ORDER_ID

    @pytest.mark.parametrize("word", ["EXPIRED", "canceled", "ÜBER"], ids=plain)
    def test_an_unknown_word_survives_as_itself(self, word):
        order = judged(success(status=word, type=word, side=word))
        assert (str(order.status), order.type, order.side) == (word, word, word)
        assert order.status not in list(OrderStatus)

    def test_the_client_order_id_that_was_asked_for(self):
        order = judged(success(clientOrderID="my-bot_0001"), call=BY_CLIENT_ORDER_ID)
        assert order.client_order_id == "my-bot_0001"

    def test_an_amount_keeps_every_digit(self):
        digits = "0.12345678901234567890123456789012345678901234567890"
        assert str(judged(success(price=digits)).price) == digits

    def test_an_order_can_be_handed_to_another_process(self):
        order = judged(success(status="EXPIRED"))
        assert pickle.loads(pickle.dumps(order)) == order  # noqa: S301 - our own bytes

    @pytest.mark.parametrize("known", [True, False], ids=["judged", "handed over"])
    def test_its_envelope_can_be_read_again_and_again(self, known):
        answer = validate_response(BY_ORDER_ID, Response(200, {}, SUCCESS.encode()))
        answer = answer if known else pickle.loads(pickle.dumps(answer))  # noqa: S301 - our own bytes
        assert answer.envelope() == json.loads(SUCCESS)
        assert answer.envelope() is answer.envelope()

    def test_nothing_in_an_order_can_be_changed(self):
        order = judged(SUCCESS)
        with pytest.raises(AttributeError):
            order.status = OrderStatus.NEW  # type: ignore[misc]
        with pytest.raises(TypeError):
            order.raw["status"] = "NEW"  # type: ignore[index]


def envelope(data: Any = ORDER, **members: Any) -> str:
    return json.dumps({"code": 0, "msg": "", "data": data} | members)


class TestNotBelieved:
    @pytest.mark.parametrize(
        "body",
        [
            envelope(code="0"),
            envelope(code="00"),
            envelope(code=False),
            envelope(code=0.0),
            envelope(code=None),
            envelope(code=[]),
            envelope(code={}),
            envelope(code=""),
            envelope(code="-0"),
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
            json.dumps({"data": ORDER}),
            json.dumps(ORDER),
            json.dumps([json.loads(SUCCESS)]),
            envelope(msg=5),
            envelope(debugMsg={}),
            envelope(timestamp="yesterday"),
            envelope(timestamp=1.5),
        ],
        ids=plain,
    )
    def test_an_envelope_that_does_not_say_success_with_an_order(self, body):
        assert isinstance(failure(body), OutcomeUnknown)

    def test_a_code_of_success_stays_as_it_came(self):
        assert failure(envelope(data=None)).code == 0
        assert failure(envelope(code="0")).code == "0"

    @pytest.mark.parametrize(
        ("name", "value"),
        [
            ("orderId", ORDER_ID + 1), ("orderId", str(ORDER_ID + 1)), ("orderId", float(ORDER_ID)),
            ("orderId", True), ("orderId", None), ("orderId", 0), ("orderId", -ORDER_ID),
            ("orderId", f" {ORDER_ID}"), ("orderId", "x" * 999), ("orderId", f"0{ORDER_ID}"),
            ("orderId", [ORDER_ID]), ("symbol", "ETH-USDT"), ("symbol", "btc-usdt"), ("symbol", None),
            ("symbol", 5), ("status", None), ("status", 5), ("status", ["CANCELED"]), ("status", "NEW"),
            ("status", "PENDING"), ("status", "PARTIALLY_FILLED"), ("status", "FILLED"), ("status", "FAILED"),
            ("price", "0,15"), ("price", "NaN"), ("price", "Infinity"), ("price", True),
            ("price", "1" * 9999 + "x"), ("executedQty", {}), ("type", 5), ("side", {}), ("clientOrderID", 5),
        ],
        ids=plain,
    )  # fmt: skip
    def test_an_order_that_is_another_or_not_cancelled_or_not_an_order(self, name, value):
        body = json.dumps({"code": 0, "data": ORDER | {name: value}})
        assert isinstance(failure(body), OutcomeUnknown)

    @pytest.mark.parametrize("name", ["symbol", "orderId", "status"])
    def test_an_order_without_what_names_it(self, name):
        assert isinstance(failure(success(**{name: None})), OutcomeUnknown)

    @pytest.mark.parametrize("name", ["type", "side"])
    def test_a_word_that_is_null(self, name):
        assert isinstance(failure(json.dumps({"code": 0, "data": ORDER | {name: None}})), OutcomeUnknown)

    @pytest.mark.parametrize("answered", [{}, {"clientOrderID": "other"}, {"clientOrderID": ""}])
    def test_an_order_that_is_not_the_client_order_id_asked_for(self, answered):
        body = json.dumps({"code": 0, "data": ORDER | answered})
        assert isinstance(failure(body, call=BY_CLIENT_ORDER_ID), OutcomeUnknown)

    @pytest.mark.parametrize("answered", [{}, {"clientOrderID": None}])
    def test_no_client_order_id_where_the_one_asked_for_is_the_word_none(self, answered):
        call = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "None"})
        body = json.dumps({"code": 0, "data": ORDER | answered})
        assert isinstance(failure(body, call=call), OutcomeUnknown)

    @pytest.mark.parametrize(
        "status", [201, 202, 204, 206, 301, 302, 400, 401, 403, 404, 429, 500, 504, 520, 999]
    )
    def test_a_success_under_another_http_status(self, status):
        assert isinstance(failure(SUCCESS, status), OutcomeUnknown)

    @pytest.mark.parametrize(
        "body",
        [
            b"", b" \r\n\t ", b"<html><body>Welcome</body></html>", b"OK", b"null", b"0", b'"code"', b"\x00",
            b"\xff\xfe", b"\xef\xbb\xbf" + SUCCESS.encode(), SUCCESS.encode("utf-16"),
            SUCCESS.encode("utf-16-le"), SUCCESS.encode("utf-32"), SUCCESS.encode() + b"}",
            SUCCESS.encode() + SUCCESS.encode(), SUCCESS.replace("126", "126\xff").encode("latin-1"),
            SUCCESS.encode() + b"\x00", b")]}'," + SUCCESS.encode(),
        ],
        ids=plain,
    )  # fmt: skip
    def test_a_body_that_is_not_the_exchange_s_json(self, body):
        assert isinstance(failure(body), OutcomeUnknown)

    @pytest.mark.parametrize(
        "member",
        [
            '"more":NaN', '"more":Infinity', '"more":-Infinity', '"code":100404', '"code":0', '"data":{}',
            '"more":{"a":1,"a":1}', '"more":[{"a":1,"a":2}]', '"more":' + "9" * 5000, '"more":1.5.5',
            '"more":01', '"more":' + "[" * 100_000 + "]" * 100_000,
            '"more":' + '{"a":' * 100_000 + "1" + "}" * 100_000, '"more":"\\ud800"',
            '"more":["\\udc36\\ud83d"]', '"\\ud800":1', '"more":"line\nbreak"', "'more':1", '"more":1,',
        ],
        ids=plain,
    )  # fmt: skip
    def test_a_success_with_a_member_that_parsers_read_differently(self, member):
        assert judged(f'{SUCCESS[:-1]},"more":1}}').order_id == ORDER_ID
        assert isinstance(failure(f"{SUCCESS[:-1]},{member}}}"), OutcomeUnknown)

    @pytest.mark.parametrize("body", [SUCCESS, success(clientOrderID="MØTH")], ids=["ascii", "escaped"])
    def test_a_body_cut_off_at_any_byte(self, body):
        content = body.encode()
        for length in range(len(content)):
            assert isinstance(failure(content[:length]), OutcomeUnknown)

    @pytest.mark.parametrize("digits", ["9" * 20, "9" * 5000, "0" * 30 + "1"], ids=len)
    @pytest.mark.parametrize("quote", ["", '"'])
    def test_a_code_of_many_digits(self, digits, quote):
        assert isinstance(failure(f'{{"code":{quote}{digits}{quote},"msg":""}}'), OutcomeUnknown)

    def test_whole_pairs_of_surrogates_are_characters(self):
        assert judged(f'{SUCCESS[:-1]},"more":"\\ud83d\\ude00"}}').order_id == ORDER_ID
        assert judged(f'{SUCCESS[:-1]},"more":"\\\\ud800"}}').order_id == ORDER_ID

    def test_the_http_status_counts_where_an_envelope_has_no_code(self):
        assert type(failure('{"error":"unauthorized"}', 401)) is AuthenticationError
        assert type(failure('{"code":null}', 429)) is RateLimited

    def test_a_body_of_megabytes_is_not_kept_whole(self):
        assert len(failure(b"x" * 10**6).details.body) == 65536
