"""Each way of saying no becomes one of our errors; spec/vectors/answers.json has the ways."""

import pytest

from bingx_spot import (
    AuthenticationError,
    CallError,
    ClockError,
    NotExecuted,
    OrderNotOpen,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    RequestRejected,
    UnknownErrorCode,
)
from bingx_spot.core.error_mapping import normalised
from tests.spec.vectors import read_json
from tests.support.judging import failure

CATEGORIES: dict[str, type[CallError]] = {
    "authentication": AuthenticationError,
    "permission": PermissionDenied,
    "clock": ClockError,
    "rateLimited": RateLimited,
    "notOpen": OrderNotOpen,
    "refused": RequestRejected,
    "unavailable": OutcomeUnknown,
}
VECTORS = [test for group in read_json("vectors/answers.json")["groups"] for test in group["tests"]]


class TestVectors:
    @pytest.mark.parametrize("test", VECTORS, ids=lambda test: test["id"])
    def test_each_answer_becomes_the_error_of_its_row(self, test):
        error = failure(test["answer"]["body"], test["answer"]["status"])
        expected = test["expected"]
        unlisted = expected["row"] == "unknown-code"
        assert type(error) is (UnknownErrorCode if unlisted else CATEGORIES[expected["category"]])
        assert isinstance(error, OutcomeUnknown) == (expected["order"] == "unknown")
        assert isinstance(error, NotExecuted) == (expected["order"] != "unknown")
        assert error.details.retry_at == expected["retryAt"]

    @pytest.mark.parametrize("test", VECTORS, ids=lambda test: test["id"])
    def test_each_error_says_what_came_and_what_to_do(self, test):
        body, status = test["answer"]["body"], test["answer"]["status"]
        error = failure(body, status)
        assert error.http_status == status
        assert error.details.body == body.encode()
        assert error.message
        assert error.hint
        assert f"HTTP {status}" in str(error)
        assert error.hint in str(error)

    def test_code_and_message_stay_as_they_came(self):
        error = failure('{"code":"100404","msg":"  Order  Does\\tNot\\nExist "}')
        assert (error.code, error.message) == ("100404", "  Order  Does\tNot\nExist ")

    def test_a_limit_tells_when_the_exchange_will_listen_again(self):
        error = failure('{"code":100410,"msg":"will be unblocked after 1727193814249"}')
        assert isinstance(error, RateLimited)
        assert error.retry_at == 1727193814249

    def test_white_space_is_what_the_error_table_says_it_is(self):
        assert normalised(" A\t\r\n b\u00a0c\u2028 ") == "a b\u00a0c\u2028"
