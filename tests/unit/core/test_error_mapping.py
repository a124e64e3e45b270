"""How what the exchange says instead of a success becomes one of our errors.

spec/errors.yaml is the table; spec/vectors/answers.json has responses for each of its rows.
"""

import time
from dataclasses import replace

import pytest

from bingx_spot import (
    AuthenticationError,
    CallError,
    ClockError,
    ErrorDetails,
    NotExecuted,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    RequestRejected,
    UnknownErrorCode,
)
from bingx_spot.core import error_mapping
from bingx_spot.core.error_mapping import leaves_doubt, normalised, says_failure
from bingx_spot.core.request import ApiCall
from bingx_spot_api.contract import BY_ID
from bingx_spot_api.error_table import ROWS, STATUS_ROWS, ErrorRow
from tests.spec.vectors import read_json
from tests.support.judging import failure
from tests.support.samples import BY_ORDER_ID

CANCEL, QUERY, SERVER_TIME = BY_ID["cancelOrder"], BY_ID["queryOrder"], BY_ID["serverTime"]
CATEGORIES: dict[str, type[CallError]] = {
    "authentication": AuthenticationError,
    "permission": PermissionDenied,
    "clock": ClockError,
    "rateLimited": RateLimited,
    "notOpen": OrderNotOpen,
    "notFound": OrderNotFound,
    "refused": RequestRejected,
    "unavailable": OutcomeUnknown,
}
VECTORS = [test for group in read_json("vectors/answers.json")["groups"] for test in group["tests"]]
UNBLOCKED = 1727193814249
EXPIRE = "x-ratelimit-requests-expire"
GONE = "the order you want to cancel is FILLED or CANCELLED already, or is not a valid order id"


def from_code(code: int | str, details: ErrorDetails) -> CallError:
    return error_mapping.error_from_code(code, details.message, details, CANCEL)


def from_status(details: ErrorDetails) -> CallError:
    return error_mapping.error_from_status(details, CANCEL)


def row_of(name: str) -> ErrorRow:
    return next(row for row in (*ROWS, *STATUS_ROWS) if row.id == name)


class TestVectors:
    @pytest.mark.parametrize("test", VECTORS, ids=lambda test: test["id"])
    def test_each_response_becomes_the_error_of_its_row(self, test):
        body, status, expected = test["answer"]["body"], test["answer"]["status"], test["expected"]
        call = ApiCall(BY_ID[test.get("operation", "cancelOrder")], BY_ORDER_ID.parameters)
        error = failure(body, status, call)
        unlisted = expected["row"] == "unknown-code"
        assert type(error) is (UnknownErrorCode if unlisted else CATEGORIES[expected["category"]])
        assert error.details.rule == expected["row"]
        assert isinstance(error, NotExecuted) == (expected["order"] != "unknown")
        assert error.details.retry_at == expected["retryAt"]
        assert (error.http_status, error.details.body) == (status, body.encode())
        assert error.message
        row = row_of(expected["row"])
        assert error.hint == dict(row.advice_for).get(call.operation.act, row.advice)
        assert f"HTTP {status}" in str(error)
        assert error.hint in str(error)

    def test_a_row_is_confined_to_its_operations(self):
        details = ErrorDetails("order not exist")
        of_several = error_mapping.error_from_code(100404, details.message, details, BY_ID["cancelOrders"])
        assert of_several.details.rule == "list-not-open"
        assert from_code(100404, details).details.rule == "order-not-exist"

    def test_advice_comes_from_the_act(self):
        busy = ErrorDetails("busy")
        assert "query the order" in from_code(100500, busy).hint
        assert error_mapping.error_from_code(100500, "busy", busy, BY_ID["openOrders"]).hint == (
            "Try again after a moment; a read changes nothing."
        )

    def test_every_category_of_the_table_has_a_class(self):
        assert {row.category for row in (*ROWS, *STATUS_ROWS)} == set(CATEGORIES)


