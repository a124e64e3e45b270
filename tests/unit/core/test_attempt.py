"""One attempt: how long it may take, what it ends with, what it leaves behind, and what it repairs."""

import json
import logging
import pickle
from dataclasses import replace
from itertools import count
from typing import NamedTuple

import pytest

from bingx_spot import (
    Attempt,
    AuthenticationError,
    CallError,
    Clock,
    Credentials,
    ErrorDetails,
    NotSent,
    OutcomeUnknown,
    RateLimited,
    RequestRejected,
    Response,
)
from bingx_spot.core.admission import NEAR_LOCK
from bingx_spot.core.attempt import CLOSED_CLIENT, AttemptResult, AttemptRunner
from bingx_spot.core.engine import CLOSED, TransportFailure, mark_interruption
from bingx_spot.core.request import ApiCall, RequestSigner
from bingx_spot.core.runner import Send
from bingx_spot.environments import Environment
from bingx_spot.limits.client_state import HostSelector
from bingx_spot.limits.rate_limiter import LocalRateLimiter, LocalReservation
from bingx_spot.limits.sliding_window import UNDER_WAY, WRITTEN_WITHIN
from bingx_spot_api.contract import BY_ID, Rate
from bingx_spot_api.error_table import STATUS_ROWS
from tests.support.scripted_time import BEGIN, ScriptedTime
from tests.unit.core.driving import Late, Reply, Run, attempt, drive, error_of, runner_of
from tests.unit.core.playing import (
    BAD_GATEWAY,
    CANCELLED,
    CANCELLING,
    DENIED,
    FALLBACK,
    FILLED,
    HANGS,
    NOT_OPEN,
    PRIMARY,
    QUERYING,
    REFUSED,
    RESET,
    SERVER_TIME,
    UNLISTED,
    Exchange,
    answer,
    says,
)

HOUR = 3_600_000
SWITCHING_ON = ApiCall.of(BY_ID["cancelAllAfter"], {"type": "ACTIVATE", "timeOut": 60})
SWITCHED_ON = answer({"code": 0, "data": {"status": "ACTIVATED"}})
TOO_LARGE = TransportFailure(request_sent=True, reason="response too large", too_large=True)
# BEGIN is Tue, 14 Nov 2023 22:13:20 GMT.
BEGIN_DATE, HOUR_LATER = "Tue, 14 Nov 2023 22:13:20 GMT", "Tue, 14 Nov 2023 23:13:20 GMT"
REMAIN, EXPIRE = "x-ratelimit-requests-remain", "x-ratelimit-requests-expire"


def limited() -> Exchange:
    """Return an exchange whose client keeps to the contract's limits."""
    time = ScriptedTime()
    return Exchange(time, LocalRateLimiter(time))


def pauses(exchange: Exchange, number: int) -> list[list[float]]:
    """Make so many cancels, and return the pauses before each."""
    return [attempt(exchange, CANCELLED).pauses for _ in range(number)]


class TestTimeout:
    def test_is_six_tenths_of_the_time_left(self) -> None:
        runner = runner_of(exchange := Exchange())
        assert drive(exchange, runner.send_once(CANCELLING), HANGS).timeouts == pytest.approx([6.0])
        exchange.time.seconds += 6.0
        assert drive(exchange, runner.send_once(CANCELLING), HANGS).timeouts == pytest.approx([2.4])

    def test_is_all_of_it_for_an_operation_that_must_not_be_repeated(self) -> None:
        call = QUERYING._replace(operation=replace(QUERYING.operation, repeat="never"))
        assert attempt(Exchange(), FILLED, call=call).timeouts == [10.0]

    def test_is_all_of_it_where_no_permit_for_another_attempt_comes_in_time(self) -> None:
        assert attempt(Exchange(), SWITCHED_ON, timeout=2.5, call=SWITCHING_ON).timeouts == [2.5]
        assert attempt(Exchange(), SWITCHED_ON, timeout=5.0, call=SWITCHING_ON).timeouts == [5.0]

    def test_is_six_tenths_where_another_permit_is_left(self) -> None:
        limit = replace(SWITCHING_ON.operation, uid_limit=Rate(2, 1.0))
        call = SWITCHING_ON._replace(operation=limit)
        assert attempt(Exchange(), SWITCHED_ON, timeout=5.0, call=call).timeouts == pytest.approx([3.0])

    def test_is_never_shorter_than_the_shortest_attempt(self) -> None:
        assert attempt(Exchange(), CANCELLED, timeout=0.03125).timeouts == [0.02]

    def test_is_never_longer_than_the_time_left(self) -> None:
        assert attempt(Exchange(), CANCELLED, timeout=0.0201).timeouts == pytest.approx([0.02])

    @pytest.mark.parametrize(
        ("usual", "timeout"), [(3.7, 6.0), (3.8, 10.0), (9.9, 10.0), (10.1, 6.0)], ids=str
    )
    def test_is_all_of_it_where_an_answer_is_likely_to_need_more_than_its_share(
        self, usual: float, timeout: float
    ) -> None:
        exchange = Exchange()
        exchange.state.times.of(PRIMARY, "cancelOrder").answer.note(usual)
        assert attempt(exchange, CANCELLED).timeouts == pytest.approx([timeout])

    def test_begins_after_the_permit(self) -> None:
        exchange = limited()
        pauses(exchange, 5)
        run = attempt(exchange, CANCELLED)
        assert run.pauses == [1.0]
        assert run.timeouts == pytest.approx([0.6 * 9.0])
        assert run.requests[0].info.parameters["timestamp"] == BEGIN + 1000


