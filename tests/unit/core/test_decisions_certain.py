"""What becomes of a call whose attempts were surely not executed."""

import pytest

from bingx_spot import (
    AuthenticationError,
    NotSent,
    OrderNotOpen,
    OutcomeUnknown,
    PermissionDenied,
    RateLimited,
    StillOpen,
)
from bingx_spot.transport import CLOSED
from tests.support.samples import ORDER_ID, SYMBOL
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import (
    ASKING_TIME,
    BAD_GATEWAY,
    CANCELLED,
    DENIED,
    FALLBACK,
    FILLED,
    HANGS,
    NOT_OPEN,
    OPEN,
    PRIMARY,
    QUERYING,
    REFUSED,
    RESET,
    Exchange,
    Reply,
    answer,
    by_operation,
    forever,
    order,
    says,
)


class TestSuccess:
    def test_is_returned_as_it_came(self) -> None:
        played = Exchange().play(CANCELLED)
        assert (played.asked, played.waits) == ("c", [])
        assert played.result == CANCELLED


class TestNotSent:
    def test_is_tried_again_after_a_pause_and_on_the_fallback(self) -> None:
        played = Exchange().play(REFUSED, CANCELLED)
        assert played.result == CANCELLED
        assert played.waits == [0.1]
        first, second = (send.request.url for send in played.sent)
        assert first.startswith(PRIMARY)
        assert second.startswith(FALLBACK)

    def test_towards_the_deadline_pauses_grow_shorter(self) -> None:
        played = Exchange().play(*[REFUSED] * 6, timeout=1.0)
        assert played.waits == pytest.approx([0.1, 0.2, 0.175, 0.13125, 0.1])

    def test_pauses_grow(self) -> None:
        played = Exchange().play(*[REFUSED] * 5, CANCELLED)
        assert played.waits == pytest.approx([0.1, 0.2, 0.4, 0.8, 1.6])

    def test_is_tried_six_times_at_most(self) -> None:
        error = Exchange().play(*[REFUSED] * 6).error
        assert type(error) is NotSent
        assert [attempt.operation for attempt in error.attempts] == ["cancelOrder"] * 6
        assert error.message == "connection refused"
        assert error.hint == (
            f"Check the network, the base URL {error.attempts[-1].host} and any proxy; "
            "it can safely be sent again."
        )

    def test_takes_a_try_of_the_shared_budget_for_each_further_attempt(self) -> None:
        exchange = Exchange()
        exchange.play(*[REFUSED] * 6)
        assert sum(iter(exchange.state.retry_budget.take, False)) == 95

    def test_is_not_tried_again_when_the_budget_is_spent(self) -> None:
        exchange = Exchange()
        exchange.spend_budget()
        played = exchange.play(REFUSED)
        assert type(played.error) is NotSent
        assert played.waits == []

    def test_a_closed_client_is_not_tried_again(self) -> None:
        exchange = Exchange()
        played = exchange.play(CLOSED)
        assert type(played.error) is NotSent
        assert (played.error.message, played.error.hint) == ("the client is closed", "Make another client.")
        assert exchange.state.hosts.get() == PRIMARY

    def test_ends_at_the_deadline(self) -> None:
        exchange = Exchange()
        played = exchange.play(*[REFUSED] * 3, timeout=0.25)
        assert type(played.error) is NotSent
        assert exchange.time.seconds <= 1000.25
        assert played.error.message == (
            "the time was up before cancelOrder could be sent; "
            "the attempt before: surely not executed: connection refused"
        )

    def test_without_any_time_nothing_is_sent(self) -> None:
        played = Exchange().play(timeout=0.0)
        assert type(played.error) is NotSent
        assert played.error.message == "the time was up before cancelOrder could be sent"
        assert (played.steps, played.error.attempts) == ([], ())


class TestRefused:
    @pytest.mark.parametrize(
        ("refusal", "kind"), [(DENIED, PermissionDenied), (says(100413), AuthenticationError)]
    )
    def test_is_final(self, refusal: Reply, kind: type) -> None:
        played = Exchange().play(refusal)
        assert type(played.error) is kind
        assert len(played.error.attempts) == 1


