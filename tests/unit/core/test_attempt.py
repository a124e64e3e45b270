"""One attempt: when it may go, how long it may take, what it leaves behind."""

import logging
from dataclasses import replace
from itertools import count

import pytest

from bingx_spot import Clock, Credentials, NotSent, OrderNotOpen, OutcomeUnknown, RateLimited
from bingx_spot.core.request import RequestSigner
from bingx_spot.limits.permit_queue import DeadlineTooShort
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from bingx_spot.transport import CLOSED, MAYBE_SENT_NOTE
from bingx_spot_api.contract import Operation
from tests.support.permits import Permits
from tests.support.scripted_time import BEGIN, ScriptedTime
from tests.unit.core.playing import (
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
    After,
    Exchange,
    Reply,
    answer,
    by_operation,
    forever,
    says,
)


class Slow:
    """Give each permit after so many seconds."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.longest: list[float] = []

    def reserve(self, operation: Operation, *, bulk: bool) -> Permits:  # noqa: ARG002
        pauses = iter([self.seconds])

        def seconds_until_ready(longest: float) -> float:
            if self.seconds > longest:
                raise DeadlineTooShort(self.seconds)
            pause = next(pauses, 0.0)
            self.longest += [longest] if pause == self.seconds else []
            return pause

        return Permits(seconds_until_ready)


def limited() -> Exchange:
    """Make an exchange that keeps the contract's limits."""
    time = ScriptedTime()
    return Exchange(time, LocalRateLimiter(time))


class TestTime:
    def test_an_attempt_may_use_six_tenths_of_what_is_left(self) -> None:
        played = Exchange().play(HANGS, CANCELLED)
        assert [send.timeout for send in played.sent] == pytest.approx([6.0, 0.6 * 3.9])

    def test_the_call_s_own_time_counts(self) -> None:
        played = Exchange().play(CANCELLED, timeout=2.0)
        assert played.sent[0].timeout == pytest.approx(1.2)

    def test_towards_the_end_an_attempt_may_use_all(self) -> None:
        assert Exchange().play(CANCELLED, timeout=0.03125).sent[0].timeout == 0.02
        assert Exchange().play(CANCELLED, timeout=0.0201).sent[0].timeout == pytest.approx(0.02)

    def test_with_less_than_two_hundredths_of_a_second_nothing_is_sent(self) -> None:
        assert isinstance(Exchange().play(timeout=0.0199).error, NotSent)

    def test_with_just_two_hundredths_of_a_second_one_is(self) -> None:
        exchange = Exchange()
        exchange.time.seconds = 0.0
        assert exchange.play(CANCELLED, timeout=0.02).result == CANCELLED

    def test_what_may_not_be_repeated_may_use_all(self) -> None:
        call = replace(QUERYING, operation=replace(QUERYING.operation, repeatable=False))
        assert Exchange().play(FILLED, call=call).sent[0].timeout == 10.0

    @pytest.mark.parametrize("reply", [HANGS, RESET, REFUSED, BAD_GATEWAY, NOT_OPEN, says(100410)])
    @pytest.mark.parametrize("timeout", [0.05, 1.0, 10.0])
    def test_no_call_ever_ends_after_its_deadline(self, reply: Reply, timeout: float) -> None:
        exchange = Exchange()
        exchange.play_on(lambda _: reply, timeout=timeout)
        assert exchange.time.seconds <= 1000 + timeout + 1e-9