class TestByCode:
    def test_has_the_row_and_its_advice(self) -> None:
        row = row_of("signature-wrong")
        details = from_code(100001, ErrorDetails("Signature verification failed", code=100001)).details
        assert (details.rule, details.hint) == (row.id, row.advice)
        assert details.message == "Signature verification failed"
        assert (details.lock_seconds, details.retry_at) == (None, None)

    def test_without_a_text_has_the_row_s_meaning(self) -> None:
        assert from_code(100001, ErrorDetails("")).message == row_of("signature-wrong").meaning

    def test_takes_the_code_as_text_too(self) -> None:
        assert from_code("100001", ErrorDetails("")).details.rule == "signature-wrong"

    def test_keeps_code_and_text_and_writes_out_what_a_terminal_would_obey(self) -> None:
        error = failure('{"code":"100404","msg":"  Order  Does\\tNot\\nExist \\u001b[2J"}')
        assert error.details.rule == "order-not-exist"
        assert (error.code, error.message) == ("100404", r"  Order  Does\tNot\nExist \x1b[2J")

    @pytest.mark.parametrize("code", [123456, "123456", -1])
    def test_that_is_not_listed_is_an_error_of_its_own(self, code: int | str) -> None:
        error = from_code(code, ErrorDetails("what is this?"))
        assert type(error) is UnknownErrorCode
        assert error.message == "what is this?"
        assert error.details.rule == "unknown-code"

    @pytest.mark.parametrize(
        ("status", "rule"),
        [
            (417, "unknown-code"),
            (418, "banned"),
            (419, "unknown-code"),
            (429, "too-many-requests"),
            (None, "unknown-code"),
        ],
    )
    def test_a_row_s_statuses_are_a_range_with_both_ends(self, status: int | None, rule: str) -> None:
        assert from_code(123456, ErrorDetails("", http_status=status)).details.rule == rule

    def test_a_word_s_edge_is_one_of_ascii(self) -> None:
        # "\b" of the row busy-text: beside a letter beyond ASCII there is an edge in every language.
        assert from_code(100404, ErrorDetails("ébusyé, try again")).details.rule == "busy-text"

    @pytest.mark.parametrize(
        ("text", "rule"),
        [
            ("The order has been cancelled, please do not repeat", "success-text"),
            ("order was canceled at 2026-12-01 00:00:01", "success-text"),
            ("The order is cancelled already, please verify", "order-filled-or-cancelled"),
            ("signature verification failed", "authentication-text"),
            ("signature service failed", "unclear"),
            ("invalid api", "no-such-path"),
            ("API Key 不存在", "authentication-text"),
            ("You have exceeded the frequency limit, please retry", "rate-limit-text"),
            ("redis: too many requests, please retry", "busy-text"),
            ("You are sending too many cancel requests", "rate-limit-text"),
            ("Request quota exceeded", "rate-limit-text"),
            ("操作太快", "rate-limit-text"),
            ("The request exceeded its time", "unclear"),
            ("缺少参数 symbol", "parameter-missing"),
            ("orderId不能为空", "parameter-missing"),
            ("请求已过期", "clock"),
            ("参数错误", "invalid-parameter"),
            ("recvWindow is too large", "invalid-parameter"),
            ("Order service responded: too many requests", "busy-text"),
            ("Request throttled, execution deferred", "busy-text"),
            ("Cancel executed, too many requests", "busy-text"),
            ("请求过快，已加入队列", "busy-text"),
            ("返回参数缺失", "busy-text"),
            ("Order canceled. Rate limit: 1/2 remaining", "success-text"),
            ("too many pending requests", "unclear"),
            ("Ok; too many requests", "unclear"),
            ("OMS: rate limit exceeded", "unclear"),
            ("Operation too frequent, please check the order status", "unclear"),
            ("部分失败：请求过于频繁", "busy-text"),
            ("Too many visits. Exceeded the frequency limit.", "rate-limit-text"),
            ("您的操作过于频繁，请稍后再试", "rate-limit-text"),
            ("无效的API Key", "authentication-text"),
            ("非法参数", "invalid-parameter"),
            ("Interest rate exceeded", "unclear"),
            ("请求超过3秒", "unclear"),
            ("汇率变动过快", "unclear"),
            ("Rate limit reached", "rate-limit-text"),
            ("请求次数超限", "rate-limit-text"),
            ("Signature for this request is not valid.", "authentication-text"),
            ("sign error", "authentication-text"),
            ("签名校验失败", "authentication-text"),
            ("交易对不存在", "invalid-parameter"),
            ("订单号不能为空", "parameter-missing"),
        ],
    )
    def test_of_several_meanings_is_read_by_the_text(self, text: str, rule: str) -> None:
        assert from_code(100400, ErrorDetails(text)).details.rule == rule