class TestPatience:
    """How long an answer may take; HANGS is silence over an open connection."""

    def answers(self, exchange: Exchange, *replies: Reply, runner: AttemptRunner | None = None) -> float:
        """Make one attempt, and return how long its answer might have taken."""
        runner = runner or runner_of(exchange)
        (effect,) = drive(exchange, runner.send_once(CANCELLING), *replies).effects
        assert isinstance(effect, Send)
        return effect.patience.answer

    def test_is_half_a_second_before_anything_is_known(self) -> None:
        assert self.answers(Exchange(), CANCELLED) == 0.5

    def test_grows_with_each_silent_attempt_of_the_call(self) -> None:
        runner = runner_of(exchange := Exchange())
        assert [self.answers(exchange, HANGS, runner=runner) for _ in range(3)] == [0.5, 1.5, 4.5]
        assert self.answers(exchange, HANGS) == 0.5, "another call begins anew"

    def test_grows_half_as_much_after_silence_over_an_old_connection(self) -> None:
        runner = runner_of(exchange := Exchange())
        dead = HANGS._replace(reused=True)
        waits = [self.answers(exchange, dead, runner=runner) for _ in range(3)]
        assert waits == pytest.approx([0.5, 0.5 * 3**0.5, 1.5])
        assert attempt(exchange, CANCELLED).result.host == PRIMARY, "nor is it a failure of the host"

    def test_does_not_grow_with_other_failures(self) -> None:
        runner = runner_of(exchange := Exchange())
        assert [self.answers(exchange, reply, runner=runner) for reply in (RESET, REFUSED, HANGS)] == [
            0.5
        ] * 3

    def test_grows_for_opening_where_no_connection_was_found(self) -> None:
        runner = runner_of(exchange := Exchange())
        effects = [
            effect
            for reply in (REFUSED, REFUSED, CANCELLED)
            for effect in drive(exchange, runner.send_once(CANCELLING), reply).effects
        ]
        assert [each.patience.opening for each in effects if isinstance(each, Send)] == [1.0, 3.0, 9.0]

    @pytest.mark.parametrize("repeat", ["harmless", "never"])
    def test_ends_where_the_permit_does(self, repeat: str, monkeypatch: pytest.MonkeyPatch) -> None:
        exchange = limited()
        ready = LocalReservation.seconds_until_ready

        def held_up(reservation: LocalReservation, longest: float) -> float:
            exchange.time.seconds += 0.5
            return ready(reservation, longest)

        monkeypatch.setattr(LocalReservation, "seconds_until_ready", held_up)
        call = CANCELLING._replace(operation=replace(CANCELLING.operation, repeat=repeat))
        effect = runner_of(exchange).send_once(call).send(None)
        assert isinstance(effect, Send)
        assert effect.patience.writing == pytest.approx(WRITTEN_WITHIN - 0.5)

    def test_follows_what_the_host_s_answers_take(self) -> None:
        exchange = Exchange()
        exchange.state.times.of(PRIMARY, "cancelOrder").answer.note(0.05)
        assert self.answers(exchange, HANGS) == pytest.approx(0.4)
        assert attempt(exchange, CANCELLED).result.host == FALLBACK
        assert self.answers(exchange, CANCELLED) == 0.5, "of the other host nothing is known"

    def test_has_no_end_for_an_operation_that_must_not_be_repeated(self) -> None:
        call = QUERYING._replace(operation=replace(QUERYING.operation, repeat="never"))
        (effect,) = attempt(exchange := Exchange(), FILLED, call=call).effects
        assert isinstance(effect, Send)
        assert effect.patience.answer == effect.patience.opening == float("inf")
        times = exchange.state.times.of(PRIMARY, "queryOrder")
        assert effect.patience.times is times, "its times are noted, too"

    def test_lasts_until_the_next_permit_where_one_comes_at_a_time(self) -> None:
        (effect,) = attempt(Exchange(), SWITCHED_ON, call=SWITCHING_ON).effects
        assert isinstance(effect, Send)
        assert (effect.patience.opening, effect.patience.answer) == (1.0, 6.0)

    def test_an_attempt_that_waited_in_vain_says_how_long(self) -> None:
        runner = runner_of(exchange := Exchange())
        drive(exchange, runner.send_once(CANCELLING), Late(HANGS, 0.5))
        assert runner.waited == 0.5
        drive(exchange, runner.send_once(CANCELLING), Late(CANCELLED, 0.25))
        assert runner.waited == 0.0