class TestNotOpen:
    def test_a_query_tells_what_the_order_is_now(self) -> None:
        played = Exchange().play(NOT_OPEN, FILLED)
        assert played.asked == "cq"
        assert isinstance(played.error, OrderNotOpen)
        assert played.error.order is not None
        assert played.error.order.status == "FILLED"
        assert played.error.order.raw["status"] == "FILLED"
        assert (played.error.code, played.error.message) == (100404, "order not exist")
        assert played.error.hint == "It is FILLED now."
        assert [attempt.operation for attempt in played.error.attempts] == ["cancelOrder", "queryOrder"]

    def test_cancelled_earlier_is_not_our_success(self) -> None:
        error = Exchange().play(NOT_OPEN, CANCELLED).error
        assert isinstance(error, OrderNotOpen)
        assert error.hint == "It is CANCELED now."

    @pytest.mark.parametrize("unknown", [NOT_OPEN, says(100204, "data not found")])
    def test_an_order_that_nobody_knows(self, unknown: Reply) -> None:
        error = Exchange().play(NOT_OPEN, unknown).error
        assert isinstance(error, OrderNotOpen)
        assert error.order is None
        assert error.hint == "The exchange knows no such order."

    def test_the_query_names_the_order_as_the_cancel_did(self) -> None:
        played = Exchange().play(NOT_OPEN, FILLED)
        request = played.sent[1].request.info
        assert request.method == "GET"
        assert {name: request.parameters[name] for name in ("symbol", "orderId")} == {
            "symbol": SYMBOL,
            "orderId": ORDER_ID,
        }
        assert "clientOrderID" not in request.parameters

    @pytest.mark.parametrize("failure", [REFUSED, RESET, BAD_GATEWAY])
    def test_a_query_that_fails_is_sent_again(self, failure: Reply) -> None:
        played = Exchange().play(NOT_OPEN, failure, FILLED)
        assert isinstance(played.error, OrderNotOpen)
        assert played.error.order is not None
        assert played.waits == [0.1]

    def test_a_query_that_goes_on_failing_is_given_up(self) -> None:
        played = Exchange().play(NOT_OPEN, *[RESET] * 4)
        assert played.asked == "cqqqq"
        assert isinstance(played.error, OrderNotOpen)
        assert played.error.order is None
        assert played.error.message == "order not exist"

    @pytest.mark.parametrize("refusal", [DENIED, says(100412)])
    def test_a_query_that_is_refused_is_given_up_at_once(self, refusal: Reply) -> None:
        played = Exchange().play(NOT_OPEN, refusal)
        assert isinstance(played.error, OrderNotOpen)
        assert played.error.order is None

    def test_a_query_that_hangs_does_not_cost_more_than_the_time(self) -> None:
        exchange = Exchange()
        played = exchange.play_on(by_operation([NOT_OPEN], forever(HANGS)))
        assert isinstance(played.error, OrderNotOpen)
        assert exchange.time.seconds <= 1010

    def test_an_order_that_is_open_after_all_is_cancelled_again(self) -> None:
        played = Exchange().play(NOT_OPEN, OPEN, CANCELLED)
        assert played.asked == "cqc"
        assert played.result == CANCELLED

    def test_an_order_that_stays_open_is_not_said_not_to_be(self) -> None:
        played = Exchange().play(*[NOT_OPEN, OPEN] * 6)
        assert isinstance(played.error, StillOpen)
        assert played.error.order.status == "NEW"
        assert played.error.hint == "It was NEW when asked last; cancel again."

    def test_an_order_that_is_open_when_the_budget_is_spent(self) -> None:
        exchange = Exchange()
        exchange.spend_budget()
        assert isinstance(exchange.play(NOT_OPEN, OPEN).error, StillOpen)

    def test_of_a_query_needs_no_query(self) -> None:
        played = Exchange().play(NOT_OPEN, call=QUERYING)
        assert played.asked == "q"
        assert isinstance(played.error, OrderNotOpen)


