"""When a read that says "open" is young enough to prove it, to the moment."""

from collections.abc import Callable
from dataclasses import dataclass, field

import pytest

from bingx_spot import NotExecuted, OrderFilled, OrderNotOpen, OutcomeUnknown, StillOpen
from bingx_spot.core.facts import Facts
from bingx_spot.core.request import ApiCall
from bingx_spot.core.runner import Send
from tests.support.samples import ORDER_ID, SYMBOL
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import (
    CANCEL,
    CANCELLED,
    CANCELLING,
    FILLED,
    NOT_FOUND,
    NOT_OPEN,
    OPEN,
    QUERYING,
    REFUSED,
    After,
    Exchange,
    Played,
    Reply,
    answer,
    by_operation,
    says,
)

TIMING = CANCELLING.operation.timing
assert TIMING is not None
LAG, VISIBLE = TIMING.reads_lag, TIMING.visible_within
#: How long after it was sent a request without `recvWindow` may take effect, in seconds.
EFFECT = 2 * 5.0 + TIMING.takes_effect_within
GATEWAY_TIMEOUT = answer(b"<html>", 504)


@dataclass
class Watched:
    """A call whose requests are noted, with the seconds since it began."""

    exchange: Exchange = field(default_factory=lambda: Exchange(fallback=None))
    cancels: list[float] = field(default_factory=list)
    queries: list[float] = field(default_factory=list)

    def play(
        self,
        cancel: Callable[[int], Reply],
        query: Callable[[int], Reply],
        timeout: float = 120.0,
        chance: float = 1.0,
    ) -> Played:
        """Play it; each function gets the number of the request, from 1."""

        def reply(send: Send) -> Reply:
            is_query = send.request.info.method == "GET"
            noted = self.queries if is_query else self.cancels
            noted.append(self.exchange.time.seconds - 1000.0)
            return (query if is_query else cancel)(len(noted))

        return self.exchange.play_on(reply, timeout=timeout, chance=chance)

    def lock_cancels(self, reply: Reply) -> Reply:
        """Let no further cancel be possible, and return the reply."""
        self.exchange.state.lockouts.lock("cancelOrder", 300.0)
        return reply


class TestAfterAnAmbiguousRequest:
    def test_a_read_is_young_enough_at_the_first_moment_possible(self) -> None:
        watched = Watched()
        played = watched.play(
            lambda _: watched.lock_cancels(After(GATEWAY_TIMEOUT, EFFECT + LAG)), lambda _: OPEN
        )
        assert (type(played.error), played.asked) == (StillOpen, "cq")

    def test_a_read_is_too_old_a_moment_earlier(self) -> None:
        watched = Watched()
        played = watched.play(
            lambda _: watched.lock_cancels(After(GATEWAY_TIMEOUT, EFFECT + LAG - 0.05)), lambda _: OPEN
        )
        assert (type(played.error), played.asked) == (StillOpen, "cqq")

    @pytest.mark.parametrize("ahead", [20.0, -3600.0], ids=["stamped ahead of time", "stamped long ago"])
    def test_both_clocks_count(self, ahead: float) -> None:
        """By the exchange's clock a request may be valid for longer, or seem to be over at once."""
        watched = Watched()
        exact = says(100421, "timestamp mismatch", timestamp=BEGIN - round(ahead * 1000))
        played = watched.play(
            lambda _: watched.lock_cancels(GATEWAY_TIMEOUT), lambda number: exact if number == 1 else OPEN
        )
        assert type(played.error) is StillOpen
        # By the exchange's clock it is valid for one window only.
        needed = max(EFFECT, EFFECT - 5.0 + ahead) + LAG
        assert needed - 0.01 <= watched.queries[-1] <= needed + 6.0
        assert watched.queries[-2] < needed


class TestAfterARefusal:
    def test_a_read_is_young_enough_at_the_first_moment_possible(self) -> None:
        watched = Watched()
        played = watched.play(lambda _: watched.lock_cancels(After(NOT_OPEN, LAG)), lambda _: OPEN)
        assert (type(played.error), played.asked) == (StillOpen, "cq")

    def test_it_has_to_be_younger_than_the_refusal(self) -> None:
        watched = Watched()
        played = watched.play(
            lambda number: After(NOT_OPEN, 6.0) if number == 1 else watched.lock_cancels(NOT_OPEN),
            lambda _: OPEN,
        )
        assert type(played.error) is StillOpen
        assert len(watched.cancels) == 2
        assert watched.queries[-1] >= watched.cancels[-1] + LAG > watched.queries[-2]

    def test_an_order_found_open_is_cancelled_three_times_and_once_more_when_a_new_one_is_visible(
        self,
    ) -> None:
        watched = Watched()
        played = watched.play(lambda _: NOT_OPEN, lambda _: OPEN, timeout=12.0)
        assert played.asked[:7] == "cqcqcqq"
        assert len(watched.cancels) == 4
        assert watched.cancels[2] < VISIBLE <= watched.cancels[3]