class TestPermit:
    """What the rate limiter learns of the request; LocalRateLimiter allows five a second."""

    def test_is_taken_by_a_response(self) -> None:
        assert pauses(limited(), 7) == [[], [], [], [], [], [1.0], []]

    def test_is_released_where_nothing_was_sent(self) -> None:
        exchange = limited()
        attempt(exchange, REFUSED)
        assert pauses(exchange, 6) == [[], [], [], [], [], [1.0]]

    @pytest.mark.parametrize("failure", [RESET, HANGS])
    def test_is_taken_by_a_request_that_may_have_arrived(self, failure: TransportFailure) -> None:
        exchange = limited()
        attempt(exchange, failure)
        assert pauses(exchange, 4) == [[], [], [], []]
        assert attempt(exchange, CANCELLED).pauses != []

    def test_is_free_a_window_after_the_connection_was_reset(self) -> None:
        exchange = limited()
        for _ in range(5):
            attempt(exchange, Late(HANGS._replace(reset=True), 0.1))
        assert pauses(exchange, 1) == [[pytest.approx(1.0 + UNDER_WAY - 0.4)]]

    @pytest.mark.parametrize(("reset", "seconds"), [(True, 1.0 + UNDER_WAY), (False, 6.0)])
    def test_of_a_call_that_is_interrupted_is_free_after_a_reset_too(
        self, reset: bool, seconds: float
    ) -> None:
        exchange = limited()
        for _ in range(5):
            steps = runner_of(exchange).send_once(CANCELLING)
            next(steps)
            interruption = KeyboardInterrupt()
            mark_interruption(interruption, request_sent=True, reset=reset)
            with pytest.raises(KeyboardInterrupt):
                steps.throw(interruption)
        assert pauses(exchange, 1) == [[pytest.approx(seconds)]]

    def test_headers_of_the_rate_limit_hold_by_the_exchange_s_clock(self) -> None:
        exchange = limited()
        # The exchange is an hour ahead, and the response took half a second.
        headers = {REMAIN: "1", EXPIRE: str(BEGIN + HOUR + 900), "date": HOUR_LATER}
        attempt(exchange, Late(replace(CANCELLED, headers=headers), 0.5))
        assert pauses(exchange, 2) == [[], [pytest.approx(0.9)]]

    @pytest.mark.parametrize(
        "headers",
        [
            {REMAIN: "0", EXPIRE: "9999999999999", "date": BEGIN_DATE},
            # The machine's clock is an hour behind, and nothing in the response proves it.
            {REMAIN: "0", EXPIRE: str(BEGIN + HOUR)},
        ],
        ids=["year 2286", "clock behind"],
    )
    def test_a_window_s_end_beyond_any_window_does_not_stop_the_client(self, headers: dict[str, str]) -> None:
        exchange = limited()
        attempt(exchange, replace(CANCELLED, headers=headers))
        assert sum(attempt(exchange, CANCELLED).pauses) <= 1.0


class TestHost:
    @pytest.mark.parametrize("failure", [REFUSED, RESET, HANGS])
    def test_changes_after_a_network_failure(self, failure: TransportFailure) -> None:
        exchange = Exchange()
        assert attempt(exchange, failure).result.host == PRIMARY
        assert attempt(exchange, CANCELLED).result.host == FALLBACK

    @pytest.mark.parametrize(
        "reply", [BAD_GATEWAY, answer(b""), says(100500), DENIED, TOO_LARGE, CLOSED], ids=range(6)
    )
    def test_stays_after_a_response_and_after_the_client_was_closed(self, reply: Reply) -> None:
        exchange = Exchange()
        attempt(exchange, reply)
        assert exchange.state.hosts.get() == PRIMARY

    def test_is_empty_where_nothing_was_sent(self) -> None:
        assert attempt(Exchange(), timeout=0.0199).result.host == ""


class TestResult:
    def test_has_the_moment_of_the_request(self) -> None:
        exchange = Exchange()
        exchange.clock.learn(BEGIN + HOUR, BEGIN)
        assert attempt(exchange, CANCELLED).result == AttemptResult(
            CANCELLING.operation, CANCELLED, PRIMARY, BEGIN + HOUR, exchange.time(), HOUR, 6.0
        )

    @pytest.mark.parametrize(
        ("failure", "kind", "hint"),
        [
            (REFUSED, NotSent, f"Check the network, the base URL {PRIMARY} and any proxy."),
            (RESET, OutcomeUnknown, "Try again after a moment."),
            (HANGS, OutcomeUnknown, "Try again after a moment."),
            (TOO_LARGE, OutcomeUnknown, "Try again after a moment."),
            (CLOSED, NotSent, "Create another client."),
        ],
    )
    def test_of_a_failure_says_whether_the_request_may_have_arrived(
        self, failure: TransportFailure, kind: type[CallError], hint: str
    ) -> None:
        error = error_of(attempt(Exchange(), failure))
        assert type(error) is kind
        assert (error.message, error.hint) == (failure.reason, hint)
        assert (error.details.rule == CLOSED_CLIENT) == (failure is CLOSED)

    def test_of_a_refused_connection_on_this_machine_says_what_to_start(self) -> None:
        exchange, url = Exchange(), "http://127.0.0.1:8642"
        state = replace(exchange.state, hosts=HostSelector(Environment("sandbox", url)))
        exchange.context = replace(exchange.context, state=state)
        assert error_of(attempt(exchange, REFUSED)).hint.startswith(f"Start what should run at {url}: ")

    @pytest.mark.parametrize("reply", [RESET, CLOSED, DENIED, BAD_GATEWAY, says(100410)], ids=range(5))
    def test_shows_the_request_without_secrets(self, reply: Reply) -> None:
        request = error_of(attempt(Exchange(), reply)).request
        assert request is not None
        assert request.url == f"{PRIMARY}/openApi/spot/v1/trade/cancel"
        assert request.parameters["orderId"] == CANCELLING.parameters["orderId"]
        assert request.parameters["signature"] == "***"
        assert request.headers["X-BX-APIKEY"] == "***"

    def test_the_clock_is_read_once(self) -> None:
        exchange, ticks = Exchange(), count(0, 1_000_000)
        clock = Clock(lambda: BEGIN * 1_000_000, lambda: next(ticks))
        signer = RequestSigner(Credentials("sample-api-key", "sample-secret"))
        exchange.context = replace(exchange.context, clock=clock, signer=signer)
        run = attempt(exchange, CLOSED)
        assert run.requests[0].info.parameters["timestamp"] == run.result.timestamp


