"""What an error holds, says and keeps when it goes to another process."""

import pickle

import pytest

from bingx_spot import (
    BulkRunAborted,
    CallError,
    ErrorDetails,
    InvalidInput,
    NotSent,
    Order,
    OrderAlreadyCanceled,
    OrderFailed,
    OrderFilled,
    OrderNotOpen,
    OutcomeUnknown,
    RateLimited,
    Response,
    StillOpen,
)
from bingx_spot.exceptions import shown
from tests.support.samples import ORDER
from tests.unit.test_error_details import DETAILS, REQUEST

RESPONSE = Response(200, {}, b"{}")
FILLED = Order.from_data(ORDER | {"status": "FILLED"}, RESPONSE)


class TestText:
    @pytest.mark.parametrize(
        ("details", "text"),
        [
            (ErrorDetails("lost"), "lost"),
            (ErrorDetails("lost", hint="Do this."), "lost. Do this."),
            (ErrorDetails("lost", code=5), "lost (code 5)"),
            (ErrorDetails(" lost ", code=5), "lost (code 5)"),
            (ErrorDetails("lost", http_status=502), "lost (HTTP 502)"),
            (
                DETAILS,
                "Order 5 was not cancelled. The exchange said: rate limited (code 100410, HTTP 200). Wait.",
            ),
            (ErrorDetails("no data", code=0, summary="Unknown."), "Unknown. No data (code 0)"),
        ],
        ids=["message", "hint", "code", "spaces", "status", "all", "success"],
    )
    def test_has_what_it_means_what_happened_and_what_to_do(self, details: ErrorDetails, text: str) -> None:
        assert str(CallError(details)) == text

    def test_of_invalid_input_names_argument_reason_and_what_is_allowed(self) -> None:
        error = InvalidInput("order_id", "is 0", "1 to 9223372036854775807")
        assert str(error) == "order_id is 0; allowed: 1 to 9223372036854775807"
        assert isinstance(error, ValueError)

    def test_of_an_aborted_run_names_the_error(self) -> None:
        error = BulkRunAborted(NotSent(ErrorDetails("connection refused")))
        assert str(error) == "stopped by NotSent, which would hit every order: connection refused"


class TestCallError:
    def test_has_the_details_as_attributes(self) -> None:
        error = RateLimited(DETAILS)
        assert (error.code, error.message, error.http_status) == (100410, "rate limited", 200)
        assert (error.request, error.attempts, error.hint) == (REQUEST, DETAILS.attempts, "Wait.")
        assert error.retry_at == 5

    def test_its_repr_is_one_line_of_a_terminal(self) -> None:
        assert repr(NotSent(ErrorDetails("connection refused"))) == "<NotSent: connection refused>"
        long = repr(OrderFilled(ErrorDetails("x" * 1000, summary="Order 1 is FILLED."), FILLED))
        assert long.startswith("<OrderFilled: Order 1 is FILLED. Xxx")
        assert long.endswith("xxx...>")
        assert len(long) <= 80

    @pytest.mark.parametrize(
        "error",
        [
            NotSent(DETAILS),
            OutcomeUnknown(DETAILS),
            StillOpen(DETAILS, FILLED),
            OrderNotOpen(DETAILS),
            OrderFilled(DETAILS, FILLED),
            OrderAlreadyCanceled(DETAILS, FILLED),
            OrderFailed(DETAILS, FILLED),
        ],
        ids=lambda error: type(error).__name__,
    )
    def test_keeps_everything_with_other_details_and_when_pickled(self, error: CallError) -> None:
        other = error.with_details(ErrorDetails("other"))
        copied = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert type(other) is type(copied) is type(error)
        assert (other.message, copied.details, str(copied)) == ("other", DETAILS, str(error))
        if isinstance(error, StillOpen | OrderNotOpen):
            assert isinstance(other, StillOpen | OrderNotOpen)
            assert isinstance(copied, StillOpen | OrderNotOpen)
            assert other.order == copied.order == error.order

    @pytest.mark.parametrize(
        "error", [InvalidInput("a", "b", "c"), BulkRunAborted(NotSent(DETAILS))], ids=["input", "run"]
    )
    def test_others_can_be_pickled_too(self, error: Exception) -> None:
        copied = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes
        assert type(copied) is type(error)
        assert str(copied) == str(error)


class TestShown:
    def test_is_the_beginning_of_the_repr(self) -> None:
        assert shown("x") == "'x'"
        assert shown("x" * 79) == "'" + "x" * 79 + "..."

    def test_of_a_value_without_a_repr_is_its_type(self) -> None:
        class Broken:
            def __repr__(self) -> str:
                raise RuntimeError

        assert shown(Broken()) == "a value of type Broken"
        assert shown(10**5000) == "a value of type int"