class TestPermits:
    def test_a_permit_is_waited_for(self) -> None:
        played = Exchange(limits=Slow(0.75)).play(CANCELLED)
        assert played.waits == [0.75]
        assert played.sent[0].request.info.parameters["timestamp"] == BEGIN + 750
        assert played.sent[0].timeout == pytest.approx(0.6 * 9.25)

    def test_each_attempt_takes_one_and_says_how_long_it_can_wait(self) -> None:
        limits = Slow(0.0)
        Exchange(limits=limits).play(REFUSED, CANCELLED)
        assert limits.longest == pytest.approx([9.98, 9.88])

    def test_without_one_in_time_nothing_is_sent(self) -> None:
        exchange = Exchange(limits=Slow(60.0))
        played = exchange.play()
        assert isinstance(played.error, RateLimited)
        assert played.error.message == ("not sent: a permit for cancelOrder comes in 60.0 s, 10.0 s are left")
        assert played.error.retry_at == BEGIN + 60_000
        assert played.steps == []
        assert sum(iter(exchange.state.retry_budget.take, False)) == 100

    def test_one_that_comes_with_the_deadline_is_told_at_once_to_be_too_late(self) -> None:
        played = Exchange(limits=Slow(9.99)).play()
        assert isinstance(played.error, RateLimited)
        assert played.steps == []

    def test_the_contract_s_limits_hold_for_all_calls_of_a_client(self) -> None:
        exchange = limited()
        waits = [exchange.play(CANCELLED).waits for _ in range(7)]
        assert waits == [[], [], [], [], [], [1.0], []]

    def test_what_the_exchange_says_is_left_holds_by_its_own_clock(self) -> None:
        exchange = limited()
        # BEGIN is Tue, 14 Nov 2023 22:13:20 GMT; the exchange is an hour ahead, and the answer took 0.5 s.
        headers = {
            "x-ratelimit-requests-remain": "1",
            "x-ratelimit-requests-expire": str(BEGIN + 3_600_000 + 3000),
            "date": "Tue, 14 Nov 2023 23:13:20 GMT",
        }
        exchange.play(After(replace(CANCELLED, headers=headers), 0.5))
        assert [exchange.play(CANCELLED).waits for _ in range(2)] == [[], [3.0]]

    def test_what_was_not_sent_took_none(self) -> None:
        exchange = limited()
        assert exchange.play(REFUSED, CANCELLED).asked == "cc"
        assert [exchange.play(CANCELLED).waits for _ in range(5)] == [[], [], [], [], [1.0]]

    def test_what_may_have_arrived_took_one(self) -> None:
        exchange = limited()
        assert exchange.play(RESET, CANCELLED).asked == "cc"
        assert [exchange.play(CANCELLED).waits for _ in range(4)] == [[], [], [], [1.0]]


class TestHosts:
    @pytest.mark.parametrize("failure", [REFUSED, RESET, HANGS])
    def test_a_network_failure_brings_the_fallback(self, failure: Reply) -> None:
        exchange = Exchange()
        exchange.play(failure, CANCELLED)
        assert exchange.state.hosts.get() == FALLBACK

    @pytest.mark.parametrize("reply", [BAD_GATEWAY, answer(b""), says(100500), DENIED])
    def test_an_answer_does_not(self, reply: Reply) -> None:
        exchange = Exchange()
        exchange.play_on(lambda _: reply)
        assert exchange.state.hosts.get() == PRIMARY

    def test_a_closed_client_does_not(self) -> None:
        exchange = Exchange()
        exchange.play(CLOSED)
        assert exchange.state.hosts.get() == PRIMARY

    def test_an_attempt_tells_its_host(self) -> None:
        error = Exchange().play(REFUSED, DENIED).error
        assert [attempt.host for attempt in error.attempts] == [PRIMARY, FALLBACK]