class TestTheGuardAgainstRepeatedErrors:
    def test_holds_back_an_attempt_at_an_order_that_is_not_known_to_be_open(self) -> None:
        exchange = Exchange()
        exchange.lock_soon()
        run = attempt(exchange)
        assert error_of(run).details.rule == NEAR_LOCK
        assert run.result.shown().operation == "cancelOrder"
        assert run.requests == []

    def test_holds_back_one_that_would_be_repaired_too(self) -> None:
        exchange = Exchange()
        exchange.lock_soon()
        run = drive(exchange, runner_of(exchange).send_repaired(CANCELLING))
        assert error_of(run).details.rule == NEAR_LOCK

    def test_counts_each_code_for_itself(self) -> None:
        exchange = Exchange()
        for _ in range(9):
            attempt(exchange, NOT_OPEN)
            attempt(exchange, DENIED)
        assert exchange.state.repeated_errors.seconds_left("cancelOrder") == 0

    def test_holds_back_nothing_after_a_success(self) -> None:
        exchange = Exchange()
        attempt(exchange, CANCELLED)
        guard = exchange.state.repeated_errors
        assert all(guard.acquire("cancelOrder", known_open=False) for _ in range(20))


def test_an_attempt_for_which_no_time_is_left_says_how_the_one_before_ended() -> None:
    runner = runner_of(exchange := Exchange())
    drive(exchange, runner.send_once(CANCELLING), REFUSED)
    exchange.time.seconds += 9.99
    error = error_of(drive(exchange, runner.send_once(CANCELLING)))
    assert error.message.endswith("; the previous attempt: not executed: connection refused")


class TestMemory:
    def test_a_success_refunds_half_a_retry(self) -> None:
        exchange = Exchange()
        spend_budget(exchange)
        attempt(exchange, CANCELLED)
        assert not exchange.state.retry_budget.can_spend()
        attempt(exchange, CANCELLED)
        assert exchange.state.retry_budget.can_spend()

    @pytest.mark.parametrize("reply", [DENIED, BAD_GATEWAY, RESET], ids=range(3))
    def test_a_failure_refunds_nothing(self, reply: Reply) -> None:
        exchange = Exchange()
        spend_budget(exchange)
        for _ in range(4):
            attempt(exchange, reply)
        assert not exchange.state.retry_budget.can_spend()

    def test_equal_errors_count_for_their_own_endpoint(self) -> None:
        exchange = Exchange()
        for _ in range(17):
            attempt(exchange, DENIED)
        assert exchange.state.repeated_errors.seconds_left("cancelOrder") == 480.0
        assert exchange.state.repeated_errors.seconds_left("queryOrder") == 0.0

    @pytest.mark.parametrize(
        "reply", [answer(b"", 401), says(0, "lock fail, try again later"), RESET], ids=range(3)
    )
    def test_what_has_no_error_code_does_not_count(self, reply: Reply) -> None:
        exchange = Exchange()
        for _ in range(20):
            attempt(exchange, reply)
        assert exchange.state.repeated_errors.seconds_left("cancelOrder") == 0

    @pytest.mark.parametrize("reply", [CANCELLED, NOT_OPEN, RESET, REFUSED], ids=range(4))
    def test_no_request_stays_in_flight(self, reply: Reply) -> None:
        exchange = Exchange()
        for _ in range(20):
            attempt(exchange, reply)
            exchange.time.seconds += 480
        for _ in range(16):
            exchange.state.repeated_errors.record("cancelOrder", 100404)
        assert exchange.state.repeated_errors.acquire("cancelOrder", known_open=False)

    def test_no_request_stays_in_flight_when_the_call_is_interrupted(self) -> None:
        exchange = Exchange()
        steps = runner_of(exchange).send_once(CANCELLING)
        next(steps)
        steps.close()
        for _ in range(16):
            exchange.state.repeated_errors.record("cancelOrder", 100404)
        assert exchange.state.repeated_errors.acquire("cancelOrder", known_open=False)

    def test_whether_an_operation_opens_in_time(self) -> None:
        exchange = Exchange()
        exchange.state.lockouts.lock("cancelOrder", 10.0)
        assert not runner_of(exchange, 10.0).can_open_in_time(CANCELLING.operation)
        assert runner_of(exchange, 10.1).can_open_in_time(CANCELLING.operation)
        assert runner_of(exchange, 1.0).can_open_in_time(QUERYING.operation)


def spend_budget(exchange: Exchange) -> None:
    while exchange.state.retry_budget.can_spend():
        exchange.state.retry_budget.spend()


def lock_text(until: int) -> str:
    return (
        "The endpoint trigger frequency limit rule is currently in the disabled period "
        f"and will be unblocked after {until}"
    )


class Lock(NamedTuple):
    """What an attempt leaves of a lock."""

    cancel: float
    query: float
    error: CallError


def locked(reply: Reply) -> Lock:
    exchange = Exchange()
    error = error_of(attempt(exchange, reply))
    lockouts = exchange.state.lockouts
    return Lock(lockouts.seconds_left("cancelOrder"), lockouts.seconds_left("queryOrder"), error)


