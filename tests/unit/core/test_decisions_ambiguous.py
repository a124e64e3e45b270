"""What becomes of a call one of whose attempts may have been executed."""

from dataclasses import replace

import pytest

from bingx_spot import OrderNotOpen, OutcomeUnknown, StillOpen, UnknownErrorCode
from bingx_spot.core.request import ApiCall
from bingx_spot.transport import CLOSED
from tests.support.samples import ORDER_ID, SYMBOL
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import (
    BAD_GATEWAY,
    CANCEL,
    CANCELLED,
    CANCELLING,
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
    UNLISTED,
    After,
    Exchange,
    Reply,
    answer,
    by_operation,
    forever,
    order,
    says,
)

DOUBTS = [RESET, HANGS, BAD_GATEWAY, UNLISTED, answer(b""), says(100500), order("CANCELED", orderId=1)]


class TestAgain:
    @pytest.mark.parametrize("doubt", DOUBTS)
    def test_the_same_cancel_is_sent_again(self, doubt: Reply) -> None:
        played = Exchange().play(doubt, CANCELLED)
        assert (played.asked, played.waits) == ("cc", [0.1])
        assert played.result == CANCELLED

    def test_it_is_stamped_and_signed_afresh(self) -> None:
        played = Exchange().play(RESET, CANCELLED)
        first, second = (send.request for send in played.sent)
        assert second.shown.parameters["timestamp"] == BEGIN + 100
        assert first.shown.parameters["timestamp"] == BEGIN
        assert first.secrets != second.secrets

    def test_where_it_is_refused_as_not_open_a_query_tells_that_it_was_cancelled(self) -> None:
        played = Exchange().play(RESET, NOT_OPEN, CANCELLED)
        assert played.asked == "ccq"
        assert played.result == CANCELLED

    def test_where_the_query_finds_it_filled_the_refusal_stands(self) -> None:
        played = Exchange().play(RESET, NOT_OPEN, FILLED)
        assert isinstance(played.error, OrderNotOpen)
        assert played.error.order is not None
        assert played.error.message == "order not exist"
        assert played.error.hint == "It is FILLED now."
        assert len(played.error.attempts) == 3

    @pytest.mark.parametrize("refusal", [DENIED, REFUSED, RESET, BAD_GATEWAY, CLOSED])
    def test_no_other_answer_to_the_second_says_anything_of_the_first(self, refusal: Reply) -> None:
        played = Exchange().play(RESET, refusal, CANCELLED)
        assert played.asked == "ccq"
        assert played.result == CANCELLED

    def test_a_query_that_finds_it_filled_after_doubts_alone(self) -> None:
        error = Exchange().play(RESET, RESET, FILLED).error
        assert isinstance(error, OrderNotOpen)
        assert error.order is not None
        assert error.message == "the order is not open: its status is FILLED"
        assert error.hint == "There is nothing left to cancel."
        assert error.http_status == 200
        assert len(error.attempts) == 3

    def test_a_query_that_finds_it_cancelled_and_holds_what_no_cancel_may_hold(self) -> None:
        # The gate has looked at what a query tells, and there the name has a capital letter.
        error = Exchange().play(RESET, RESET, order("CANCELED", stopPrice=[None])).error
        assert isinstance(error, OrderNotOpen)
        assert error.order is not None
        assert (error.order.status, error.order.stop_price) == ("CANCELED", None)

    @pytest.mark.parametrize("unknown", [NOT_OPEN, says(100204)])
    def test_a_query_that_knows_no_such_order(self, unknown: Reply) -> None:
        error = Exchange().play(RESET, RESET, unknown).error
        assert isinstance(error, OrderNotOpen)
        assert error.order is None

    def test_the_query_goes_before_the_third_cancel(self) -> None:
        played = Exchange().play(RESET, RESET, OPEN, CANCELLED)
        assert played.asked == "ccqc"

    def test_a_query_that_fails_is_no_reason_to_wait_for_another(self) -> None:
        played = Exchange().play(RESET, RESET, RESET, CANCELLED)
        assert played.asked == "ccqc"
        assert played.result == CANCELLED

    def test_a_doubt_after_a_sure_failure_is_asked_about_at_once(self) -> None:
        played = Exchange().play(REFUSED, RESET, CANCELLED)
        assert played.asked == "ccq"
        assert played.result == CANCELLED

    def test_an_order_that_is_open_to_a_restricted_cancel(self) -> None:
        call = ApiCall.of(CANCEL, {"symbol": SYMBOL, "orderId": ORDER_ID, "cancelRestrictions": "NEW"})
        played = Exchange().play(RESET, NOT_OPEN, CANCELLED, call=call)
        assert "cancelRestrictions" in played.sent[1].request.info.parameters
        assert "cancelRestrictions" not in played.sent[2].request.info.parameters