class TestMemory:
    def test_each_success_earns_half_a_try(self) -> None:
        exchange = Exchange()
        exchange.spend_budget()
        exchange.play(CANCELLED)
        assert not exchange.state.retry_budget.spend()
        exchange.play(CANCELLED)
        assert exchange.state.retry_budget.spend()

    def test_a_refusal_earns_none(self) -> None:
        exchange = Exchange()
        exchange.spend_budget()
        exchange.play(DENIED)
        exchange.play(DENIED)
        assert not exchange.state.retry_budget.spend()

    def test_what_happened_is_told_in_words(self) -> None:
        replies: list[Reply] = [RESET, BAD_GATEWAY, OPEN, DENIED, OPEN, says(100500), FILLED]
        attempts = Exchange().play(*replies).error.attempts
        assert [attempt.result for attempt in attempts] == [
            "maybe executed: connection reset",
            "HTTP 502, maybe executed: The exchange failed: the answer is not JSON; it begins b'<html>'",
            "HTTP 200, believed",
            "HTTP 200, code 100004, surely not executed: no permission",
            "HTTP 200, believed",
            "HTTP 200, code 100500, maybe executed: The exchange is busy or has failed.",
            "HTTP 200, believed",
        ]

    def test_the_log_names_operation_and_kind_and_nothing_else(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG, "bingx_spot"):
            Exchange(fallback=None).play(RESET, NOT_OPEN, CANCELLED)
        assert [record.getMessage() for record in caplog.records] == [
            "cancelOrder: OutcomeUnknown",
            "cancelOrder: OrderNotOpen",
            "queryOrder: Response",
        ]

    def test_the_clock_is_asked_once_for_an_attempt_and_its_request(self) -> None:
        exchange, ticks = Exchange(), count(0, 1_000_000)
        clock = Clock(lambda: BEGIN * 1_000_000, lambda: next(ticks))
        stamper = RequestSigner(Credentials("sample-api-key", "sample-secret"), clock)
        exchange.context = replace(exchange.context, clock=clock, stamper=stamper)
        error = exchange.play(CLOSED).error
        assert error.request is not None
        assert error.request.parameters["timestamp"] == error.attempts[0].at

    def test_evidence_of_a_failure_shows_the_request(self) -> None:
        error = Exchange().play(CLOSED).error
        assert error.request is not None
        assert error.request.url == f"{PRIMARY}/openApi/spot/v1/trade/cancel"
        assert error.request.parameters["signature"] == "***"