class TestLock:
    def test_lasts_until_the_time_in_the_text(self) -> None:
        lock = locked(says(100410, lock_text(BEGIN + 4000)))
        assert (lock.cancel, lock.query) == (4.0, 0.0)
        assert isinstance(lock.error, RateLimited)
        assert lock.error.retry_at == BEGIN + 4000

    def test_lasts_for_the_table_s_time_where_the_response_gives_none(self) -> None:
        lock = locked(says(100410, "rate limited"))
        assert (lock.cancel, lock.query) == (300.0, 0.0)
        assert lock.error.details.retry_at == BEGIN + 300_000

    @pytest.mark.parametrize("status", [403, 418, 429])
    def test_of_a_ban_holds_for_every_endpoint(self, status: int) -> None:
        lock = locked(answer(b"<html>", status))
        assert lock.cancel == lock.query == 300.0

    @pytest.mark.parametrize(
        "headers",
        [{"retry-after": "30"}, {"retry-after": "Tue, 14 Nov 2023 22:13:50 GMT", "date": BEGIN_DATE}],
        ids=["seconds", "date"],
    )
    def test_lasts_for_the_header_retry_after(self, headers: dict[str, str]) -> None:
        lock = locked(answer(b"<html>", 429, headers))
        assert lock.cancel == lock.query == 30.0
        assert lock.error.details.retry_at == BEGIN + 30_000

    @pytest.mark.parametrize("off", [3000, 61_000, -3000, -61_000])
    def test_is_measured_by_the_exchange_s_clock(self, off: int) -> None:
        assert locked(says(100410, lock_text(BEGIN + off + 4000), timestamp=BEGIN + off)).cancel == 4.0

    def test_is_shorter_by_the_time_that_the_response_took(self) -> None:
        reply = Late(says(100410, lock_text(BEGIN + 4000), timestamp=BEGIN), 0.5)
        assert locked(reply).cancel == 3.5

    @pytest.mark.parametrize(
        ("reply", "longest"),
        [
            (says(100410, lock_text(9_999_999_999_999)), 480),
            (says(100410, lock_text(BEGIN + 480_001)), 480),
            (answer({"code": 100410, "msg": ""}, headers={EXPIRE: "9999999999999"}), 480),
            (answer(b"<html>", 429, {"retry-after": "999999999"}), 3600),
            (answer(b"<html>", 418, {"retry-after": "3601"}), 3600),
            (
                answer(b"<html>", 403, {"retry-after": "Fri, 01 Jan 2286 00:00:00 GMT", "date": BEGIN_DATE}),
                3600,
            ),
        ],
        ids=["text", "text-just", "expire", "ban-seconds", "ban-seconds-just", "ban-date"],
    )
    def test_is_bounded_and_says_so(
        self, reply: Response, longest: int, caplog: pytest.LogCaptureFixture
    ) -> None:
        lock = locked(reply)
        assert lock.cancel == longest
        assert lock.error.details.retry_at == BEGIN + longest * 1000
        assert lock.error.hint.endswith(
            f"The exchange gave a time beyond any documented lock; {longest} s are used."
        )
        assert [record.getMessage() for record in caplog.records] == [
            f"the exchange gave a lock beyond any documented one; using {longest} s"
        ]

    @pytest.mark.parametrize(
        ("reply", "seconds"),
        [
            (says(100410, lock_text(BEGIN + 480_000)), 480.0),
            (answer(b"<html>", 429, {"retry-after": "3600"}), 3600.0),
        ],
        ids=["lock", "ban"],
    )
    def test_of_the_longest_documented_time_is_not_shortened(
        self, reply: Response, seconds: float, caplog: pytest.LogCaptureFixture
    ) -> None:
        lock = locked(reply)
        assert lock.cancel == seconds
        assert "beyond" not in lock.error.hint
        assert not caplog.records

    @pytest.mark.parametrize(("end", "seconds"), [(-1, 1.0), (0, 1.0), (1, 0.001), (150, 0.15)])
    def test_is_as_short_as_stated_and_lasts_a_second_where_its_end_has_passed(
        self, end: int, seconds: float
    ) -> None:
        lock = locked(says(100410, lock_text(BEGIN + end)))
        assert lock.cancel == pytest.approx(seconds)
        assert lock.error.details.retry_at == BEGIN + seconds * 1000

    def test_of_a_ban_is_not_the_end_of_the_rate_limit_s_window(self) -> None:
        assert locked(answer(b"<html>", 418, {EXPIRE: str(BEGIN + 800)})).cancel == 300.0

    def test_of_no_time_lasts_a_second(self) -> None:
        assert locked(answer(b"<html>", 418, {"retry-after": "0"})).cancel == 1.0


