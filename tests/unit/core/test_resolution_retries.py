"""How often and when a call sends again: retries, pauses, the retry budget, locks, the deadline."""

from dataclasses import replace

import pytest

from bingx_spot import NotExecuted, NotSent, OrderFilled, OutcomeUnknown, RateLimited, Response, StillOpen
from bingx_spot.core.engine import CLOSED, MAYBE_SENT_NOTE, mark_interruption
from bingx_spot.core.facts import MAXIMUM_ATTEMPTS, MAXIMUM_QUERIES
from bingx_spot.core.request import ApiCall
from bingx_spot.core.resolution import resolve
from bingx_spot.core.runner import Send, Sleep
from bingx_spot.limits.rate_limiter import LocalRateLimiter
from tests.support.samples import ORDER_ID, SYMBOL
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import (
    ASKING_TIME,
    BAD_GATEWAY,
    CANCEL,
    CANCELLED,
    CANCELLING,
    DENIED,
    FALLBACK,
    FILLED,
    HANGS,
    NOT_FOUND,
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
from tools.simulate.virtual_exchange import VirtualExchange, busy_until

SILENT = [RESET, HANGS, BAD_GATEWAY, UNLISTED, answer(b""), says(100500)]


class TestNotSent:
    def test_a_permit_that_comes_too_late_is_not_asked_for_again(self) -> None:
        exchange = Exchange()
        exchange.limits = LocalRateLimiter(exchange.time)
        exchange.context = replace(exchange.context, limits=exchange.limits)
        for _ in range(5):
            exchange.limits.reserve(CANCEL, bulk=False).seconds_until_ready(1.0)
        played = exchange.play(timeout=0.5)
        assert isinstance(played.error, RateLimited)
        assert played.steps == []

    def test_is_sent_again_after_a_pause_and_to_the_fallback(self) -> None:
        played = Exchange().play(REFUSED, CANCELLED)
        assert (played.asked, played.waits) == ("cc", [0.1])
        first, second = (send.request.url for send in played.sent)
        assert first.startswith(PRIMARY)
        assert second.startswith(FALLBACK)

    def test_pauses_grow_and_get_shorter_towards_the_deadline(self) -> None:
        played = Exchange().play(*[REFUSED] * MAXIMUM_ATTEMPTS)
        assert played.waits[:3] == [0.1, 0.2, 0.4]

    def test_the_last_two_attempts_are_kept_for_the_last_two_thirds_of_the_time(self) -> None:
        exchange = Exchange()
        sent: list[float] = []

        def refuse(_: object) -> Reply:
            sent.append(exchange.time.seconds - 1000)
            return REFUSED

        exchange.play_on(refuse, timeout=9.0)
        assert len(sent) == MAXIMUM_ATTEMPTS
        assert sent[3] < 1.0
        assert 3.0 <= sent[4] < 6.0 <= sent[5]

    def test_spends_one_of_the_retry_budget_for_each_retry(self) -> None:
        exchange = Exchange()
        for _ in range(20):
            exchange.play(*[REFUSED] * MAXIMUM_ATTEMPTS)
        assert exchange.play(REFUSED).asked == "c", "a hundred retries are spent"

    def test_a_closed_client_sends_nothing_again(self) -> None:
        error = Exchange().play(CLOSED).error
        assert type(error) is NotSent
        assert (error.message, error.hint) == ("the client is closed", "Create another client.")

    def test_ends_at_the_deadline_with_the_reason_of_the_attempt_before(self) -> None:
        error = Exchange().play(After(REFUSED, 0.49), timeout=0.5).error
        assert type(error) is NotSent

    def test_without_any_time_nothing_is_sent(self) -> None:
        played = Exchange().play(timeout=0.01)
        assert (type(played.error), played.asked) == (NotSent, "")
        assert played.error.message == "not sent: the deadline passed before cancelOrder could be sent"
        assert str(played.error).startswith(f"Order {ORDER_ID} was not cancelled.")


def test_once_a_query_reaches_the_exchange_again_the_cancel_is_not_kept_for_later() -> None:
    exchange = Exchange(fallback=None)
    played = exchange.play(RESET, *[REFUSED] * 5, OPEN, CANCELLED, chance=0.0)
    assert played.asked == "ccqcqcqc"
    assert exchange.time.seconds < 1001


class TestAmbiguous:
    def test_what_an_attempt_waited_in_vain_is_not_waited_again(self) -> None:
        assert Exchange().play(After(HANGS, 0.04), CANCELLED).waits == [pytest.approx(0.06)]

    @pytest.mark.parametrize("reply", SILENT, ids=["reset", "hangs", "502", "unlisted", "empty", "busy"])
    def test_the_cancel_is_sent_again(self, reply: Reply) -> None:
        played = Exchange().play(reply, CANCELLED)
        # Silence was a pause itself.
        assert (played.asked, played.waits) == ("cc", [] if reply is HANGS else [0.1])
        assert played.result == CANCELLED

    def test_with_a_new_timestamp_and_signature(self) -> None:
        first, second = (send.request for send in Exchange().play(RESET, CANCELLED).sent)
        assert first.info.parameters["timestamp"] == BEGIN
        assert second.info.parameters["timestamp"] == BEGIN + 100
        assert first.secrets != second.secrets

    def test_after_the_second_attempt_the_order_is_queried_first(self) -> None:
        assert Exchange().play(RESET, RESET, CANCELLED).asked == "ccq"

    def test_an_ambiguous_attempt_after_a_failed_one_is_queried(self) -> None:
        assert Exchange().play(REFUSED, RESET, CANCELLED).asked == "ccq"

    def test_a_restriction_goes_with_the_cancel_and_not_with_the_query(self) -> None:
        call = ApiCall.of(CANCEL, {**CANCELLING.parameters, "cancelRestrictions": "NEW"})
        played = Exchange().play(RESET, NOT_OPEN, FILLED, call=call)
        assert "cancelRestrictions" in played.sent[1].request.info.parameters
        assert "cancelRestrictions" not in played.sent[2].request.info.parameters

    def test_three_attempts_need_no_retry_budget(self) -> None:
        exchange = Exchange()
        exchange.spend_budget()
        played = exchange.play_on(by_operation(forever(RESET), forever(BAD_GATEWAY)))
        assert played.asked.count("c") == 3

    def test_attempts_and_queries_have_a_maximum(self) -> None:
        played = Exchange().play_on(by_operation(forever(RESET), forever(OPEN)), timeout=3600.0)
        assert played.asked.count("c") == MAXIMUM_ATTEMPTS
        assert played.asked.count("q") < MAXIMUM_QUERIES

    @pytest.mark.parametrize("timeout", [2.0, 10.0, 60.0, 600.0, 3_600.0])
    def test_queries_go_on_until_the_deadline(self, timeout: float) -> None:
        exchange = Exchange()
        played = exchange.play_on(by_operation(forever(RESET), forever(BAD_GATEWAY)), timeout=timeout)
        assert type(played.error) is OutcomeUnknown
        assert exchange.time.seconds == pytest.approx(1000 + timeout, abs=0.15)

    def test_an_operation_that_must_not_be_repeated_is_only_queried(self) -> None:
        call = CANCELLING._replace(operation=replace(CANCEL, repeat="never"))
        played = Exchange().play_on(by_operation([RESET], forever(OPEN)), call)
        assert played.asked.count("c") == 1
        assert type(played.error) is OutcomeUnknown

    def test_nothing_is_waited_for_where_both_endpoints_are_locked_beyond_the_deadline(self) -> None:
        exchange = Exchange()
        exchange.state.lockouts.lock("queryOrder", 300)
        played = exchange.play(RESET, says(100410))
        assert (type(played.error), played.asked) == (OutcomeUnknown, "cc")


class TestNearALock:
    def test_an_order_that_a_query_finds_open_is_cancelled(self) -> None:
        exchange = Exchange()
        exchange.lock_soon()
        assert exchange.play(OPEN, CANCELLED).asked == "qc"

    def test_an_order_that_a_query_finds_filled_costs_no_further_error(self) -> None:
        exchange = Exchange()
        exchange.lock_soon()
        played = exchange.play(FILLED)
        assert (type(played.error).__name__, played.asked) == ("OrderFilled", "q")

    def test_an_order_that_no_query_finds_is_not_found(self) -> None:
        exchange = Exchange()
        exchange.lock_soon()
        played = exchange.play_on(by_operation([], forever(NOT_FOUND)))
        assert type(played.error).__name__ == "OrderNotFound"

    def test_where_the_query_has_no_answer_nothing_is_sent(self) -> None:
        exchange = Exchange()
        exchange.lock_soon()
        played = exchange.play_on(by_operation([], forever(BAD_GATEWAY)), timeout=4.0)
        assert type(played.error) is RateLimited
        assert "could lock it" in played.error.message


class TestRejected:
    @pytest.mark.parametrize("reply", [DENIED, says(100001), says(100413), says(100414)], ids=str)
    def test_is_final(self, reply: Reply) -> None:
        played = Exchange().play(reply)
        assert played.asked == "c"
        assert str(played.error).startswith(f"Order {ORDER_ID} was not cancelled.")


class TestRateLimited:
    def test_a_lock_that_ends_in_time_is_waited_for(self) -> None:
        played = Exchange().play(says(100410, f"will be unblocked after {BEGIN + 4000}"), CANCELLED)
        assert played.result == CANCELLED
        assert played.waits == pytest.approx([0.1, 3.9])

    @pytest.mark.parametrize("milliseconds", [10_000, 11_000])
    def test_a_lock_that_ends_with_the_deadline_or_later_ends_the_call_at_once(
        self, milliseconds: int
    ) -> None:
        played = Exchange().play(says(100410, f"will be unblocked after {BEGIN + milliseconds}"))
        assert isinstance(played.error, RateLimited)
        assert played.error.retry_at == BEGIN + milliseconds
        assert (played.asked, played.waits) == ("c", [])

    @pytest.mark.parametrize(
        "reply",
        [says(100410), answer(b"<html>", 403), answer(b"", 418), answer(b"", 429)],
        ids=["100410", "403", "418", "429"],
    )
    def test_a_lock_without_a_time_lasts_as_long_as_the_table_says(self, reply: Reply) -> None:
        exchange = Exchange()
        assert exchange.play(reply).error.details.retry_at == BEGIN + 300_000
        exchange.time.seconds += 200
        error = exchange.play().error
        assert isinstance(error, RateLimited)
        assert error.retry_at == BEGIN + 300_000
        assert error.message == "not sent: cancelOrder is locked by the exchange for another 100 s"
        exchange.time.seconds += 100
        assert exchange.play(CANCELLED).result == CANCELLED

    def test_a_lock_of_one_endpoint_leaves_the_others_open(self) -> None:
        exchange = Exchange()
        exchange.play(says(100410))
        assert exchange.play(FILLED, call=QUERYING).result == FILLED

    @pytest.mark.parametrize("status", [403, 418, 429])
    def test_a_ban_stops_every_request(self, status: int) -> None:
        exchange = Exchange()
        exchange.play(answer(b"", status))
        assert isinstance(exchange.play(call=QUERYING).error, RateLimited)
        assert isinstance(exchange.play(call=ASKING_TIME).error, RateLimited)

    def test_short_ones_of_the_query_leave_time_to_ask_again(self) -> None:
        exchange = Exchange()

        def reply(send: Send) -> Reply:
            if send.request.info.url.endswith(CANCEL.path):
                return NOT_OPEN
            ends = exchange.clock.timestamp() + 150
            return FILLED if exchange.time.seconds > began + 1.0 else says(100410, f"unblocked after {ends}")

        began = exchange.time.seconds
        assert isinstance(exchange.play_on(reply, timeout=2.0).error, OrderFilled)

    def test_a_time_in_the_past_is_no_reason_to_wait(self) -> None:
        played = Exchange().play(says(100410, f"will be unblocked after {BEGIN - 4000}"), CANCELLED)
        assert played.result == CANCELLED
        assert sum(played.waits) == pytest.approx(1.0), "a second, whichever clock is wrong"

    def test_spends_one_of_the_retry_budget(self) -> None:
        exchange = Exchange()
        exchange.spend_budget()
        assert isinstance(exchange.play(says(100410, f"unblocked after {BEGIN + 100}")).error, RateLimited)


class TestReads:
    def test_are_sent_again_after_no_response(self) -> None:
        assert Exchange().play(RESET, REFUSED, BAD_GATEWAY, FILLED, call=QUERYING).result == FILLED

    @pytest.mark.parametrize("reply", [NOT_OPEN, DENIED, says(100204)], ids=["not open", "denied", "100204"])
    def test_a_rejection_is_final_even_after_no_response(self, reply: Reply) -> None:
        once = Exchange().play(reply, call=QUERYING).error
        after_reset = Exchange().play(RESET, reply, call=QUERYING).error
        assert type(after_reset) is type(once)
        assert len(after_reset.attempts) == 2

    @pytest.mark.parametrize("word", ["NEW", "FILLED", "EXPIRED", "a new word"])
    def test_return_any_status(self, word: str) -> None:
        assert Exchange().play(order(word), call=QUERYING).result == order(word)


class TestWaitsUntilVisible:
    @pytest.mark.parametrize("refused_after", [0.0, 0.5, 1.5])
    def test_count_from_the_beginning_of_the_call(self, refused_after: float) -> None:
        replies = by_operation([After(NOT_OPEN, refused_after), CANCELLED], forever(says(100410)))
        played = Exchange().play_on(replies)
        assert (played.asked, played.waits[0]) == ("cqc", pytest.approx(2.001 - refused_after))


class TestStillOpen:
    @pytest.mark.parametrize("window", [1000, 3000, "3000", 5000, None])
    def test_is_said_once_reads_as_old_as_the_contract_allows_are_young_enough(self, window: object) -> None:
        parameters = {"symbol": SYMBOL, "orderId": ORDER_ID}
        if window is not None:
            parameters["recvWindow"] = window
        exchange = Exchange()
        sent: list[tuple[str, float]] = []

        def reply(send: Send) -> Reply:
            sent.append((send.request.info.method, exchange.time.seconds))
            return BAD_GATEWAY if send.request.info.method == "POST" else OPEN

        error = exchange.play_on(reply, ApiCall.of(CANCEL, parameters), timeout=120.0).error
        assert isinstance(error, StillOpen)
        assert error.order.response == OPEN
        last_cancel = max(moment for method, moment in sent if method == "POST")
        # Stamped up to recvWindow ahead, valid as long again, acts 5 s after that; a read may be 20 s old.
        certain = last_cancel + 2 * int(str(window or 5000)) / 1000 + 5.0 + 20.0
        *_, (_, before), (_, last) = sent
        assert before < certain <= last


class TestInterruptions:
    def test_before_anything_was_ambiguous_say_so(self) -> None:
        def interrupt(_: object) -> Reply:
            raise KeyboardInterrupt

        interruption = KeyboardInterrupt()
        mark_interruption(interruption, request_sent=False)
        notes = Exchange().interrupted(interrupt, interruption)
        assert notes == ["bingx_spot: no request was sent that could have taken effect"]

    @pytest.mark.parametrize(("call", "may_have_acted"), [(CANCELLING, True), (QUERYING, False)])
    def test_of_the_first_request_say_whether_it_may_have_acted(
        self, call: ApiCall, may_have_acted: bool
    ) -> None:
        def interrupt(_: object) -> Reply:
            raise KeyboardInterrupt

        notes = Exchange().interrupted(interrupt, KeyboardInterrupt(), call)
        assert (notes == [MAYBE_SENT_NOTE]) is may_have_acted

    def test_of_a_pause_after_a_request_that_was_not_sent_say_that_none_was(self) -> None:
        exchange = Exchange()
        running = resolve(exchange.context, CANCELLING)
        next(running)
        assert isinstance(running.send(REFUSED), Sleep)
        with pytest.raises(KeyboardInterrupt) as thrown:
            running.throw(KeyboardInterrupt())
        assert thrown.value.__notes__ == ["bingx_spot: no request was sent that could have taken effect"]

    def test_after_an_ambiguous_attempt_say_so(self) -> None:
        replies: list[Reply] = [RESET]

        def interrupt(_: object) -> Reply:
            if replies:
                return replies.pop()
            raise KeyboardInterrupt

        assert Exchange().interrupted(interrupt, KeyboardInterrupt()) == [MAYBE_SENT_NOTE]

    def test_of_a_query_say_that_the_cancel_before_it_may_have_acted(self) -> None:
        def interrupt(send: Send) -> Reply:
            if send.request.info.method == "POST":
                return RESET
            raise KeyboardInterrupt

        interruption = KeyboardInterrupt()
        mark_interruption(interruption, request_sent=False)
        assert Exchange().interrupted(interrupt, interruption) == [MAYBE_SENT_NOTE]


def test_a_call_by_client_order_id_is_queried_by_it() -> None:
    call = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "bot_1", "recvWindow": 3000})
    query = Exchange().play(NOT_OPEN, order("FILLED", clientOrderID="bot_1"), call=call).sent[1].request.info
    assert query.parameters["clientOrderID"] == "bot_1"
    assert query.parameters["recvWindow"] == 3000