class TestByStatus:
    @pytest.mark.parametrize(
        ("status", "rule"),
        [
            (400, "http-bad-request"), (401, "http-unauthorized"), (403, "http-firewall"),
            (404, "http-not-found"), (418, "http-banned"), (429, "http-too-many-requests"),
            (451, "http-legal-reasons"), (500, "http-server-error"), (504, "http-gateway-timeout"),
            (519, "http-server-error"), (520, "http-content-delivery"), (530, "http-content-delivery"),
            (531, "http-server-error"), (599, "http-server-error"), (600, "http-unreadable"),
            (299, "http-unreadable"), (300, "http-redirect"), (399, "http-redirect"),
            (402, "http-unreadable"), (200, "http-unreadable"), (None, "http-unreadable"),
        ],
    )  # fmt: skip
    def test_alone_decides_where_there_is_no_envelope(self, status: int | None, rule: str) -> None:
        error = from_status(ErrorDetails("the response is empty", http_status=status))
        row = row_of(rule)
        assert (error.details.rule, error.hint) == (row.id, row.advice)
        assert error.details.lock_seconds == row.seconds
        assert isinstance(error, OutcomeUnknown) == (row.order == "unknown")
        assert isinstance(error, RequestRejected) == (row.order == "untouched")

    def test_has_the_meaning_and_why_the_response_cannot_be_read(self) -> None:
        error = from_status(ErrorDetails("the response is empty", http_status=401))
        meaning = row_of("http-unauthorized").meaning.removesuffix(".")
        assert error.message == f"{meaning}: the response is empty"


class TestReads:
    """A read that finds no open order finds no order: the exchange has one text for both."""

    @pytest.mark.parametrize("code", [100500, 100404, 123456], ids=["busy", "unclear", "unlisted"])
    def test_without_an_answer_is_not_advised_to_query(self, code: int) -> None:
        read = replace(CANCEL, act="read")
        error = error_mapping.error_from_code(code, "strange", ErrorDetails("strange"), read)
        assert isinstance(error, OutcomeUnknown)
        assert "uery" not in error.hint

    @pytest.mark.parametrize(
        ("code", "text"),
        [(100404, "order not exist"), (100404, GONE), (100204, ""), (80016, ""), (80018, "")],
        ids=["not exist", "gone", "no data", "futures", "futures filled"],
    )
    def test_that_find_no_order_say_what_to_check(self, code: int, text: str) -> None:
        error = error_mapping.error_from_code(code, text, ErrorDetails(text), QUERY)
        assert type(error) is OrderNotFound
        assert error.hint == (
            "Check the symbol, the id, and that the order belongs to this account and environment. "
            "A client order id is found for two hours only, and a new order not at once."
        )

    @pytest.mark.parametrize("operation", [QUERY, SERVER_TIME], ids=["query", "time"])
    @pytest.mark.parametrize(
        ("code", "kind"),
        [(100001, AuthenticationError), (100004, PermissionDenied), (100410, RateLimited)],
    )
    def test_have_the_row_s_error_otherwise(self, operation, code, kind) -> None:
        error = error_mapping.error_from_code(code, "", ErrorDetails(""), operation)
        assert type(error) is kind
        assert error.hint == row_of(error.details.rule).advice

    @pytest.mark.parametrize("text", ["order not exist", GONE])
    def test_are_distinguished_from_a_cancel_by_the_contract(self, text: str) -> None:
        assert type(from_code(100404, ErrorDetails(text))) is OrderNotOpen
        read = replace(CANCEL, act="read")
        assert type(error_mapping.error_from_code(100404, text, ErrorDetails(text), read)) is OrderNotFound

    def test_a_cancel_without_data_finds_no_order(self) -> None:
        error = from_code(100204, ErrorDetails(""))
        assert type(error) is OrderNotFound
        assert error.hint == row_of("data-not-found").advice


