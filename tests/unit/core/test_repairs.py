"""What is mended in mid-call: the clock, and where the parameters go; each once."""

import json

import pytest

from bingx_spot import AuthenticationError, ClockError, OrderNotOpen, RequestRejected, Response
from tests.support.scripted_time import BEGIN
from tests.unit.core.playing import (
    CANCELLED,
    FILLED,
    NOT_OPEN,
    OPEN,
    QUERYING,
    REFUSED,
    RESET,
    After,
    Exchange,
    Reply,
    answer,
    says,
)

HOUR = 3_600_000
TEXT = "Null timestamp or timestamp mismatch"
SIGNATURE_MISSING = says(100412, "signature missing")
PARAMETER_MISSING = says(100400, "symbol is required")


def wrong_clock(timestamp: object = None, **headers: str) -> Response:
    """Make the refusal that says clock, with the exchange's time where there is one."""
    more = {} if timestamp is None else {"timestamp": timestamp}
    return answer({"code": 100421, "msg": TEXT} | more, headers=headers)


def tells_time(timestamp: int) -> Response:
    return answer({"code": 0, "msg": "", "data": {"serverTime": timestamp}})


class TestClock:
    @pytest.mark.parametrize("off", [HOUR, -HOUR])
    def test_is_learnt_from_the_refusal_and_the_call_signed_again_at_once(self, off: int) -> None:
        exchange = Exchange()
        played = exchange.play(wrong_clock(BEGIN + off), CANCELLED)
        assert played.result == CANCELLED
        assert played.waits == []
        assert played.sent[1].request.info.parameters["timestamp"] == BEGIN + off
        assert exchange.clock.offset == off

    def test_the_next_call_knows_it(self) -> None:
        exchange = Exchange()
        exchange.play(wrong_clock(BEGIN + HOUR), CANCELLED)
        assert exchange.play(CANCELLED).sent[0].request.info.parameters["timestamp"] == BEGIN + HOUR

    def test_is_learnt_from_the_header_to_half_a_second(self) -> None:
        exchange = Exchange()
        # BEGIN is Tue, 14 Nov 2023 22:13:20 GMT.
        exchange.play(wrong_clock(date="Tue, 14 Nov 2023 23:13:20 GMT"), CANCELLED)
        assert exchange.clock.offset == HOUR + 500

    def test_the_answer_s_own_time_comes_before_the_header(self) -> None:
        exchange = Exchange()
        exchange.play(wrong_clock(BEGIN + HOUR, date="Tue, 14 Nov 2023 20:13:20 GMT"), CANCELLED)
        assert exchange.clock.offset == HOUR

    @pytest.mark.parametrize("timestamp", ["soon", 1.5, True, [], str(BEGIN + HOUR) + "."])
    def test_a_time_that_is_none_is_passed_over(self, timestamp: object) -> None:
        exchange = Exchange()
        exchange.play(wrong_clock(timestamp, date="Tue, 14 Nov 2023 23:13:20 GMT"), CANCELLED)
        assert exchange.clock.offset == HOUR + 500

    def test_a_time_may_come_as_text(self) -> None:
        exchange = Exchange()
        exchange.play(wrong_clock(str(BEGIN + HOUR)), CANCELLED)
        assert exchange.clock.offset == HOUR

    @pytest.mark.parametrize(
        "header",
        [
            {},
            {"date": "yesterday"},
            {"date": "Tue, 14 Nov 99999 22:13:20 GMT"},
            {"date": "Tue, 99999999999999999999 Nov 2023 22:13:20 GMT"},
        ],
    )
    def test_is_asked_for_where_the_refusal_does_not_tell(self, header: dict[str, str]) -> None:
        exchange = Exchange()
        played = exchange.play(wrong_clock(**header), tells_time(BEGIN + HOUR), CANCELLED)
        assert played.asked == "ctc"
        assert played.result == CANCELLED
        assert exchange.clock.offset == HOUR

    def test_where_it_cannot_be_learnt_the_refusal_stands(self) -> None:
        played = Exchange().play(wrong_clock(), REFUSED)
        assert type(played.error) is ClockError
        assert [attempt.operation for attempt in played.error.attempts] == ["cancelOrder", "serverTime"]

    def test_is_taken_for_the_middle_of_the_request(self) -> None:
        exchange = Exchange()
        exchange.play(After(wrong_clock(BEGIN + HOUR), 2.0), CANCELLED)
        assert exchange.clock.offset == HOUR - 1000

    def test_is_taken_for_the_middle_of_the_request_that_asked_for_it(self) -> None:
        exchange = Exchange()
        exchange.play(After(wrong_clock(), 2.0), After(tells_time(BEGIN + HOUR), 1.0), CANCELLED)
        assert exchange.clock.offset == HOUR - 2500

    def test_is_mended_once_in_a_call(self) -> None:
        played = Exchange().play(wrong_clock(BEGIN + HOUR), wrong_clock(BEGIN + 2 * HOUR))
        assert type(played.error) is ClockError
        assert len(played.error.attempts) == 2

    def test_is_mended_for_the_query_as_well(self) -> None:
        played = Exchange().play(NOT_OPEN, wrong_clock(BEGIN + HOUR), FILLED)
        assert played.asked == "cqq"
        assert isinstance(played.error, OrderNotOpen)
        assert played.error.order is not None

    @pytest.mark.parametrize(("off", "mended"), [(499, False), (-499, False), (500, True), (-500, True)])
    def test_that_is_off_by_less_than_half_a_second_is_not_the_reason(self, off: int, mended: bool) -> None:
        exchange = Exchange()
        played = exchange.play(wrong_clock(BEGIN + off), *([CANCELLED] if mended else []))
        assert exchange.clock.offset == (off if mended else 0)
        assert isinstance(played.result, Response) == mended

    def test_more_than_a_day_is_not_believed(self) -> None:
        exchange = Exchange()
        assert type(exchange.play(wrong_clock(BEGIN + 25 * HOUR)).error) is ClockError
        assert exchange.clock.offset == 0

    def test_that_another_call_has_set_meanwhile_is_right(self) -> None:
        exchange = Exchange()

        def reply(_: object) -> Reply:
            if exchange.clock.offset:
                return CANCELLED
            exchange.clock.learn(BEGIN + HOUR, BEGIN)
            return wrong_clock(BEGIN + 2 * HOUR)

        assert exchange.play_on(reply).result == CANCELLED
        assert exchange.clock.offset == HOUR

    def test_that_another_call_has_set_while_this_one_asked_is_right(self) -> None:
        exchange = Exchange()
        replies = iter([wrong_clock(), tells_time(BEGIN + 2 * HOUR), CANCELLED])

        def reply(send: object) -> Reply:
            came = next(replies)
            if came.body == tells_time(BEGIN + 2 * HOUR).body:
                exchange.clock.learn(BEGIN + HOUR, BEGIN)
            return came

        assert exchange.play_on(reply).result == CANCELLED
        assert exchange.clock.offset == HOUR

    def test_a_doubt_before_it_stays_a_doubt(self) -> None:
        played = Exchange().play(RESET, wrong_clock(BEGIN + HOUR), NOT_OPEN, CANCELLED)
        assert played.asked == "cccq"
        assert played.result == CANCELLED

    @pytest.mark.parametrize("off", [3000, 61_000, -3000, -61_000])
    def test_that_is_wrong_does_not_make_a_lock_longer_or_shorter(self, off: int) -> None:
        exchange = Exchange()
        until = BEGIN + off + 4000
        exchange.play(says(100410, f"unblocked after {until}", timestamp=BEGIN + off), timeout=1.0)
        closed = exchange.state.lockouts.seconds_left("cancelOrder")
        assert closed == 4.0

    def test_that_is_right_is_not_doubted_where_an_answer_is_long_on_its_way(self) -> None:
        exchange = Exchange()
        locked = says(100410, f"unblocked after {BEGIN + 4000}", timestamp=BEGIN)
        exchange.play(After(locked, 0.5), timeout=1.0)
        assert exchange.state.lockouts.seconds_left("cancelOrder") == 3.5