class TestLicence:
    def test_three_cancels_are_free_in_doubt(self) -> None:
        exchange = Exchange()
        exchange.spend_budget()
        played = exchange.play_on(by_operation(forever(RESET), forever(RESET)))
        assert played.asked.count("c") == 3

    def test_six_are_the_most(self) -> None:
        exchange = Exchange()
        played = exchange.play_on(by_operation(forever(RESET), forever(OPEN)), chance=0.1)
        assert played.asked == "ccqcqcqcqcq"
        assert isinstance(played.error, StillOpen)
        # Three further tries were taken, and the queries' answers have earned a part of them back.
        assert sum(iter(exchange.state.retry_budget.take, False)) == 98

    def test_queries_go_on_until_the_deadline(self) -> None:
        exchange = Exchange()
        played = exchange.play_on(by_operation(forever(RESET), forever(RESET)))
        assert isinstance(played.error, OutcomeUnknown)
        assert 1009.9 <= exchange.time.seconds <= 1010
        assert len(played.asked) < 40

    def test_an_order_that_was_found_open_goes_again_near_a_lock(self) -> None:
        exchange = Exchange()
        for _ in range(16):
            exchange.state.repeated_errors.record("cancelOrder", 123456)
        played = exchange.play(UNLISTED, OPEN, CANCELLED)
        assert played.asked == "cqc"
        assert played.result == CANCELLED

    def test_nothing_is_waited_for_where_the_query_is_locked_beyond_the_deadline(self) -> None:
        exchange = Exchange()
        exchange.spend_budget()
        played = exchange.play(RESET, RESET, says(100410), RESET)
        assert played.asked == "ccqc"
        assert type(played.error) is OutcomeUnknown
        assert exchange.time.seconds < 1001

    def test_what_nothing_can_settle_stays_in_doubt_after_a_refusal(self) -> None:
        call = replace(CANCELLING, operation=replace(CANCEL, settled_by=None))
        error = Exchange().play(RESET, DENIED, call=call).error
        assert type(error) is OutcomeUnknown
        assert error.message == "connection reset"
        assert len(error.attempts) == 2

    def test_an_operation_that_may_not_be_repeated_is_not(self) -> None:
        call = replace(CANCELLING, operation=replace(CANCEL, repeatable=False))
        played = Exchange().play(RESET, call=call)
        assert type(played.error) is OutcomeUnknown
        assert played.error.message == "connection reset"
        assert len(played.error.attempts) == 1