class TestRetryAt:
    @pytest.mark.parametrize(
        "message",
        [
            "The endpoint trigger frequency limit rule is currently in the disabled period "
            f"and will be unblocked after {UNBLOCKED}",
            "over 20 error code:100202 requests within 480000 ms for this api, "
            f"please verify and fix it ,can retry after time: {UNBLOCKED}",
            f"locked until {UNBLOCKED}",
            f"将于{UNBLOCKED}后解除",
        ],
        ids=["rule", "errors", "until", "in Chinese"],
    )
    def test_is_in_the_text(self, message: str) -> None:
        error = from_code(100410, ErrorDetails(message))
        assert isinstance(error, RateLimited)
        assert error.retry_at == UNBLOCKED

    def test_is_the_window_s_end_where_the_text_has_none(self) -> None:
        error = from_code(100410, ErrorDetails("rate limited", headers={EXPIRE: "1727193999999"}))
        assert error.details.retry_at == 1727193999999

    def test_in_the_text_comes_first(self) -> None:
        headers = {EXPIRE: "1727193999999", "retry-after": "30"}
        details = ErrorDetails(f"unblocked after {UNBLOCKED}", headers=headers)
        assert from_code(100410, details).details.retry_at == UNBLOCKED

    def test_of_a_ban_is_not_the_window_s_end(self) -> None:
        details = ErrorDetails("no JSON", http_status=429, headers={EXPIRE: "1727193999999"})
        assert from_status(details).details.retry_at is None

    @pytest.mark.parametrize(
        "header", ["", "soon", "1727193999", "17271939999990", "-727193999999", "1727193999999 "]
    )
    def test_is_none_where_the_header_is_no_time_in_milliseconds(self, header: str) -> None:
        details = ErrorDetails("rate limited", headers={EXPIRE: header})
        assert from_code(100410, details).details.retry_at is None

    @pytest.mark.parametrize("code", [100001, 100404, 100500, 123456])
    def test_is_for_a_limit_alone(self, code: int) -> None:
        headers = {EXPIRE: "1727193999999", "retry-after": "30"}
        details = from_code(code, ErrorDetails(f"after {UNBLOCKED}", headers=headers)).details
        assert (details.retry_at, details.lock_seconds) == (None, row_of(details.rule).seconds)

    def test_without_an_envelope_is_for_a_limit_alone(self) -> None:
        details = ErrorDetails("no JSON", http_status=502, headers={EXPIRE: "1727193999999"})
        assert from_status(details).details.retry_at is None


class TestRetryAfter:
    """RFC 9110, section 10.2.3: seconds, or a date."""

    DATE = "Tue, 24 Sep 2024 16:03:34 GMT"

    def seconds(self, retry_after: str, **headers: str) -> int | None:
        headers = {"retry-after": retry_after, **headers}
        error = from_status(ErrorDetails("no JSON", http_status=429, headers=headers))
        assert error.details.retry_at is None
        return error.details.lock_seconds

    @pytest.mark.parametrize(("header", "seconds"), [("30", 30), (" 7 ", 7), ("999999999", 999_999_999)])
    def test_may_be_seconds(self, header: str, seconds: int) -> None:
        assert self.seconds(header) == seconds

    def test_may_be_a_date_by_the_exchange_s_clock(self) -> None:
        assert self.seconds("Tue, 24 Sep 2024 16:04:04 GMT", date=self.DATE) == 30
        assert self.seconds("Tue, 24 Sep 2024 17:03:34 GMT", date=self.DATE) == 3600

    @pytest.mark.parametrize(
        "header", ["Tue, 24 Sep 2024 16:03:34 GMT", "Tue, 24 Sep 2024 15:00:00 GMT"], ids=["now", "past"]
    )
    def test_that_has_passed_is_a_second(self, header: str) -> None:
        assert self.seconds(header, date=self.DATE) == 1

    def test_of_zero_seconds_has_passed_too(self) -> None:
        assert self.seconds("0") in (0, 1)

    @pytest.mark.parametrize(
        ("header", "more"),
        [
            ("soon", {}),
            ("-5", {}),
            ("1.5", {}),
            ("9" * 10, {}),
            ("", {}),
            ("Tue, 99 Sep 2024 16:04:04 GMT", {"date": DATE}),
            ("Tue, 24 Sep 2024 16:04:04 GMT", {}),
            ("Tue, 24 Sep 2024 16:04:04 GMT", {"date": "today"}),
            (f"Tue, 24 Sep {'9' * 20} 16:04:04 GMT", {"date": DATE}),
        ],
        ids=["word", "negative", "fraction", "long", "empty", "no date", "no own date", "bad date", "year"],
    )
    def test_that_cannot_be_read_leaves_the_table_s_time(self, header: str, more: dict[str, str]) -> None:
        assert self.seconds(header, **more) == row_of("http-too-many-requests").seconds == 300

    def test_comes_before_the_window_s_end(self) -> None:
        assert self.seconds("30", **{EXPIRE: "1727193999999"}) == 30

    def test_in_an_envelope_comes_before_the_window_s_end_too(self) -> None:
        headers = {"retry-after": "30", EXPIRE: "1727193999999"}
        details = from_code(100410, ErrorDetails("rate limited", headers=headers)).details
        assert (details.retry_at, details.lock_seconds) == (None, 30)

    def test_in_an_envelope_s_response_counts_too(self) -> None:
        details = from_code(100410, ErrorDetails("rate limited", headers={"retry-after": "30"})).details
        assert (details.lock_seconds, details.retry_at) == (30, None)

    def test_is_the_table_s_time_where_there_is_none(self) -> None:
        details = from_code(100410, ErrorDetails("rate limited")).details
        assert (details.rule, details.lock_seconds, details.retry_at) == ("rate-limited", 300, None)


