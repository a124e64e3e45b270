"""A cancel against an exchange that lags, is busy or uses another word; each fault was met in the field."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest

from bingx_spot import CallError, Response
from bingx_spot.core.facts import MAXIMUM_ATTEMPTS, MAXIMUM_QUERIES
from bingx_spot.core.request import ApiCall
from bingx_spot.core.runner import Send
from bingx_spot_api.contract import BY_ID, Settlement
from tests.support.samples import ORDER, ORDER_ID, SYMBOL
from tests.support.scripted_time import BEGIN, ScriptedTime
from tests.unit.core.playing import (
    CANCEL,
    CANCELLED,
    CANCELLING,
    DENIED,
    HANGS,
    HTML,
    NOT_FOUND,
    NOT_OPEN,
    PRIMARY,
    RESET,
    After,
    Exchange,
    Played,
    Reply,
    answer,
    by_operation,
    forever,
    order,
    says,
)

BY_CLIENT_ID = ApiCall.of(CANCEL, {"symbol": SYMBOL, "clientOrderID": "Bot_1"})
GATEWAY_TIMEOUT = answer(b"<html>", 504)
BUSY = says(100500, "The current system is busy, please try again later")


@dataclass
class World:
    """An exchange with one order, in virtual time; a test says how it lags.

    Attributes:
        first: The replies to the first cancels, whatever became of them.
        then: The reply to each later cancel, given the status of the order.
        executes_after: When the first cancel takes effect, in seconds after its request; None for never.
        ends_as: The status that the order has then.
        reads_lag: How old the status in a query's reply is, in seconds.
        read: The reply to a query, given the status that it sees.
        history: The status since a time, in seconds.
    """

    first: list[Reply] = field(default_factory=list)
    then: Callable[[str], Reply] | None = None
    executes_after: float | None = None
    ends_as: str = "CANCELED"
    reads_lag: float = 0.0
    read: Callable[[str], Reply] = order
    time: ScriptedTime = field(default_factory=ScriptedTime)
    history: list[tuple[float, str]] = field(default_factory=lambda: [(0.0, "PENDING")])

    def status(self, lag: float = 0.0) -> str:
        return [status for since, status in self.history if since <= self.time.seconds - lag][-1]

    def reply(self, send: Send) -> Reply:
        if CANCEL.path not in send.request.info.url:
            return self.read(self.status(self.reads_lag))
        if self.executes_after is not None and len(self.history) == 1:
            self.history.append((self.time.seconds + self.executes_after, self.ends_as))
        if self.first:
            return self.first.pop(0)
        status = self.status()
        if self.then is not None:
            return self.then(status)
        if status not in ("NEW", "PENDING"):
            return NOT_OPEN
        self.history.append((self.time.seconds, "CANCELED"))
        return CANCELLED

    def play(self, call: ApiCall = CANCELLING, timeout: float = 10.0) -> Played:
        exchange = Exchange(self.time, fallback=None)
        played = exchange.play_on(self.reply, call, timeout, chance=0.5)
        assert self.time.seconds - 1000 <= timeout + 1e-6
        assert played.asked.count("c") <= MAXIMUM_ATTEMPTS
        assert played.asked.count("q") <= MAXIMUM_QUERIES
        return played


def ending(played: Played) -> str:
    """Name the ending: the class of the error, or `returned` and the status of the order."""
    if isinstance(played.result, Response):
        return f"returned {played.result.data()['status']}"
    return type(played.result).__name__


def ambiguous(reply: Reply, **changes: Any) -> World:
    """Return a world whose first cancel executes at once and gets this reply."""
    return World([reply], executes_after=0.0, **changes)


class TestReadsThatLag:
    @pytest.mark.parametrize(
        ("ends_as", "expected"), [("CANCELED", "returned CANCELED"), ("FILLED", "OrderFilled")]
    )
    @pytest.mark.parametrize("lag", [1.0, 4.0, 8.0])
    def test_a_stale_open_does_not_outweigh_an_ambiguous_request(
        self, ends_as: str, expected: str, lag: float
    ) -> None:
        assert ending(ambiguous(GATEWAY_TIMEOUT, ends_as=ends_as, reads_lag=lag).play()) == expected

    def test_a_read_that_lags_past_the_deadline_is_unknown_and_never_open(self) -> None:
        played = ambiguous(GATEWAY_TIMEOUT, reads_lag=20.0).play()
        assert ending(played) == "OutcomeUnknown"
        assert str(played.error).startswith(f"Unknown whether order {ORDER_ID} was cancelled. ")
        assert f" --env {PRIMARY}`" in played.error.hint

    def test_a_stale_open_does_not_contradict_a_refusal(self) -> None:
        world = World(history=[(0.0, "PENDING"), (999.0, "FILLED")], reads_lag=5.0)
        assert ending(world.play()) == "OrderFilled"

    def test_where_reads_say_open_until_the_deadline_the_refusal_stands(self) -> None:
        world = World(history=[(0.0, "PENDING"), (999.0, "FILLED")], reads_lag=20.0)
        played = world.play()
        assert ending(played) == "OrderNotOpen"
        assert played.error.args[1] is None

    @pytest.mark.parametrize("reply", [GATEWAY_TIMEOUT, answer(b"", 524), BUSY, RESET, HANGS], ids=str)
    def test_a_request_that_executes_after_its_error_is_waited_for(self, reply: Reply) -> None:
        world = World([reply] * MAXIMUM_ATTEMPTS, executes_after=6.0, then=lambda _: GATEWAY_TIMEOUT)
        assert ending(world.play(timeout=20.0)) == "returned CANCELED"

    def test_where_it_executes_only_after_the_deadline_nothing_is_claimed(self) -> None:
        world = World([BUSY] * MAXIMUM_ATTEMPTS, executes_after=8.0, then=lambda _: BUSY)
        assert ending(world.play(timeout=5.0)) == "OutcomeUnknown"

    def test_still_open_needs_a_read_after_the_last_request_has_expired(self) -> None:
        world = World(then=lambda _: GATEWAY_TIMEOUT)
        played = world.play(timeout=120.0)
        assert ending(played) == "StillOpen"
        assert "is still open (PENDING)" in str(played.error)

    @pytest.mark.parametrize("timeout", [38.0, 45.0, 55.0, 60.0, 100.0])
    def test_a_late_attempt_does_not_cost_the_proof_that_an_order_is_open(self, timeout: float) -> None:
        assert ending(World(then=lambda _: GATEWAY_TIMEOUT).play(timeout=timeout)) == "StillOpen"

    def test_an_attempt_after_which_there_is_time_for_the_proof_is_made(self) -> None:
        assert World(then=lambda _: GATEWAY_TIMEOUT).play(timeout=100.0).asked.count("c") == 5

    def test_where_no_proof_is_possible_late_attempts_are_made(self) -> None:
        played = World(then=lambda _: GATEWAY_TIMEOUT).play(timeout=29.0)
        assert (ending(played), played.asked.count("c")) == ("OutcomeUnknown", MAXIMUM_ATTEMPTS)

    def test_ten_seconds_of_the_same_take_no_more_requests_than_that(self) -> None:
        played = World(then=lambda _: GATEWAY_TIMEOUT).play(timeout=10.0)
        assert (ending(played), len(played.asked) <= 25) == ("OutcomeUnknown", True)

    def test_a_request_that_was_stamped_ahead_of_time_takes_effect_later(self) -> None:
        world = World(then=lambda _: GATEWAY_TIMEOUT)
        clock_is_wrong = [says(100421, "timestamp mismatch", timestamp=BEGIN - 3_600_000)]
        world.read = lambda status: clock_is_wrong.pop() if clock_is_wrong else order(status)
        assert ending(world.play(timeout=120.0)) == "OutcomeUnknown"


class TestOrdersThatAreNotFound:
    def test_an_old_client_order_id_proves_nothing(self) -> None:
        world = World(then=lambda _: NOT_FOUND, read=lambda _: NOT_FOUND)
        played = world.play(BY_CLIENT_ID)
        assert ending(played) == "OrderNotFound"
        assert "two hours" in played.error.details.summary
        assert "does not prove" in played.error.details.summary

    @pytest.mark.parametrize("call", [CANCELLING, BY_CLIENT_ID], ids=["order id", "client order id"])
    def test_a_new_order_is_waited_for(self, call: ApiCall) -> None:
        world = World()

        def is_visible() -> bool:
            return world.time.seconds >= 1001.0

        world.then = lambda _: CANCELLED if is_visible() else NOT_FOUND
        world.read = lambda status: order(status, clientOrderID="Bot_1") if is_visible() else NOT_FOUND
        assert ending(world.play(call)) == "returned CANCELED"

    @pytest.mark.parametrize("call", [CANCELLING, BY_CLIENT_ID], ids=["order id", "client order id"])
    def test_after_a_doubt_an_order_is_asked_for_until_the_deadline(self, call: ApiCall) -> None:
        world = World(then=lambda _: GATEWAY_TIMEOUT)
        world.read = lambda _: order("FILLED") if world.time.seconds >= 1018.0 else NOT_FOUND
        played = world.play(call, timeout=60.0)
        assert ending(played) == "OrderFilled"

    def test_an_order_that_is_not_found_costs_other_calls_few_queries(self) -> None:
        played = World(then=lambda _: GATEWAY_TIMEOUT, read=lambda _: NOT_FOUND).play(BY_CLIENT_ID)
        assert ending(played) == "OutcomeUnknown"
        assert played.asked.count("q") <= 12, "20 equal errors in 8 minutes lock the endpoint"

    def test_not_found_is_believed_of_a_query_that_was_sent_late_enough(self) -> None:
        world = World(then=lambda _: NOT_OPEN)

        def read(status: str) -> Reply:
            # Sent before a new order would be visible, answered after that.
            return After(NOT_FOUND, 1.0) if world.time.seconds < 1002.0 else order(status)

        world.read = read
        assert ending(world.play()) == "OrderNotOpen"

    def test_an_order_that_never_existed_is_not_found(self) -> None:
        played = World(then=lambda _: NOT_OPEN, read=lambda _: NOT_FOUND).play()
        assert ending(played) == "OrderNotFound"
        assert str(played.error).startswith(f"The exchange does not find order {ORDER_ID}.")

    @pytest.mark.parametrize("call", [CANCELLING, BY_CLIENT_ID], ids=["order id", "client order id"])
    @pytest.mark.parametrize("status", ["PENDING", "FILLED"])
    def test_an_order_of_another_pair_is_not_found_and_not_called_not_open(
        self, status: str, call: ApiCall
    ) -> None:
        found = order(status, symbol="ETH-USDT", clientOrderID="Bot_1")
        played = World(then=lambda _: NOT_OPEN, read=lambda _: found).play(call)
        assert ending(played) == "OrderNotFound"
        assert "symbol is 'ETH-USDT', requested was 'BTC-USDT'" in str(played.error)

    @pytest.mark.parametrize(
        "reply", [HTML, HANGS, RESET, answer(b"", 502)], ids=["html", "hangs", "reset", "502"]
    )
    def test_a_query_without_an_answer_is_not_the_answer_not_found(self, reply: Reply) -> None:
        world = World(history=[(0.0, "FILLED")], read=lambda _: reply)
        played = world.play(timeout=4.0)
        assert ending(played) == "OrderNotOpen"
        assert world.time.seconds >= 1003.5, "it was asked for until the deadline"

    def test_queries_that_fail_do_not_outweigh_one_that_found_nothing(self) -> None:
        reads = [NOT_FOUND]
        world = World(then=lambda _: NOT_OPEN, read=lambda _: reads.pop() if reads else HTML)
        assert ending(world.play(timeout=1.5)) == "OrderNotFound"

    def test_an_order_that_an_unbelieved_answer_has_named_is_not_one_that_is_not_found(self) -> None:
        reads = [NOT_FOUND, order("CANCELED", clientOrderID="bot_1")]
        world = World(then=lambda _: NOT_OPEN, read=lambda _: reads.pop(0) if reads else HTML)
        assert ending(world.play(BY_CLIENT_ID)) == "OutcomeUnknown"

    def test_by_client_order_id_a_refusal_without_a_read_is_unknown(self) -> None:
        world = World(then=lambda _: NOT_FOUND, read=lambda _: HTML)
        assert ending(world.play(BY_CLIENT_ID)) == "OutcomeUnknown"

    def test_a_refusal_that_may_be_of_a_new_order_is_not_believed(self) -> None:
        played = World(then=lambda _: NOT_OPEN, read=lambda _: HTML).play(timeout=1.0)
        assert ending(played) == "OutcomeUnknown"

    @pytest.mark.parametrize("call", [CANCELLING, BY_CLIENT_ID], ids=["order id", "client order id"])
    def test_such_a_refusal_and_a_query_that_says_open_contradict_each_other(self, call: ApiCall) -> None:
        world = World(then=lambda _: NOT_OPEN, read=lambda status: order(status, clientOrderID="Bot_1"))
        played = world.play(call, timeout=1.0)
        assert ending(played) == "OutcomeUnknown"
        assert "was cancelled. This call did not change it; it may be open." in str(played.error)

    @pytest.mark.parametrize(("timeout", "expected"), [(4.0, "OutcomeUnknown"), (30.0, "StillOpen")])
    def test_a_refusal_of_a_restricted_cancel_may_be_about_the_restriction(
        self, timeout: float, expected: str
    ) -> None:
        call = ApiCall.of(CANCEL, {**CANCELLING.parameters, "cancelRestrictions": "NEW"})
        assert ending(World(then=lambda _: NOT_OPEN).play(call, timeout)) == expected

    def test_after_a_refusal_of_a_restricted_cancel_a_stale_open_is_not_believed(self) -> None:
        call = ApiCall.of(CANCEL, {**CANCELLING.parameters, "cancelRestrictions": "NEW"})
        world = World(history=[(0.0, "PENDING"), (999.0, "FILLED")], reads_lag=15.0)
        assert ending(world.play(call)) == "OutcomeUnknown"

    def test_a_read_much_younger_than_the_refusal_says_that_the_order_is_open(self) -> None:
        assert ending(World(then=lambda _: NOT_OPEN).play(timeout=60.0)) == "StillOpen"

    @pytest.mark.parametrize("order_id", [0, -5, 2**63])
    def test_an_order_id_out_of_range_is_not_learnt(self, order_id: int) -> None:
        world = World([order("CANCELED", orderId=order_id, clientOrderID="")], executes_after=0.0)
        exchange = Exchange(world.time, fallback=None)

        def reply(send: Send) -> Reply:
            by_id = send.request.info.parameters.get("orderId")
            return NOT_FOUND if by_id not in (None, ORDER_ID) else world.reply(send)

        world.read = lambda status: order(status, clientOrderID="Bot_1")
        assert ending(exchange.play_on(reply, BY_CLIENT_ID, chance=0.5)) == "returned CANCELED"

    def test_other_orders_that_are_not_found_do_not_hide_one_that_is(self) -> None:
        world = ambiguous(GATEWAY_TIMEOUT)
        exchange = Exchange(world.time, fallback=None)
        for _ in range(17):
            exchange.state.repeated_errors.record("queryOrder", 100404)
        assert ending(exchange.play_on(world.reply, chance=0.5)) == "returned CANCELED"

    def test_an_exchange_that_recovers_within_the_deadline_gets_the_cancel(self) -> None:
        world = World(read=lambda _: BUSY)
        recovered = order("CANCELED")
        world.then = lambda _: recovered if world.time.seconds >= 1005 else BUSY
        assert ending(world.play()) == "returned CANCELED"

    def test_an_order_that_a_query_has_named_is_not_reported_as_not_found(self) -> None:
        world = World(then=lambda _: NOT_OPEN)
        world.read = lambda status: order(status) if world.time.seconds < 1000.5 else NOT_FOUND
        assert ending(world.play()) == "OrderNotOpen"
        assert world.time.seconds >= 1009.5, "it was asked for until the deadline"

    def test_an_order_that_an_unbelieved_query_has_named_is_not_reported_as_not_found(self) -> None:
        world = World(then=lambda _: NOT_FOUND)
        reads = [NOT_FOUND, order("NEW", clientOrderID="bot_1")]
        world.read = lambda _: reads.pop(0) if reads else HTML
        assert ending(world.play(BY_CLIENT_ID)) == "OutcomeUnknown"

    def test_a_permission_that_is_missing_for_the_query_costs_time_until_it_is_known(self) -> None:
        world = World(history=[(0.0, "FILLED")], read=lambda _: DENIED)
        exchange = Exchange(world.time, fallback=None)
        ends = []
        for _ in range(3):
            began = world.time.seconds
            assert ending(exchange.play_on(world.reply, chance=0.5)) == "OrderNotOpen"
            ends.append(world.time.seconds - began)
        assert ends[-1] < 3.0

    def test_one_that_a_query_finds_open_exists_whatever_the_refusal_says(self) -> None:
        """100204 is "data not found"; the ending was `OrderNotFound`, "the exchange knows no such order"."""
        played = World(then=lambda _: says(100204)).play()
        assert ending(played) == "OutcomeUnknown"
        assert "This call did not change it; it may be open." in str(played.result)


class TestTheTextOfAnUnknownOutcome:
    @pytest.mark.parametrize(
        ("reply", "said"),
        [
            (order("TRIGGERED", orderId=5), "said 'TRIGGERED'"),
            (DENIED, "failed: HTTP 200, code 100004: no permission"),
            (answer({"code": 100004, "msg": "denied."}), "failed: HTTP 200, code 100004: denied"),
            (After(order("CANCELED", orderId=5, clientOrderID="another"), 10.0), "named another order"),
        ],
        ids=["a word", "a rejection", "a sentence", "another order"],
    )
    def test_has_what_the_last_query_did(self, reply: Reply, said: str) -> None:
        replies = by_operation([order("PENDING", orderId=5), *[RESET] * 5], forever(reply))
        played = Exchange(fallback=None).play_on(replies, BY_CLIENT_ID)
        assert ending(played) == "OutcomeUnknown"
        assert f" was cancelled. The last query {said}. " in str(played.error)

    def test_has_nothing_that_the_deadline_cut_short(self) -> None:
        replies = by_operation([After(GATEWAY_TIMEOUT, 9.8), HANGS], forever(HANGS))
        played = Exchange(fallback=None).play_on(replies)
        assert (ending(played), played.asked[-1], played.error.http_status) == ("OutcomeUnknown", "q", 504)
        assert "query" not in played.error.details.summary

    def test_has_why_no_query_was_sent(self) -> None:
        exchange = Exchange(fallback=None)
        exchange.lock_soon("queryOrder")
        played = exchange.play(NOT_OPEN, NOT_OPEN)
        assert ending(played) == "OrderNotOpen"
        assert " The last query was not sent: queryOrder goes on failing " in str(played.error)

    def test_has_the_last_that_was_sent_rather_than_one_that_was_not(self) -> None:
        exchange = Exchange(fallback=None)

        def reply(send: Send) -> Reply:
            if CANCEL.path in send.request.info.url:
                return NOT_OPEN
            exchange.lock_soon("queryOrder")
            return order("TRIGGERED")

        played = exchange.play_on(reply)
        assert " The last query said 'TRIGGERED'. " in str(played.error)

    def test_of_several_orders_is_not_that_the_deadline_cut_one_short(self) -> None:
        several = ApiCall.of(
            BY_ID["cancelOrders"], {"symbol": SYMBOL, "orderIds": f"{ORDER_ID},5", "process": 1}
        )
        cancels = iter([After(GATEWAY_TIMEOUT, 9.8), HANGS])
        played = Exchange(fallback=None).play_on(lambda _: next(cancels, HANGS), several)
        assert (ending(played), played.error.http_status) == ("OutcomeUnknown", 504)


class TestAnswersByClientOrderId:
    @pytest.mark.parametrize(
        "named",
        [{}, {"clientOrderID": ""}, {"origClientOrderId": "Bot_1"}, {"clientOrderID": "bot_1"}],
        ids=["missing", "empty", "orig", "case"],
    )
    def test_that_name_the_order_by_its_order_id_are_settled_by_that(self, named: dict[str, str]) -> None:
        world = World(
            [order("CANCELED", **named)],
            executes_after=0.0,
            read=lambda status: order(status, **named),
        )
        played = world.play(BY_CLIENT_ID)
        assert (ending(played), played.asked) == ("returned CANCELED", "cq")
        assert played.sent[1].request.info.parameters["orderId"] == ORDER_ID

    def test_that_name_another_order_are_not(self) -> None:
        other = order("CANCELED", clientOrderID="another", orderId=5)
        played = World([other], then=lambda _: NOT_FOUND, read=lambda _: NOT_FOUND).play(BY_CLIENT_ID)
        assert ending(played) == "OutcomeUnknown"
        assert not any("orderId" in send.request.info.parameters for send in played.sent)

    def test_an_order_id_whose_order_has_another_client_order_id_is_dropped(self) -> None:
        world = World(
            [order("CANCELED", orderId=5)],
            then=lambda _: RESET,
            read=lambda _: order("CANCELED", orderId=5, clientOrderID="another"),
        )
        assert ending(world.play(BY_CLIENT_ID)) == "OutcomeUnknown"

    @pytest.mark.parametrize(
        ("first", "read"),
        [
            (order("PENDING", orderId=5), HTML),
            (RESET, answer({"code": 0, "data": ORDER | {"orderId": 5, "status": None}})),
        ],
        ids=["by a cancel", "by a query"],
    )
    def test_no_order_is_cancelled_by_an_id_that_only_an_unbelieved_response_names(
        self, first: Reply, read: Reply
    ) -> None:
        """It may be the answer of another order, which is open."""
        played = World([first], read=lambda _: read).play(BY_CLIENT_ID)
        assert (ending(played), played.asked.count("c")) == ("OutcomeUnknown", 1)
        assert played.asked.startswith("cqq")
        assert '"Bot_1"' in played.error.details.summary
        assert "cancel again" not in played.error.hint

    def test_an_order_id_that_no_query_finds_names_no_order_in_the_error(self) -> None:
        world = World([order("CANCELED", orderId=5)], then=lambda _: RESET)
        exchange = Exchange(world.time, fallback=None)

        def reply(send: Send) -> Reply:
            by_id = send.request.info.parameters.get("orderId") == 5
            return NOT_FOUND if by_id and CANCEL.path not in send.request.info.url else world.reply(send)

        world.read = lambda status: order(status, clientOrderID="Bot_1")
        played = exchange.play_on(reply, BY_CLIENT_ID, chance=0.5)
        assert (ending(played), played.error.details.order_id) == ("OutcomeUnknown", None)
        assert '"Bot_1"' in played.error.details.summary
        assert 'client_order_id="Bot_1"' in played.error.hint
        assert "cancel again" not in played.error.hint


class TestClientOrderIdsThatAreUsedAgain:
    def test_the_order_id_is_learnt_before_a_retry(self) -> None:
        world = World([RESET], read=lambda status: order(status, clientOrderID="Bot_1"))
        played = world.play(BY_CLIENT_ID)
        assert (ending(played), played.asked) in {
            ("returned CANCELED", "cqc"),
            ("returned CANCELED", "cqqqc"),
        }
        assert "clientOrderID" not in played.sent[2].request.info.parameters
        assert played.sent[2].request.info.parameters["orderId"] == ORDER_ID

    def test_a_query_without_an_answer_lets_the_cancel_be_sent_again(self) -> None:
        played = World(
            [RESET], read=lambda _: HTML, then=lambda _: order("CANCELED", clientOrderID="Bot_1")
        ).play(BY_CLIENT_ID)
        assert (ending(played), played.asked) in {
            ("returned CANCELED", "cqc"),
            ("returned CANCELED", "cqqqc"),
        }


class TestWords:
    @pytest.mark.parametrize("word", ["CANCELED", "CANCELLED", "Canceled", "CANCELED ", " cancelled"])
    def test_a_success_and_a_query_may_say_cancelled_in_these_ways(self, word: str) -> None:
        assert ending(World([order(word)]).play()) == f"returned {word}"
        assert ending(ambiguous(RESET, ends_as=word).play()) == f"returned {word}"

    @pytest.mark.parametrize(
        "word",
        [
            "PENDING_CANCEL",
            "CANCELING",
            "WORKING",
            "OPEN",
            "TRIGGERED",
            "REJECTED",
            "EXPIRED",
            "PartiallyFilled",
            "NOT_CANCELED",
            "",
            "NEW",
            "N\u0415W",  # a Cyrillic letter
            "CANCELED\u200b",
            "\ufb01lled",  # a ligature that upper() makes FI
        ],
    )
    @pytest.mark.parametrize(
        ("state", "expected"), [("CANCELED", "returned CANCELED"), ("FILLED", "OrderFilled")]
    )
    def test_a_success_with_any_other_word_is_queried(self, word: str, state: str, expected: str) -> None:
        world = World([order(word)], executes_after=0.0, ends_as=state, reads_lag=1.0)
        assert ending(world.play()) == expected

    @pytest.mark.parametrize("word", ["PENDING_CANCEL", "WORKING", "NEW"])
    def test_an_order_that_stays_open_is_never_reported_as_cancelled(self, word: str) -> None:
        world = World(then=lambda _: order(word), read=lambda _: order(word))
        assert ending(world.play()) == "OutcomeUnknown"

    def test_cancelled_with_everything_executed_is_a_contradiction(self) -> None:
        world = World([order("CANCELED", executedQty="126")], executes_after=0.0, ends_as="FILLED")
        assert ending(world.play()) == "OrderFilled"

    @pytest.mark.parametrize("word", ["Filled", "FILLED ", "filled"])
    def test_final_words_of_a_query_are_read_the_same_way(self, word: str) -> None:
        assert ending(World(history=[(0.0, word)]).play()) == "OrderFilled"

    @pytest.mark.parametrize("odd", [{"time": "1" * 5_000}, {"symbol": None}], ids=["time", "symbol"])
    def test_a_query_is_believed_though_a_field_beside_the_state_cannot_be_read(
        self, odd: dict[str, Any]
    ) -> None:
        played = World(then=lambda _: NOT_OPEN, read=lambda _: order("FILLED", **odd)).play()
        assert ending(played) == "OrderFilled"

    def test_a_code_of_text_is_believed_with_the_order_that_was_requested(self) -> None:
        believed = answer({"code": "0", "msg": "", "data": ORDER})
        assert ending(World([believed]).play()) == "returned CANCELED"


class TestAfterAnAmbiguousRequest:
    @pytest.mark.parametrize(
        "reply",
        [
            NOT_FOUND,
            says(100204, "data not found"),
            answer(b"<html>", 401),
            DENIED,
            says(100001, "signature"),
        ],
        ids=["not found", "100204", "401 page", "permission", "signature"],
    )
    def test_a_refused_query_proves_nothing(self, reply: Reply) -> None:
        world = ambiguous(RESET, read=lambda _: reply)
        assert ending(world.play()) == "OutcomeUnknown"

    @pytest.mark.parametrize(
        "reply",
        [
            DENIED,
            says(100001, "signature verification failed"),
            says(100412),
            says(100410),
            says(100204),
            NOT_FOUND,
        ],
        ids=["permission", "signature", "placement", "locked", "100204", "not found"],
    )
    def test_a_refused_retry_proves_nothing(self, reply: Reply) -> None:
        world = ambiguous(RESET, then=lambda _: reply)
        assert ending(world.play()) == "returned CANCELED"

    @pytest.mark.parametrize(
        "reply",
        [
            answer(b"", 202),
            answer(b"", 408),
            answer(b""),
            answer(b'{"code":0,"data":{"symb'),
            says(80019, "being processed"),
            says(0, "lock fail, try again later"),
            answer(b"<html>", 530),
            says(123456, "what is this?"),
        ],
        ids=["202", "408", "empty 200", "cut", "80019", "lock fail", "530", "unlisted"],
    )
    def test_whatever_made_it_ambiguous_it_is_waited_for(self, reply: Reply) -> None:
        world = World([reply] * MAXIMUM_ATTEMPTS, executes_after=3.0, then=lambda _: reply)
        assert ending(world.play()) == "returned CANCELED"

    def test_no_error_advises_to_cancel_again_without_the_text_of_the_exchange_before(self) -> None:
        played = World(then=lambda _: says(123456, "what is this?"), read=lambda _: HTML).play()
        text = str(played.error)
        assert 0 < text.index("what is this?") < text.index("cancel again")


class TestReads:
    def test_a_read_is_never_maybe_executed(self) -> None:
        played = World(history=[(0.0, "FILLED")], read=lambda _: HTML).play(timeout=2.0)
        reads = [attempt.result for attempt in played.error.attempts if attempt.operation == "queryOrder"]
        assert reads
        assert not any("executed" in read for read in reads)

    def test_a_query_that_finds_nothing_says_what_to_check(self) -> None:
        query = ApiCall.of(BY_ID["queryOrder"], {"symbol": SYMBOL, "orderId": ORDER_ID})
        played = Exchange().play(NOT_FOUND, call=query)
        assert ending(played) == "OrderNotFound"
        assert "Query the order" not in played.error.hint
        assert "Check the symbol" in played.error.hint


class TestSettlingByAMapping:
    @pytest.mark.parametrize("status", ["NEW", "a word that is not listed"], ids=["new", "unlisted"])
    def test_the_query_takes_the_values_of_other_names(self, status: str) -> None:
        settlement = Settlement("queryOrder", (("symbol", "pair"), ("clientOrderID", "newClientOrderId")))
        place = replace(
            CANCEL,
            act="place",
            repeat="never",
            settled_by=settlement,
            parameters=("pair", "newClientOrderId", "recvWindow"),
            exactly_one_of=(),
            permanent_id=None,
            repeats=(),
            requires=(),
        )
        call = ApiCall(place, {"pair": SYMBOL, "newClientOrderId": "Bot_1", "recvWindow": 3000})
        played = World([RESET], read=lambda _: order(status, clientOrderID="Bot_1")).play(call)
        assert (ending(played), played.asked) == (f"returned {status}", "cq")
        query = played.sent[1].request.info.parameters
        assert (query["symbol"], query["clientOrderID"], query["recvWindow"]) == (SYMBOL, "Bot_1", 3000)


def test_an_error_carries_every_attempt() -> None:
    played = World(then=lambda _: GATEWAY_TIMEOUT).play()
    assert isinstance(played.result, CallError)
    assert len(played.error.attempts) == len(played.sent)
