"""Hundreds of cancels among faults: no false report, no avoidable unknown, no late call, no leak."""

import pytest

from bingx_spot import (
    BingxError,
    CallError,
    CancelOutcome,
    ErrorDetails,
    NotSent,
    Order,
    OrderAlreadyCanceled,
    OrderFilled,
    OrderNotOpen,
    OutcomeUnknown,
    Response,
    StillOpen,
)
from tests.support.samples import ORDER, ORDER_ID
from tools.chaos.faults import FAULTS
from tools.chaos.run import chaos
from tools.chaos.verdict import Report, Tally

CANCELS = 500
LEAST_KINDS = 50
DETAILS = ErrorDetails("planted")


def order(status: str) -> Order:
    return Order.from_data(ORDER | {"status": status}, Response(200, {}, b"{}"))


def tally(
    result: Order | BaseException, status: str, *, executed: bool = False, seconds: float = 1.9
) -> Tally:
    tally = Tally()
    tally.add(Report(ORDER_ID, result, seconds, 2.0), status, executed=executed)
    return tally


@pytest.mark.slow
def test_every_report_is_true() -> None:
    run = chaos(CANCELS, seeds=[7])
    assert run.wrongs == []
    assert len(run.tallies) == len(FAULTS) > LEAST_KINDS
    assert sum(sum(tally.counts.values()) for tally in run.tallies.values()) >= CANCELS
    assert all(tally.counts.get(CancelOutcome.CANCELLED) for tally in run.tallies.values())


@pytest.mark.parametrize(
    ("result", "status", "executed"),
    [
        (order("CANCELED"), "CANCELED", True),
        (OrderFilled(DETAILS, order("FILLED")), "FILLED", False),
        (OrderAlreadyCanceled(DETAILS, order("CANCELED")), "CANCELED", False),
        (OrderNotOpen(DETAILS), "FILLED", False),
        (StillOpen(DETAILS, order("NEW")), "NEW", False),
        (NotSent(DETAILS), "NEW", False),
        (OutcomeUnknown(DETAILS), "CANCELED", True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Order | CallError) else None,
)
def test_a_true_report_is_right(result: Order | BingxError, status: str, executed: bool) -> None:
    assert tally(result, status, executed=executed).wrongs == []


@pytest.mark.parametrize(
    ("result", "status", "executed"),
    [
        (order("CANCELED"), "NEW", False),
        (OrderFilled(DETAILS, order("FILLED")), "FAILED", False),
        (OrderAlreadyCanceled(DETAILS, order("CANCELED")), "CANCELED", True),
        (OrderNotOpen(DETAILS), "NEW", False),
        (StillOpen(DETAILS, order("NEW")), "FILLED", False),
        (NotSent(DETAILS), "CANCELED", True),
        (ValueError("not ours"), "NEW", False),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Order | Exception) else None,
)
def test_a_false_report_is_wrong(result: Order | BaseException, status: str, executed: bool) -> None:
    assert len(tally(result, status, executed=executed).wrongs) == 1


@pytest.mark.parametrize("seconds", [1.0, 2.5], ids=["unknown with time left", "past its deadline"])
def test_an_avoidable_unknown_and_a_late_call_are_wrong(seconds: float) -> None:
    assert len(tally(OutcomeUnknown(DETAILS), "CANCELED", executed=True, seconds=seconds).wrongs) == 1


def test_a_ban_makes_an_unknown_unavoidable() -> None:
    banned = Tally()
    banned.add(Report(ORDER_ID, OutcomeUnknown(DETAILS), 0.5, 2.0, may_be_banned=True), "NEW", executed=False)
    assert banned.wrongs == []