class TestNearLock:
    """Seventeen equal errors have happened, and the twentieth would lock the endpoint."""

    def test_a_query_goes_before_the_cancel(self) -> None:
        exchange = Exchange()
        exchange.lock_soon()
        played = exchange.play(FILLED)
        assert played.asked == "q"
        assert isinstance(played.error, OrderNotOpen)
        assert played.error.order is not None
        assert len(played.error.attempts) == 1

    def test_an_open_order_is_cancelled(self) -> None:
        exchange = Exchange()
        exchange.lock_soon()
        played = exchange.play(OPEN, CANCELLED)
        assert played.asked == "qc"
        assert played.result == CANCELLED
        assert played.waits == []

    def test_where_the_query_cannot_tell_the_lock_is_not_risked(self) -> None:
        exchange = Exchange()
        exchange.lock_soon()
        played = exchange.play(DENIED)
        assert isinstance(played.error, RateLimited)
        assert played.error.retry_at == BEGIN + 480_000
        assert played.error.message == "not sent: one more equal error of cancelOrder could lock it"
        assert played.error.hint == (
            "Wait until the time in retry_at; find out why it is refused again and again."
        )

    def test_what_cannot_be_asked_about_waits_where_there_is_time(self) -> None:
        exchange = Exchange()
        exchange.lock_soon("queryOrder")
        exchange.time.seconds += 475
        played = exchange.play(FILLED, call=QUERYING)
        assert played.waits == [5.0]
        assert played.result == FILLED

    @pytest.mark.parametrize("timeout", [10.0, 480.0])
    def test_what_cannot_be_asked_about_is_refused_where_there_is_none(self, timeout: float) -> None:
        exchange = Exchange()
        exchange.lock_soon("queryOrder")
        played = exchange.play(call=QUERYING, timeout=timeout)
        assert isinstance(played.error, RateLimited)
        assert played.steps == []
        assert sum(iter(exchange.state.retry_budget.take, False)) == 100

    def test_a_query_that_could_lock_its_endpoint_is_not_sent_either(self) -> None:
        exchange = Exchange()
        exchange.lock_soon("queryOrder")
        played = exchange.play(NOT_OPEN)
        assert isinstance(played.error, OrderNotOpen)
        assert played.error.order is None

    def test_a_code_of_success_is_no_error_to_count(self) -> None:
        exchange = Exchange()
        for _ in range(20):
            exchange.play(says(0, "lock fail, try again later"), CANCELLED)
        assert exchange.state.repeated_errors.left("cancelOrder") == 0

    def test_answers_that_are_on_their_way_are_waited_for(self) -> None:
        exchange = Exchange()
        for _ in range(16):
            exchange.state.repeated_errors.record("cancelOrder", 100404)
        exchange.state.repeated_errors.enter("cancelOrder", vouched=False)
        played = exchange.play(timeout=0.125)
        assert isinstance(played.error, NotSent)
        assert (played.asked, played.waits) == ("", [0.125])

    def test_a_doubt_is_asked_about_and_not_sent_again(self) -> None:
        exchange = Exchange()
        for _ in range(16):
            exchange.state.repeated_errors.record("cancelOrder", 123456)
        played = exchange.play(says(123456), CANCELLED)
        assert played.asked == "cq"
        assert played.result == CANCELLED

    def test_no_series_of_calls_ever_makes_twenty(self) -> None:
        exchange, codes = Exchange(), list[str]()
        for _ in range(60):
            played = exchange.play_on(by_operation(forever(NOT_OPEN), forever(After(FILLED, 0.05))))
            codes += [letter for letter in played.asked if letter == "c"]
            assert isinstance(played.error, OrderNotOpen)
            assert played.error.order is not None
        assert len(codes) == 17

    def test_a_code_is_counted_for_its_own_endpoint(self) -> None:
        exchange = Exchange()
        for _ in range(17):
            exchange.play(DENIED)
        assert exchange.state.repeated_errors.left("cancelOrder") > 0
        assert exchange.state.repeated_errors.left("queryOrder") == 0

    def test_an_answer_without_a_code_is_not_counted(self) -> None:
        exchange = Exchange()
        for _ in range(20):
            exchange.play(answer(b"", 401))
        assert exchange.state.repeated_errors.left("cancelOrder") == 0


class TestInterruption:
    """The driver throws a user's interruption into the steps, which note what they know."""

    @pytest.mark.parametrize(
        ("replies", "note"),
        [
            ([], "no request was out that could have taken effect"),
            ([REFUSED], "no request was out that could have taken effect"),
            ([RESET], "a request was out; whether it took effect is not known"),
            ([RESET, NOT_OPEN], "a request was out; whether it took effect is not known"),
        ],
    )
    def test_tells_whether_something_may_have_taken_effect(self, replies: list[Reply], note: str) -> None:
        left = iter(replies)
        exchange, interruption = Exchange(), KeyboardInterrupt()

        def reply(_: object) -> Reply:
            for came in left:
                return came
            raise interruption

        notes = exchange.interrupted(reply, interruption)
        assert notes == [f"bingx_spot: {note}"]

    def test_does_not_repeat_what_the_engine_has_noted(self) -> None:
        exchange, interruption = Exchange(), KeyboardInterrupt()
        interruption.add_note(MAYBE_SENT_NOTE)

        def reply(_: object) -> Reply:
            raise interruption

        assert exchange.interrupted(reply, interruption) == [MAYBE_SENT_NOTE]


def test_a_doubt_about_a_read_is_unknown_and_its_failure_is_not_sent() -> None:
    assert type(Exchange().play_on(lambda _: RESET, call=QUERYING).error) is OutcomeUnknown
    assert type(Exchange().play_on(lambda _: REFUSED, call=QUERYING).error) is NotSent