class TestAnOrderIdInAResponseThatIsNotBelieved:
    """The query states the client order id in other letters, and names an order id."""

    NAMED = order("FILLED", clientOrderID="BOT_1")

    @pytest.mark.parametrize(
        ("queries", "asked", "last_id"),
        [
            ([NAMED, FILLED], "cqq", ORDER_ID),
            ([NOT_FOUND, NAMED, FILLED], "cqqq", ORDER_ID),
            # No order has that id: the caller's own is the only one that is left.
            ([NAMED, NOT_FOUND, order("FILLED", clientOrderID="Bot_1")], "cqqq", "Bot_1"),
        ],
        ids=["named", "found late", "garbled"],
    )
    def test_is_used_until_no_order_has_it(
        self, queries: list[Reply], asked: str, last_id: int | str
    ) -> None:
        call = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "Bot_1"})
        played = Exchange().play_on(by_operation([RESET], queries), call)
        assert isinstance(played.error, OrderFilled)
        assert played.asked == asked
        assert last_id in played.sent[-1].request.info.parameters.values()
        assert played.error.details.order_id == ORDER_ID

    @pytest.mark.parametrize(
        ("later", "asked"),
        [([order("NEW", clientOrderID="Bot_1")], "cqqc"), ([RESET] * 2, "cqqqc")],
        ids=["named", "no answer"],
    )
    def test_of_another_order_is_forgotten(self, later: list[Reply], asked: str) -> None:
        call = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "Bot_1"})
        queries = [order("NEW", orderId=5, clientOrderID="other"), *later]
        cancels = [order("PENDING", orderId=5), order("CANCELED", clientOrderID="Bot_1")]
        played = Exchange().play_on(by_operation(cancels, queries), call)
        assert isinstance(played.result, Response)
        assert played.asked == asked


@pytest.mark.parametrize("operations", [["cancel", "query"], ["cancel"]], ids=["all is", "cancels are"])
def test_an_exchange_that_was_busy_is_used_again_after_as_long_at_the_latest(operations: list[str]) -> None:
    virtual = VirtualExchange(orders=400)
    began, busy_for = virtual.time.seconds, 27.0
    virtual.faults = {each: [busy_until(began + busy_for)] for each in operations}
    ended: dict[str, float] = {}
    for each in virtual.exchange.book.orders():
        call = ApiCall.of(CANCELLING.operation, {"symbol": each.placed.symbol, "orderId": each.order_id})
        try:
            virtual.run(resolve(virtual.context, call))
        except (NotExecuted, OutcomeUnknown) as error:
            ended[type(error).__name__] = virtual.time.seconds - began
        virtual.time.seconds += 1
    assert max(ended.values()) < 2 * busy_for
