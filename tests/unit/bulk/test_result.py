"""Outcomes: one word for each error, and which of them are final."""

import pytest

from bingx_spot import (
    AuthenticationError,
    CancelOutcome,
    CancelRequest,
    CancelResult,
    ClockError,
    ErrorDetails,
    NotExecuted,
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
    RequestRejected,
    Response,
    StillOpen,
    UnknownErrorCode,
)
from bingx_spot.bulk.result import affects_every_order, outcome_of
from bingx_spot.exceptions import BingxError, CallError
from tests.support.samples import ORDER

DETAILS = ErrorDetails("it said no")
REQUEST = CancelRequest("BTC-USDT", order_id=1)


def order(status: str) -> Order:
    return Order.from_data({**ORDER, "status": status}, Response(200, {}, b""))


ENDINGS = [
    (OrderFilled(DETAILS, order("FILLED")), "filled"),
    (OrderAlreadyCanceled(DETAILS, order("CANCELED")), "already_canceled"),
    (OrderFailed(DETAILS, order("FAILED")), "failed"),
    (OrderNotOpen(DETAILS), "not_open"),
    (OrderNotFound(DETAILS), "not_found"),
    (StillOpen(DETAILS, order("NEW")), "still_open"),
    (NotSent(DETAILS), "unaffected"),
    (RequestRejected(DETAILS), "unaffected"),
    (RateLimited(DETAILS), "unaffected"),
    (AuthenticationError(DETAILS), "unaffected"),
    (NotExecuted(DETAILS), "unaffected"),
    (OutcomeUnknown(DETAILS), "unknown"),
    (UnknownErrorCode(DETAILS), "unknown"),
    (CallError(DETAILS), "unknown"),
]


@pytest.mark.parametrize(("error", "outcome"), ENDINGS, ids=lambda value: type(value).__name__)
def test_each_error_has_one_outcome(error, outcome):
    assert outcome_of(error) == outcome
    result = CancelResult.from_error(3, REQUEST, REQUEST, error)
    assert (result.outcome, result.error, result.position) == (outcome, error, 3)
    assert result.order is getattr(error, "order", None)
    assert not result.cancelled


def test_every_kind_of_error_is_in_the_table_above():
    def kinds(kind: type[BingxError]) -> set[type[BingxError]]:
        return {kind}.union(*(kinds(each) for each in kind.__subclasses__()))

    shown = {type(error) for error, _ in ENDINGS}
    assert kinds(CallError) - shown <= {PermissionDenied, ClockError}, "which are as AuthenticationError"


def test_final_outcomes_are_those_that_time_cannot_change():
    assert {outcome for outcome in CancelOutcome if outcome.is_final} == {
        "cancelled",
        "filled",
        "already_canceled",
        "failed",
    }


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (AuthenticationError(DETAILS), True),
        (PermissionDenied(DETAILS), True),
        (ClockError(DETAILS), True),
        (RequestRejected(ErrorDetails("no", rule="account-abnormal")), True),
        (RequestRejected(ErrorDetails("no", rule="pair-offline")), False),
        (RateLimited(DETAILS), False),
        (OrderNotFound(DETAILS), False),
        (OutcomeUnknown(ErrorDetails("?", rule="account-abnormal")), False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, BingxError) else str(value),
)
def test_errors_that_would_hit_every_order(error, expected):
    assert affects_every_order(error) is expected


def test_the_rules_about_the_account_are_in_the_error_table():
    from bingx_spot.bulk.result import _ACCOUNT_RULES
    from bingx_spot_api.error_table import ROWS, STATUS_ROWS

    assert {row.id for row in (*ROWS, *STATUS_ROWS)} >= _ACCOUNT_RULES