class TestAfterTheProof:
    """The order was proven open, and the cancel is sent again in the last two thirds of the time."""

    def test_a_refusal_outweighs_it(self) -> None:
        watched = Watched()
        played = watched.play(
            lambda _: NOT_OPEN if watched.cancels[-1] > EFFECT + LAG else GATEWAY_TIMEOUT,
            lambda _: GATEWAY_TIMEOUT if watched.cancels[-1] > EFFECT + LAG else OPEN,
        )
        assert watched.cancels[-1] > EFFECT + LAG
        assert type(played.error) is OrderNotOpen

    def test_the_order_is_queried_again_after_a_request_that_was_not_executed(self) -> None:
        watched = Watched()
        played = watched.play(
            lambda _: (
                watched.lock_cancels(says(100410, "rate limited"))
                if watched.cancels[-1] > EFFECT + LAG
                else GATEWAY_TIMEOUT
            ),
            lambda _: FILLED if watched.cancels[-1] > EFFECT + LAG else OPEN,
        )
        assert type(played.error) is OrderFilled
        assert watched.queries[-1] == watched.cancels[-1]


class TestNearALock:
    """Seventeen equal errors have happened; only an order that was just found open is cancelled yet."""

    def test_an_order_found_open_is_cancelled(self) -> None:
        watched = Watched()
        watched.exchange.lock_soon()
        played = watched.play(lambda _: NOT_OPEN, lambda _: OPEN, timeout=5.0)
        assert played.asked.startswith("qc")

    def test_a_query_that_failed_is_no_licence_to_cancel(self) -> None:
        watched = Watched()

        def query(_: int) -> Reply:
            watched.exchange.lock_soon()
            return GATEWAY_TIMEOUT

        played = watched.play(lambda _: GATEWAY_TIMEOUT, query, timeout=5.0)
        assert type(played.error) is OutcomeUnknown
        assert len(watched.cancels) == 2, "those before the first query"

    def test_the_last_error_says_why_nothing_was_sent(self) -> None:
        watched = Watched()

        def cancel(_: int) -> Reply:
            watched.exchange.lock_soon()
            return says(100410, f"unblocked after {BEGIN + 500}")

        error = watched.play(cancel, lambda _: GATEWAY_TIMEOUT, timeout=3.0).error
        assert isinstance(error, NotExecuted)
        assert "goes on failing" in error.message

    def test_of_a_read_the_response_says_more_than_that_there_was_no_other(self) -> None:
        exchange = Exchange(fallback=None)

        def reply(_: Send) -> Reply:
            exchange.lock_soon("queryOrder")
            return GATEWAY_TIMEOUT

        error = exchange.play_on(reply, QUERYING, timeout=3.0).error
        assert (error.http_status, len(error.attempts)) == (504, 1)

    def test_one_query_more_is_made_after_an_ambiguous_request_and_no_other(self) -> None:
        watched = Watched()
        watched.exchange.lock_soon("queryOrder")
        watched.play(lambda _: GATEWAY_TIMEOUT, lambda _: GATEWAY_TIMEOUT, timeout=5.0)
        assert len(watched.queries) == 1

    def test_none_is_made_after_a_refusal(self) -> None:
        watched = Watched()
        watched.exchange.lock_soon("queryOrder")
        watched.play(lambda _: NOT_OPEN, lambda _: OPEN, timeout=5.0)
        assert watched.queries == []


def test_queries_that_find_nothing_are_a_second_apart() -> None:
    watched = Watched()
    watched.play(lambda _: NOT_OPEN, lambda _: NOT_FOUND, chance=0.0)
    assert watched.queries[:3] == pytest.approx([0.0, 1.0, 2.0])


def test_no_pause_is_longer_than_half_of_the_time_left() -> None:
    watched = Watched()
    watched.play(lambda _: REFUSED, lambda _: OPEN, timeout=1.0)
    assert watched.cancels[:4] == pytest.approx([0.0, 0.1, 0.3, 0.65])


def test_an_order_id_stays_as_the_caller_wrote_it() -> None:
    call = ApiCall.of(CANCEL, {"symbol": SYMBOL, "orderId": str(ORDER_ID)})
    replies = by_operation([GATEWAY_TIMEOUT, GATEWAY_TIMEOUT, CANCELLED], [OPEN])
    played = Exchange(fallback=None).play_on(replies, call)
    assert played.asked == "ccqc"
    assert played.sent[-1].request.info.parameters["orderId"] == str(ORDER_ID)


def test_a_cancel_that_was_not_refused_is_not_waited_with_until_a_new_order_is_visible() -> None:
    watched = Watched()
    watched.play(lambda _: REFUSED, lambda _: OPEN, timeout=3.0, chance=0.0)
    assert watched.cancels[4:] == pytest.approx([1.0, 2.0], abs=0.01)


def test_the_last_attempt_is_not_repaired() -> None:
    watched = Watched()
    wrong_clock = says(100421, "timestamp mismatch", timestamp=BEGIN + 9_000_000)
    watched.play(lambda number: GATEWAY_TIMEOUT if number < 6 else wrong_clock, lambda _: GATEWAY_TIMEOUT)
    assert len(watched.cancels) == 6


def test_a_query_whose_parameters_are_not_seen_is_made_again_later() -> None:
    watched = Watched()
    not_seen = says(100412, "signature is missing")
    played = watched.play(lambda _: NOT_OPEN, lambda number: not_seen if number == 1 else OPEN, timeout=3.0)
    assert played.asked.startswith("cqq")


@pytest.mark.parametrize(("seconds", "confirmed"), [(VISIBLE, True), (VISIBLE - 0.001, False)])
def test_a_new_order_is_visible_from_that_moment_on(seconds: float, confirmed: bool) -> None:
    assert Facts(CANCELLING, refused_after=seconds).refusal_is_confirmed is confirmed
    assert Facts(CANCELLING, not_found=True, not_found_after=seconds).not_found_is_confirmed is confirmed
    assert not Facts(CANCELLING, not_found_after=seconds).not_found_is_confirmed
