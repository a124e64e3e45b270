"""The errors that end a call: what happened, what it means for the order, what to do."""

from dataclasses import replace

import pytest

from bingx_spot import (
    CallError,
    ErrorDetails,
    NotSent,
    Order,
    OrderAlreadyCanceled,
    OrderFailed,
    OrderFilled,
    OrderNotFound,
    OrderNotOpen,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    Response,
    StillOpen,
    UnknownErrorCode,
)
from bingx_spot.core.decisions import Action
from bingx_spot.core.endings import error_for, order_name, query_hint
from bingx_spot.core.facts import Facts
from bingx_spot.core.request import ApiCall
from bingx_spot_api.contract import BY_ID
from tests.support.samples import ORDER, ORDER_ID, SYMBOL
from tests.unit.core.driving import attempt, error_of
from tests.unit.core.playing import (
    CANCEL,
    CANCELLING,
    DENIED,
    NOT_OPEN,
    QUERYING,
    RESET,
    Exchange,
    order,
    says,
)

BY_CLIENT_ORDER_ID = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "my-bot_0001"})
READ_TIME = ApiCall.of(BY_ID["serverTime"], {})
PLACE = ApiCall(replace(CANCEL, act="place", operation_id="placeOrder"), CANCELLING.parameters)
MOVE = ApiCall(replace(CANCEL, act=None, operation_id="moveOrder", settled_by=None), CANCELLING.parameters)

BY_ID_HINT = (
    f'Find out with query_order("{SYMBOL}", order_id={ORDER_ID}) '
    f"or `bingx-spot query {SYMBOL} --order-id {ORDER_ID}`"
)
BY_CLIENT_ID_HINT = (
    f'Find out with query_order("{SYMBOL}", client_order_id="my-bot_0001") '
    f"or `bingx-spot query {SYMBOL} --client-order-id my-bot_0001`"
)
CLIENT_ORDER_NAME = 'order with client order id "my-bot_0001"'


def details(message: str, **more: object) -> ErrorDetails:
    return ErrorDetails(message, hint="Do this.", **more)  # type: ignore[arg-type] # fields by name


REFUSAL = OrderNotOpen(details("order is gone", code=100404, http_status=200))
AMBIGUOUS = OutcomeUnknown(details("connection reset"))


def stated(status: str) -> Order:
    response = order(status)
    return Order.from_data(ORDER | {"status": status}, response)


def facts(call: ApiCall = CANCELLING, **known: object) -> Facts:
    return Facts(call, **known)  # type: ignore[arg-type] # fields by name


class TestWithAnOrder:
    @pytest.mark.parametrize(
        ("action", "kind", "status", "summary", "hint"),
        [
            (
                Action.RAISE_FILLED,
                OrderFilled,
                "FILLED",
                "is FILLED; it was not cancelled.",
                "Do nothing: there is nothing left to cancel.",
            ),
            (
                Action.RAISE_FAILED,
                OrderFailed,
                "EXPIRED",
                "is EXPIRED; it was not cancelled.",
                "Do nothing: there is nothing left to cancel.",
            ),
            (
                Action.RAISE_ALREADY_CANCELED,
                OrderAlreadyCanceled,
                "CANCELED",
                "was already cancelled, and not by this call.",
                "Do nothing: there is nothing left to cancel.",
            ),
            (
                Action.RAISE_STILL_OPEN,
                StillOpen,
                "NEW",
                "is still open (NEW); no request of this call can take effect any more.",
                "Cancel it again.",
            ),
        ],
        ids=["filled", "failed", "already canceled", "still open"],
    )
    def test_the_text_begins_with_the_order_and_ends_with_what_to_do(
        self, action: Action, kind: type[CallError], status: str, summary: str, hint: str
    ) -> None:
        error = error_for(action, facts(not_open=REFUSAL, error=REFUSAL), stated(status))
        assert type(error) is kind
        assert isinstance(error, OrderNotOpen | StillOpen)
        assert error.order == stated(status)
        assert str(error) == (
            f"Order {ORDER_ID} {summary} The exchange said: order is gone (code 100404, HTTP 200). {hint}"
        )

    def test_without_a_refusal_the_text_has_no_message_twice(self) -> None:
        error = error_for(Action.RAISE_FILLED, facts(), stated("FILLED"))
        assert str(error) == (
            f"Order {ORDER_ID} is FILLED; it was not cancelled. Do nothing: there is nothing left to cancel."
        )