class TestHistory:
    def attempts(self, *calls: tuple[ApiCall, Reply]) -> tuple[Attempt, ...]:
        exchange = Exchange(fallback=None)
        runner = runner_of(exchange)
        for call, reply in calls:
            drive(exchange, runner.send_once(call), reply)
        return runner.with_history(OutcomeUnknown(ErrorDetails("lost"))).attempts

    def test_has_every_attempt_in_words(self) -> None:
        history = self.attempts(
            (CANCELLING, RESET),
            (CANCELLING, REFUSED),
            (CANCELLING, BAD_GATEWAY),
            (CANCELLING, DENIED),
            (CANCELLING, says(100500, "system busy")),
            (QUERYING, FILLED),
        )
        meaning = next(row.meaning for row in STATUS_ROWS if row.id == "http-server-error")
        assert [(each.operation, each.result) for each in history] == [
            ("cancelOrder", "maybe executed: connection reset"),
            ("cancelOrder", "not executed: connection refused"),
            (
                "cancelOrder",
                f"HTTP 502, maybe executed: {meaning.removesuffix('.')}: "
                "the response is not a JSON object; it begins '<html>'",
            ),
            ("cancelOrder", "HTTP 200, code 100004, not executed: no permission"),
            ("cancelOrder", "HTTP 200, code 100500, maybe executed: system busy"),
            ("queryOrder", "HTTP 200, verified"),
        ]

    def test_does_not_say_of_a_read_that_it_may_have_been_executed(self) -> None:
        history = self.attempts((QUERYING, RESET), (QUERYING, DENIED), (QUERYING, says(100500, "busy")))
        assert [each.result for each in history] == [
            "connection reset",
            "HTTP 200, code 100004: no permission",
            "HTTP 200, code 100500: busy",
        ]

    def test_has_host_and_moment_of_each(self) -> None:
        exchange = Exchange()
        runner = runner_of(exchange)
        drive(exchange, runner.send_once(CANCELLING), Late(REFUSED, 1.0))
        drive(exchange, runner.send_once(CANCELLING), DENIED)
        attempts = runner.with_history(OutcomeUnknown(ErrorDetails("lost"))).attempts
        assert [(each.host, each.at) for each in attempts] == [
            (PRIMARY, BEGIN),
            (FALLBACK, BEGIN + 1000),
        ]

    @pytest.mark.parametrize("failure", [REFUSED, RESET], ids=["not sent", "maybe executed"])
    @pytest.mark.parametrize(("left", "said"), [(0.26, "cut short"), (0.24, "why")])
    def test_says_why_though_the_deadline_cut_the_last_attempt_short(
        self, left: float, said: str, failure: TransportFailure
    ) -> None:
        runner = runner_of(exchange := Exchange())
        first, last = [failure._replace(reason=reason) for reason in ("why", "cut short")]
        drive(exchange, runner.send_once(CANCELLING), Late(first, 10.0 - left / 0.6))
        error = error_of(drive(exchange, runner.send_once(CANCELLING), last))
        drive(exchange, runner.send_once(QUERYING), RESET)
        cause = runner.cause_of(error)
        assert cause is not None
        assert cause.message == said
        fate = "maybe executed" if failure.request_sent else "not executed"
        assert [each.result for each in runner.with_history(cause).attempts] == [
            f"{fate}: why",
            f"{fate}: cut short",
            "connection reset",
        ]

    def test_keeps_what_a_response_said_however_little_time_was_left(self) -> None:
        runner = runner_of(exchange := Exchange())
        drive(exchange, runner.send_once(CANCELLING), Late(RESET, 9.9))
        error = error_of(drive(exchange, runner.send_once(CANCELLING), says(100500, "busy")))
        assert runner.cause_of(error) is error

    def test_keeps_that_the_client_is_closed_however_little_time_was_left(self) -> None:
        runner = runner_of(exchange := Exchange())
        drive(exchange, runner.send_once(CANCELLING), Late(REFUSED, 9.9))
        error = error_of(drive(exchange, runner.send_once(CANCELLING), CLOSED))
        assert runner.cause_of(error) is error

    @pytest.mark.parametrize(("first", "last"), [(REFUSED, RESET), (RESET, REFUSED)])
    def test_says_no_cause_of_another_kind(self, first: TransportFailure, last: TransportFailure) -> None:
        runner = runner_of(exchange := Exchange())
        drive(exchange, runner.send_once(CANCELLING), Late(first, 9.9))
        error = error_of(drive(exchange, runner.send_once(CANCELLING), last))
        assert runner.cause_of(error) is error

    def test_says_of_a_call_with_little_time_why_its_only_attempt_failed(self) -> None:
        runner = runner_of(exchange := Exchange(), timeout=0.3)
        error = error_of(drive(exchange, runner.send_once(CANCELLING), REFUSED))
        assert runner.cause_of(error) is error

    def test_leaves_an_error_that_no_attempt_ended_with(self) -> None:
        runner = runner_of(exchange := Exchange())
        no_permit = NotSent(ErrorDetails("no permit"))
        assert runner.cause_of(None) is None
        assert runner.cause_of(no_permit) is no_permit
        drive(exchange, runner.send_once(CANCELLING), REFUSED)
        assert runner.cause_of(no_permit) is no_permit

    def test_keeps_a_bounded_part_of_what_a_server_said(self) -> None:
        busy = says(100500, "x\x1b[2J" * 200_000)
        busy = replace(busy, headers={f"x-{n}": "y" * 5_000 for n in range(150)})
        exchange = Exchange()
        runner = runner_of(exchange)
        error = drive(exchange, runner.send_once(CANCELLING), busy).result.result
        assert isinstance(error, CallError)
        error = runner.with_history(error)
        assert error.message.endswith("… (1,000,000 characters, cut)")
        assert len(error.message) == 1_000
        assert error.attempts[0].result.endswith("… (1,000,000 characters, cut)")
        assert error.details.body.endswith(b"... (2,000,027 bytes, cut)")
        assert len(error.details.body) == 65_536
        assert len(error.details.headers) == 100
        assert error.details.headers["x-0"].endswith("… (5,000 characters, cut)")
        assert str(error).isprintable()
        assert len(pickle.dumps(error)) < 200_000

    def test_keeps_the_first_and_last_of_very_many(self) -> None:
        history = self.attempts(*[(QUERYING, TransportFailure(True, f"lost {n}")) for n in range(150)])
        texts = [each.result.rpartition(" ")[2] for each in history]
        assert texts == [*map(str, range(32)), "kept", *map(str, range(118, 150))]
        assert history[32].result == "86 attempts from here on are not kept"

    @pytest.mark.parametrize(("sent", "notes"), [(64, 0), (65, 1)])
    def test_keeps_all_as_long_as_they_are_not_more(self, sent: int, notes: int) -> None:
        texts = [each.result for each in self.attempts(*[(QUERYING, RESET)] * sent)]
        assert (len(texts), texts.count("1 attempts from here on are not kept")) == (64 + notes, notes)

    def test_leaves_out_what_was_not_sent(self) -> None:
        exchange = Exchange()
        runner = runner_of(exchange, 0.0199)
        drive(exchange, runner.send_once(CANCELLING))
        assert runner.history == []

    def test_the_log_has_the_operation_and_the_kind_of_result_alone(
        self, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG, "bingx_spot"):
            self.attempts((CANCELLING, RESET), (CANCELLING, DENIED), (QUERYING, FILLED))
        assert [record.getMessage() for record in caplog.records] == [
            "cancelOrder: OutcomeUnknown",
            "cancelOrder: PermissionDenied",
            "queryOrder: success",
        ]


