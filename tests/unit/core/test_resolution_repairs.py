"""A call whose requests are repaired, and what an interruption says of it."""

import pytest

from bingx_spot import ClockError, OrderFilled, Response
from bingx_spot.core.engine import MAYBE_SENT_NOTE
from bingx_spot.core.resolution import resolve
from tests.support.scripted_time import BEGIN
from tests.unit.core.driving import Late, Reply, drive
from tests.unit.core.playing import CANCELLED, CANCELLING, FILLED, NOT_OPEN, RESET, After, Exchange, says

HOUR = 3_600_000
CLOCK = says(100421, "timestamp mismatch", timestamp=BEGIN + HOUR)
PLACEMENT = says(100412, "signature missing")


def call(*replies: Reply) -> list[str]:
    """Make a call, and return the method of each request."""
    exchange = Exchange(fallback=None)
    run = drive(exchange, resolve(exchange.context, CANCELLING), *replies)
    assert run.result.data()["status"] == "CANCELED"
    return [request.method for request in run.requests]


@pytest.mark.parametrize("rejection", [CLOCK, PLACEMENT], ids=["clock", "placement"])
def test_a_repaired_request_is_sent_again_without_a_pause(rejection: Response) -> None:
    exchange = Exchange(fallback=None)
    run = drive(exchange, resolve(exchange.context, CANCELLING), rejection, CANCELLED)
    assert (len(run.requests), run.pauses) == (2, [])


@pytest.mark.parametrize("rejection", [CLOCK, PLACEMENT], ids=["clock", "placement"])
def test_an_ambiguous_request_stays_ambiguous_while_the_next_one_is_repaired(rejection: Response) -> None:
    assert call(RESET, rejection, NOT_OPEN, CANCELLED) == ["POST", "POST", "POST", "GET"]


def test_clock_and_placement_can_both_be_repaired_in_one_call() -> None:
    assert call(CLOCK, PLACEMENT, CANCELLED) == ["POST"] * 3


def test_a_clock_that_steps_again_is_repaired_again() -> None:
    exchange = Exchange(fallback=None)
    again = says(100421, "timestamp mismatch", timestamp=BEGIN)
    exchange.play(RESET, CLOCK, NOT_OPEN, again, CANCELLED)
    assert abs(exchange.clock.offset) < HOUR / 2


def test_a_clock_that_is_refused_twice_in_a_row_is_not_repaired_again() -> None:
    exchange = Exchange(fallback=None)
    again = says(100421, "timestamp mismatch", timestamp=BEGIN)
    assert isinstance(exchange.play(CLOCK, again).error, ClockError)


@pytest.mark.parametrize("seconds", [0.0, 1.0, 4.0])
def test_the_clock_is_set_to_the_middle_of_the_round_trip(seconds: float) -> None:
    exchange = Exchange()
    exchange.play(After(CLOCK, seconds), CANCELLED)
    assert exchange.clock.offset == HOUR - seconds * 500


def test_a_query_is_repaired_as_well() -> None:
    exchange = Exchange(fallback=None)
    with pytest.raises(OrderFilled) as failed:
        drive(exchange, resolve(exchange.context, CANCELLING), NOT_OPEN, CLOCK, FILLED)
    assert [attempt.operation for attempt in failed.value.attempts] == [
        "cancelOrder",
        "queryOrder",
        "queryOrder",
    ]


def test_an_interruption_that_the_engine_has_annotated_is_not_annotated_again() -> None:
    interruption = KeyboardInterrupt()
    interruption.add_note(MAYBE_SENT_NOTE)
    steps = resolve(Exchange().context, CANCELLING)
    next(steps)
    with pytest.raises(KeyboardInterrupt):
        steps.throw(interruption)
    assert interruption.__notes__ == [MAYBE_SENT_NOTE]


def test_no_series_of_calls_makes_twenty_equal_errors() -> None:
    exchange = Exchange(fallback=None)
    for number in range(60):
        replies = [NOT_OPEN, FILLED] if number < 17 else [FILLED]
        with pytest.raises(OrderFilled):
            drive(exchange, resolve(exchange.context, CANCELLING), *(Late(reply, 0.05) for reply in replies))