class TestUnknown:
    def test_by_order_id(self) -> None:
        error = error_for(Action.RAISE_UNKNOWN, facts(ambiguous=AMBIGUOUS, error=AMBIGUOUS), None)
        assert type(error) is OutcomeUnknown
        assert str(error) == (
            f"Unknown whether order {ORDER_ID} was cancelled. Connection reset. "
            f"{BY_ID_HINT}; or cancel again, which can do no harm."
        )

    def test_by_client_order_id(self) -> None:
        error = error_for(Action.RAISE_UNKNOWN, facts(BY_CLIENT_ORDER_ID, ambiguous=AMBIGUOUS), None)
        assert str(error).startswith(f"Unknown whether the {CLIENT_ORDER_NAME} was cancelled. ")
        assert error.hint == f"{BY_CLIENT_ID_HINT}."

    def test_says_why_by_the_ambiguous_request_and_not_by_the_last_one(self) -> None:
        later = PermissionDenied(details("no permission"))
        error = error_for(Action.RAISE_UNKNOWN, facts(ambiguous=AMBIGUOUS, error=later), None)
        assert error.message == "connection reset"

    def test_behind_a_lock_says_until_when_the_exchange_accepts_nothing(self) -> None:
        locked = RateLimited(details("rate limited", retry_at=5_000))
        error = error_for(
            Action.RAISE_UNKNOWN, facts(ambiguous=AMBIGUOUS, error=locked, can_open=False), None
        )
        assert error.details.retry_at == 5_000
        assert error.hint.startswith(
            "Wait until the time in retry_at; the exchange accepts no such request before."
        )
        once_locked = error_for(Action.RAISE_UNKNOWN, facts(ambiguous=AMBIGUOUS, error=locked), None)
        assert once_locked.details.retry_at is None

    def test_of_an_error_code_that_is_not_listed_keeps_its_class(self) -> None:
        unlisted = UnknownErrorCode(details("what is this?", code=123456))
        error = error_for(Action.RAISE_UNKNOWN, facts(ambiguous=unlisted), None)
        assert type(error) is UnknownErrorCode
        assert error.code == 123456

    def test_after_a_refusal_is_no_rejection(self) -> None:
        error = error_for(Action.RAISE_UNKNOWN, facts(BY_CLIENT_ORDER_ID, error=REFUSAL), None)
        assert type(error) is OutcomeUnknown
        assert (error.message, error.code) == ("order is gone", 100404)

    def test_after_a_refusal_says_why_by_that_and_not_by_the_last_error(self) -> None:
        late = RateLimited(details("not sent: rate limit"))
        error = error_for(Action.RAISE_UNKNOWN, facts(BY_CLIENT_ORDER_ID, error=late, not_open=REFUSAL), None)
        assert error.message == "order is gone"

    def test_of_a_placing_does_not_advise_to_repeat_it(self) -> None:
        error = error_for(Action.RAISE_UNKNOWN, facts(PLACE, ambiguous=AMBIGUOUS), None)
        assert error.details.summary == f"Unknown whether order {ORDER_ID} was placed."
        assert "again" not in error.hint

    def test_of_what_no_query_can_settle_keeps_the_error_s_hint(self) -> None:
        error = error_for(Action.RAISE_UNKNOWN, facts(MOVE, ambiguous=AMBIGUOUS), None)
        assert error.details.summary == f"Unknown whether order {ORDER_ID} was changed."
        assert error.hint == "Do this."


class TestNotFound:
    def test_by_order_id(self) -> None:
        error = error_for(Action.RAISE_NOT_FOUND, facts(not_open=REFUSAL), None)
        assert type(error) is OrderNotFound
        assert str(error) == (
            f"The exchange does not find order {ORDER_ID}. A new one may be found only after some seconds. "
            "The exchange said: order is gone (code 100404, HTTP 200). "
            "Check the symbol and the id, and that the order belongs to this account and environment."
        )

    def test_by_an_id_that_looks_rounded_says_so(self) -> None:
        call = ApiCall.of(CANCEL, {"symbol": SYMBOL, "orderId": 1735964079647111000})
        error = error_for(Action.RAISE_NOT_FOUND, facts(call, not_open=REFUSAL), None)
        assert error.hint.endswith(
            "The order id ends in zeros, as if it was rounded: take it from its source, as text."
        )

    def test_by_client_order_id_says_what_it_cannot_prove(self) -> None:
        error = error_for(Action.RAISE_NOT_FOUND, facts(BY_CLIENT_ORDER_ID, not_open=REFUSAL), None)
        assert error.details.summary == (
            f"The exchange does not find the {CLIENT_ORDER_NAME}. "
            "An order is found by its client order id for two hours only, and a new order not at once: "
            "this does not prove that no such order is open."
        )
        assert error.hint == "Use the order id if you have it."


class TestNotOpen:
    def test_says_that_the_state_was_not_learnt(self) -> None:
        error = error_for(Action.RAISE_NOT_OPEN, facts(not_open=REFUSAL), None)
        assert type(error) is OrderNotOpen
        assert error.order is None
        assert error.details.summary == (
            f"Order {ORDER_ID} is not open; whether it was filled, was cancelled or never existed could not "
            "be learnt before the deadline."
        )
        assert error.hint == BY_ID_HINT