def wrong_clock(timestamp: object = None, text: str = "timestamp mismatch", **headers: str) -> Response:
    """Return the rejection that says clock, with the exchange's time where it is given."""
    more = {} if timestamp is None else {"timestamp": timestamp}
    return answer({"code": 100421, "msg": text, **more}, headers=headers)


def time_response(timestamp: int) -> Response:
    return answer({"code": 0, "msg": "", "data": {"serverTime": timestamp}})


def repair(
    exchange: Exchange,
    rejection: Reply,
    *replies: Reply,
    call: ApiCall = CANCELLING,
    runner: AttemptRunner | None = None,
) -> Run[bool]:
    """Make an attempt that is rejected, and try to repair the cause."""
    runner = runner or runner_of(exchange)
    rejected = drive(exchange, runner.send_once(call), rejection).result
    return drive(exchange, runner.try_repair(call, rejected), *replies)


class TestRepairOfTheClock:
    """spec/vectors/clock.json has which time is taken, and when; tests/spec/test_clock_vectors.py runs it."""

    def test_lets_the_call_be_signed_again_at_once(self) -> None:
        exchange = Exchange()
        run = repair(exchange, wrong_clock(BEGIN + HOUR))
        assert run.result
        assert run.effects == []
        assert attempt(exchange, CANCELLED).requests[0].info.parameters["timestamp"] == BEGIN + HOUR

    @pytest.mark.parametrize("timestamp", ["soon", 1.5, True, [], f"{BEGIN + HOUR}."], ids=range(5))
    def test_takes_the_header_where_the_timestamp_is_no_time(self, timestamp: object) -> None:
        exchange = Exchange()
        assert repair(exchange, wrong_clock(timestamp, date=HOUR_LATER)).result
        assert exchange.clock.offset == HOUR + 500

    @pytest.mark.parametrize(
        "headers",
        [
            {},
            {"date": "yesterday"},
            {"date": "Tue, 14 Nov 99999 22:13:20 GMT"},
            {"date": "Tue, 99999999999999999999 Nov 2023 22:13:20 GMT"},
        ],
        ids=range(4),
    )
    def test_requests_the_time_where_the_rejection_has_none(self, headers: dict[str, str]) -> None:
        exchange = Exchange()
        run = repair(exchange, wrong_clock(**headers), time_response(BEGIN + HOUR))
        assert [request.address for request in run.requests] == [f"{PRIMARY}{SERVER_TIME.path}"]
        assert run.result
        assert exchange.clock.offset == HOUR

    @pytest.mark.parametrize("reply", [REFUSED, RESET, DENIED, BAD_GATEWAY], ids=range(4))
    def test_fails_where_the_time_cannot_be_learnt(self, reply: Reply) -> None:
        exchange = Exchange()
        assert not repair(exchange, wrong_clock(), reply).result
        assert exchange.clock.offset == 0

    def test_happens_once_in_a_call(self) -> None:
        exchange = Exchange()
        runner = runner_of(exchange)
        assert repair(exchange, wrong_clock(BEGIN + HOUR), runner=runner).result
        assert not repair(exchange, wrong_clock(BEGIN + 2 * HOUR), runner=runner).result

    def test_is_for_a_query_as_well(self) -> None:
        assert repair(Exchange(), wrong_clock(BEGIN + HOUR), call=QUERYING).result

    @pytest.mark.parametrize(("off", "repaired"), [(499, False), (-499, False), (500, True), (-500, True)])
    def test_needs_half_a_second(self, off: int, repaired: bool) -> None:
        exchange = Exchange()
        assert repair(exchange, wrong_clock(BEGIN + off)).result == repaired
        assert exchange.clock.offset == (off if repaired else 0)

    def test_does_not_believe_more_than_a_day(self) -> None:
        exchange = Exchange()
        assert not repair(exchange, wrong_clock(BEGIN + 25 * HOUR)).result
        assert exchange.clock.offset == 0

    def test_uses_what_another_call_has_learnt_since_the_request(self) -> None:
        exchange = Exchange()
        runner = runner_of(exchange)
        rejected = drive(exchange, runner.send_once(CANCELLING), wrong_clock(BEGIN + 2 * HOUR)).result
        exchange.clock.learn(BEGIN + HOUR, BEGIN)
        assert drive(exchange, runner.try_repair(CANCELLING, rejected)).result
        assert exchange.clock.offset == HOUR

    def test_uses_what_another_call_has_learnt_while_the_time_was_requested(self) -> None:
        exchange = Exchange()
        runner = runner_of(exchange)
        rejected = drive(exchange, runner.send_once(CANCELLING), wrong_clock()).result
        steps = runner.try_repair(CANCELLING, rejected)
        next(steps)
        exchange.clock.learn(BEGIN + HOUR, BEGIN)
        with pytest.raises(StopIteration) as stop:
            steps.send(time_response(BEGIN + 2 * HOUR))
        assert stop.value.value is True
        assert exchange.clock.offset == HOUR