class TestRateLimited:
    def test_the_time_that_the_exchange_gave_is_waited_for(self) -> None:
        limited = says(100410, f"will be unblocked after {BEGIN + 4000}")
        played = Exchange().play(limited, CANCELLED)
        assert played.result == CANCELLED
        assert played.waits == pytest.approx([0.1, 3.9])

    @pytest.mark.parametrize("milliseconds", [10_000, 11_000])
    def test_a_time_at_or_beyond_the_deadline_is_told_at_once(self, milliseconds: int) -> None:
        exchange = Exchange()
        played = exchange.play(says(100410, f"will be unblocked after {BEGIN + milliseconds}"))
        assert isinstance(played.error, RateLimited)
        assert played.error.retry_at == BEGIN + milliseconds
        assert (played.asked, played.waits) == ("c", [])

    @pytest.mark.parametrize(
        "refusal", [says(100410), answer(b"<html>", 403), answer(b"", 418), answer(b"", 429)]
    )
    def test_a_lock_without_a_time_lasts_as_long_as_the_table_says(self, refusal: Reply) -> None:
        exchange = Exchange()
        assert exchange.play(refusal).error.details.retry_at == BEGIN + 300_000
        exchange.time.seconds += 200
        error = exchange.play().error
        assert isinstance(error, RateLimited)
        assert error.retry_at == BEGIN + 300_000
        assert error.message == "not sent: the exchange will not listen to cancelOrder for another 100 s"
        assert error.hint == "Wait until the time in retry_at; each request before it makes the lock longer."
        assert error.details.rule == ""
        exchange.time.seconds += 100
        assert exchange.play(CANCELLED).result == CANCELLED

    @pytest.mark.parametrize("timeout", [0.0, 4.0])
    def test_a_lock_that_ends_with_the_deadline_or_later_is_not_waited_for(self, timeout: float) -> None:
        exchange = Exchange()
        exchange.state.lockouts.lock("cancelOrder", timeout or 0.5)
        played = exchange.play(timeout=timeout)
        assert isinstance(played.error, RateLimited)
        assert played.steps == []

    def test_a_lock_of_less_than_a_second_is_kept_as_well(self) -> None:
        exchange = Exchange()
        exchange.state.lockouts.lock("cancelOrder", 0.5)
        assert exchange.play(CANCELLED).waits == [0.5]

    def test_the_lock_of_one_endpoint_leaves_the_others_open(self) -> None:
        exchange = Exchange()
        exchange.play(says(100410))
        assert exchange.play(FILLED, call=QUERYING).result == FILLED

    @pytest.mark.parametrize("status", [403, 418, 429])
    def test_a_ban_stops_every_request(self, status: int) -> None:
        exchange = Exchange()
        exchange.play(answer(b"", status))
        assert isinstance(exchange.play(call=QUERYING).error, RateLimited)
        assert isinstance(exchange.play(call=ASKING_TIME).error, RateLimited)

    def test_a_time_that_has_gone_by_is_no_reason_to_wait(self) -> None:
        played = Exchange().play(says(100410, f"will be unblocked after {BEGIN - 4000}"), CANCELLED)
        assert played.result == CANCELLED
        assert played.waits == [0.1]

    def test_takes_a_try_of_the_budget(self) -> None:
        exchange = Exchange()
        exchange.spend_budget()
        assert isinstance(exchange.play(says(100410, f"unblocked after {BEGIN + 100}")).error, RateLimited)


class TestRead:
    """A query and the server's time have nothing that settles them, and nothing to execute."""

    def test_is_asked_again_after_no_answer(self) -> None:
        assert Exchange().play(RESET, REFUSED, BAD_GATEWAY, FILLED, call=QUERYING).result == FILLED

    @pytest.mark.parametrize("refusal", [NOT_OPEN, DENIED, says(100204)])
    def test_a_refusal_is_the_whole_truth_even_after_no_answer(self, refusal: Reply) -> None:
        once, after_reset = (
            Exchange().play(refusal, call=QUERYING),
            Exchange().play(RESET, refusal, call=QUERYING),
        )
        assert type(after_reset.error) is type(once.error)
        assert len(after_reset.error.attempts) == 2

    def test_no_connection_does_not_undo_the_doubt(self) -> None:
        error = Exchange().play(RESET, *[REFUSED] * 5, call=QUERYING).error
        assert type(error) is OutcomeUnknown
        assert (error.message, error.hint) == ("connection reset", "Ask again after a moment.")
        assert error.details.rule == ""

    def test_an_order_s_status_does_not_matter(self) -> None:
        for word in ("NEW", "FILLED", "EXPIRED"):
            stated = order(word)
            assert Exchange().play(stated, call=QUERYING).result == stated