class TestNormalised:
    def test_collapses_white_space_and_lowers_letters(self) -> None:
        assert normalised("  \t A  B\r\n\r\nC \n") == "a b c"

    def test_knows_the_white_space_of_the_table_alone(self) -> None:
        assert normalised(" A\t\r\n b\u00a0c\u2028 ") == "a b\u00a0c\u2028"

    def test_keeps_the_case_of_letters_beyond_ascii(self) -> None:
        assert normalised("ABZ ÀÉ") == "abz ÀÉ"


@pytest.mark.parametrize("word", ["path ", "api ", "endpoint ", "order ", "over 1", "after ", " ", "a"])
def test_a_text_of_any_length_is_classified_at_once(word: str) -> None:
    began = time.process_time()
    error_mapping.error_from_code(1, word * (1_000_000 // len(word)), ErrorDetails("", code=1), CANCEL)
    assert time.process_time() - began < 1


def test_a_row_for_a_status_of_another_operation_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    other = STATUS_ROWS[0]._replace(id="other", operations=("queryOrder",), statuses=None)
    monkeypatch.setattr(error_mapping, "STATUS_ROWS", (other, *STATUS_ROWS))
    assert from_status(ErrorDetails("no JSON", http_status=502)).details.rule != "other"


@pytest.mark.parametrize(
    ("message", "fails"),
    [
        ("The current system is BUSY, please try again later", True),
        ("系统繁忙", True),
        ("will be unblocked after 1727193814249, frequency limit rule", True),
        ("", False),
        ("success", False),
        ("order not exist", False),
        ("cancel success", False),
        ("query open orders success", False),
        ("No orders to cancel", False),
        ("no success", True),
        ("Insufficient balance", True),
        ("Система занята", True),
        ("success, but the system is busy", True),
    ],
)
def test_a_text_says_by_itself_that_a_request_failed(message: str, fails: bool) -> None:
    assert says_failure(message, QUERY) is fails


@pytest.mark.parametrize(
    ("message", "doubt"),
    [
        ("The current system is BUSY, please try again later", True),
        ("系统繁忙", True),
        ("the order is being cancelled, order not exist", True),
        ("", False),
        ("can not find order", False),
        ("order status :CANCELED,can not delete, please verify and retry later", False),
        ("something new", False),
    ],
)
def test_a_text_says_by_itself_that_an_order_may_yet_be_cancelled(message: str, doubt: bool) -> None:
    assert leaves_doubt(message, BY_ID["cancelOrders"]) is doubt
    # A busy text at the end of a megabyte is not looked for.
    assert not leaves_doubt("x" * 10_000 + message, BY_ID["cancelOrders"])


@pytest.mark.parametrize("text", ["Null timestamp or timestamp mismatch", "timestamp is invalid"])
def test_a_refused_timestamp_may_be_a_matter_of_a_short_window(text: str) -> None:
    assert "longer recvWindow" in from_code(100421, ErrorDetails(text)).hint