SIGNATURE_MISSING = says(100412, "signature missing")
PARAMETER_MISSING = says(100400, "symbol is required")
NO_JSON = answer(b"<html>", 415)
NULL_TIMESTAMP = "Null timestamp or timestamp mismatch"


class TestRepairOfThePlacement:
    @pytest.mark.parametrize("rejection", [SIGNATURE_MISSING, PARAMETER_MISSING, NO_JSON], ids=range(3))
    def test_moves_the_parameters_to_the_query_string(self, rejection: Response) -> None:
        exchange = Exchange()
        runner = runner_of(exchange)
        first = drive(exchange, runner.send_once(CANCELLING), rejection)
        run = drive(exchange, runner.try_repair(CANCELLING, first.result))
        assert run.result
        assert run.effects == []
        second = drive(exchange, runner.send_once(CANCELLING), CANCELLED)
        before, after = first.requests[0], second.requests[0]
        assert (before.info.placement, after.info.placement) == ("json", "query")
        assert json.loads(before.content)["symbol"] == "BTC-USDT"
        assert after.content == b""
        assert "symbol=BTC-USDT" in after.url

    def test_is_kept_for_the_next_call(self) -> None:
        exchange = Exchange()
        repair(exchange, SIGNATURE_MISSING)
        assert attempt(exchange, CANCELLED).requests[0].info.placement == "query"

    def test_is_undone_where_it_does_not_help(self) -> None:
        exchange = Exchange()
        runner = runner_of(exchange)
        assert repair(exchange, SIGNATURE_MISSING, runner=runner).result
        assert not repair(exchange, PARAMETER_MISSING, runner=runner).result
        assert attempt(exchange, CANCELLED).requests[0].info.placement == "json"

    def test_is_not_made_where_the_caller_fixed_the_placement(self) -> None:
        assert not repair(Exchange(placement="json"), SIGNATURE_MISSING).result

    def test_is_not_made_for_a_get(self) -> None:
        exchange = Exchange()
        assert not repair(exchange, SIGNATURE_MISSING, call=QUERYING).result
        assert exchange.state.placement.get(PRIMARY) is None

    def test_is_made_for_each_host(self) -> None:
        exchange = Exchange()
        repair(exchange, SIGNATURE_MISSING)
        assert exchange.state.placement.get(FALLBACK) is None

    def test_follows_that_of_the_clock(self) -> None:
        exchange = Exchange()
        runner = runner_of(exchange)
        assert repair(exchange, wrong_clock(BEGIN + HOUR), runner=runner).result
        assert repair(exchange, SIGNATURE_MISSING, runner=runner).result

    @pytest.mark.parametrize(
        ("off", "placement", "offset"), [(0, "query", 0), (HOUR, None, HOUR)], ids=["right", "wrong"]
    )
    def test_is_for_null_timestamp_where_the_clock_is_right(
        self, off: int, placement: str | None, offset: int
    ) -> None:
        exchange = Exchange()
        assert repair(exchange, wrong_clock(BEGIN + off, NULL_TIMESTAMP)).result
        assert exchange.state.placement.get(PRIMARY) == placement
        assert exchange.clock.offset == offset

    def test_is_for_null_timestamp_where_the_clock_was_repaired_before(self) -> None:
        exchange = Exchange()
        runner = runner_of(exchange)
        assert repair(exchange, wrong_clock(BEGIN + HOUR), runner=runner).result
        assert repair(exchange, wrong_clock(BEGIN + 2 * HOUR, NULL_TIMESTAMP), runner=runner).result
        assert exchange.state.placement.get(PRIMARY) == "query"

    def test_is_not_for_a_mismatch_where_the_clock_is_right(self) -> None:
        exchange = Exchange()
        assert not repair(exchange, wrong_clock(BEGIN)).result
        assert exchange.state.placement.get(PRIMARY) is None


class TestNoRepair:
    @pytest.mark.parametrize("reply", [CANCELLED, DENIED, NOT_OPEN, UNLISTED, RESET, REFUSED], ids=range(6))
    def test_of_anything_else(self, reply: Reply) -> None:
        run = repair(Exchange(), reply)
        assert not run.result
        assert run.effects == []


def test_a_rejection_keeps_its_class() -> None:
    assert type(error_of(attempt(Exchange(), SIGNATURE_MISSING))) is AuthenticationError
    assert type(error_of(attempt(Exchange(), PARAMETER_MISSING))) is RequestRejected