class TestStillOpen:
    def test_tells_the_order_as_it_was_last(self) -> None:
        error = Exchange().play_on(by_operation(forever(RESET), forever(order("PARTIALLY_FILLED")))).error
        assert isinstance(error, StillOpen)
        assert error.order.status == "PARTIALLY_FILLED"
        assert error.hint == "It was PARTIALLY_FILLED when asked last; cancel again."
        assert error.message == "connection reset"

    @pytest.mark.parametrize("word", ["NEW", "PENDING", "PARTIALLY_FILLED"])
    def test_every_open_status_counts(self, word: str) -> None:
        exchange = Exchange()
        assert isinstance(
            exchange.play_on(by_operation(forever(RESET), forever(order(word)))).error, StillOpen
        )

    @pytest.mark.parametrize(
        ("window", "seconds", "kind"),
        [
            (None, 4.5, OutcomeUnknown),
            (None, 4.984375, OutcomeUnknown),
            (None, 5.0, StillOpen),
            (2000, 1.984375, OutcomeUnknown),
            (2000, 2.0, StillOpen),
            (2000.0, 2.0, StillOpen),
            ("2000", 2.0, StillOpen),
            ("2000", 1.984375, OutcomeUnknown),
            ("inf", 4.984375, OutcomeUnknown),
            ("inf", 5.0, StillOpen),
            (9000, 5.0, OutcomeUnknown),
        ],
    )
    def test_is_not_said_before_a_request_that_timed_out_has_lapsed(
        self, window: float | str | None, seconds: float, kind: type
    ) -> None:
        more = {} if window is None else {"recvWindow": window}
        call = ApiCall.of(CANCEL, {**CANCELLING.parameters, **more})
        exchange = Exchange()
        resets: list[Reply] = [RESET, OPEN] * 4
        played = exchange.play(After(HANGS, 0.0), *resets, RESET, After(OPEN, seconds), call=call, chance=0.0)
        assert exchange.time.seconds == 1000 + seconds
        assert type(played.error) is kind

    def test_is_not_said_where_a_cancel_went_out_after_the_order_was_seen(self) -> None:
        queries: list[Reply] = [OPEN, *[RESET] * 50]
        error = Exchange().play_on(by_operation(forever(RESET), queries)).error
        assert type(error) is OutcomeUnknown

    def test_the_last_request_that_timed_out_counts(self) -> None:
        exchange = Exchange()
        resets: list[Reply] = [OPEN, RESET] * 4
        played = exchange.play(After(HANGS, 1.0), After(HANGS, 1.0), *resets, After(OPEN, 3.5), chance=0.0)
        assert exchange.time.seconds == 1005.5
        assert type(played.error) is OutcomeUnknown


class TestUnknown:
    def test_is_what_the_exchange_answered_last(self) -> None:
        cancels: list[Reply] = [RESET, UNLISTED, *[REFUSED] * 4]
        error = Exchange().play_on(by_operation(cancels, forever(DENIED))).error
        assert type(error) is UnknownErrorCode
        assert error.code == 123456
        assert error.message == "what is this?"

    def test_tells_how_to_find_out_by_order_id(self) -> None:
        error = Exchange().play_on(by_operation(forever(RESET), forever(RESET))).error
        assert error.hint == (
            f'Find out with query_order("BTC-USDT", order_id={ORDER_ID}) '
            f"or `bingx-spot query BTC-USDT --order-id {ORDER_ID}`; or cancel again, which can do no harm."
        )

    def test_tells_how_to_find_out_by_client_order_id(self) -> None:
        call = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "my-bot_0001"})
        error = Exchange().play_on(by_operation(forever(RESET), forever(RESET)), call=call).error
        assert error.hint == (
            'Find out with query_order("BTC-USDT", client_order_id="my-bot_0001") '
            "or `bingx-spot query BTC-USDT --client-order-id my-bot_0001`; "
            "or cancel again, which can do no harm."
        )

    def test_of_a_read_keeps_the_table_s_advice(self) -> None:
        error = Exchange().play_on(lambda _: BAD_GATEWAY, call=QUERYING).error
        assert type(error) is OutcomeUnknown
        assert error.hint.startswith("Cancel again after a moment, or query the order")

    def test_names_every_attempt_in_order(self) -> None:
        exchange = Exchange()
        attempts = exchange.play(
            After(RESET, 0.5), HANGS, After(BAD_GATEWAY, 0.0), HANGS, HANGS, timeout=2.0
        ).error.attempts
        assert [attempt.operation[0] for attempt in attempts] == ["c", "c", "q", "c", "q"]
        assert [attempt.host for attempt in attempts] == [PRIMARY, FALLBACK, PRIMARY, PRIMARY, FALLBACK]
        assert [attempt.at for attempt in attempts][:2] == [BEGIN, BEGIN + 600]
        assert [attempt.result for attempt in attempts][:3] == [
            "maybe executed: connection reset",
            "maybe executed: no whole answer in time",
            "HTTP 502, maybe executed: The exchange failed: the answer is not JSON; it begins b'<html>'",
        ]