class TestPlacement:
    @pytest.mark.parametrize("refusal", [SIGNATURE_MISSING, PARAMETER_MISSING])
    def test_is_moved_to_the_query_string_at_once(self, refusal: Response) -> None:
        exchange = Exchange()
        played = exchange.play(refusal, CANCELLED)
        assert played.result == CANCELLED
        assert played.waits == []
        first, second = (send.request for send in played.sent)
        assert (first.info.placement, second.info.placement) == ("json", "query")
        assert json.loads(first.content)["symbol"] == "BTC-USDT"
        assert second.content == b""
        assert "symbol=BTC-USDT" in second.url

    def test_is_kept_for_the_next_call(self) -> None:
        exchange = Exchange()
        exchange.play(SIGNATURE_MISSING, CANCELLED)
        assert exchange.play(CANCELLED).sent[0].request.info.placement == "query"

    def test_is_moved_once_and_then_back(self) -> None:
        exchange = Exchange()
        played = exchange.play(SIGNATURE_MISSING, PARAMETER_MISSING)
        assert type(played.error) is RequestRejected
        assert len(played.error.attempts) == 2
        assert exchange.play(CANCELLED).sent[0].request.info.placement == "json"

    def test_that_the_user_fixed_is_not_moved(self) -> None:
        played = Exchange(placement="json").play(SIGNATURE_MISSING)
        assert type(played.error) is AuthenticationError

    def test_of_a_query_is_not_moved(self) -> None:
        exchange = Exchange()
        assert type(exchange.play(SIGNATURE_MISSING, call=QUERYING).error) is AuthenticationError
        assert exchange.state.placement.get(exchange.context.environment.base_url) is None

    def test_is_found_out_for_each_host(self) -> None:
        exchange = Exchange()
        played = exchange.play(SIGNATURE_MISSING, REFUSED, CANCELLED)
        assert [send.request.info.placement for send in played.sent] == ["json", "query", "json"]

    def test_a_doubt_before_it_stays_a_doubt(self) -> None:
        played = Exchange(fallback=None).play(RESET, SIGNATURE_MISSING, NOT_OPEN, CANCELLED)
        assert played.asked == "cccq"
        assert played.result == CANCELLED

    def test_clock_and_placement_can_both_be_mended(self) -> None:
        played = Exchange().play(wrong_clock(BEGIN + HOUR), SIGNATURE_MISSING, NOT_OPEN, OPEN, CANCELLED)
        assert played.asked == "cccqc"
        assert played.result == CANCELLED