class TestNotExecuted:
    @pytest.mark.parametrize("kind", [NotSent, RateLimited, PermissionDenied])
    def test_is_the_last_error_with_what_it_means_for_the_order(self, kind: type[CallError]) -> None:
        error = error_for(Action.RAISE_ERROR, facts(error=kind(details("no permit"))), None)
        assert type(error) is kind
        assert str(error) == f"Order {ORDER_ID} was not cancelled. No permit. Do this."

    @pytest.mark.parametrize("call", [QUERYING, READ_TIME], ids=["query", "time"])
    def test_of_a_read_says_nothing_of_a_cancel(self, call: ApiCall) -> None:
        last = NotSent(details("connection refused"))
        assert str(error_for(Action.RAISE_ERROR, facts(call, error=last), None)) == (
            "connection refused. Do this."
        )

    def test_is_the_ending_where_no_order_was_read(self) -> None:
        last = NotSent(details("connection refused"))
        assert type(error_for(Action.RAISE_FILLED, facts(error=last), None)) is NotSent


class TestOrderName:
    @pytest.mark.parametrize(
        ("call", "name"),
        [
            (CANCELLING, f"Order {ORDER_ID}"),
            (QUERYING, f"Order {ORDER_ID}"),
            (BY_CLIENT_ORDER_ID, f"The {CLIENT_ORDER_NAME}"),
            (READ_TIME, "serverTime"),
        ],
        ids=["order id", "query", "client order id", "no order"],
    )
    def test_is_the_id_of_the_request(self, call: ApiCall, name: str) -> None:
        assert order_name(call) == name


def test_the_hint_of_a_query_names_the_order_in_python_and_on_the_command_line() -> None:
    assert query_hint(CANCELLING, "") == BY_ID_HINT
    assert query_hint(BY_CLIENT_ORDER_ID, "") == BY_CLIENT_ID_HINT
    assert query_hint(CANCELLING, "vst") == f"{BY_ID_HINT.removesuffix('`')} --env vst`"


@pytest.mark.parametrize("action", [Action.RAISE_UNKNOWN, Action.RAISE_NOT_OPEN])
def test_the_hint_of_an_error_names_the_environment(action: Action) -> None:
    error = error_for(action, facts(environment="vst", ambiguous=AMBIGUOUS, not_open=REFUSAL), None)
    assert " --env vst`" in error.hint


def test_the_hint_names_the_order_as_the_query_does() -> None:
    """An order that was placed has its id under another name."""
    assert CANCEL.settled_by is not None
    mapping = (("symbol", "symbol"), ("clientOrderID", "newClientOrderId"))
    operation = replace(CANCEL, act="place", settled_by=CANCEL.settled_by._replace(parameters=mapping))
    placing = ApiCall(operation, {"symbol": SYMBOL, "newClientOrderId": "my-bot_0001"})
    assert query_hint(placing, "") == BY_CLIENT_ID_HINT


@pytest.mark.parametrize(
    "action",
    [
        Action.RAISE_ALREADY_CANCELED,
        Action.RAISE_FILLED,
        Action.RAISE_FAILED,
        Action.RAISE_ERROR,
        Action.RAISE_STILL_OPEN,
        Action.RAISE_UNKNOWN,
        Action.RAISE_NOT_OPEN,
        Action.RAISE_NOT_FOUND,
    ],
    ids=lambda action: action.name,
)
@pytest.mark.parametrize("by", [CANCELLING, BY_CLIENT_ORDER_ID], ids=["order id", "client order id"])
def test_every_ending_names_the_order_and_says_what_to_do(action: Action, by: ApiCall) -> None:
    known = facts(by, error=REFUSAL, not_open=REFUSAL)
    error = error_for(action, known, stated("NEW"))
    name = str(by.parameters.get("orderId", by.parameters.get("clientOrderID")))
    assert name in error.details.summary
    assert error.hint
    assert error.details.http_status == 200


def test_every_ending_keeps_the_request_of_the_error_and_none_of_its_secrets() -> None:
    refusal = error_of(attempt(Exchange(), NOT_OPEN))
    error = error_for(Action.RAISE_NOT_OPEN, facts(error=refusal, not_open=refusal), None)
    assert error.request == refusal.request
    assert "sample-" not in f"{error} {error!r} {error.details!r}"


def test_a_cancel_that_names_no_order_cancelled_nothing() -> None:
    played = Exchange().play(DENIED, call=ApiCall.of(BY_ID["cancelOpenOrders"], {"symbol": SYMBOL}))
    assert played.error.details.summary == "cancelOpenOrders cancelled nothing."


@pytest.mark.parametrize("reply", [says(100400, "no open orders"), says(100204, "data not found")], ids=str)
def test_where_nothing_is_open_no_id_is_to_be_checked(reply: Response) -> None:
    played = Exchange().play(reply, call=ApiCall.of(BY_ID["cancelOpenOrders"], {"symbol": SYMBOL}))
    assert isinstance(played.error, OrderNotOpen | OrderNotFound)
    assert played.error.hint == BY_ID["cancelOpenOrders"].advice


def test_a_cancel_that_must_not_be_repeated_is_not_advised() -> None:
    call = ApiCall.of(replace(CANCEL, repeat="never"), CANCELLING.parameters)
    again, once = (Exchange().play_on(lambda _: RESET, each, 1.0).error.hint for each in (CANCELLING, call))
    assert "cancel again" in again
    assert "cancel again" not in once
